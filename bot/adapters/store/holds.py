"""What people set for a channel: quiet hours, digests, snoozes, mutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from bot.adapters.store.rules import entry_values
from bot.adapters.store.schema import audit, channels, deliveries, holds
from bot.core.model import ChannelState, DeliveryState, Hold

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.adapters.store.engine import Database
    from bot.core.model import AuditEntry


class HoldRows:
    """The part of the store that knows what channels wish."""

    _db: Database

    async def channel_state(self, chat: str, channel: str) -> ChannelState:
        """Give what is set for a channel."""
        async with self._db.read() as connection:
            return await state_of(connection, chat, channel)

    async def set_quiet(
        self, chat: str, channel: str, quiet: str, now: datetime, entry: AuditEntry
    ) -> None:
        """Set a channel's quiet hours, "" for none; what the old ones held is asked again now."""
        async with self._db.write() as connection:
            await _set(connection, chat, channel, quiet=quiet)
            await _release(connection, chat, channel, ("quiet",), now)
            await connection.execute(insert(audit).values(**entry_values(entry)))

    async def set_digest(
        self, chat: str, channel: str, schedule: str, hour: datetime, entry: AuditEntry
    ) -> None:
        """Set a channel's digest, "" for none.

        Args:
            chat: the channel's chat.
            channel: it.
            schedule: in the form of `core.hours.Schedule`.
            hour: when what was held for the old one comes: the new one's next hour, or now.
            entry: the line in the audit log.
        """
        async with self._db.write() as connection:
            await _set(connection, chat, channel, digest=schedule)
            await _release(connection, chat, channel, ("digest",), hour)
            await connection.execute(insert(audit).values(**entry_values(entry)))

    async def put_hold(self, hold: Hold, entry: AuditEntry) -> None:
        """Set a snooze or a mute, in the place of one of the same kind on the same subject."""
        async with self._db.write() as connection:
            await _drop(connection, hold.chat, hold.channel, hold.kind, hold.subject)
            await connection.execute(
                insert(holds).values(
                    chat=hold.chat,
                    channel=hold.channel,
                    kind=hold.kind,
                    subject=hold.subject,
                    until=hold.until,
                    who=hold.who,
                )
            )
            await connection.execute(insert(audit).values(**entry_values(entry)))

    async def drop_hold(self, hold: Hold, now: datetime, entry: AuditEntry) -> None:
        """End a snooze or a mute; what a snooze held is asked again now."""
        async with self._db.write() as connection:
            await _drop(connection, hold.chat, hold.channel, hold.kind, hold.subject)
            if hold.kind == "snooze":
                await _release(connection, hold.chat, hold.channel, ("snooze",), now)
            await connection.execute(insert(audit).values(**entry_values(entry)))

    async def last_alert(self, chat: str, channel: str) -> tuple[str, str] | None:
        """Give story and article of the alert that a channel got last, alone or in a digest."""
        query = (
            select(deliveries.c.story, deliveries.c.article_id)
            .where(
                deliveries.c.chat == chat,
                deliveries.c.channel == channel,
                deliveries.c.state == DeliveryState.DELIVERED,
                deliveries.c.story != "",
            )
            .order_by(deliveries.c.finished.desc(), deliveries.c.seq.desc())
            .limit(1)
        )
        async with self._db.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return (row.story, row.article_id) if row is not None else None


async def state_of(connection: AsyncConnection, chat: str, channel: str) -> ChannelState:
    """Read what is set for a channel."""
    query = select(channels).where(channels.c.chat == chat, channels.c.channel == channel)
    row = (await connection.execute(query)).one_or_none()
    found = await connection.execute(
        select(holds)
        .where(holds.c.chat == chat, holds.c.channel == channel)
        .order_by(holds.c.kind, holds.c.subject)
    )
    return state_from(row, list(found))


def state_from(row: Any, of_holds: Sequence[Any]) -> ChannelState:  # noqa: ANN401 -- rows
    """Read what is set for a channel, from its row, if there is one, and those of its holds."""
    kept = tuple(_hold(hold) for hold in of_holds)
    if row is None:
        return ChannelState(holds=kept)
    return ChannelState(
        quiet=row.quiet,
        digest=row.digest,
        holds=kept,
        stopped=row.stopped,
        stopped_at=row.stopped_at,
        stopped_by=row.stopped_by,
        probe_at=row.probe_at,
        probes=row.probes,
    )


async def _set(connection: AsyncConnection, chat: str, channel: str, **values: str) -> None:
    here = (channels.c.chat == chat, channels.c.channel == channel)
    known = await connection.scalar(select(channels.c.chat).where(*here))
    if known is None:
        await connection.execute(insert(channels).values(chat=chat, channel=channel, **values))
    else:
        await connection.execute(update(channels).where(*here).values(**values))


async def _release(
    connection: AsyncConnection, chat: str, channel: str, held: Collection[str], at: datetime
) -> None:
    await connection.execute(
        update(deliveries)
        .where(
            deliveries.c.chat == chat,
            deliveries.c.channel == channel,
            deliveries.c.state == DeliveryState.POSTPONED,
            deliveries.c.carrier.is_(None),
            deliveries.c.held.in_(list(held)),
        )
        .values(next_try=at)
    )


async def _drop(
    connection: AsyncConnection, chat: str, channel: str, kind: str, subject: str
) -> None:
    await connection.execute(
        delete(holds).where(
            holds.c.chat == chat,
            holds.c.channel == channel,
            holds.c.kind == kind,
            holds.c.subject == subject,
        )
    )


def _hold(row: Any) -> Hold:  # noqa: ANN401 -- a row
    return Hold(row.chat, row.channel, row.kind, row.subject, row.until, row.who)
