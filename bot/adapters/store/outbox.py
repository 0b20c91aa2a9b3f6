"""The outbox: deliveries and their states (design, section 6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.adapters.store.schema import deliveries
from bot.core.model import Alert, Delivery, DeliveryState, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.adapters.store.engine import Database

_MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)
_OPEN = (DeliveryState.PENDING, DeliveryState.SENDING)


class OutboxRows:
    """The part of the store that knows deliveries."""

    _db: Database

    async def waiting_channels(self, chats: Iterable[str]) -> list[tuple[str, str]]:
        """Give the (chat, channel) pairs that have something to deliver, now or later."""
        query = (
            select(deliveries.c.chat, deliveries.c.channel)
            .where(deliveries.c.state.in_(_OPEN), deliveries.c.chat.in_(list(chats)))
            .distinct()
        )
        async with self._db.read() as connection:
            return [(row.chat, row.channel) for row in await connection.execute(query)]

    async def enqueue(self, wanted: Sequence[Delivery], now: datetime) -> None:
        """Put deliveries into the outbox that no poll brought; known ids are left alone."""
        async with self._db.write() as connection:
            await insert_deliveries(connection, wanted, now)

    async def next_delivery(
        self, chat: str, channel: str
    ) -> tuple[Delivery, datetime | None] | None:
        """Give the oldest open delivery of a channel and when it may be tried, or None.

        Only the oldest: order within a channel is kept, so later ones wait behind it.
        """
        query = (
            select(deliveries)
            .where(
                deliveries.c.state.in_(_OPEN),
                deliveries.c.chat == chat,
                deliveries.c.channel == channel,
            )
            .order_by(deliveries.c.seq)
            .limit(1)
        )
        async with self._db.read() as connection:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            delivery = delivery_of(row)
            if isinstance(delivery.message, Alert) and delivery.message.kind != "alert":
                delivery = replace(delivery, parent_ref=await _parent_ref(connection, delivery))
        return delivery, row.next_try

    async def start_sending(self, delivery: Delivery, now: datetime) -> Delivery:
        """Mark a delivery as being sent, before the chat is called, and give it so marked."""
        await self._set(
            delivery.id, state=DeliveryState.SENDING, attempt=delivery.attempt + 1, since=now
        )
        return replace(
            delivery, state=DeliveryState.SENDING, attempt=delivery.attempt + 1, since=now
        )

    async def delivered(self, delivery_id: str, ref: str, now: datetime) -> None:
        """Note that the chat has it."""
        await self._set(
            delivery_id, state=DeliveryState.DELIVERED, ref=ref, finished=now, reason=None
        )

    async def postpone(self, delivery_id: str, until: datetime, reason: str) -> None:
        """Put a delivery that was surely not accepted back into the queue."""
        await self._set(
            delivery_id, state=DeliveryState.PENDING, next_try=until, reason=reason, since=None
        )

    async def doubt(self, delivery_id: str, until: datetime, reason: str) -> None:
        """Keep a delivery as being sent; after `until` the chat is asked whether it has it."""
        await self._set(delivery_id, next_try=until, reason=reason)

    async def block(self, delivery_id: str, reason: str, now: datetime) -> None:
        """Set a delivery aside that the chat will not take; nothing is lost."""
        await self._set(delivery_id, state=DeliveryState.BLOCKED, reason=reason, finished=now)

    async def unblock(self, chat: str, channel: str) -> None:
        """Give what a channel refused another chance, once the reason is mended."""
        async with self._db.write() as connection:
            await connection.execute(
                update(deliveries)
                .where(
                    deliveries.c.chat == chat,
                    deliveries.c.channel == channel,
                    deliveries.c.state == DeliveryState.BLOCKED,
                )
                .values(state=DeliveryState.PENDING, next_try=None, since=None, finished=None)
            )

    async def count_deliveries(self) -> dict[str, int]:
        """Count deliveries by state."""
        query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        async with self._db.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(query)}

    async def deliveries_of(self, article_id: str) -> list[tuple[Delivery, str]]:
        """Give an article's deliveries with the reason each stands where it does."""
        query = (
            select(deliveries)
            .where(deliveries.c.article_id == article_id)
            .order_by(deliveries.c.seq)
        )
        async with self._db.read() as connection:
            return [(delivery_of(row), row.reason or "") for row in await connection.execute(query)]

    async def _set(self, delivery_id: str, **values: Any) -> None:  # noqa: ANN401 -- columns
        async with self._db.write() as connection:
            await connection.execute(
                update(deliveries).where(deliveries.c.id == delivery_id).values(**values)
            )


async def insert_deliveries(
    connection: AsyncConnection, wanted: Sequence[Delivery], now: datetime
) -> None:
    """Put deliveries into the outbox within a caller's transaction; known ids are left alone."""
    if not wanted:
        return
    await connection.execute(
        insert(deliveries).on_conflict_do_nothing(index_elements=[deliveries.c.id]),
        [
            {
                "id": delivery.id,
                "chat": delivery.chat,
                "channel": delivery.channel,
                "rule_id": delivery.rule_id,
                "article_id": delivery.article,
                "story": delivery.story,
                "alert": _MESSAGE.dump_python(delivery.message, mode="json"),
                "state": DeliveryState.PENDING,
                "attempt": 0,
                "created": now,
            }
            for delivery in wanted
        ],
    )


async def _parent_ref(connection: AsyncConnection, delivery: Delivery) -> str:
    """Find where the chat has the alert that a follow-up belongs below, or ""."""
    query = (
        select(deliveries.c.ref)
        .where(
            deliveries.c.story == delivery.story,
            deliveries.c.rule_id == delivery.rule_id,
            deliveries.c.chat == delivery.chat,
            deliveries.c.channel == delivery.channel,
            deliveries.c.state == DeliveryState.DELIVERED,
        )
        .order_by(deliveries.c.seq)
        .limit(1)
    )
    return await connection.scalar(query) or ""


def delivery_of(row: Row[Any]) -> Delivery:
    """Give the noun of a row."""
    return Delivery(
        id=row.id,
        chat=row.chat,
        channel=row.channel,
        rule_id=row.rule_id,
        message=_MESSAGE.validate_python(row.alert),
        state=DeliveryState(row.state),
        attempt=row.attempt,
        since=row.since,
    )
