"""Who said what: the quotes of stored articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.match import RuleSet
from bot.core.model import Rule
from bot.core.officials import name_key
from bot.jobs.answer.look import entity_of
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from bot.core.command import Command
    from bot.core.model import Article, Quote
    from bot.jobs.answer.desk import Desk

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Said:
    """One quote of the ledger."""

    words: str
    speaker: str
    office: str
    source: str
    url: str
    when: datetime


async def answer_quotes(desk: Desk, _incoming: Incoming, command: Command) -> Reply:
    """List what an entity said, newest first, one line for words that several outlets carry."""
    entity = entity_of(desk, command.subject)
    since = desk.clock.now() - timedelta(hours=command.hours)
    found = await find_said(desk, entity.id, command.query, since)
    if not found:
        about = f" with {command.query}" if command.query else ""
        return Reply(f"no quotes by {entity.name}{about} in the stored articles", ok=True)
    lines = [f"{entity.name}: {len(found)} quote{'s' * (len(found) != 1)}"]
    for said in found[:_SHOWN]:
        office = f", {said.office}" if said.office else ""
        lines += [
            f"  “{said.words}”",
            f"    {said.speaker}{office} · {said.source} · {said.when:%Y-%m-%d %H:%M} UTC",
            f"    {said.url}",
        ]
    if len(found) > _SHOWN:
        lines.append(f"  and {len(found) - _SHOWN} more; add words to narrow them down")
    return Reply("\n".join(lines))


async def find_said(desk: Desk, entity_id: str, query: str, since: datetime) -> list[Said]:
    """Find an entity's quotes in what arrived since a time, newest first, repeats left out.

    Articles that no rule met were not analyzed when they arrived; those that name the entity are
    now, and their quotes are kept.

    Args:
        desk: what is at hand.
        entity_id: `Entity.id`.
        query: what a quote must meet, in the rule language; "" for all.
        since: the first moment that counts.

    Raises:
        QueryError: the query does not parse.
    """
    wanted = f"said:@{entity_id}({query})" if query else f"said:@{entity_id}"
    rule = RuleSet(desk.book.officials, [Rule("said", "said", wanted)])
    found: dict[str, Said] = {}
    async for stored in desk.store.articles_since(since):
        article = stored.article
        quotes = stored.quotes
        if not stored.analyzed:
            if not rule.find_candidates(article):
                continue
            quotes = await desk.reader.quotes(article)
            await desk.store.save_quotes(article.id, quotes)
        for match in rule.find_matches(article, quotes):
            for at in match.quotes:
                said = _said(article, quotes[at])
                found.setdefault(name_key(said.words).strip(" ,.…"), said)
    return sorted(found.values(), key=lambda said: said.when, reverse=True)


def _said(article: Article, quote: Quote) -> Said:
    return Said(
        words=quote.words(article.text),
        speaker=quote.speaker or "",
        office=quote.office,
        source=article.source or article.domain,
        url=article.url,
        when=article.when,
    )
