"""From feed to outbox.

The way of a poll:

1. `Feeds.fetch` -> a body, or unchanged
2. `Feeds.parse` -> articles
3. `Archive.unseen` -> new or changed ones (a feed's first sight is primed silently)
4. `Reader.read` each -> its page where a rule could match, its quotes, its matches
5. one feed at a time: `Stories.place`, `route`, `compose_alert`
6. `Archive.record`: everything in one transaction, with the feed's validators

A failure in one article costs that article, never its feed; a failing feed never costs another.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.core.model import PollRecord
from bot.core.politeness import Wishes, after_failure, next_poll
from bot.errors import FeedError, FetchError
from bot.jobs.placing import Placing
from bot.jobs.reading import Reading
from bot.ports import Archive, FeedStore, Unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Sequence

    from bot.core.match import RuleSet
    from bot.core.model import Article, FeedState, ParsedFeed
    from bot.core.story import Stories
    from bot.jobs.reading import Reader
    from bot.ports import Clock, Feeds

PAGES_AT_ONCE = 4
"""Pages fetched at the same time for one feed; the client bounds them per host as well."""


class Memory(FeedStore, Archive, Protocol):
    """What a poll remembers."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How polls are paced.

    Attributes:
        every: seconds between two polls of a healthy feed.
        prime: True when a feed's first sight does not alert.
        chance: gives numbers in [0, 1), to spread polls.
    """

    every: float
    prime: bool
    chance: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Poll:
    """How a poll ended.

    Attributes:
        new: articles not seen before (primed ones included).
        alerts: deliveries put into the outbox.
        error: why it failed, or None.
        problems: oddities of the body, one line each.
        next_poll: when the feed is due again.
    """

    state: FeedState
    new: int = 0
    alerts: int = 0
    error: str | None = None
    problems: tuple[str, ...] = ()
    next_poll: datetime | None = None


class Watch:
    """Polls feeds; one instance for all, safe to call for many feeds at once.

    Args:
        feeds: fetches and parses.
        reader: reads articles against the rules.
        store: what is remembered.
        rules: shared with the reader.
        stories: which articles belong together; changed by this object alone.
        chats: the chats that run.
        clock: the time.
        pace: how polls are paced.
    """

    def __init__(
        self,
        *,
        feeds: Feeds,
        reader: Reader,
        store: Memory,
        rules: RuleSet,
        stories: Stories,
        chats: Collection[str],
        clock: Clock,
        pace: Pace,
    ) -> None:
        self._feeds, self._reader, self._store = feeds, reader, store
        self._clock, self._pace = clock, pace
        self._placing = Placing(rules=rules, stories=stories, store=store, chats=chats)

    async def poll(self, state: FeedState) -> Poll:
        """Poll one feed and hand what it brought to the outbox.

        Raises:
            StoreError: the database refused; the feed's validators are not advanced.
        """
        feed, now = state.feed, self._clock.now()
        try:
            fetched = await self._feeds.fetch(feed, state.validators)
            if isinstance(fetched, Unchanged):
                due = self._due(state, Wishes(fetched.fresh))
                await self._store.feed_unchanged(feed.id, fetched.validators, now, due)
                return Poll(state, next_poll=due)
            parsed = await self._feeds.parse(feed, fetched, now)
        except (FetchError, FeedError) as error:
            return await self._failed(state, error)
        fresh = await self._store.unseen(feed.id, parsed.articles)
        if self._pace.prime and not state.primed and not feed.backfill:
            readings = [Reading(article, article, outcome="primed") for article in fresh]
        else:
            readings = await self._read(state, fresh)
        due = self._due(state, Wishes(fetched.fresh, parsed.every, parsed.skip_hours))
        news = PollRecord(
            feed_id=feed.id,
            now=self._clock.now(),
            validators=replace(fetched.validators, entries=parsed.entries),
            next_poll=due,
            seen=tuple(reading.entry for reading in readings),
            title="" if feed.title else parsed.title,
            tally=_entries(parsed, fresh),
        )
        alerts = await _to_the_end(self._placing.hand_over(news, readings))
        return Poll(state, len(fresh), alerts, problems=parsed.problems, next_poll=due)

    async def _failed(self, state: FeedState, error: FetchError | FeedError) -> Poll:
        due = after_failure(
            self._clock.now(),
            state.failures + 1,
            retry_after=getattr(error, "retry_after", None),
            first=self._every(state),
            roll=self._pace.chance(),
        )
        await self._store.feed_failed(state.feed.id, error.reason, due)
        return Poll(state, error=error.reason, next_poll=due)

    def _every(self, state: FeedState) -> float:
        return state.feed.every or self._pace.every

    def _due(self, state: FeedState, wishes: Wishes) -> datetime:
        """Choose the next poll; a pace that was set for the feed outweighs the feed's wishes."""
        every = self._every(state)
        return next_poll(
            self._clock.now(),
            every,
            wishes if state.feed.every is None else Wishes(),
            failures=state.failures,
            first=every,
            roll=self._pace.chance(),
        )

    async def _read(self, state: FeedState, fresh: Sequence[Article]) -> list[Reading]:
        """Read new articles, oldest first: feeds list the newest first."""
        gate = asyncio.Semaphore(PAGES_AT_ONCE)

        async def one(article: Article) -> Reading:
            async with gate:
                return await self._reader.read(article, state.feed.full_text)

        oldest_first = fresh[::-1]
        ordered = sorted(oldest_first, key=lambda article: article.when)
        return list(await asyncio.gather(*(one(article) for article in ordered)))


def _entries(parsed: ParsedFeed, fresh: Sequence[Article]) -> dict[str, int]:
    """Count a body's entries; what is known may have been left unparsed."""
    count = max(len(parsed.entries), len(parsed.articles), len(fresh))
    return {"entries": count, "known": count - len(fresh), "new": len(fresh)}


async def _to_the_end(work: Coroutine[object, object, int]) -> int:
    """Run to the end although the caller is cancelled: half a hand-over must not be."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
