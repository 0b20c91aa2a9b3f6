"""Due feeds leased to jobs, where many programs poll."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, select, update

from bot.adapters.store.feed_states import state_of
from bot.adapters.store.queue import count_waiting, defer
from bot.adapters.store.schema import feeds
from bot.core.lanes import POLL, POLL_JOB

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement

    from bot.adapters.store.engine import Database
    from bot.adapters.store.fair import Rota
    from bot.core.model import FeedState


class LeaseRows:
    """The part of the store that hands feeds to jobs."""

    _db: Database
    _rota: Rota

    async def lease_job(self, now: datetime, size: int, lease: timedelta) -> int:
        """Lease up to `size` due feeds to one job, in one transaction; give how many.

        Every tenant in its turn, those due for longest first. Rows that another program claims at
        this moment are passed over.

        Args:
            now: the time.
            size: feeds of the job.
            lease: after this the lease counts no more, and whoever claims next has them.
        """
        async with self._db.write() as connection:
            ids = await self._rota.claimable(connection, now, size)
            if ids:
                until = now + lease
                await connection.execute(
                    update(feeds).where(feeds.c.id.in_(ids)).values(claimed_until=until)
                )
                await defer(connection, POLL, POLL_JOB, {"ids": ids, "until": until.isoformat()})
        return len(ids)

    async def poll_jobs_waiting(self) -> int:
        """Count the jobs that nobody has begun."""
        async with self._db.read() as connection:
            return await count_waiting(connection, POLL, POLL_JOB)

    async def leased(self, ids: Collection[str], until: datetime) -> list[FeedState]:
        """Give those of some feeds that are still leased until that very moment.

        A feed that was polled has no lease any more, so a job that is begun again goes on where it
        was broken off.
        """
        async with self._db.read() as connection:
            rows = await connection.execute(select(feeds).where(_held(ids, until)))
            return [state_of(row) for row in rows]

    async def give_back(self, ids: Collection[str], until: datetime) -> None:
        """End leases of feeds that were not polled."""
        async with self._db.write() as connection:
            await connection.execute(
                update(feeds).where(_held(ids, until)).values(claimed_until=None)
            )


def _held(ids: Collection[str], until: datetime) -> ColumnElement[bool]:
    return and_(feeds.c.id.in_(list(ids)), feeds.c.claimed_until == until)
