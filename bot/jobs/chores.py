"""What is done now and then beside polling and delivering."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from bot.ports import Clock

LOOK_BACK = timedelta(days=5)
"""What stories are compared with; nothing that is younger is ever let go."""

BATCH = 200
HOUR = timedelta(hours=1)

log = structlog.get_logger(__name__)


class Chore:
    """Does something at the first call and then once an hour; never twice at once.

    Args:
        work: what to do; it may raise StoreError, and is tried again an hour later.
        clock: the time.
        every: between two beginnings.
    """

    def __init__(
        self, work: Callable[[], Awaitable[None]], clock: Clock, every: timedelta = HOUR
    ) -> None:
        self._work, self._clock, self._every = work, clock, every
        self._began: datetime | None = None
        self._busy = False

    async def __call__(self) -> None:
        """Do it if it is time."""
        now = self._clock.now()
        if self._busy or (self._began is not None and now - self._began < self._every):
            return
        self._began, self._busy = now, True
        try:
            await self._work()
        finally:
            self._busy = False


class Prunable(Protocol):
    """The part of the store that forgets."""

    async def prune(self, before: datetime, limit: int = BATCH) -> int:
        """Delete what arrived earlier and nobody needs; raises StoreError."""


class Retention:
    """Lets texts go that are older than the people who run the bot may keep.

    Args:
        store: where they are.
        clock: the time.
        days: how long they are kept; less than the stories' look-back counts as that.
    """

    def __init__(self, store: Prunable, clock: Clock, days: int) -> None:
        self._store, self._clock = store, clock
        self._keep = max(timedelta(days=days), LOOK_BACK)

    async def prune(self) -> None:
        """Delete in small batches, with pauses in which others can write.

        Raises:
            StoreError: the database refused; what is left goes next time.
        """
        before, gone = self._clock.now() - self._keep, 0
        while count := await self._store.prune(before, BATCH):
            gone += count
            await asyncio.sleep(0)
            if count < BATCH:
                break
        if gone:
            log.info(f"let go of {gone} old articles and alerts", before=f"{before:%Y-%m-%d}")
