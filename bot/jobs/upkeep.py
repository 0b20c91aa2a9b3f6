"""What is looked after beside polling and delivering: the daily account and the canary."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.core.canary import EVERY, is_missed

if TYPE_CHECKING:
    from bot.ports import Accounts, Clock

_LOOK = timedelta(seconds=30)
_KEEP = timedelta(days=1)
MOST_DAYS = 14
"""Days that are accounted for after a time off, at most: the newest."""

log = structlog.get_logger(__name__)


class DailyReport:
    """Tells of each UTC day once, when it is over; sums that do not close are an error.

    After a time off it tells of the days between, too: what came in before the bot ended must be
    accounted for all the same.

    Args:
        store: the accounts.
        clock: the time.
    """

    def __init__(self, store: Accounts, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._told: date | None = None

    async def __call__(self) -> None:
        """Report the days up to yesterday that were not, oldest first.

        Raises:
            StoreError: the database refused; the next call goes on where this one ended.
        """
        yesterday = self._clock.now().astimezone(UTC).date() - timedelta(days=1)
        if self._told is not None and yesterday <= self._told:
            return
        last = await self._store.reported()
        back = min((yesterday - last).days, MOST_DAYS) if last else 1
        for days in reversed(range(back)):
            await self._report(yesterday - timedelta(days))
        self._told = yesterday

    async def _report(self, day: date) -> None:
        account = await self._store.account(day)
        if account.tally:
            log.info(f"daily report, {account.line()}")
        for fault in account.faults():
            log.error("the daily account does not close", day=day.isoformat(), sum=fault)
        await self._store.note_reported(day)


class CanaryWatch:
    """Sees to it that a missing canary is told of, once, and its return too.

    Args:
        store: knows when one came out.
        clock: the time.
    """

    def __init__(self, store: Accounts, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._started = self._looked = clock.now()
        self._cleared: datetime | None = None
        self._missed = self._noted = False

    async def __call__(self) -> None:
        """Look, every half minute.

        Raises:
            StoreError: the database refused; the next call tries again.
        """
        now = self._clock.now()
        if now < self._started:  # the clock was set back
            self._started = self._looked = now
        if not self._noted:
            await self._store.await_canary(self._started)
            self._noted = True
        if now - self._looked < _LOOK:
            return
        self._looked = now
        out = await self._store.canary_out()
        last = max(self._started, out) if out else self._started
        missed = is_missed(now, last)
        if missed and not self._missed:
            log.error(
                "the canary did not come out: polling, matching or delivering is stuck",
                minutes=round((now - last) / timedelta(minutes=1)),
                expected=round(EVERY / timedelta(minutes=1)),
            )
        elif self._missed and not missed:
            log.info("the canary comes out again")
        self._missed = missed
        if self._cleared is None or now - self._cleared > _KEEP / 24:
            await self._store.forget_canaries(now - _KEEP)
            self._cleared = now
