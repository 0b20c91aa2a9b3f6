"""The bot's heartbeat: what happens at each tick, and how it all ends."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.errors import StoreError
from bot.jobs.meter import UNCOUNTED, Pulse
from bot.jobs.pollnews import PollNews

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping

    from bot.core.model import FeedState
    from bot.jobs.deliver import Deliver
    from bot.jobs.meter import Meter
    from bot.jobs.rulebook import RuleBook
    from bot.jobs.watch import Watch
    from bot.ports import Clock

POLLS_AT_ONCE = 64
LEASE = timedelta(minutes=10)
"""After this a claim counts no more; far above the longest poll."""

JUMP = timedelta(seconds=30)
"""A clock that is turned back by more is noticed."""

GRACE = 4.0
"""Seconds that polls and deliveries under way have to end when the bot stops."""

log = structlog.get_logger(__name__)


class Claims(Protocol):
    """The part of the store that the heartbeat needs. Every method raises StoreError."""

    async def claim_due(self, now: datetime, limit: int, lease: timedelta) -> list[FeedState]:
        """Lease up to `limit` feeds that are due."""

    async def release_claims(
        self, ids: Collection[str] | None = None, *, but: Collection[str] = ()
    ) -> None:
        """Give claims back unpolled: those of `ids`, or all `but` some."""

    async def latest_poll(self) -> datetime | None:
        """Give when a feed was last polled with success."""

    async def turn_back_feeds(self, by: timedelta, only: str = "") -> None:
        """Move next polls with a clock that was turned back: all feeds', or only one's."""

    async def rules_version(self) -> int:
        """Give a number that grows with every change of rules."""


class Heart:
    """Claims due feeds, polls them, delivers; started by a scheduler's tick.

    Args:
        watch: polls a feed.
        deliver: empties the outbox.
        book: refreshed when another program changed the rules.
        claims: which feeds are due.
        clock: the time.
        chores: what else is done at each tick, by name; each decides itself whether it is time.
        meter: counts.
        pulse: told of each tick.
        at_once: polls under way at the same time.
    """

    def __init__(
        self,
        *,
        watch: Watch,
        deliver: Deliver,
        book: RuleBook,
        claims: Claims,
        clock: Clock,
        chores: Mapping[str, Callable[[], Awaitable[None]]] | None = None,
        meter: Meter = UNCOUNTED,
        pulse: Pulse | None = None,
        at_once: int = POLLS_AT_ONCE,
    ) -> None:
        self._at_once = at_once
        self._meter, self._pulse = meter, pulse or Pulse()
        self._watch, self._deliver, self._book = watch, deliver, book
        self._claims, self._clock = claims, clock
        self._chores, self._at_work = dict(chores or {}), set[str]()
        self._polls: dict[asyncio.Task[None], str] = {}
        self._claiming = self._more = self._stopping = False
        self._others: set[asyncio.Task[None]] = set()
        self._rules_version = -1
        self._complaints: dict[str, str] = {}
        self._news = PollNews()
        self._unreleased: set[str] = set()
        self._claimed_unseen = False
        self._latest: datetime | None = None
        self._turned = timedelta()

    async def tick(self) -> None:
        """Start what is due and return at once; a database that refuses is told of once."""
        self._news.tell()
        await self._tolerant("rules", self._refresh_rules)
        await self._tolerant("polls", self._start_polls)
        self._start(self._tolerant("outbox", self._deliver_due))
        for name in self._chores:
            if name not in self._at_work:
                self._start(self._chore(name))
        self._pulse.beat()

    async def once(self) -> None:
        """Poll all that is due, once; then deliver.

        Raises:
            StoreError: the database refused.
        """
        await self._refresh_rules()
        while states := await self._claim():
            await asyncio.gather(*(self._poll(state) for state in states))
        self._news.tell()
        for chore in self._chores.values():
            await chore()
        await self._deliver.drain()

    async def stop(self) -> None:
        """Let what is under way end, within the grace; give back what does not."""
        self._stopping = True
        self._deliver.stop()
        polls = dict(self._polls)
        await self._ended(polls)
        for task in polls:
            task.cancel()
        await asyncio.gather(*polls, *self._others, return_exceptions=True)
        await self._tolerant("claims", lambda: self._claims.release_claims(list(polls.values())))

    async def _ended(self, polls: dict[asyncio.Task[None], str]) -> None:
        waiting = {*polls, *self._others}
        if waiting:
            await asyncio.wait(waiting, timeout=GRACE)
            for task in self._others:
                task.cancel()

    async def _refresh_rules(self) -> None:
        version = await self._claims.rules_version()
        if version != self._rules_version:
            await self._book.refresh()
            self._rules_version = version

    async def _claim(self) -> list[FeedState]:
        free = self._at_once - len(self._polls)
        return await self._claims.claim_due(self._clock.now(), free, LEASE) if free > 0 else []

    async def _watch_clock(self) -> None:
        """Move with a clock that was turned back, also while the bot was off.

        Else feeds that are due within minutes would wait until it has caught up.
        """
        now = self._clock.now()
        latest = self._latest or await self._claims.latest_poll() or now
        if latest - now >= JUMP:
            self._turned += latest - now
            await self._claims.turn_back_feeds(latest - now)
        self._latest = now

    async def _start_polls(self) -> None:
        """Claim what is due and poll it; where more is due, go on as soon as half are done."""
        if self._claiming or self._stopping:
            return
        self._claiming = True
        try:
            await self._watch_clock()
            if self._unreleased:
                await self._claims.release_claims(list(self._unreleased))
                self._unreleased.clear()
            if self._claimed_unseen:
                await self._claims.release_claims(but=set(self._polls.values()))
            # A database that refuses may have claimed all the same: nobody knows what, and it
            # would lie there until the claim expires.
            self._claimed_unseen = True
            states = await self._claim()
            self._claimed_unseen = False
        finally:
            self._claiming = False
        under_way = set(self._polls.values())
        for state in states:
            if state.feed.id in under_way:
                continue  # its claim expired under a clock that was put forward
            task = self._start(self._tolerant("poll", partial(self._poll, state)))
            self._polls[task] = state.feed.id
            task.add_done_callback(self._polled)
        self._more = len(self._polls) >= self._at_once

    def _polled(self, task: asyncio.Task[None]) -> None:
        self._polls.pop(task, None)
        if self._more and len(self._polls) <= self._at_once // 2:
            self._more = False
            self._start(self._tolerant("polls", self._start_polls))

    async def _poll(self, state: FeedState) -> None:
        turned = self._turned
        try:
            poll = await self._watch.poll(state)
            if self._turned > turned:
                # Its next poll was reckoned by the clock of before, and stored behind the others'.
                await self._claims.turn_back_feeds(self._turned - turned, state.feed.id)
        except StoreError:
            # The refusal kept its claim too: give it back when writing works, not when it expires.
            self._unreleased.add(state.feed.id)
            raise
        self._news.note(state, poll)

    async def _chore(self, name: str) -> None:
        self._at_work.add(name)
        try:
            await self._tolerant(name, self._chores[name])
        finally:
            self._at_work.discard(name)

    async def _deliver_due(self) -> None:
        await self._deliver.drain()

    def _start(self, work: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)
        return task

    async def _tolerant(self, step: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run a step; a database that refuses pauses it until the next tick, told of once."""
        try:
            await work()
        except StoreError as error:
            self._meter.store_refused()
            if error.reason not in self._complaints.values():
                log.error("the database refuses; pausing until it works", reason=error.reason)  # noqa: TRY400 -- said in one line
            self._complaints[step] = error.reason
        except Exception:
            log.exception("a step failed; going on", step=step)
        else:
            if self._complaints.pop(step, None) and not self._complaints:
                log.info("the database works again; going on")
