"""Which channels have something to do now, where many programs deliver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, or_, select

from bot.adapters.store.queue import drains_under_way, want_drains
from bot.adapters.store.rows import OPEN, is_held
from bot.adapters.store.schema import channels, deliveries
from bot.core.lanes import drain_lock
from bot.core.model import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.adapters.store.engine import Database


class DrainRows:
    """The part of the store that finds lines to drain."""

    _db: Database

    async def want_due_drains(self, chats: Collection[str], now: datetime) -> int:
        """Put a job into the queue for each channel that has something to do and none; count them.

        What is recorded brings its own job; this is for what waited until now: retries, digests'
        hours, probes, and what a program that died was sending.
        """
        async with self._db.write() as connection:
            due = await _due(connection, chats, now)
            if not due:
                return 0
            under_way = await drains_under_way(connection)
            wanted = [target for target in due if drain_lock(*target) not in under_way]
            await want_drains(connection, wanted)
            return len(wanted)


async def _due(
    connection: AsyncConnection, chats: Collection[str], now: datetime
) -> set[tuple[str, str]]:
    """Find channels whose first may be tried, that hold something released, or want a probe."""
    first = func.row_number().over(
        partition_by=(deliveries.c.chat, deliveries.c.channel),
        order_by=(
            case((deliveries.c.state == DeliveryState.SENDING, 0), else_=1),
            deliveries.c.rank,
            deliveries.c.seq,
        ),
    )
    ranked = (
        select(deliveries.c.chat, deliveries.c.channel, deliveries.c.next_try, first.label("place"))
        .where(deliveries.c.state.in_(OPEN), deliveries.c.chat.in_(list(chats)))
        .subquery()
    )
    heads = select(ranked.c.chat, ranked.c.channel).where(
        ranked.c.place == 1, or_(ranked.c.next_try.is_(None), ranked.c.next_try <= now)
    )
    released = select(deliveries.c.chat, deliveries.c.channel).where(
        is_held(), deliveries.c.next_try <= now, deliveries.c.chat.in_(list(chats))
    )
    probes = select(channels.c.chat, channels.c.channel).where(
        and_(channels.c.stopped != "", channels.c.chat.in_(list(chats))),
        or_(channels.c.probe_at.is_(None), channels.c.probe_at <= now),
    )
    found: set[tuple[str, str]] = set()
    for query in (heads, released, probes):
        found |= {(row[0], row[1]) for row in await connection.execute(query)}
    stopped = await connection.execute(
        select(channels.c.chat, channels.c.channel).where(
            channels.c.stopped != "", channels.c.probe_at > now
        )
    )
    resting = {(row[0], row[1]) for row in stopped}
    doubtful = {
        (row[0], row[1])
        for row in await connection.execute(
            select(deliveries.c.chat, deliveries.c.channel)
            .where(deliveries.c.state == DeliveryState.SENDING)
            .distinct()
        )
    }
    return found - (resting - doubtful)
