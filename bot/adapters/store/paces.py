"""How fast a chat is told things by all programs together."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.adapters.store.schema import paces
from bot.adapters.store.sql import insert

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.adapters.store.engine import Database
    from bot.core.pacing import Limits


class PaceRows:
    """The part of the store that hands out turns: a token bucket, kept as the time it is full.

    Source: the generic cell rate algorithm, ITU-T I.371, in its virtual scheduling form.
    """

    _db: Database

    async def turn(
        self, house: str, limits: Limits, now: datetime, channel: str = ""
    ) -> datetime | None:
        """Take a turn to tell a chat (or workspace) something, and one of its channel with it.

        Args:
            house: the chat, or the chat's workspace.
            limits: seconds between two messages on average, and how many at once.
            now: the time.
            channel: its name in the table; "" where the channel's own pace is not asked for.

        Returns:
            None where both turns are taken; else when they are to be had, and none is taken.
        """
        wanted = [(house, limits.chat, limits.burst), (channel, limits.channel, 1)]
        wanted = [(key, gap, burst) for key, gap, burst in wanted if key and gap]
        if not wanted:
            return None
        try:
            async with self._db.write() as connection:
                for key, gap, burst in wanted:
                    await _take(connection, key, timedelta(seconds=gap), burst, now)
        except _TooEarlyError:
            free = now
            async with self._db.read() as connection:
                for key, gap, burst in wanted:
                    full = await connection.scalar(
                        select(paces.c.full_at).where(paces.c.house == key)
                    )
                    if full is not None:
                        free = max(free, full - timedelta(seconds=gap) * (burst - 1))
            return free
        return None

    async def hold_turns(self, house: str, limits: Limits, until: datetime) -> None:
        """Hand out no turn before a time that the chat named."""
        full = until + timedelta(seconds=limits.chat) * max(limits.burst - 1, 0)
        async with self._db.write() as connection:
            statement = insert(connection, paces).values(house=house, full_at=full)
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[paces.c.house],
                    set_={"full_at": func.greatest(paces.c.full_at, full)},
                )
            )


class _TooEarlyError(Exception):
    """A turn is not to be had yet: nothing of the transaction is to stand."""


async def _take(
    connection: AsyncConnection, key: str, step: timedelta, burst: int, now: datetime
) -> None:
    """Take a turn, or raise _TooEarlyError."""
    statement = insert(connection, paces).values(house=key, full_at=now + step)
    taken = await connection.scalar(
        statement.on_conflict_do_update(
            index_elements=[paces.c.house],
            set_={"full_at": func.greatest(paces.c.full_at, now) + step},
            where=paces.c.full_at <= now + step * (burst - 1),
        ).returning(paces.c.full_at)
    )
    if taken is None:
        raise _TooEarlyError
