"""From readings to the outbox: stories are decided, alerts composed, everything stored at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.core import canary
from bot.core.alert import (
    channel_of,
    deliveries_for,
    is_news,
    route,
)
from bot.core.model import Place, StoredArticle
from bot.core.story import find_correction
from bot.errors import StoreError
from bot.jobs.meter import UNCOUNTED
from bot.jobs.telling import alert_of, outcome_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from bot.core.match import RuleSet
    from bot.core.model import Article, Delivery, Match, Placement, PollRecord, Rule
    from bot.core.story import Correction, Stories
    from bot.jobs.meter import Meter
    from bot.jobs.reading import Reading
    from bot.ports import Archive

CORRECTIONS_A_DAY = 3
"""Of one article, in one channel: some pages change every minute."""

DAY = timedelta(days=1)

log = structlog.get_logger(__name__)


class Turns(Protocol):
    """Lets one program at a time place, with the stories of all."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Begin a turn; what is recorded in it is stored when it ends, or nothing of it.

        Raises:
            StoreError: the database refused; nothing is stored.
        """


class Placing:
    """Places articles in stories and decides who hears of them.

    One feed at a time: two outlets' copies of one report, polled at the same moment, must not both
    be first.

    Args:
        rules: the rules of the moment.
        stories: which articles belong together; changed by this object alone.
        store: what was alerted before, and where everything goes.
        chats: the chats that run.
        turns: keeps the stories in step with those of other programs, where there are any.
        meter: counts.
    """

    def __init__(
        self,
        *,
        rules: RuleSet,
        stories: Stories,
        store: Archive,
        chats: Collection[str],
        turns: Turns | None = None,
        meter: Meter = UNCOUNTED,
    ) -> None:
        self._meter = meter
        self._rules, self._stories, self._store, self._chats = rules, stories, store, chats
        self._turns = turns
        self._one_at_a_time = asyncio.Lock()

    async def hand_over(self, news: PollRecord, readings: Sequence[Reading]) -> int:
        """Place, route and record; all of it is stored or nothing, here and in memory.

        Gives the number of deliveries.

        Raises:
            StoreError: the database refused.
        """
        if not any(reading.matches for reading in readings):
            # No story is touched, so it waits for nobody and shares a transaction with others.
            batch = _Batch(news.now)
            await self._place(news, readings, batch)
            self._meter.recorded(_tally(news, batch))
            return 0
        async with self._one_at_a_time:
            batch = _Batch(news.now)
            try:
                if self._turns:
                    async with self._turns.turn():
                        await self._place(news, await self._still_new(news, readings), batch)
                else:
                    await self._place(news, readings, batch)
            except StoreError:
                for article_id in reversed(batch.placed):
                    self._stories.forget(article_id)
                raise
            self._meter.recorded(_tally(news, batch))
            told = Counter((delivery.chat, delivery.message.kind) for delivery in batch.deliveries)
            for (chat, kind), count in told.items():
                self._meter.queued(chat, kind, count)
            return len(batch.deliveries)

    async def _place(self, news: PollRecord, readings: Sequence[Reading], batch: _Batch) -> None:
        for reading in readings:
            await self._try(reading, batch)
        articles, deliveries = tuple(batch.articles), tuple(batch.deliveries)
        tally = _tally(news, batch)
        await self._store.record(
            replace(news, articles=articles, deliveries=deliveries, tally=tally)
        )

    async def _still_new(self, news: PollRecord, readings: Sequence[Reading]) -> list[Reading]:
        """Leave out what another program, polling the same feed by mischance, has placed by now."""
        fresh = await self._store.unseen(news.feed_id, [reading.entry for reading in readings])
        new = {id(article) for article in fresh}
        return [reading for reading in readings if id(reading.entry) in new]

    async def _try(self, reading: Reading, batch: _Batch) -> None:
        """Decide on one article; a fault of ours costs this article, never its feed."""
        try:
            await self._decide(reading, batch)
        except StoreError:
            raise
        except Exception as error:
            log.exception("article not placed", url=reading.article.url)
            outcome = f"could not be placed: {error}"[:200]
            batch.articles.append(StoredArticle(reading.article, outcome=outcome))
            batch.tally["unread"] += 1

    async def _decide(self, reading: Reading, batch: _Batch) -> None:
        article, quotes = reading.article, reading.quotes
        if not reading.matches:
            stored = StoredArticle(
                article, quotes, outcome=reading.outcome, analyzed=reading.analyzed
            )
            batch.articles.append(stored)
            batch.tally["primed" if reading.outcome == "primed" else "unmatched"] += 1
            return
        placement = self._stories.place(article, quotes)
        batch.placed.append(article.id)
        correction, note = await self._correction(article, placement, batch.now)
        alerted = await self._store.alerted(placement.story) | batch.alerted(placement.story)
        wanted: list[Delivery] = []
        pairs = 0
        for match in reading.matches:
            rule = self._rules.rule(match.rule)
            if rule is None:  # removed while the article was being read
                continue
            joined = await self._new_entity(rule, match, placement, batch)
            targets = route(
                rule,
                placement,
                chats=self._chats,
                alerted=alerted,
                news=joined or is_news(match, placement, quotes),
                corrected=correction is not None,
            )
            pairs += sum(channel_of(target)[0] in self._chats for target in set(rule.channels))
            for kind in dict.fromkeys(kind for _, _, kind in targets):
                same = [target for target in targets if target[2] == kind]
                alert = alert_of(reading, rule, match, placement, kind, correction)
                wanted += deliveries_for(alert, rule, same, edition=article.content_hash)
        batch.deliveries += wanted
        batch.tally["matched"] += 1
        batch.tally["pairs"] += pairs
        batch.tally["queued"] += len(wanted)
        silent = "reprint" if placement.place is Place.REPRINT else "no news"
        batch.tally[silent] += pairs - len(wanted)
        batch.articles.append(
            StoredArticle(
                article,
                quotes,
                reading.matches,
                placement,
                outcome_of(placement, wanted, told=bool(alerted)) + note,
                analyzed=True,
            )
        )

    async def _correction(
        self, article: Article, placement: Placement, now: datetime
    ) -> tuple[Correction | None, str]:
        """Find what changed in an article that was told, and a note when that is not told."""
        if placement.place is not Place.REVISION:
            return None, ""
        older = placement.revises or article.id
        before = await self._store.article(older)
        found = find_correction(before.article, article) if before else None
        if found is None:
            return None, ""
        told, corrections = await self._store.told_of({older, article.id}, now - DAY)
        if not told:
            return None, ""
        if corrections >= CORRECTIONS_A_DAY:
            return None, f"; it changed, but {corrections} corrections of it were told in a day"
        return found, ""

    async def _new_entity(
        self, rule: Rule, match: Match, placement: Placement, batch: _Batch
    ) -> bool:
        """Say whether a watched entity comes up that no earlier report of the story named."""
        named = {highlight.entity for highlight in match.highlights if highlight.entity}
        if not named:
            return False
        known = batch.named.setdefault((placement.story, rule.id), set())
        if placement.place is Place.FOLLOW_UP and not named <= known:
            known |= await self._store.named_in(placement.story, rule.id)
        new = not named <= known
        known |= named
        return new and placement.place is Place.FOLLOW_UP


@dataclass
class _Batch:
    """What one poll will store, and what is known before it is.

    Attributes:
        now: when the poll brought it.
        placed: the articles that stories remember already.
        named: the entities that a story's reports named, by story and rule, as far as asked for.
        tally: what it adds to the daily account.
    """

    now: datetime
    articles: list[StoredArticle] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    placed: list[str] = field(default_factory=list)
    named: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    tally: Counter[str] = field(default_factory=Counter)

    def alerted(self, story: str) -> set[tuple[str, str, str]]:
        return {(d.rule_id, d.chat, d.channel) for d in self.deliveries if d.story == story}


def _tally(news: PollRecord, batch: _Batch) -> dict[str, int]:
    """Give what a poll adds to the daily account; the canary adds nothing."""
    return {} if news.feed_id == canary.FEED.id else {**news.tally, **batch.tally}
