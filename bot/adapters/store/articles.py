"""Articles with their quotes and matches, and the one transaction of a polled feed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, Table, bindparam, delete, func, or_, select, update

from bot.adapters.store import search
from bot.adapters.store.account import count_up
from bot.adapters.store.article_rows import (
    article_row,
    match_rows,
    quote_rows,
    rows_of_quotes,
    stored_of,
)
from bot.adapters.store.feeds import polled_values, validator_values
from bot.adapters.store.hubs import want_hub
from bot.adapters.store.outbox import insert_deliveries
from bot.adapters.store.queue import is_shared
from bot.adapters.store.schema import articles, deliveries, feeds, matches, quotes, seen
from bot.adapters.store.sql import insert
from bot.core import canary
from bot.core.model import (
    Article,
    Quote,
    StoredArticle,
    digest,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.adapters.store.engine import Database
    from bot.core.match.needs import Needs
    from bot.core.model import PollRecord

_MOST_VERSIONS = 50
"""Versions of one entry that are looked at; one that changes oftener changes by itself."""

_KEPT = ("seq", "id", "arrived", "placed")
"""Columns of an article that stay when it is stored again."""

_CHUNK = 300  # keeps statements below SQLite's limit of bound values


class ArticleRows:
    """The part of the store that knows articles."""

    _db: Database

    async def unseen(self, feed_id: str, found: Sequence[Article]) -> list[Article]:
        """Give the articles whose entry was never seen with this content, in the order given."""
        known: set[tuple[str, str]] = set()
        versions: Counter[str] = Counter()
        keys = [_key_hash(article) for article in found]
        async with self._db.read() as connection:
            for at in range(0, len(keys), _CHUNK):
                rows = await connection.execute(
                    select(seen.c.key_hash, seen.c.hash).where(
                        seen.c.feed_id == feed_id, seen.c.key_hash.in_(keys[at : at + _CHUNK])
                    )
                )
                for row in rows:
                    known.add((row.key_hash, row.hash))
                    versions[row.key_hash] += 1
        fresh: dict[tuple[str, str], Article] = {}
        for article, key in zip(found, keys, strict=True):
            identity = (key, article.content_hash)
            if identity not in known and versions[key] < _MOST_VERSIONS:
                fresh.setdefault(identity, article)
        return list(fresh.values())

    async def record(self, record: PollRecord) -> None:
        """Store everything that a poll brought, in one transaction: the only hand-over.

        Entries seen, articles, quotes, matches, deliveries and the feed's validators stand or
        fall together: a validator saved alone would hide articles behind a 304 after a crash.

        Raises:
            StoreError: nothing of it is stored.
        """
        async with self._db.write() as connection:
            if record.seen:
                await connection.execute(
                    insert(connection, seen).on_conflict_do_nothing(),
                    [
                        {
                            "feed_id": record.feed_id,
                            "key_hash": _key_hash(article),
                            "hash": article.content_hash,
                            "first_seen": record.now,
                            "last_seen": record.now,
                        }
                        for article in record.seen
                    ],
                )
            if record.present is not None:
                await _take_stock(connection, record)
            await _put(connection, record.articles)
            await _number(connection, record.articles)
            await insert_deliveries(connection, record.deliveries, record.now)
            await count_up(connection, record.now, record.tally)
            await want_hub(connection, record)
            values = polled_values(record.now, record.next_poll, record.habits)
            values |= validator_values(record.validators)
            values |= {"primed": True} | ({"title": record.title} if record.title else {})
            await connection.execute(
                update(feeds).where(feeds.c.id == record.feed_id).values(**values)
            )

    async def alerted(self, story: str) -> set[tuple[str, str, str]]:
        """Give where a story was alerted or will be: (rule id, chat, channel)."""
        async with self._db.read() as connection:
            rows = await connection.execute(
                select(deliveries.c.rule_id, deliveries.c.chat, deliveries.c.channel)
                .where(deliveries.c.story == story)
                .distinct()
            )
            return {(row.rule_id, row.chat, row.channel) for row in rows}

    async def article(self, article_id: str) -> StoredArticle | None:
        """Give a stored article by its id."""
        found = await self._select(select(articles).where(articles.c.id == article_id))
        return found[0] if found else None

    async def articles_at(self, url: str) -> list[StoredArticle]:
        """Give the stored articles of a link, oldest first."""
        return await self._select(
            select(articles)
            .where(or_(articles.c.url == url, articles.c.url == url.rstrip("/")))
            .order_by(articles.c.seq)
        )

    async def articles_since(
        self,
        since: datetime,
        *,
        only_stories: bool = False,
        unread: bool = False,
        batch: int = 500,
    ) -> AsyncIterator[StoredArticle]:
        """Iterate over what arrived since a time, in order of arrival; canaries are left out.

        Args:
            since: the first moment that counts.
            only_stories: leave out what was never placed in a story.
            unread: only articles whose quotes were not looked for.
            batch: rows read at once, so that memory stays bounded.
        """
        last = 0
        while True:
            query = (
                select(articles)
                .where(
                    articles.c.arrived >= since,
                    articles.c.seq > last,
                    articles.c.feed_id != canary.FEED.id,
                )
                .order_by(articles.c.seq)
                .limit(batch)
            )
            if only_stories:
                query = query.where(articles.c.story.is_not(None))
            if unread:
                query = query.where(articles.c.analyzed.is_(False))
            found = await self._select(query)
            for stored in found:
                last = stored.seq
                yield stored
            if len(found) < batch:
                return

    async def count_articles(self, since: datetime) -> int:
        """Count what arrived since a time."""
        async with self._db.read() as connection:
            query = select(func.count()).where(articles.c.arrived >= since)
            return (await connection.execute(query)).scalar_one()

    async def articles_with(
        self, needs: Needs, since: datetime, *, batch: int = 250
    ) -> AsyncIterator[StoredArticle]:
        """Iterate over what arrived since a time and has certain words, in order of arrival.

        A few articles come along that do not have them; none that has them is missing.

        Args:
            needs: see `bot.core.match.needs`.
            since: the first moment that counts.
            batch: rows read at once, so that memory stays bounded.
        """
        async with self._db.read() as connection:
            found = await search.find_articles(connection, needs, since)
        for at in range(0, len(found), batch):
            query = select(articles).where(articles.c.seq.in_(found[at : at + batch]))
            for stored in await self._select(query.order_by(articles.c.seq)):
                yield stored

    async def save_quotes(self, article_id: str, found: Sequence[Quote]) -> None:
        """Store the quotes of an article that was not analyzed when it arrived."""
        async with self._db.write() as connection:
            await _put_quotes(connection, article_id, found)
            await connection.execute(
                update(articles).where(articles.c.id == article_id).values(analyzed=True)
            )

    async def _select(self, query: Select[Any]) -> list[StoredArticle]:
        async with self._db.read() as connection:
            rows = (await connection.execute(query)).all()
            ids = [row.id for row in rows]
            by_quote = await _children(connection, quotes, ids)
            by_match = await _children(connection, matches, ids)
        return [stored_of(row, by_quote.get(row.id, []), by_match.get(row.id, [])) for row in rows]


async def _take_stock(connection: AsyncConnection, record: PollRecord) -> None:
    """Note which entries are in the feed's body still, and forget those that left it long ago."""
    mine = seen.c.feed_id == record.feed_id
    keys = [digest("entry", key) for key in record.present or ()]
    for at in range(0, len(keys), _CHUNK):
        there = seen.c.key_hash.in_(keys[at : at + _CHUNK])
        await connection.execute(update(seen).where(mine, there).values(last_seen=record.now))
    if record.habits.forgotten is not None:
        last = func.coalesce(seen.c.last_seen, seen.c.first_seen)
        await connection.execute(delete(seen).where(mine, last < record.habits.forgotten))


async def _children(
    connection: AsyncConnection,
    table: Table,
    ids: Collection[str],
) -> dict[str, list[Row[Any]]]:
    if not ids:
        return {}
    order = [
        column for column in (table.c.get("position"), table.c.get("rule_id")) if column is not None
    ]
    found: dict[str, list[Row[Any]]] = {}
    for row in await connection.execute(
        select(table).where(table.c.article_id.in_(list(ids))).order_by(*order)
    ):
        found.setdefault(row.article_id, []).append(row)
    return found


async def _put(connection: AsyncConnection, found: Sequence[StoredArticle]) -> None:
    """Store articles, each as it is now; all of one kind in one statement."""
    latest = list({stored.article.id: stored for stored in found}.values())
    if not latest:
        return
    statement = insert(connection, articles)
    columns = [name for name in articles.c.keys() if name not in _KEPT]  # noqa: SIM118 -- not a dict
    statement = statement.on_conflict_do_update(
        index_elements=[articles.c.id], set_={name: statement.excluded[name] for name in columns}
    )
    plain = [stored.article for stored in latest]
    before = await search.texts_before(connection, plain)
    await connection.execute(statement, [article_row(stored) for stored in latest])
    await search.index_articles(connection, plain, before)
    ids = [stored.article.id for stored in latest]
    for at in range(0, len(ids), _CHUNK):
        for table in (quotes, matches):
            mine = table.c.article_id.in_(ids[at : at + _CHUNK])
            await connection.execute(delete(table).where(mine))
    await _insert(connection, quotes, (row for one in latest for row in quote_rows(one)))
    await _insert(connection, matches, (row for one in latest for row in match_rows(one)))


async def _number(connection: AsyncConnection, found: Sequence[StoredArticle]) -> None:
    """Count placements where many programs place; only one does at a time."""
    ids = list(dict.fromkeys(stored.article.id for stored in found if stored.placement))
    if not ids or not is_shared(connection):
        return
    last = await connection.scalar(select(func.max(articles.c.placed))) or 0
    await connection.execute(
        update(articles)
        .where(articles.c.id == bindparam("article"))
        .values(placed=bindparam("number")),
        [{"article": one, "number": last + at} for at, one in enumerate(ids, 1)],
    )


async def _put_quotes(connection: AsyncConnection, article_id: str, found: Sequence[Quote]) -> None:
    await connection.execute(delete(quotes).where(quotes.c.article_id == article_id))
    await _insert(connection, quotes, rows_of_quotes(article_id, found))


async def _insert(
    connection: AsyncConnection, table: Table, rows: Iterable[dict[str, Any]]
) -> None:
    if given := list(rows):
        await connection.execute(insert(connection, table), given)


def _key_hash(article: Article) -> str:
    return digest("entry", article.key)
