"""Commands that only look: explain, entity, audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.match.explain import names_in
from bot.errors import CommandError
from bot.jobs.answer.tenant import sees_rule, tenant_of
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from bot.core.command import Command
    from bot.core.model import Delivery, Entity, Match, Rule, StoredArticle
    from bot.jobs.answer.desk import Desk

_SHOWN = 30
_LATEST = 20
"""Lines of the audit log in which those of one workspace are looked for."""
_RULES_EXPLAINED = 10
_WORDS_SHOWN, _QUOTES_SHOWN = 8, 5


async def answer_explain(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Say what became of an article, from stored facts."""
    url = command.subject.strip("<> ")
    rule = desk.named(incoming, command.query) if command.query else None
    found = await desk.store.articles_at(url)
    if not found:
        return Reply(f"{url}: not fetched; no entry with this link came by any feed", ok=False)
    return Reply("\n".join([await _explained(desk, incoming, stored, rule) for stored in found]))


async def _explained(
    desk: Desk, incoming: Incoming, stored: StoredArticle, only: Rule | None
) -> str:
    article = stored.article
    kind = "full text" if article.full else "the feed's text"
    published = f"{article.published:%Y-%m-%d %H:%M} UTC" if article.published else "without a date"
    primed = stored.outcome == "primed"
    lines = [
        article.title or article.url,
        f"  fetched: by {article.source or article.domain}, {article.arrived:%Y-%m-%d %H:%M} UTC",
        f"  parsed: published {published}, language {article.lang or 'not told'}",
        f"  new: {'no, there when the feed was first read' if primed else 'yes'}",
        f"  read: {kind}, {len(article.text)} characters",
    ]
    if stored.analyzed:
        named = sum(1 for quote in stored.quotes if quote.speaker)
        lines.append(f"  quotes: {len(stored.quotes)}, {named} with a speaker")
    tenant = tenant_of(incoming)
    for match in stored.matches:
        rule = desk.book.active.rule(match.rule)
        if tenant and (rule is None or not sees_rule(tenant, rule)):
            continue
        if only and match.rule != only.id:
            continue
        lines += _receipt(desk, stored, match)
    lines += await _missed(desk, incoming, stored, only)
    if stored.placement:
        opener = stored.placement.story == article.id
        story = "opens a story" if opener else f"{stored.placement.place} in a story"
        lines.append(f"  story: {story} ({stored.placement.story})")
    deliveries = [
        (delivery, reason)
        for delivery, reason in await desk.store.deliveries_of(article.id)
        if f"{delivery.chat}:{delivery.channel}".startswith(tenant)
    ]
    if stored.matches:
        channels = len({(delivery.chat, delivery.channel) for delivery, _ in deliveries})
        lines.append(f"  routed: to {channels or 'no'} channel{'s' * (channels != 1)}")
    lines += [
        f"  delivered: {delivery.message.kind}{_of_rule(desk, delivery)} to {delivery.chat}"
        f"{':' + delivery.channel if delivery.channel else ''}, {delivery.state}"
        f"{' (' + reason + ')' if reason else ''}"
        for delivery, reason in deliveries
    ]
    lines.append(f"  outcome: {stored.outcome}")
    return "\n".join(lines)


def _of_rule(desk: Desk, delivery: Delivery) -> str:
    """Name the rule of a delivery, if it has one; a rule that was removed has only its id left."""
    rule = desk.book.active.rule(delivery.rule_id)
    name = rule.name if rule else delivery.rule_id
    return f" of {name}" if name else ""


def _receipt(desk: Desk, stored: StoredArticle, match: Match) -> list[str]:
    """Say by what a rule was met: clauses, words, whose names they are, and who said them."""
    article, rule = stored.article, desk.book.active.rule(match.rule)
    lines = [f"  matched: {rule.name if rule else match.rule} by {', '.join(match.clauses)}"]
    words = dict.fromkeys(
        getattr(article, mark.field)[mark.start : mark.end]
        for mark in match.highlights
        if not mark.entity
    )
    if words:
        shown = ", ".join(list(words)[:_WORDS_SHOWN])
        lines.append(f"    words: {shown}{' …' if len(words) > _WORDS_SHOWN else ''}")
    named: dict[str, list[str]] = {}
    for name in names_in(match, article):
        named.setdefault(name.entity, []).append(name.written)
    lines += [f"    named: @{entity} as {', '.join(names)}" for entity, names in named.items()]
    for at in match.quotes[:_QUOTES_SHOWN]:
        quote = stored.quotes[at]
        said = " … ".join(article.text[start:end] for start, end in quote.parts)
        who = quote.speaker or "unattributed"
        known = f" (@{quote.entity})" if quote.entity else ""
        known += f", according to {quote.via}" if quote.via else ""
        # Reported speech is not anybody's words: it never stands in quotation marks.
        shown = f"“{' '.join(said.split())}”" if quote.kind == "direct" else f"reported: {said}"
        lines.append(f"    said by {who}{known}: {shown}")
    return lines


async def _missed(
    desk: Desk, incoming: Incoming, stored: StoredArticle, only: Rule | None
) -> list[str]:
    """Say of each rule of the channel that the article did not meet what was missing."""
    met = {match.rule for match in stored.matches}
    quotes = stored.quotes if stored.analyzed else await desk.reader.quotes(stored.article)
    lines = []
    for rule in [only] if only else desk.here(incoming):
        if rule.id in met:
            continue
        if desk.book.active.rule(rule.id) is None:
            if only:
                lines.append(f"  not matched: {rule.name} is paused")
            continue
        receipt = desk.book.active.explain(rule.id, stored.article, quotes)
        if receipt.match is None:
            missing = "; ".join(f"{lack.clause} ({lack.reason})" for lack in receipt.missing)
            lines.append(f"  not matched: {rule.name}, for want of {missing}")
        else:
            lines.append(f"  not matched then: {rule.name}; it would match now")
    more = len(lines) - _RULES_EXPLAINED
    if more > 0:
        lines[_RULES_EXPLAINED:] = [f"  and {more} more rules; explain <url> <rule> shows one"]
    return lines


async def answer_entity(desk: Desk, _incoming: Incoming, command: Command) -> Reply:
    """List entities, or show one."""
    officials = desk.book.officials
    if command.action == "show":
        return Reply(_described(entity_of(desk, command.subject)))
    words = command.subject.casefold()
    found = sorted(
        (e for e in officials if words in e.name.casefold() or words in e.id), key=lambda e: e.name
    )
    lines = [f"  @{entity.id}  {entity.name}" for entity in found[:_SHOWN]]
    more = f"\n  and {len(found) - _SHOWN} more; entity list <words>" if len(found) > _SHOWN else ""
    return Reply(f"{len(found)} entities\n" + "\n".join(lines) + more)


def entity_of(desk: Desk, text: str) -> Entity:
    """Find the entity of `@id` or a name.

    Raises:
        CommandError: there is none; suggests the nearest.
    """
    officials = desk.book.officials
    wanted = text.strip().removeprefix("@")
    entity = officials.get(wanted.casefold())
    if entity is None:
        named = officials.named(wanted)
        entity = named[0] if len(named) == 1 else None
    if entity is None:
        close = officials.suggest(wanted.casefold())
        hint = f": did you mean @{close}?" if close else "; see entity list"
        raise CommandError(f"unknown entity @{wanted}{hint}")
    return entity


def _described(entity: Entity) -> str:
    aliases = ", ".join(alias.text for alias in entity.aliases) or "none"
    offices = "\n".join(
        f"    {office.label}, {office.start or '?'} to {office.end or 'now'}"
        for office in entity.offices
    )
    held = f"\n  offices:\n{offices}" if offices else ""
    return f"@{entity.id}  {entity.name} ({entity.kind})\n  also written: {aliases}{held}"


async def answer_audit(desk: Desk, incoming: Incoming, _command: Command) -> Reply:
    """Show the latest changes."""
    tenant = tenant_of(incoming)
    entries = await desk.store.audit_log(_LATEST, tenant.removesuffix("/") if tenant else None)
    lines = [
        f"  {entry.at:%Y-%m-%d %H:%M}  {entry.who}: {entry.what}"
        f"{f' ({entry.before} -> {entry.after})' if entry.before or entry.after else ''}"
        for entry in entries
    ]
    return Reply("\n".join(["latest changes", *lines]) if lines else "no changes yet")
