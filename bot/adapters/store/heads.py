"""What every message to a chat asks of the database, done for many channels at once.

Four questions a message: what heads the line, what does it say, mark it as being sent, note that
it arrived. `Together` gathers them; here is what it asks the database then.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select, union_all, update

from bot.adapters.store.holds import state_from
from bot.adapters.store.rows import LIGHT, OPEN, delivery_of, is_held, waiting_of
from bot.adapters.store.schema import channels, deliveries, holds
from bot.core.model import Alert, DeliveryState, Line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import CompoundSelect, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.model import Delivery

AT_ONCE = 64
"""Lines that are read in one transaction."""


class Head(NamedTuple):
    """A question for the head of a channel's line: where, when, and how many deliveries of it."""

    chat: str
    channel: str
    now: datetime
    limit: int


class Mark(NamedTuple):
    """A delivery that is about to be sent."""

    delivery: Delivery
    now: datetime


DELIVERED = (
    update(deliveries)
    .where(
        or_(
            deliveries.c.id == bindparam("delivery"),
            deliveries.c.carrier == bindparam("delivery"),
        )
    )
    .values(
        state=DeliveryState.DELIVERED,
        ref=bindparam("place"),
        finished=bindparam("at", type_=deliveries.c.finished.type),
        reason=None,
    )
)
"""A delivery arrived, and with it the alerts that it carries."""


async def heads_of(connection: AsyncConnection, asked: Sequence[Head]) -> list[Line]:
    """Read the heads of lines, with what is set for their channels."""
    found: dict[tuple[str, str], Line] = {}
    for chat in {head.chat for head in asked}:
        of_chat = [head for head in asked if head.chat == chat]
        names = list(dict.fromkeys(head.channel for head in of_chat))
        now, limit = max(head.now for head in of_chat), max(head.limit for head in of_chat)
        lines = await _lines(connection, chat, names, now, limit)
        found |= {(chat, name): line for name, line in lines.items()}
    return [_first(found[head.chat, head.channel], head.limit) for head in asked]


def _first(line: Line, limit: int) -> Line:
    return line if len(line.waiting) <= limit else replace(line, waiting=line.waiting[:limit])


async def _lines(
    connection: AsyncConnection, chat: str, names: Sequence[str], now: datetime, limit: int
) -> dict[str, Line]:
    padded = _padded(names)
    waiting = defaultdict(list)
    for state in OPEN:
        asked = {"chat": chat, "state": state}
        asked |= {f"channel{at}": name for at, name in enumerate(padded)}
        for row in await connection.execute(_heads(len(padded), limit), asked):
            waiting[row.channel].append(((OPEN.index(state), row.rank, row.seq), row))
    states = await _rows_by_channel(connection, channels, chat, padded)
    kept = await _rows_by_channel(connection, holds, chat, padded)
    query = (
        select(deliveries.c.channel)
        .where(
            deliveries.c.chat == chat,
            deliveries.c.channel.in_(padded),
            is_held(),
            deliveries.c.next_try <= now,
        )
        .distinct()
    )
    released = set((await connection.execute(query)).scalars())
    lines = {}
    for name in names:
        first = sorted(waiting[name], key=lambda found: found[0])
        lines[name] = Line(
            state_from(next(iter(states[name]), None), kept[name]),
            tuple(waiting_of(row) for _, row in first),
            released=name in released,
        )
    return lines


@cache
def _heads(count: int, limit: int) -> CompoundSelect[Any]:
    """Select the first of so many lines, each by the index of lines, in one statement."""
    parts = [
        select(*LIGHT)
        .where(
            deliveries.c.chat == bindparam("chat"),
            deliveries.c.channel == bindparam(f"channel{at}"),
            deliveries.c.state == bindparam("state"),
        )
        .order_by(deliveries.c.rank, deliveries.c.seq)
        .limit(limit)
        .subquery()
        for at in range(count)
    ]
    return union_all(*(select(part) for part in parts))


def _padded(names: Sequence[str]) -> list[str]:
    """Fill up to a power of two with what is no channel, so that few statements are prepared."""
    size = 1
    while size < len(names):
        size *= 2
    return [*names, *["\x01"] * (size - len(names))]


async def _rows_by_channel(
    connection: AsyncConnection,
    table: Table,
    chat: str,
    names: Sequence[str],
) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    query = (
        select(table)
        .where(table.c.chat == chat, table.c.channel.in_(names))
        .order_by(*table.primary_key.columns)
    )
    for row in await connection.execute(query):
        found[row.channel].append(row)
    return found


async def deliveries_by_id(
    connection: AsyncConnection, ids: Sequence[str]
) -> list[Delivery | None]:
    """Read deliveries, ready to be sent."""
    query = select(deliveries).where(deliveries.c.id.in_(_padded(ids)))
    rows = {row.id: row for row in await connection.execute(query)}
    return [await with_parent(connection, rows[id_]) if id_ in rows else None for id_ in ids]


async def mark_sending(connection: AsyncConnection, asked: Sequence[Mark]) -> list[Delivery | None]:
    """Mark deliveries as being sent; None for one that left the line since it was read."""
    now = max(mark.now for mark in asked)
    done = await connection.execute(
        update(deliveries)
        .where(
            deliveries.c.id.in_(_padded([mark.delivery.id for mark in asked])),
            deliveries.c.state.in_([*OPEN, DeliveryState.BLOCKED]),
        )
        .values(
            state=DeliveryState.SENDING,
            attempt=deliveries.c.attempt + 1,
            since=now,
            first_try=func.coalesce(deliveries.c.first_try, now),
        )
        .returning(deliveries.c.id, deliveries.c.attempt)
    )
    tries = {row.id: row.attempt for row in done}
    return [
        replace(mark.delivery, state=DeliveryState.SENDING, attempt=attempt, since=now)
        if (attempt := tries.get(mark.delivery.id)) is not None
        else None
        for mark in asked
    ]


async def with_parent(connection: AsyncConnection, row: Any) -> Delivery:  # noqa: ANN401 -- a row
    """Read a row, and where the chat has what it belongs below."""
    delivery = delivery_of(row)
    if isinstance(delivery.message, Alert) and delivery.message.kind != "alert":
        return replace(delivery, parent_ref=await _parent_ref(connection, delivery))
    return delivery


async def _parent_ref(connection: AsyncConnection, delivery: Delivery) -> str:
    """Find where the chat has the alert that a follow-up belongs below, or "".

    Where a digest carried that alert, it is the digest's place.
    """
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
