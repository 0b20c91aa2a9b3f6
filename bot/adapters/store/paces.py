"""How fast a chat is told things by all programs together."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.adapters.store.schema import paces
from bot.adapters.store.sql import insert

if TYPE_CHECKING:
    from datetime import datetime

    from bot.adapters.store.engine import Database
    from bot.core.pacing import Limits


class PaceRows:
    """The part of the store that hands out turns: a token bucket, kept as the time it is full.

    Source: the generic cell rate algorithm, ITU-T I.371, in its virtual scheduling form.
    """

    _db: Database

    async def turn(self, house: str, limits: Limits, now: datetime) -> datetime | None:
        """Take a turn to tell a chat (or workspace) something.

        Args:
            house: the chat, or the chat's workspace.
            limits: seconds between two messages on average, and how many at once.
            now: the time.

        Returns:
            None where the turn is taken; else when the next one is to be had.
        """
        if not limits.chat:
            return None
        step = timedelta(seconds=limits.chat)
        latest = now + step * (limits.burst - 1)
        async with self._db.write() as connection:
            statement = insert(connection, paces).values(house=house, full_at=now + step)
            taken = await connection.scalar(
                statement.on_conflict_do_update(
                    index_elements=[paces.c.house],
                    set_={"full_at": func.greatest(paces.c.full_at, now) + step},
                    where=paces.c.full_at <= latest,
                ).returning(paces.c.full_at)
            )
            if taken is not None:
                return None
            full = await connection.scalar(select(paces.c.full_at).where(paces.c.house == house))
        return now if full is None else full - step * (limits.burst - 1)

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
