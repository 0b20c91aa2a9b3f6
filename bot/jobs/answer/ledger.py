"""Who said what: the quotes of stored articles."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from bot.core.ledger import Report, gather, to_csv, to_json
from bot.core.match import RuleSet
from bot.core.model import Rule
from bot.jobs.answer.look import entity_of
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.command import Command
    from bot.core.ledger import Said
    from bot.core.model import Entity, StoredArticle
    from bot.jobs.answer.desk import Desk

Form = Literal["csv", "json"]

_SHOWN: Final = 10
_BREATH: Final = 200
"""Articles between two pauses that let the bot do its other work."""

_BEFORE: Final = timedelta(days=7)
"""How far before the time asked for first reports are looked for: a reprint is no new statement."""


async def answer_quotes(desk: Desk, _incoming: Incoming, command: Command) -> Reply:
    """List what an entity said, newest first, one row for words that several outlets carry."""
    entity = entity_of(desk, command.subject)
    since = desk.clock.now() - timedelta(hours=command.hours)
    found = await find_said(desk, entity, command.query, since)
    if not found:
        about = f" with {command.query}" if command.query else ""
        return Reply(f"no quotes by {entity.name}{about} in the stored articles", ok=True)
    lines = [f"{entity.name}: {len(found)} quote{'s' * (len(found) != 1)}"]
    for said in found[:_SHOWN]:
        lines += _described(said, entity)
    if len(found) > _SHOWN:
        lines.append(f"  and {len(found) - _SHOWN} more; add words to narrow them down")
    return Reply("\n".join(lines))


def _described(said: Said, entity: Entity) -> list[str]:
    first = said.first
    office = f", {first.quote.office}" if first.quote.office else ""
    spread = f" · {said.outlets} outlets" if said.outlets > 1 else ""
    seen = "first by " if said.outlets > 1 else ""
    mark = "“{}”" if first.quote.kind == "direct" else "{} (reported, not quoted)"
    who = f"{first.quote.speaker or entity.name}{office}"
    who += f", according to {first.quote.via}" if first.quote.via else ""
    return [
        f"  {mark.format(first.words)}",
        f"    {who} · {seen}{first.outlet} · {said.when:%Y-%m-%d %H:%M} UTC{spread}",
        f"    {first.article.url}",
    ]


async def export_said(desk: Desk, command: Command, form: Form) -> str:
    """Give what `quotes` lists, all of it, as CSV or JSON.

    Raises:
        CommandError: the entity is unknown.
        QueryError: the words are no query.
    """
    entity = entity_of(desk, command.subject)
    since = desk.clock.now() - timedelta(hours=command.hours)
    found = await find_said(desk, entity, command.query, since)
    return to_csv(found) if form == "csv" else to_json(found)


async def find_said(desk: Desk, entity: Entity, query: str, since: datetime) -> list[Said]:
    """Find an entity's statements that were first reported since a time, newest first.

    Articles that no rule met were not analyzed when they arrived; those that name the entity are
    now, and their quotes are kept.

    Args:
        desk: what is at hand.
        entity: who said it.
        query: what a quote must meet, in the rule language; "" for all.
        since: the first moment that counts.

    Raises:
        QueryError: the query does not parse.
    """
    reports = await find_reports(desk, entity, query, since - _BEFORE)
    said = await asyncio.to_thread(gather, reports)
    return [one for one in said if one.seen >= since]


async def find_reports(desk: Desk, entity: Entity, query: str, since: datetime) -> list[Report]:
    """Find every quote of an entity in what arrived since a time.

    Raises:
        QueryError: the query does not parse.
    """
    wanted = f"said:@{entity.id}({query})" if query else f"said:@{entity.id}"
    rule = RuleSet(desk.book.officials, [Rule("said", "said", wanted)])
    await _analyze_others(desk, rule, since)
    reports: list[Report] = []
    looked_at = 0
    async for stored in desk.store.articles_quoting(entity.id, entity.name, since):
        looked_at += 1
        if looked_at % _BREATH == 0:
            await asyncio.sleep(0)
        reports += _met(rule, stored)
    return reports


def _met(rule: RuleSet, stored: StoredArticle) -> list[Report]:
    article = stored.article
    found = rule.find_matches(article, stored.quotes)
    places = sorted({at for match in found for at in match.quotes})
    return [Report(article, stored.quotes[at]) for at in places]


async def _analyze_others(desk: Desk, rule: RuleSet, since: datetime) -> None:
    """Find the quotes of articles that no rule met, where the entity is named."""
    looked_at = 0
    async for stored in desk.store.articles_since(since, unread=True):
        looked_at += 1
        if looked_at % _BREATH == 0:
            await asyncio.sleep(0)
        if rule.find_candidates(stored.article):
            quotes = await desk.reader.quotes(stored.article)
            await desk.store.save_quotes(stored.article.id, quotes)
