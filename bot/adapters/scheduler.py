"""APScheduler as the clock of one machine: one tick, never one job a feed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

TICK_SECONDS = 1.0


class Scheduler:
    """Calls a tick every second until it is stopped.

    A tick that comes late still runs (`misfire_grace_time=None`), several late ones run as one
    (`coalesce`), and a tick never overlaps itself (`max_instances=1`); see APScheduler 3.11, user
    guide, "Missed job executions and coalescing".

    Args:
        tick: what to do; it must return quickly and start longer work as tasks.
        seconds: between two ticks.
    """

    def __init__(
        self, tick: Callable[[], Awaitable[None]], *, seconds: float = TICK_SECONDS
    ) -> None:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_job(tick, IntervalTrigger(seconds=seconds), id="tick")

    def start(self) -> None:
        """Begin; needs a running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Call no more ticks."""
        if self._scheduler.running:
            # A tick under way is cancelled, which the library would call an error.
            logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
            self._scheduler.shutdown(wait=False)
