"""The line of a channel: what waits in it, what leaves it for a while, what digests carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from bot.adapters.store.heads import Head
from bot.adapters.store.outbox import insert_deliveries
from bot.adapters.store.rows import LIGHT, is_held, message_of, waiting_of
from bot.adapters.store.rules import entry_values
from bot.adapters.store.schema import audit, channels, deliveries
from bot.core.model import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from bot.adapters.store.engine import Database
    from bot.adapters.store.together import Together
    from bot.core.model import AuditEntry, Delivery, Line, Message, SetAside, Waiting

_CHUNK = 300  # keeps statements below SQLite's limit of bound values


class LineRows:
    """The part of the store that knows the lines of channels."""

    _db: Database
    _heads: Together[Head, Line]

    async def line(self, chat: str, channel: str, now: datetime, limit: int) -> Line:
        """Give the head of a channel's line, and what is set for the channel."""
        return await self._heads.ask(Head(chat, channel, now, limit))

    async def released(self, chat: str, channel: str, now: datetime, limit: int) -> list[Waiting]:
        """Give the postponed deliveries of a channel that may go now, in order of arrival."""
        query = (
            select(*LIGHT)
            .where(
                deliveries.c.chat == chat,
                deliveries.c.channel == channel,
                is_held(),
                deliveries.c.next_try <= now,
            )
            .order_by(deliveries.c.seq)
            .limit(limit)
        )
        async with self._db.read() as connection:
            return [waiting_of(row) for row in await connection.execute(query)]

    async def messages(self, ids: Sequence[str]) -> dict[str, Message]:
        """Give what deliveries say."""
        found: dict[str, Message] = {}
        async with self._db.read() as connection:
            for at in range(0, len(ids), _CHUNK):
                query = select(deliveries.c.id, deliveries.c.alert).where(
                    deliveries.c.id.in_(ids[at : at + _CHUNK])
                )
                found |= {row.id: message_of(row) for row in await connection.execute(query)}
        return found

    async def set_aside(self, changes: Collection[SetAside], now: datetime) -> None:
        """Take deliveries out of the line that nobody is sending, in one transaction."""
        async with self._db.write() as connection:
            for change in changes:
                muted = change.until is None
                state = DeliveryState.MUTED if muted else DeliveryState.POSTPONED
                await connection.execute(
                    update(deliveries)
                    .where(deliveries.c.id == change.id, _movable())
                    .values(
                        state=state,
                        held=None if muted else change.held,
                        next_try=change.until,
                        finished=now if muted else None,
                        reason=change.reason,
                    )
                )

    async def rejoin(self, ids: Sequence[str]) -> None:
        """Put postponed deliveries back into the line, at the places they had."""
        async with self._db.write() as connection:
            await connection.execute(
                update(deliveries)
                .where(deliveries.c.id.in_(ids), is_held())
                .values(state=DeliveryState.PENDING, next_try=None, held=None, reason=None)
            )

    async def carry(self, digests: Sequence[tuple[Delivery, Sequence[str]]], now: datetime) -> None:
        """Put digests into the outbox with the marks of the alerts they carry: all or nothing.

        An alert that somebody took out of the line meanwhile (discarded it) stays out.
        """
        async with self._db.write() as connection:
            await insert_deliveries(connection, [made for made, _ in digests], now, rank=0)
            for made, ids in digests:
                await connection.execute(
                    update(deliveries)
                    .where(deliveries.c.id.in_(ids), _movable())
                    .values(
                        state=DeliveryState.POSTPONED,
                        carrier=made.id,
                        next_try=None,
                        reason="in a digest",
                    )
                )

    async def stop_channel(
        self,
        delivery_id: str,
        chat: str,
        channel: str,
        *,
        reason: str,
        now: datetime,
        probe_at: datetime,
        entry: AuditEntry | None,
        others: int = 0,
    ) -> None:
        """Note that a channel takes nothing, and when that is tried again.

        Args:
            delivery_id: the one that was refused.
            chat: the channel's chat.
            channel: it.
            reason: the chat's words.
            now: the time.
            probe_at: when it is tried again, should nobody say before that it was mended.
            entry: the line in the audit log, the first time.
            others: how many other deliveries were refused in this trial.
        """
        here = (channels.c.chat == chat, channels.c.channel == channel)
        async with self._db.write() as connection:
            values: dict[str, Any] = {"stopped": reason, "probe_at": probe_at}
            if entry is not None:
                values |= {"stopped_by": delivery_id, "stopped_at": now, "probes": 0}
                await connection.execute(insert(audit).values(**entry_values(entry)))
            else:
                values["probes"] = channels.c.probes + others
            known = await connection.scalar(select(channels.c.chat).where(*here))
            if known is None:
                values = {**values, "chat": chat, "channel": channel}
                await connection.execute(insert(channels).values(**values))
            else:
                await connection.execute(update(channels).where(*here).values(**values))

    async def resume_channel(self, chat: str, channel: str, entry: AuditEntry) -> None:
        """Note that a channel that was stopped takes something again."""
        async with self._db.write() as connection:
            await connection.execute(
                update(channels)
                .where(channels.c.chat == chat, channels.c.channel == channel)
                .values(stopped="", stopped_by="", stopped_at=None, probe_at=None, probes=0)
            )
            await connection.execute(insert(audit).values(**entry_values(entry)))

    async def probe_all(self, now: datetime) -> None:
        """Let every stopped channel be tried again now: a token may have been mended."""
        async with self._db.write() as connection:
            await connection.execute(
                update(channels).where(channels.c.stopped != "").values(probe_at=now)
            )


def _movable() -> Any:  # noqa: ANN401 -- a condition
    return deliveries.c.state.in_([DeliveryState.PENDING, DeliveryState.POSTPONED])
