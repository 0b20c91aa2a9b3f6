"""Due feeds become jobs of fifty, and jobs poll them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.core.lanes import FEEDS_A_JOB
from bot.errors import StoreError
from bot.jobs.pollnews import PollNews

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.core.model import FeedState
    from bot.jobs.watch import Watch
    from bot.ports import Clock

LEASE = timedelta(minutes=10)
"""After this a lease counts no more; far above the longest poll."""

AHEAD = 40
"""Jobs that may wait. What is claimed earlier than it can be polled only grows old."""

AT_ONCE = 64
"""Polls of one program under way."""

log = structlog.get_logger(__name__)


class Leases(Protocol):
    """The part of the store that it needs. Every method raises StoreError."""

    async def lease_job(self, now: datetime, size: int, lease: timedelta) -> int:
        """Lease up to `size` due feeds to one job, in one transaction; give how many."""

    async def poll_jobs_waiting(self) -> int:
        """Count the jobs that nobody has begun."""

    async def leased(self, ids: Collection[str], until: datetime) -> list[FeedState]:
        """Give those of some feeds that are still leased until that very moment."""

    async def give_back(self, ids: Collection[str], until: datetime) -> None:
        """End leases of feeds that were not polled."""


class Polling:
    """Claims, and polls what was claimed.

    A job may be begun again, by another program as well: a feed that was polled has no lease any
    more, so only the rest is polled.

    Args:
        watch: polls a feed.
        leases: which feeds are due.
        clock: the time.
    """

    def __init__(self, watch: Watch, leases: Leases, clock: Clock) -> None:
        self._watch, self._leases, self._clock = watch, leases, clock
        self._room, self._news = asyncio.Semaphore(AT_ONCE), PollNews()
        self._refused = ""

    async def claim(self) -> None:
        """Make jobs of what is due.

        Raises:
            StoreError: the database refused; what was leased has its job.
        """
        waiting = await self._leases.poll_jobs_waiting()
        while waiting < AHEAD:
            if not await self._leases.lease_job(self._clock.now(), FEEDS_A_JOB, LEASE):
                return
            waiting += 1

    async def poll(self, ids: Sequence[str], until: datetime) -> None:
        """Poll the feeds of a job that are still its own.

        Raises:
            StoreError: the database refused; the job is to be begun again.
        """
        if until <= self._clock.now():
            return  # somebody else has them, or will have them with the next claim
        states = await self._leases.leased(ids, until)
        refused: list[str] = []
        try:
            await asyncio.gather(*(self._one(state, until, refused) for state in states))
        except asyncio.CancelledError:  # the program ends: let others go on at once
            await asyncio.shield(self._leases.give_back(ids, until))
            raise
        self._news.tell()
        if refused:
            await self._leases.give_back(refused, until)

    async def _one(self, state: FeedState, until: datetime, refused: list[str]) -> None:
        """Poll one feed; what goes wrong with it costs no other."""
        async with self._room:
            if until <= self._clock.now():
                return  # it waited here for too long: whoever claims next has it
            try:
                self._news.note(state, await self._watch.poll(state))
            except StoreError as error:
                refused.append(state.feed.id)
                if error.reason != self._refused:
                    log.error("the database refuses", reason=error.reason)  # noqa: TRY400 -- in one line
                self._refused = error.reason
            except Exception:  # a fault of ours: it is polled again when the lease is over
                log.exception("a poll failed; going on", feed=state.feed.url)
            else:
                self._refused = ""
