"""What the daily account is made of, and the traces of the canary."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, delete, func, literal_column, select

from bot.adapters.store.schema import articles, deliveries, feeds, matches, meta, seen, tallies
from bot.adapters.store.sql import insert, insert_into
from bot.core import canary
from bot.core.account import Account
from bot.core.model import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.dialects import sqlite
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.adapters.store.engine import Database

_REPORTED = "reported"
_AWAITED = "canary awaited"
_WHY = case(
    (deliveries.c.held.is_not(None), deliveries.c.held),
    (deliveries.c.carrier.is_not(None), literal_column("'burst'")),
    else_=literal_column("''"),
)
"""Why an alert did not go out alone and at once."""
_CAME_OUT = and_(
    deliveries.c.chat == canary.CHAT,
    deliveries.c.state == DeliveryState.DELIVERED,
    deliveries.c.finished.is_not(None),
)


class AccountRows:
    """The part of the store that keeps accounts. Every method raises StoreError."""

    _db: Database

    async def account(self, day: date) -> Account:
        """Give the account of a UTC day; the canary is not in it."""
        start = datetime.combine(day, time(), UTC)
        end = start + timedelta(days=1)
        async with self._db.read() as connection:
            tally = await connection.execute(
                select(tallies.c.what, tallies.c.count).where(tallies.c.day == day)
            )
            entries = await connection.scalar(
                select(func.count())
                .select_from(seen)
                .where(
                    seen.c.first_seen >= start,
                    seen.c.first_seen < end,
                    seen.c.feed_id != canary.FEED.id,
                )
            )
            states = await connection.execute(
                select(deliveries.c.state, _WHY, func.count())
                .where(
                    deliveries.c.created >= start,
                    deliveries.c.created < end,
                    deliveries.c.article_id != "",  # digests and notices carry no article
                    deliveries.c.chat != canary.CHAT,
                )
                .group_by(deliveries.c.state, _WHY)
            )
            found: Counter[str] = Counter()
            held: defaultdict[str, dict[str, int]] = defaultdict(dict)
            for state, why, number in states:
                found[state] += number
                if why:
                    held[state][why] = number
            return Account(
                day, {row[0]: row[1] for row in tally}, entries or 0, dict(found), dict(held)
            )

    async def reported(self) -> date | None:
        """Give the last day that was reported."""
        async with self._db.read() as connection:
            value = await connection.scalar(select(meta.c.value).where(meta.c.key == _REPORTED))
        return date.fromisoformat(value) if value else None

    async def note_reported(self, day: date) -> None:
        """Note that a day was reported."""
        async with self._db.write() as connection:
            statement = insert(connection, meta).values(key=_REPORTED, value=day.isoformat())
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[meta.c.key], set_={"value": statement.excluded.value}
                )
            )

    async def canary_out(self) -> datetime | None:
        """Give when a canary last came out."""
        async with self._db.read() as connection:
            return await last_canary(connection)

    async def await_canary(self, since: datetime) -> None:
        """Note from when canaries are awaited, unless that was noted before."""
        async with self._db.write() as connection:
            noted = insert(connection, meta).values(key=_AWAITED, value=since.isoformat())
            await connection.execute(noted.on_conflict_do_nothing())

    async def canary_awaited(self) -> canary.Awaited | None:
        """Give how the canary stands; None where its feed is not listed."""
        async with self._db.read() as connection:
            return await awaited_canary(connection)

    async def forget_canaries(self, before: datetime) -> None:
        """Remove the traces of canaries from before a time; the last that came out stays.

        That one tells since when none does, however long ago it was.
        """
        last = (
            select(deliveries.c.article_id)
            .where(_CAME_OUT)
            .order_by(deliveries.c.finished.desc(), deliveries.c.seq.desc())
            .limit(1)
        )
        async with self._db.write() as connection:
            kept = (await connection.execute(last)).scalars().all()
            forgotten = and_(
                articles.c.feed_id == canary.FEED.id,
                articles.c.arrived < before,
                articles.c.id.not_in(kept),
            )
            old = select(articles.c.id).where(forgotten)
            await connection.execute(delete(matches).where(matches.c.article_id.in_(old)))
            await connection.execute(delete(deliveries).where(deliveries.c.article_id.in_(old)))
            await connection.execute(delete(articles).where(forgotten))
            await connection.execute(
                delete(seen).where(seen.c.feed_id == canary.FEED.id, seen.c.first_seen < before)
            )


async def last_canary(connection: AsyncConnection) -> datetime | None:
    """Give when a canary last came out, within a caller's transaction."""
    found: datetime | None = await connection.scalar(
        select(func.max(deliveries.c.finished, type_=deliveries.c.finished.type)).where(_CAME_OUT)
    )
    return found


async def awaited_canary(connection: AsyncConnection) -> canary.Awaited | None:
    """Give how the canary stands within a caller's transaction; None where it is not listed."""
    listed = select(feeds.c.id).where(feeds.c.id == canary.FEED.id, feeds.c.listed.is_(True))
    if await connection.scalar(listed) is None:
        return None
    since = await connection.scalar(select(meta.c.value).where(meta.c.key == _AWAITED))
    return canary.Awaited(
        datetime.fromisoformat(since) if since else None, await last_canary(connection)
    )


async def count_up(
    connection: AsyncConnection, tallies_at: Mapping[datetime, Mapping[str, int]]
) -> None:
    """Add counts to those of their days (UTC), within a caller's transaction."""
    days: Counter[tuple[date, str]] = Counter()
    for at, tally in tallies_at.items():
        day = at.astimezone(UTC).date()
        days.update({(day, what): count for what, count in tally.items()})
    rows = [
        {"day": day, "what": what, "count": count}
        for (day, what), count in sorted(days.items())
        if count
    ]
    if rows:
        await connection.execute(_adding(connection.dialect.name), rows)


@cache
def _adding(dialect: str) -> sqlite.Insert:
    statement = insert_into(dialect, tallies)
    return statement.on_conflict_do_update(
        index_elements=[tallies.c.day, tallies.c.what],
        set_={"count": tallies.c.count + statement.excluded.count},
    )
