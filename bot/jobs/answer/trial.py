"""Try a query over stored articles before it is saved."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.command import WEEK
from bot.core.match import RuleSet
from bot.core.model import Rule
from bot.errors import QueryError
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from bot.core.command import Command
    from bot.core.model import Match, StoredArticle
    from bot.jobs.answer.desk import Desk

_SAMPLES = 5
_BREATH = 200
"""Articles between two pauses that let the bot do its other work."""


async def answer_test(desk: Desk, _incoming: Incoming, command: Command) -> Reply:
    """Run a query over what arrived lately: hits, hits a day, hits per clause, samples."""
    rules = RuleSet(desk.book.officials, [Rule("test", "test", command.query)])
    since = desk.clock.now() - timedelta(hours=command.hours)
    looked_at, hits = 0, 0
    samples: list[str] = []
    clauses: Counter[str] = Counter()
    async for stored in desk.store.articles_since(since):
        looked_at += 1
        if looked_at % _BREATH == 0:
            await asyncio.sleep(0)
        match = await _match(desk, rules, stored)
        if match is None:
            continue
        hits += 1
        clauses.update(match.clauses)
        samples = [*samples[-(_SAMPLES - 1) :], _sample(stored, match)]
    days = command.hours / 24
    span = f"{days:g} day{'s' * (days != 1)}" if days >= 1 else f"{command.hours} hours"
    lines = [
        f"{command.query}: {hits} of {looked_at} stored articles of {span}",
        f"  {hits / max(days, 1):.1f} a day",
    ]
    if len(clauses) > 1:
        lines.append("  by clause: " + ", ".join(f"{c} {n}" for c, n in clauses.most_common()))
    return Reply("\n".join([*lines, *reversed(samples)]))


async def describe_difference(desk: Desk, former: str, query: str) -> str:
    """Say what an edit changes, by the stored articles of the last week.

    Raises:
        QueryError: the new query cannot be watched.
        StoreError: the database refused.
    """
    new = RuleSet(desk.book.officials, [Rule("new", "new", query)])
    try:
        old = RuleSet(desk.book.officials, [Rule("old", "old", former)])
    except QueryError:  # its entity left the files
        return "the former query cannot be tried any more"
    since = desk.clock.now() - timedelta(hours=WEEK)
    hits, gained, lost = 0, 0, 0
    looked_at = 0
    async for stored in desk.store.articles_since(since):
        looked_at += 1
        if looked_at % _BREATH == 0:
            await asyncio.sleep(0)
        now = await _match(desk, new, stored) is not None
        then = await _match(desk, old, stored) is not None
        hits, gained, lost = hits + now, gained + (now and not then), lost + (then and not now)
    return f"in the last 7 days: {hits} matches, {gained} gained, {lost} lost by this edit"


async def _match(desk: Desk, rules: RuleSet, stored: StoredArticle) -> Match | None:
    if not stored.analyzed and not rules.find_candidates(stored.article):
        return None
    quotes = stored.quotes if stored.analyzed else await desk.reader.quotes(stored.article)
    found = rules.find_matches(stored.article, quotes)
    return found[0] if found else None


def _sample(stored: StoredArticle, match: Match) -> str:
    article = stored.article
    words = dict.fromkeys(
        getattr(article, h.field)[h.start : h.end].casefold() for h in match.highlights
    )
    shown = f"  ({', '.join(list(words)[:4])})" if words else ""
    return f"  {article.when:%d %b %H:%M}  {article.source}: {article.title}{shown}"
