"""Try a query over stored articles before it is saved."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.match.backtest import Trial
from bot.core.model import Rule
from bot.errors import CommandError
from bot.jobs.answer.desk import target_of
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from bot.core.command import Command
    from bot.core.match.backtest import Backtest
    from bot.core.model import Article, Match, StoredArticle
    from bot.jobs.answer.desk import Desk

_BREATH = 200
"""Articles between two pauses that let the bot do its other work."""
_SHOWN = 5
"""Gains and losses that are named."""
_AROUND = 40
"""Characters shown on either side of a highlight in the text."""


async def answer_test(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Run a query over what arrived lately: hits, alerts, clauses, samples, gains and losses.

    `rule: query` tries an edit of a rule of the channel.
    """
    rule, query = _edited(desk, incoming, command.query)
    name = rule.name if rule else "test"
    tried = Rule(name, name, query, channels=(target_of(incoming),))
    since = desk.clock.now() - timedelta(hours=command.hours)
    trial = Trial(desk.book.officials, tried, former=rule.query if rule else None)
    await _run(desk, trial, since)
    looked_at = await desk.store.count_articles(since)
    return Reply(await _told(desk, trial.result, query, command.hours, looked_at, rule))


async def difference(desk: Desk, rule: Rule, query: str, *, hours: int) -> str:
    """Say in one line what another query would gain and lose over stored articles."""
    trial = Trial(desk.book.officials, replace(rule, query=query), former=rule.query, samples=0)
    await _run(desk, trial, desk.clock.now() - timedelta(hours=hours))
    result = trial.result
    return f"over {_span(hours)}: gains {len(result.gained)}, loses {len(result.lost)} articles"


def _edited(desk: Desk, incoming: Incoming, text: str) -> tuple[Rule | None, str]:
    """Take the rule off `rule: query`; a query never has a space behind a field's colon."""
    name, colon, query = text.partition(": ")
    if not colon or not name or " " in name.strip():
        return None, text
    for rule in desk.here(incoming):
        if rule.name.casefold() == name.strip().casefold():
            if not query.strip():
                raise CommandError(f"write the query to try behind {name}:")
            return rule, query.strip()
    return None, text


async def _run(desk: Desk, trial: Trial, since: datetime) -> None:
    looked_at = 0
    async for stored in _candidates(desk, trial, since):
        looked_at += 1
        if looked_at % _BREATH == 0:
            await asyncio.sleep(0)
        quotes = stored.quotes if stored.analyzed else None
        if quotes is None and trial.asks_quotes(stored.article):
            quotes = await desk.reader.quotes(stored.article)
        trial.look(stored.article, quotes)


def _candidates(desk: Desk, trial: Trial, since: datetime) -> AsyncIterator[StoredArticle]:
    needs = trial.needs
    if needs is None:
        return desk.store.articles_since(since)
    return desk.store.articles_with(needs, since)


async def _told(
    desk: Desk, result: Backtest, query: str, hours: int, looked_at: int, rule: Rule | None
) -> str:
    days, first = hours / 24, await desk.store.first_arrival()
    known = (desk.clock.now() - first) / timedelta(days=1) if first else days
    stored = ""
    if first and known < days:
        # A new bot knows of fewer days than it is asked for, and a rate is over those.
        days, stored = known, f" (stored since {first:%d %b})"
    guessed = "about " if result.placed < result.hits else ""
    rate = f"{result.a_day(days):.1f} a day, {guessed}{result.alerts_a_day(days):.1f} alerts a day"
    lines = [
        f"{query}: {result.hits} of {looked_at} stored articles of {_span(hours)}",
        f"  {rate}{stored}",
    ]
    if len(result.days) > 1:
        lines.append("  " + ", ".join(f"{day:%d %b} {n}" for day, n in sorted(result.days.items())))
    if len(result.clauses) > 1:
        counted = ", ".join(f"{clause} {n}" for clause, n in result.clauses.most_common())
        lines.append(f"  by clause: {counted}")
    lines += [_sample(article, match) for article, match in reversed(result.samples)]
    if rule:
        lines += await _named(desk, f"gained over {rule.query}", result.gained)
        lines += await _named(desk, "lost", result.lost)
    return "\n".join(lines)


async def _named(desk: Desk, what: str, ids: list[str]) -> list[str]:
    """Count articles and name the latest."""
    lines = [f"  {what}: {len(ids)}"]
    for article_id in ids[: -_SHOWN - 1 : -1]:
        stored = await desk.store.article(article_id)
        if stored:
            lines.append(f"    {_heading(stored.article)}")
    return lines


def _heading(article: Article, match: Match | None = None) -> str:
    title, at = "", 0
    for mark in match.highlights if match else ():
        if mark.field == "title" and mark.start >= at:
            title += f"{article.title[at : mark.start]}[{article.title[mark.start : mark.end]}]"
            at = mark.end
    return f"{article.when:%d %b %H:%M}  {article.source}: {title}{article.title[at:]}"


def _sample(article: Article, match: Match) -> str:
    """Show a hit with its words; one in the text with what stands around it."""
    words = dict.fromkeys(
        getattr(article, h.field)[h.start : h.end].casefold() for h in match.highlights
    )
    shown = f"  ({', '.join(list(words)[:4])})" if words else ""
    return f"  {_heading(article, match)}{shown}{_excerpt(article, match)}"


def _excerpt(article: Article, match: Match) -> str:
    mark = next((mark for mark in match.highlights if mark.field == "text"), None)
    if mark is None or any(other.field == "title" for other in match.highlights):
        return ""
    text, first, last = article.text, max(0, mark.start - _AROUND), mark.end + _AROUND
    before = " ".join(text[first : mark.start].split(" ")[bool(first) :])
    behind = text[mark.end : last]
    if last < len(text):
        behind = behind.rpartition(" ")[0]
    line = f"{before}[{text[mark.start : mark.end]}]{behind}"
    return f"\n    … {' '.join(line.split())} …"


def _span(hours: int) -> str:
    days = hours / 24
    return f"{days:g} day{'s' * (days != 1)}" if days >= 1 else f"{hours} hours"
