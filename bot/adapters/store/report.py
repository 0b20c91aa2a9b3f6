"""How the outbox stands, and what people do to it by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, and_, case, false, func, insert, or_, select, update

from bot.adapters.store.outbox import AFRESH
from bot.adapters.store.rows import OPEN, delivery_of, message_of, with_carried
from bot.adapters.store.rules import entry_values
from bot.adapters.store.schema import articles, audit, channels, deliveries
from bot.core import canary
from bot.core.model import (
    Alert,
    DeliveryState,
    Digest,
    OutboxEntry,
    OutboxReport,
    Outgrown,
    Trouble,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.adapters.store.engine import Database
    from bot.core.model import AuditEntry, Message

_DAY = timedelta(days=1)
_OPEN = (*OPEN, DeliveryState.POSTPONED, DeliveryState.BLOCKED)
_STUCK = (DeliveryState.BLOCKED, DeliveryState.DEAD)
_LONGEST_TITLE = 100
_FOR_PEOPLE = deliveries.c.chat != canary.CHAT


class ReportRows:
    """The part of the store that people look at, and work on, by hand."""

    _db: Database

    async def outbox_report(self, now: datetime, most: int = 10) -> OutboxReport:
        """Say how the outbox stands; at most so many troubles."""
        ended = deliveries.c.finished
        async with self._db.read() as connection:
            rows = await connection.execute(
                select(deliveries.c.state, func.count(), func.min(deliveries.c.created))
                .where(_FOR_PEOPLE)
                .group_by(deliveries.c.state)
            )
            found = [(str(row[0]), int(row[1]), row[2]) for row in rows]
            last_day = await connection.scalar(
                select(func.count()).where(
                    _FOR_PEOPLE, deliveries.c.state == DeliveryState.DELIVERED, ended > now - _DAY
                )
            )
            troubles = [*await _stopped(connection), *await _stuck(connection, most)]
        return OutboxReport(
            counts={state: count for state, count, _ in found},
            oldest={state: created for state, _, created in found if state in _OPEN},
            last_day=last_day or 0,
            troubles=tuple(troubles[:most]),
        )

    async def outbox_entries(
        self, states: Collection[DeliveryState] = (), limit: int = 50
    ) -> list[OutboxEntry]:
        """List deliveries, the oldest first: in some states, else all that are open or dead."""
        wanted = list(states) or [*_OPEN, DeliveryState.DEAD]
        query = (
            select(deliveries)
            .where(deliveries.c.state.in_(wanted))
            .order_by(deliveries.c.seq)
            .limit(limit)
        )
        async with self._db.read() as connection:
            return [_entry(row) for row in await connection.execute(query)]

    async def retry(self, subject: str, now: datetime, entry: AuditEntry) -> int:
        """Let blocked, dead and waiting deliveries be tried again now; give how many.

        Args:
            subject: a delivery's id or the beginning of one, a channel such as `slack:C1`, or
                `all`. A digest takes along what it carries.
            now: the time.
            entry: the line in the audit log, written if there was anything.
        """
        chosen, line = _chosen(subject), DeliveryState.PENDING
        tried = or_(
            deliveries.c.state.in_(_STUCK),
            and_(deliveries.c.state == line, deliveries.c.next_try > now),
        )
        async with self._db.write() as connection:
            ids = await _ids(connection, and_(chosen, tried))
            for delivery_id in ids:
                await connection.execute(
                    update(deliveries)
                    .where(with_carried(delivery_id))
                    .values(
                        **AFRESH,
                        state=case(
                            (deliveries.c.carrier.is_not(None), DeliveryState.POSTPONED),
                            else_=line,
                        ),
                    )
                )
            if ids:
                await _resume(connection, ids)
                await connection.execute(insert(audit).values(**entry_values(entry)))
        return len(ids)

    async def discard(self, subject: str, reason: str, now: datetime, entry: AuditEntry) -> int:
        """Give deliveries up that nobody is sending; give how many. They stay in the store.

        Args:
            subject: as in `retry`.
            reason: why, and who says so.
            now: the time.
            entry: the line in the audit log, written if there was anything.
        """
        gone = {"state": DeliveryState.DEAD, "reason": reason, "finished": now}
        free = [DeliveryState.PENDING, DeliveryState.POSTPONED, DeliveryState.BLOCKED]
        async with self._db.write() as connection:
            ids = await _ids(connection, and_(_chosen(subject), deliveries.c.state.in_(free)))
            for delivery_id in ids:
                await connection.execute(
                    update(deliveries).where(with_carried(delivery_id)).values(**gone)
                )
            if ids:
                await connection.execute(insert(audit).values(**entry_values(entry)))
        return len(ids)

    async def outgrown(self, since: datetime, limit: int = 30) -> list[Outgrown]:
        """Find delivered alerts whose stories more outlets carry by now than they say.

        Args:
            since: only alerts that came later.
            limit: at most so many, the newest first.
        """
        # A subquery, for JSON columns cannot be grouped by everywhere.
        outlets = (
            select(func.count(articles.c.source.distinct()))
            .where(articles.c.story == deliveries.c.story)
            .scalar_subquery()
        )
        query = (
            select(deliveries, outlets.label("outlets"))
            .where(
                deliveries.c.state == DeliveryState.DELIVERED,
                deliveries.c.kind == "alert",
                deliveries.c.carrier.is_(None),
                deliveries.c.created > since,
                outlets > deliveries.c.shown,
            )
            .order_by(deliveries.c.seq.desc())
            .limit(limit)
        )
        async with self._db.read() as connection:
            return [
                Outgrown(delivery_of(row), row.ref or "", row.outlets)
                for row in await connection.execute(query)
            ]

    async def texts_of(self, story: str, limit: int = 50) -> list[str]:
        """Give the texts of a story's articles, the oldest first."""
        query = (
            select(articles.c.text)
            .where(articles.c.story == story)
            .order_by(articles.c.seq)
            .limit(limit)
        )
        async with self._db.read() as connection:
            return [row.text for row in await connection.execute(query)]

    async def shown(self, delivery_id: str, sources: int) -> None:
        """Note how many outlets a delivered alert names by now."""
        async with self._db.write() as connection:
            await connection.execute(
                update(deliveries).where(deliveries.c.id == delivery_id).values(shown=sources)
            )


def _chosen(subject: str) -> ColumnElement[bool]:
    """Select what a person means; alerts that a digest carries go with their digest."""
    free = deliveries.c.carrier.is_(None)
    if subject == "all":
        return free
    chat, colon, channel = subject.partition(":")
    if colon or subject in ("console", "slack", "matrix"):
        return and_(free, deliveries.c.chat == chat, deliveries.c.channel == channel)
    if not subject.isalnum():
        return false()
    return and_(free, deliveries.c.id.startswith(subject))


async def _ids(connection: AsyncConnection, where: ColumnElement[bool]) -> list[str]:
    found = await connection.execute(select(deliveries.c.id).where(where))
    return [row.id for row in found]


async def _resume(connection: AsyncConnection, ids: Collection[str]) -> None:
    """Let the channels of deliveries take something again."""
    for delivery_id in ids:
        where = select(deliveries.c.chat, deliveries.c.channel).where(
            deliveries.c.id == delivery_id
        )
        row = (await connection.execute(where)).one()
        await connection.execute(
            update(channels)
            .where(channels.c.chat == row.chat, channels.c.channel == row.channel)
            .values(stopped="", stopped_by="", stopped_at=None, probe_at=None, probes=0)
        )


async def _stopped(connection: AsyncConnection) -> list[Trouble]:
    """Give the channels that take nothing, each with what waits there."""
    waits = and_(
        deliveries.c.chat == channels.c.chat,
        deliveries.c.channel == channels.c.channel,
        deliveries.c.state == DeliveryState.PENDING,
    )
    query = (
        select(channels, func.count(deliveries.c.id).label("behind"))
        .outerjoin(deliveries, waits)
        .where(channels.c.stopped != "")
        .group_by(*channels.c)
        .order_by(channels.c.stopped_at.desc())
    )
    return [
        Trouble(row.chat, row.channel, "stopped", row.stopped, row.behind, row.stopped_at)
        for row in await connection.execute(query)
    ]


async def _stuck(connection: AsyncConnection, most: int) -> list[Trouble]:
    d = deliveries.c
    query = (
        select(d.chat, d.channel, d.state, d.reason, func.count(), func.min(d.created))
        .where(d.state.in_(_STUCK))
        .group_by(d.chat, d.channel, d.state, d.reason)
        .order_by(func.max(d.finished).desc())
        .limit(most)
    )
    return [
        Trouble(row[0], row[1], str(row[2]), row[3] or "", row[4], row[5])
        for row in await connection.execute(query)
    ]


def _entry(row: Row[Any]) -> OutboxEntry:
    message = message_of(row)
    return OutboxEntry(
        id=row.id,
        chat=row.chat,
        channel=row.channel,
        state=DeliveryState(row.state),
        kind=message.kind,
        title=_title(message)[:_LONGEST_TITLE],
        created=row.created,
        due=row.next_try,
        reason=row.reason or "",
        carried=message.alerts if isinstance(message, Digest) else 0,
    )


def _title(message: Message) -> str:
    if isinstance(message, Alert):
        return message.title.text
    return message.title if isinstance(message, Digest) else message.text
