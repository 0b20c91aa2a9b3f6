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
import time
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from bot.core import canary
from bot.core.habits import LOST, after_answer, after_trouble, census_due
from bot.core.model import PollRecord, Validators
from bot.core.politeness import PUSHED, Wishes, after_failure, next_poll, pace
from bot.errors import EgressError, FeedError, FetchError
from bot.jobs.meter import UNCOUNTED
from bot.jobs.placing import Placing
from bot.jobs.reading import Reading
from bot.ports import Archive, FeedStore, Unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Sequence

    from bot.core.match import RuleSet
    from bot.core.model import Article, FeedState, Habits, ParsedFeed
    from bot.core.story import Stories
    from bot.jobs.meter import Meter
    from bot.jobs.placing import Turns
    from bot.jobs.reading import Reader
    from bot.ports import Clock, Feeds

TOO_OLD = "older than what is remembered of its feed, so it may have been told before"

PAGES_AT_ONCE = 4
"""Pages fetched at the same time for one feed; the client bounds them per host as well."""

PAGES_FOR = 240.0
"""Seconds for which one poll begins to fetch pages. A feed may bring 5,000 entries whose pages take
half a minute each; those that are left alert with the feed's own text, and the feed goes on."""


class Memory(FeedStore, Archive, Protocol):
    """What a poll remembers."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How polls are paced.

    Attributes:
        every: seconds between two polls of a healthy feed, at least.
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
        result: news, no_news, unchanged, unreachable, http_error, forbidden or unreadable.
    """

    state: FeedState
    new: int = 0
    alerts: int = 0
    error: str | None = None
    problems: tuple[str, ...] = ()
    next_poll: datetime | None = None
    result: str = ""


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
        turns: keeps the stories in step with those of other programs, where there are any.
        meter: counts.
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
        turns: Turns | None = None,
        meter: Meter = UNCOUNTED,
    ) -> None:
        self._feeds, self._reader, self._store = feeds, reader, store
        self._clock, self._pace, self._meter = clock, pace, meter
        self._placing = Placing(
            rules=rules, stories=stories, store=store, chats=chats, turns=turns, meter=meter
        )

    async def poll(self, state: FeedState) -> Poll:
        """Poll one feed and hand what it brought to the outbox.

        Raises:
            StoreError: the database refused; the feed's validators are not advanced.
        """
        now, began = self._clock.now(), time.perf_counter()
        result = "store_error"
        try:
            with self._meter.span("poll", {"feed": state.feed.url}) as note:
                poll = await self._poll(state, now)
                result = poll.result
                note("result", result)
        finally:
            if state.feed.url != canary.FEED.url:
                late = (now - state.next_poll).total_seconds() if state.next_poll else None
                self._meter.polled(result, time.perf_counter() - began, late)
        return poll

    async def _poll(self, state: FeedState, now: datetime) -> Poll:
        census = census_due(state.habits, now)
        try:
            # A census asks without conditions, so that the whole body is read.
            validators = Validators() if census else state.validators
            began = time.perf_counter()
            with self._meter.span("fetch", {}):
                fetched = await self._feeds.fetch(state.feed, validators)
            self._meter.fetched(time.perf_counter() - began)
            if isinstance(fetched, Unchanged):
                return await self._unchanged(state, fetched, now)
            began = time.perf_counter()
            with self._meter.span("parse", {}):
                parsed = await self._feeds.parse(state.feed, fetched, now)
            self._meter.parsed(time.perf_counter() - began)
            fetched = replace(fetched, body=b"", share=None)  # pages may take minutes
        except FetchError as error:
            if census and error.status == HTTPStatus.NOT_MODIFIED:  # it knows no other answer
                return await self._unchanged(state, Unchanged(state.validators), now, census=True)
            return await self._failed(state, error, now)
        except FeedError as error:
            return await self._failed(state, error, now)
        fresh = await self._store.unseen(state.feed.id, parsed.articles)
        with self._meter.span("read", {"articles": str(len(fresh))}):
            readings = await self._readings(state, fresh)
        habits = after_answer(
            state.habits,
            now,
            moved=fetched.moved,
            read=parsed,
            dates=[article.when for article in fresh],
            census=census,
        )
        due, habits = self._due(state, habits, fetched.fresh)
        news = PollRecord(
            feed_id=state.feed.id,
            now=self._clock.now(),
            validators=replace(fetched.validators, entries=parsed.entries),
            next_poll=due,
            seen=tuple(reading.entry for reading in readings),
            title="" if state.feed.title else parsed.title,
            habits=habits,
            present=tuple(article.key for article in parsed.articles) if census else None,
            tally=_entries(parsed, fresh),
        )
        with self._meter.span("hand over", {}):
            alerts = await _to_the_end(self._placing.hand_over(news, readings))
        return Poll(
            state,
            len(fresh),
            alerts,
            problems=parsed.problems,
            next_poll=due,
            result="news" if fresh else "no_news",
        )

    async def _unchanged(
        self, state: FeedState, answer: Unchanged, now: datetime, *, census: bool = False
    ) -> Poll:
        habits = after_answer(state.habits, now, moved=answer.moved, census=census)
        due, habits = self._due(state, habits, answer.fresh)
        await self._store.feed_unchanged(state.feed.id, answer.validators, now, due, habits)
        return Poll(state, next_poll=due, result="unchanged")

    async def _failed(self, state: FeedState, error: FetchError | FeedError, now: datetime) -> Poll:
        """Note a failure. A feed that is gone stops, unless it may be alive where it was before."""
        status = error.status if isinstance(error, FetchError) else None
        gone = status == HTTPStatus.GONE and not state.habits.address
        failures = LOST if status == HTTPStatus.GONE else state.failures + 1
        habits = after_trouble(state.habits, now, failures)
        due = after_failure(
            now,
            state.failures + 1,
            retry_after=error.retry_after if isinstance(error, FetchError) else None,
            wishes=Wishes() if state.feed.every else _wishes(habits),
            first=self._every(state),
            roll=self._pace.chance(),
        )
        await self._store.feed_failed(state.feed.id, error.reason, due, habits, gone=gone)
        return Poll(state, error=error.reason, next_poll=due, result=_failure(error))

    def _every(self, state: FeedState) -> float:
        return state.feed.every or self._pace.every

    def _due(
        self, state: FeedState, habits: Habits, fresh: float | None
    ) -> tuple[datetime, Habits]:
        """Choose the next poll; a pace that was set for the feed outweighs the feed's wishes.

        While a hub has promised to call, polls are but a safety net.
        """
        now, every = self._clock.now(), self._every(state)
        wait, wishes, floor = every, Wishes(), every
        if state.feed.every is None:
            wait = pace(habits.dates, now, every, habits.since)
            wishes = _wishes(habits, fresh)
            if state.pushed_until and state.pushed_until > now:
                wait = floor = max(wait, PUSHED)
        due = next_poll(
            now,
            wait,
            wishes,
            floor=floor,
            failures=state.failures,
            first=every,
            roll=self._pace.chance(),
        )
        return due, habits if habits.wait == wait else replace(habits, wait=wait)

    async def _readings(self, state: FeedState, fresh: Sequence[Article]) -> list[Reading]:
        """Read what is new; but a feed's first sight, and what it may have had before, is no news.

        Entries that were forgotten long after they left the feed may come back with their dates.
        """
        if self._pace.prime and not state.primed and not state.feed.backfill:
            return [Reading(article, article, outcome="primed") for article in fresh]
        forgotten = state.habits.forgotten
        old = [a for a in fresh if forgotten and a.published and a.published < forgotten]
        told = {id(article) for article in old}
        news = await self._read(state, [a for a in fresh if id(a) not in told])
        return [Reading(article, article, outcome=TOO_OLD) for article in old] + news

    async def _read(self, state: FeedState, fresh: Sequence[Article]) -> list[Reading]:
        """Read new articles, oldest first: feeds list the newest first."""
        gate, loop = asyncio.Semaphore(PAGES_AT_ONCE), asyncio.get_running_loop()
        until = loop.time() + PAGES_FOR

        async def one(article: Article) -> Reading:
            async with gate:
                late = loop.time() > until
                return await self._reader.read(article, state.feed.full_text, late=late)

        oldest_first = fresh[::-1]
        ordered = sorted(oldest_first, key=lambda article: article.when)
        return list(await asyncio.gather(*(one(article) for article in ordered)))


def _wishes(habits: Habits, fresh: float | None = None) -> Wishes:
    return Wishes(fresh, habits.every, habits.skip_hours, habits.skip_days)


def _failure(error: FetchError | FeedError) -> str:
    if isinstance(error, FeedError):
        return "unreadable"
    if isinstance(error, EgressError):
        return "forbidden"
    return "unreachable" if error.status is None else "http_error"


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
