"""The outbox: deliveries and what becomes of them (design, section 6)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, func, select, update

from bot.adapters.store.care import RESTORED
from bot.adapters.store.heads import Mark, with_parent
from bot.adapters.store.rows import OPEN, delivery_of, dumped, with_carried
from bot.adapters.store.rules import entry_values
from bot.adapters.store.schema import audit, deliveries, meta
from bot.adapters.store.sql import insert
from bot.core import canary
from bot.core.model import Alert, Delivery, DeliveryState, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.adapters.store.engine import Database
    from bot.adapters.store.together import Together
    from bot.core.model import AuditEntry

_LONGEST_REASON = 300


class OutboxRows:
    """The part of the store that knows deliveries and their states.

    A digest's row and those of the alerts that it carries change together: what becomes of the
    digest becomes of them, in one transaction.
    """

    _db: Database
    _by_id: Together[str, Delivery | None]
    _marks: Together[Mark, Delivery | None]
    _arrived: Together[dict[str, Any], None]

    async def enqueue(self, wanted: Sequence[Delivery], now: datetime) -> None:
        """Put deliveries into the outbox that no poll brought; known ids are left alone."""
        async with self._db.write() as connection:
            await insert_deliveries(connection, wanted, now)

    async def next_delivery(
        self, chat: str, channel: str
    ) -> tuple[Delivery, datetime | None] | None:
        """Give the first open delivery of a channel's line and when it may be tried, or None.

        Order within a channel is kept, so later ones wait behind it.
        """
        for state in OPEN:
            query = (
                select(deliveries)
                .where(
                    deliveries.c.state == state,
                    deliveries.c.chat == chat,
                    deliveries.c.channel == channel,
                )
                .order_by(deliveries.c.rank, deliveries.c.seq)
                .limit(1)
            )
            async with self._db.read() as connection:
                row = (await connection.execute(query)).one_or_none()
                if row is not None:
                    return await with_parent(connection, row), row.next_try
        return None

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """Give one delivery, ready to be sent."""
        return await self._by_id.ask(delivery_id)

    async def start_sending(self, delivery: Delivery, now: datetime) -> Delivery | None:
        """Mark a delivery as being sent, before the chat is called, and give it so marked.

        None where it left the line since it was read, because somebody discarded it.
        """
        return await self._marks.ask(Mark(delivery, now))

    async def delivered(self, delivery_id: str, ref: str, now: datetime) -> None:
        """Note that the chat has it, and with it the alerts that it carries."""
        await self._arrived.ask({"delivery": delivery_id, "place": ref, "at": now})

    async def postpone(
        self,
        delivery_id: str,
        until: datetime,
        reason: str,
        *,
        earliest: datetime | None = None,
    ) -> None:
        """Put a delivery that was surely not accepted back into the line.

        Args:
            delivery_id: it.
            until: when it is tried again.
            reason: for people.
            earliest: the time the chat named, before which it is not tried whatever happens.
        """
        await self._set(
            deliveries.c.id == delivery_id,
            state=DeliveryState.PENDING,
            next_try=until,
            earliest=earliest,
            reason=reason[:_LONGEST_REASON],
            since=None,
        )

    async def doubt(
        self,
        delivery_id: str,
        until: datetime,
        reason: str,
        *,
        earliest: datetime | None = None,
        since: datetime | None = None,
    ) -> None:
        """Keep a delivery as being sent; after `until` the chat is asked whether it has it.

        Args:
            delivery_id: it.
            until: when the chat is asked.
            reason: for people.
            earliest: the end of the doubt window, before which it is not asked whatever happens.
            since: when the attempt began, where that is corrected.
        """
        await self._set(
            deliveries.c.id == delivery_id,
            next_try=until,
            earliest=earliest or until,
            reason=reason[:_LONGEST_REASON],
            **({"since": since} if since else {}),
        )

    async def block(self, delivery_id: str, reason: str, now: datetime) -> None:
        """Set a delivery aside that the chat will not take; nothing is lost."""
        await self._set(
            with_carried(delivery_id),
            state=DeliveryState.BLOCKED,
            reason=reason[:_LONGEST_REASON],
            finished=now,
        )

    async def bury(self, delivery_id: str, reason: str, now: datetime, entry: AuditEntry) -> None:
        """Give a delivery up, with a line in the audit log; it is kept."""
        async with self._db.write() as connection:
            await connection.execute(
                update(deliveries)
                .where(with_carried(delivery_id))
                .values(state=DeliveryState.DEAD, reason=reason[:_LONGEST_REASON], finished=now)
            )
            await connection.execute(insert(connection, audit).values(**entry_values(entry)))

    async def count_deliveries(self) -> dict[str, int]:
        """Count deliveries by state, canaries left out."""
        query = (
            select(deliveries.c.state, func.count())
            .where(deliveries.c.chat != canary.CHAT)
            .group_by(deliveries.c.state)
        )
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
            return [(delivery_of(row), _reason(row)) for row in await connection.execute(query)]

    async def _set(self, where: ColumnElement[bool], **values: Any) -> None:  # noqa: ANN401 -- columns
        async with self._db.write() as connection:
            await connection.execute(update(deliveries).where(where).values(**values))


AFRESH: dict[str, Any] = {
    "next_try": None,
    "earliest": None,
    "first_try": None,
    "since": None,
    "finished": None,
    "attempt": 0,
}
"""Values of a delivery that begins anew."""


async def insert_deliveries(
    connection: AsyncConnection, wanted: Sequence[Delivery], now: datetime, *, rank: int = 1
) -> None:
    """Put deliveries into the outbox within a caller's transaction; known ids are left alone."""
    if not wanted:
        return
    restored = await _restored(connection)
    await connection.execute(
        insert(connection, deliveries).on_conflict_do_nothing(index_elements=[deliveries.c.id]),
        [
            {
                "id": delivery.id,
                "chat": delivery.chat,
                "channel": delivery.channel,
                "rule_id": delivery.rule_id,
                "article_id": delivery.article,
                "story": delivery.story,
                "alert": dumped(delivery.message),
                "kind": delivery.message.kind,
                "rank": rank,
                "shown": _shown(delivery.message),
                "created": now,
                **_beginning(delivery.message, restored),
            }
            for delivery in wanted
        ],
    )


async def _restored(connection: AsyncConnection) -> tuple[datetime, datetime] | None:
    """Give from when to when a restored copy may not know what was sent."""
    value = await connection.scalar(select(meta.c.value).where(meta.c.key == RESTORED))
    if not value:
        return None
    since, until = map(datetime.fromisoformat, value.split())
    return since, until


def _beginning(message: Message, restored: tuple[datetime, datetime] | None) -> dict[str, Any]:
    """Give the state in which a delivery begins: in doubt where it may have been sent before."""
    if restored and isinstance(message, Alert) and message.published <= restored[1]:
        return {"state": DeliveryState.SENDING, "attempt": 1, "since": restored[0]}
    return {"state": DeliveryState.PENDING, "attempt": 0, "since": None}


def _shown(message: Message) -> int:
    return message.sources if isinstance(message, Alert) else 0


def _reason(row: Row[Any]) -> str:
    if row.reason or not row.carrier:
        return row.reason or ""
    return "in a digest"
