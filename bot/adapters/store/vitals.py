"""What whoever watches the bot asks of the database: is it there, and how does it all stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, or_, select, text

from bot.adapters.store.account import awaited_canary
from bot.adapters.store.engine import HEAD
from bot.adapters.store.fair import is_due
from bot.adapters.store.rows import OPEN
from bot.adapters.store.schema import channels, deliveries, feeds
from bot.core import canary
from bot.core.model import DeliveryState, Vitals

if TYPE_CHECKING:
    from datetime import datetime

    from bot.adapters.store.engine import Database

_WAITING = (*OPEN, DeliveryState.POSTPONED, DeliveryState.BLOCKED)


class VitalRows:
    """The part of the store that answers for the store."""

    _db: Database

    async def schema_fault(self) -> str:
        """Say what is wrong with the schema, "" where it is ours or a later one.

        Raises:
            StoreError: the database refused.
        """
        async with self._db.read() as connection:
            found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        if found is not None and str(found) >= HEAD:
            return ""
        return f"the schema is {found}, this program needs {HEAD}"

    async def vitals(self, now: datetime) -> Vitals:
        """Count how feeds and outbox stand; reads indexes, not what was delivered.

        Raises:
            StoreError: the database refused.
        """
        ours = feeds.c.origin != canary.ORIGIN
        state = case(
            (feeds.c.paused.is_(True), "paused"),
            (feeds.c.error.is_not(None), "failing"),
            else_="healthy",
        ).label("state")
        # Rows of alerts that a digest carries are told of with it.
        waiting = and_(
            deliveries.c.state.in_(_WAITING),
            deliveries.c.chat != canary.CHAT,
            or_(deliveries.c.state != DeliveryState.POSTPONED, deliveries.c.carrier.is_(None)),
        )
        async with self._db.read() as connection:
            counted = await connection.execute(
                select(state, func.count()).where(feeds.c.listed.is_(True), ours).group_by(state)
            )
            overdue, since = (
                await connection.execute(
                    select(func.count(), func.min(feeds.c.next_poll)).where(is_due(now), ours)
                )
            ).one()
            outbox = await connection.execute(
                select(
                    deliveries.c.chat,
                    deliveries.c.state,
                    func.count(),
                    func.min(deliveries.c.created),
                )
                .where(waiting)
                .group_by(deliveries.c.chat, deliveries.c.state)
            )
            stopped = await connection.execute(
                select(channels.c.chat, func.count())
                .where(channels.c.stopped != "")
                .group_by(channels.c.chat)
            )
            awaited = await awaited_canary(connection)
            return Vitals(
                feeds={"healthy": 0, "failing": 0, "paused": 0} | {r[0]: r[1] for r in counted},
                overdue=overdue,
                overdue_since=since,
                outbox={(row[0], str(row[1])): (row[2], row[3]) for row in outbox},
                stopped={row[0]: row[1] for row in stopped},
                canary=awaited.last if awaited else None,
            )
