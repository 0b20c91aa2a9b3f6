"""Which due feeds come first: longest due first, but every tenant in its turn.

While all that is due can be claimed, the order is of no matter. When more is due (a start after a
night, a tenant who adds 10,000 feeds at once), tenants take turns, so that nobody's feeds wait for
all of somebody else's.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, and_, bindparam, or_, select, union_all

from bot.adapters.store.schema import feeds

if TYPE_CHECKING:
    from sqlalchemy import BindParameter, ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

TENANTS_AT_ONCE: Final = 8
"""Tenants that share one claim; the others come with the next. Each costs a look at an index."""

_BELIEVED: Final = timedelta(seconds=5)


class Rota:
    """Whose turn it is; remembered between claims, each program for itself."""

    def __init__(self) -> None:
        self._turns: deque[str] = deque()
        self._known: datetime | None = None

    async def claimable(self, connection: AsyncConnection, now: datetime, limit: int) -> list[str]:
        """Give the ids of up to `limit` feeds to claim, locked until the transaction ends.

        Rows that another program claims at this moment are passed over.
        """
        longest = await _due_ids(connection, now, limit)
        if len(longest) < limit:
            return longest
        await self._look(connection, now)
        if len(self._turns) <= 1:
            return longest
        chosen: dict[str, None] = {}
        share = -(-limit // min(len(self._turns), TENANTS_AT_ONCE))
        for _ in range(min(len(self._turns), limit, TENANTS_AT_ONCE)):
            tenant = self._turns.popleft()
            found = await _due_ids(connection, now, min(share, limit - len(chosen)), tenant)
            chosen |= dict.fromkeys(found)
            if found:  # else all of its feeds are claimed; the next look may find some again
                self._turns.append(tenant)
            if len(chosen) == limit:
                break
        return [*chosen, *(one for one in longest if one not in chosen)][:limit]

    async def _look(self, connection: AsyncConnection, now: datetime) -> None:
        """Find the tenants that have something due, those who came last at the end."""
        if self._turns and self._known and abs(now - self._known) < _BELIEVED:
            return
        found = await connection.execute(
            select(feeds.c.tenant).where(is_due(now)).distinct().order_by(feeds.c.tenant)
        )
        due = dict.fromkeys(found.scalars())
        waiting = [tenant for tenant in self._turns if tenant in due]
        self._turns = deque(dict.fromkeys([*waiting, *due]))
        self._known = now


def is_due(now: datetime) -> ColumnElement[bool]:
    """Select the feeds that are due and that nobody has claimed."""
    return and_(_is_free(now), or_(feeds.c.next_poll.is_(None), feeds.c.next_poll <= now))


def _is_free(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return and_(
        feeds.c.listed.is_(True),
        feeds.c.paused.is_(False),
        or_(feeds.c.claimed_until.is_(None), feeds.c.claimed_until <= now),
    )


async def _due_ids(
    connection: AsyncConnection, now: datetime, limit: int, tenant: str | None = None
) -> list[str]:
    """Find due feeds, never polled ones first; two looks, each along an index."""
    asked = {"now": now, "most": limit} | ({} if tenant is None else {"tenant": tenant})
    if connection.dialect.name == "sqlite":
        return list((await connection.execute(_both(tenant is not None), asked)).scalars())
    ids: list[str] = []
    for polled in (False, True):
        if len(ids) < limit:
            asked["most"] = limit - len(ids)
            ids += (await connection.execute(_due(polled, tenant is not None), asked)).scalars()
    return ids


@cache  # making a statement costs more than executing it
def _due(polled: bool, of_tenant: bool) -> Select[Any]:  # noqa: FBT001 -- read here alone
    now = bindparam("now", type_=feeds.c.next_poll.type)
    query = select(feeds.c.id).where(
        feeds.c.next_poll <= now if polled else feeds.c.next_poll.is_(None), _is_free(now)
    )
    if of_tenant:
        query = query.where(feeds.c.tenant == bindparam("tenant"))
    # Several programs claim at once; SQLite has one writer and no such clause.
    query = query.order_by(feeds.c.next_poll).limit(bindparam("most", type_=Integer()))
    return query.with_for_update(skip_locked=True)


@cache
def _both(of_tenant: bool) -> Select[Any]:  # noqa: FBT001 -- read here alone
    """Make one statement of both looks: rows could not be locked by it, nor need they be."""
    looks = [_due(polled, of_tenant).add_columns(feeds.c.next_poll) for polled in (False, True)]
    found = union_all(*(select(look.subquery()) for look in looks)).subquery()
    # In SQLite what is NULL comes first (https://www.sqlite.org/datatype3.html, "Sort Order").
    most = bindparam("most", type_=Integer())
    return select(found.c.id).order_by(found.c.next_poll).limit(most)
