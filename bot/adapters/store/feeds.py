"""Feeds and their state."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, func, select, update

from bot.adapters.store.feed_states import answer_row, habit_values, state_of
from bot.adapters.store.schema import feeds, hubs
from bot.adapters.store.sql import insert
from bot.core import canary
from bot.core.model import Feed, FeedState, Habits, Validators
from bot.core.tenancy import tenant_of_origin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection
    from sqlalchemy.sql.dml import ReturningUpdate

    from bot.adapters.store.engine import Database
    from bot.adapters.store.fair import Rota
    from bot.adapters.store.together import Together
    from bot.core.model import FullText


UNKNOWN = Habits()


@cache
def _claim(size: int) -> ReturningUpdate[Any]:
    """Make the statement that claims so many feeds: a list that expands is rewritten each time."""
    return (
        update(feeds)
        .where(feeds.c.id.in_([bindparam(f"id_{at}", type_=feeds.c.id.type) for at in range(size)]))
        .values(claimed_until=bindparam("until", type_=feeds.c.claimed_until.type))
        .returning(feeds)
    )


class FeedRows:
    """The part of the store that knows feeds."""

    _db: Database
    _unchanged: Together[dict[str, Any], None]
    _rota: Rota

    async def add_feeds(self, wanted: Iterable[Feed]) -> None:
        """Insert feeds, or refresh what a file says of them; their state stays."""
        rows = list(wanted)
        if rows:
            async with self._db.write() as connection:
                await _add(connection, rows)

    async def list_feeds(self, wanted: Iterable[Feed]) -> None:
        """Make the feeds of the configuration those that are polled, beside those added in chats.

        Feeds that the configuration names no more are polled no more, but what is known of them
        stays: when they come back they are not primed again, so nothing is passed over silently.
        """
        async with self._db.write() as connection:
            # All rows in one order: programs that poll or list at the same time never cross.
            await connection.execute(select(feeds.c.id).order_by(feeds.c.id).with_for_update())
            await connection.execute(
                update(feeds).where(feeds.c.origin.not_like("chat:%")).values(listed=False)
            )
            await _add(connection, wanted)

    async def remove_feeds(self, ids: Collection[str]) -> None:
        """Forget feeds and their state; their articles stay."""
        async with self._db.write() as connection:
            await connection.execute(feeds.delete().where(feeds.c.id.in_(list(ids))))
            await connection.execute(hubs.delete().where(hubs.c.feed_id.in_(list(ids))))

    async def feed_states(self) -> list[FeedState]:
        """Give all feeds, by URL; the canary is none."""
        async with self._db.read() as connection:
            rows = await connection.execute(
                select(feeds)
                .where(feeds.c.listed.is_(True), feeds.c.origin != canary.ORIGIN)
                .order_by(feeds.c.url)
            )
            return [state_of(row) for row in rows]

    async def claim_due(self, now: datetime, limit: int, lease: timedelta) -> list[FeedState]:
        """Lease up to `limit` feeds that are due, longest due first, every tenant in its turn.

        Args:
            now: the time.
            limit: how many at most.
            lease: after this a claim that nobody finished counts no more.
        """
        async with self._db.write() as connection:
            ids = await self._rota.claimable(connection, now, limit)
            if not ids:
                return []
            # Filled up with the last one, so that there are few statements, each made once.
            size = 1 << (len(ids) - 1).bit_length()
            asked: dict[str, Any] = {f"id_{at}": ids[min(at, len(ids) - 1)] for at in range(size)}
            asked["until"] = now + lease
            rows = (await connection.execute(_claim(size), asked)).all()
        place = {one: at for at, one in enumerate(ids)}
        return [state_of(row) for row in sorted(rows, key=lambda row: place[row.id])]

    async def count_feeds(self, tenant: str) -> int:
        """Count the feeds that a tenant added and that are still there."""
        query = select(func.count()).where(feeds.c.tenant == tenant, feeds.c.listed.is_(True))
        async with self._db.read() as connection:
            return await connection.scalar(query) or 0

    async def release_claims(
        self, ids: Collection[str] | None = None, *, but: Collection[str] = ()
    ) -> None:
        """Give claims back unpolled: those of `ids`, or all `but` some (after a crash, all)."""
        statement = update(feeds).values(claimed_until=None)
        if ids is not None:
            statement = statement.where(feeds.c.id.in_(list(ids)))
        if but:
            statement = statement.where(feeds.c.id.not_in(list(but)))
        async with self._db.write() as connection:
            await connection.execute(statement)

    async def latest_poll(self) -> datetime | None:
        """Give when a feed was last polled with success, or None."""
        async with self._db.read() as connection:
            found: datetime | None = await connection.scalar(select(func.max(feeds.c.last_success)))
        return found

    async def turn_back_feeds(self, by: timedelta, only: str = "") -> None:
        """Move the next polls with a clock that was turned back; claims are given back.

        Args:
            by: by how much it was turned.
            only: the feed whose poll is moved; all feeds' by default.
        """
        due = select(feeds.c.id, feeds.c.next_poll).where(feeds.c.next_poll.is_not(None))
        due = due.where(feeds.c.id == only) if only else due
        moved = (
            update(feeds)
            .where(feeds.c.id == bindparam("feed"))
            .values(next_poll=bindparam("due"), claimed_until=None)
        )
        async with self._db.write() as connection:
            rows = (await connection.execute(due)).all()
            if rows:
                await connection.execute(
                    moved, [{"feed": row.id, "due": row.next_poll - by} for row in rows]
                )

    async def feed_failed(
        self,
        feed_id: str,
        reason: str,
        next_poll: datetime,
        habits: Habits | None = None,
        *,
        gone: bool = False,
    ) -> None:
        """Note a failed poll; a feed that is gone is paused until a person resumes it."""
        async with self._db.write() as connection:
            await connection.execute(
                update(feeds)
                .where(feeds.c.id == feed_id)
                .values(
                    failures=feeds.c.failures + 1,
                    error=reason,
                    next_poll=next_poll,
                    claimed_until=None,
                    **(habit_values(habits) if habits else {}),
                    **({"paused": True, "gone": True} if gone else {}),
                )
            )

    async def feed_unchanged(
        self,
        feed_id: str,
        validators: Validators,
        now: datetime,
        next_poll: datetime,
        habits: Habits = UNKNOWN,
    ) -> None:
        """Note a poll that brought nothing new."""
        await self._unchanged.ask(answer_row(feed_id, validators, now, next_poll, habits))

    async def set_full_text(self, choices: Mapping[str, FullText]) -> None:
        """Set when pages are fetched, by feed id."""
        statement = (
            update(feeds)
            .where(feeds.c.id == bindparam("feed"))
            .values(full_text=bindparam("choice"))
        )
        if choices:
            # In the order in which all programs take rows, so that two never wait for one another.
            rows = [{"feed": one, "choice": choices[one]} for one in sorted(choices)]
            async with self._db.write() as connection:
                await connection.execute(statement, rows)

    async def pause_feed(self, feed_id: str, *, paused: bool) -> None:
        """Stop or resume polling a feed."""
        async with self._db.write() as connection:
            again = {} if paused else {"next_poll": None, "failures": 0, "gone": False}
            await connection.execute(
                update(feeds).where(feeds.c.id == feed_id).values(paused=paused, **again)
            )


async def _add(connection: AsyncConnection, wanted: Iterable[Feed]) -> None:
    """Insert feeds, or refresh what a file says of them, in one order for all programs."""
    rows = sorted((_row(feed) for feed in wanted), key=lambda row: row["id"])
    if not rows:
        return
    statement = insert(connection, feeds)
    statement = statement.on_conflict_do_update(
        index_elements=[feeds.c.id],
        set_={
            name: statement.excluded[name]
            for name in (
                "tags",
                "full_text",
                "every",
                "backfill",
                "origin",
                "listed",
                "tenant",
            )
        }
        | {
            # Another pace counts at once: the old one may have put the next poll far off.
            "next_poll": case(
                (
                    statement.excluded.every.is_not_distinct_from(feeds.c.every),
                    feeds.c.next_poll,
                ),
                else_=None,
            ),
            # A name learned from the feed itself is not lost to a file without one.
            "title": case(
                (statement.excluded.title == "", feeds.c.title),
                else_=statement.excluded.title,
            ),
        },
    )
    await connection.execute(statement, rows)


def _row(feed: Feed) -> dict[str, Any]:
    return {
        "id": feed.id,
        "url": feed.url,
        "title": feed.title,
        "tags": list(feed.tags),
        "full_text": feed.full_text,
        "every": feed.every,
        "backfill": feed.backfill,
        "origin": feed.origin,
        "listed": True,
        "tenant": tenant_of_origin(feed.origin),
    }
