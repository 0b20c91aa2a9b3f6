"""When the lines of the outbox are tried: what waits, until when, and what lets it go sooner."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update

from bot.adapters.store.outbox import AFRESH
from bot.adapters.store.rows import OPEN, is_held
from bot.adapters.store.schema import channels, deliveries
from bot.core.model import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from bot.adapters.store.engine import Database


class WaitRows:
    """The part of the store that knows which lines wait, and until when."""

    _db: Database

    async def waiting_channels(
        self, chats: Iterable[str], now: datetime | None = None
    ) -> list[tuple[str, str]]:
        """Give the (chat, channel) pairs that have something to deliver, now or later.

        With a time, those too whose postponed deliveries may go at that time.
        """
        waits: ColumnElement[bool] = deliveries.c.state.in_(OPEN)
        if now is not None:
            waits = or_(waits, and_(is_held(), deliveries.c.next_try <= now))
        query = (
            select(deliveries.c.chat, deliveries.c.channel)
            .where(waits, deliveries.c.chat.in_(list(chats)))
            .distinct()
        )
        async with self._db.read() as connection:
            found = [(row.chat, row.channel) for row in await connection.execute(query)]
            stopped = await connection.execute(
                select(channels.c.chat, channels.c.channel).where(
                    channels.c.stopped != "", channels.c.chat.in_(list(chats))
                )
            )
            return list(dict.fromkeys([*found, *((row.chat, row.channel) for row in stopped)]))

    async def unblock(self, chat: str, channel: str) -> None:
        """Give what a channel refused another chance, once the reason is mended."""
        here = (deliveries.c.chat == chat, deliveries.c.channel == channel)
        async with self._db.write() as connection:
            await connection.execute(
                update(deliveries)
                .where(*here, deliveries.c.state == DeliveryState.BLOCKED)
                .values(**AFRESH, state=_in_line())
            )
            await connection.execute(
                update(deliveries)
                .where(*here, deliveries.c.state == DeliveryState.PENDING)
                .values(next_try=deliveries.c.earliest)
            )
            await connection.execute(
                update(channels)
                .where(channels.c.chat == chat, channels.c.channel == channel)
                .values(stopped="", stopped_by="", stopped_at=None, probe_at=None, probes=0)
            )

    async def hurry(self, chat: str | None, channel: str | None, until: datetime) -> None:
        """Let deliveries that wait after a failure be tried sooner, never before `earliest`.

        Args:
            chat: only its; None for all chats.
            channel: only its; None for all channels of the chat.
            until: the latest that they wait, where nothing later was named.
        """
        soon = and_(deliveries.c.state.in_(OPEN), deliveries.c.next_try > until)
        if chat is not None:
            soon = and_(soon, deliveries.c.chat == chat)
        if channel is not None:
            soon = and_(soon, deliveries.c.channel == channel)
        named = func.coalesce(deliveries.c.earliest, until)
        async with self._db.write() as connection:
            await connection.execute(
                update(deliveries).where(soon, named <= until).values(next_try=until)
            )
            await connection.execute(
                update(deliveries).where(soon, named > until).values(next_try=named)
            )

    async def in_doubt(self, chats: Iterable[str]) -> list[tuple[str, int]]:
        """Give the deliveries whose outcome is unknown: their ids, and which attempt it was."""
        query = select(deliveries.c.id, deliveries.c.attempt).where(
            deliveries.c.state == DeliveryState.SENDING, deliveries.c.chat.in_(list(chats))
        )
        async with self._db.read() as connection:
            return [(row.id, row.attempt) for row in await connection.execute(query)]

    async def latest_try(self) -> datetime | None:
        """Give when the last of the open deliveries was tried, or None."""
        query = select(
            func.max(deliveries.c.first_try).label("first"),
            func.max(deliveries.c.since).label("last"),
        ).where(deliveries.c.state.in_(OPEN))
        async with self._db.read() as connection:
            row = (await connection.execute(query)).one()
        return max((at for at in (row.first, row.last) if at is not None), default=None)

    async def turn_back(self, by: timedelta, now: datetime) -> None:
        """Move what waits after a try with a clock that was turned back.

        A window of doubt that began by the new clock, before anybody noticed that it was turned,
        stays: moved once more it would end at once, and what is under way be sent again.

        Args:
            by: by how much it was turned.
            now: what it says since.
        """
        waits = and_(deliveries.c.state.in_(OPEN), deliveries.c.next_try.is_not(None))
        async with self._db.write() as connection:
            found = (await connection.execute(select(deliveries).where(waits))).all()
            for row in found:
                moved = {
                    name: row._mapping[name] - by  # noqa: SLF001 -- SQLAlchemy's public name
                    for name in ("next_try", "earliest", "since", "first_try")
                    if row._mapping[name] is not None  # noqa: SLF001 -- the same
                    and (name != "since" or row.since > now)
                }
                await connection.execute(
                    update(deliveries).where(deliveries.c.id == row.id).values(**moved)
                )

    async def pauses(self, now: datetime) -> dict[str, datetime]:
        """Give until when each chat told us to wait, where that is still to come."""
        query = (
            select(deliveries.c.chat, func.max(deliveries.c.earliest).label("until"))
            .where(deliveries.c.state == DeliveryState.PENDING, deliveries.c.earliest > now)
            .group_by(deliveries.c.chat)
        )
        async with self._db.read() as connection:
            return {row.chat: row.until for row in await connection.execute(query)}


def _in_line() -> ColumnElement[str]:
    """Give the state of a delivery that begins anew: a carried alert waits for its digest."""
    return case(
        (deliveries.c.carrier.is_not(None), DeliveryState.POSTPONED),
        else_=DeliveryState.PENDING,
    )
