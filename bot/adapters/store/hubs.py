"""WebSub subscriptions and where they stand."""

from __future__ import annotations

import secrets
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, delete, insert, or_, select, update

from bot.adapters.store.schema import feeds, hubs
from bot.core.model import HubLease

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.adapters.store.engine import Database
    from bot.core.model import PollRecord

_FIELDS = tuple(field.name for field in fields(HubLease))


class HubRows:
    """The part of the store that knows hubs."""

    _db: Database

    async def due_hubs(self, now: datetime, limit: int) -> list[HubLease]:
        """Give the subscriptions that are to be asked for or renewed, of feeds that are polled."""
        wanted = and_(feeds.c.listed.is_(True), feeds.c.paused.is_(False))
        due = or_(hubs.c.next_try.is_(None), hubs.c.next_try <= now)
        query = (
            select(hubs).join(feeds, feeds.c.id == hubs.c.feed_id).where(wanted, due).limit(limit)
        )
        async with self._db.read() as connection:
            return [_lease(row) for row in await connection.execute(query)]

    async def hub_lease(self, token: str) -> HubLease | None:
        """Give the subscription of a callback, or None."""
        async with self._db.read() as connection:
            row = (await connection.execute(select(hubs).where(hubs.c.token == token))).first()
            return _lease(row) if row else None

    async def hub_asked(
        self, feed_id: str, next_try: datetime, failures: int, reason: str | None = None
    ) -> None:
        """Note that a hub was asked, and when it is asked again unless it verifies."""
        async with self._db.write() as connection:
            change = update(hubs).where(hubs.c.feed_id == feed_id)
            values = {"next_try": next_try, "failures": failures, "reason": reason}
            await connection.execute(change.values(**values))
            # A renewal leaves the running lease as it is.
            await connection.execute(change.where(hubs.c.state != "active").values(state="asked"))

    async def hub_verified(self, feed_id: str, until: datetime, next_try: datetime) -> None:
        """Note a granted lease."""
        values = {"lease_until": until, "next_try": next_try, "failures": 0, "reason": None}
        async with self._db.write() as connection:
            await connection.execute(
                update(hubs).where(hubs.c.feed_id == feed_id).values(state="active", **values)
            )
            await connection.execute(
                update(feeds).where(feeds.c.id == feed_id).values(pushed_until=until)
            )

    async def hub_refused(self, feed_id: str, reason: str, next_try: datetime) -> None:
        """Note that a hub will not, or no more; the feed is polled as if there were none."""
        values = {"lease_until": None, "next_try": next_try, "reason": reason[:500]}
        async with self._db.write() as connection:
            await connection.execute(
                update(hubs).where(hubs.c.feed_id == feed_id).values(state="refused", **values)
            )
            await connection.execute(
                update(feeds).where(feeds.c.id == feed_id).values(pushed_until=None)
            )

    async def poll_soon(self, feed_id: str, now: datetime) -> bool:
        """Make a feed due now; False when it is being polled at this moment.

        One that fails stays as it is: its server may have said when it can be asked again.
        """
        free = or_(feeds.c.claimed_until.is_(None), feeds.c.claimed_until <= now)
        async with self._db.write() as connection:
            done = await connection.execute(
                update(feeds)
                .where(feeds.c.id == feed_id, free)
                .values(next_poll=case((feeds.c.error.is_(None), now), else_=feeds.c.next_poll))
            )
            return bool(done.rowcount)


async def want_hub(connection: AsyncConnection, record: PollRecord) -> None:
    """Note the hub that a feed announces, within the transaction of its poll."""
    habits = record.habits
    if not (habits.hub and habits.topic):
        return
    mine = hubs.c.feed_id == record.feed_id
    known = (await connection.execute(select(hubs.c.hub, hubs.c.topic).where(mine))).first()
    if known and (known.hub, known.topic) == (habits.hub, habits.topic):
        return
    await connection.execute(delete(hubs).where(mine))
    await connection.execute(
        insert(hubs).values(
            feed_id=record.feed_id,
            hub=habits.hub,
            topic=habits.topic,
            token=secrets.token_hex(16),
            secret=secrets.token_hex(32),
            state="wanted",
        )
    )


def _lease(row: Row[Any]) -> HubLease:
    return HubLease(**{name: getattr(row, name) for name in _FIELDS})
