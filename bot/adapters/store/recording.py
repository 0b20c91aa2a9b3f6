"""What polls ask of the database and hand to it: which entries are new, then everything at once.

Both are done for many polls together (`Together`): a transaction costs its way to the database's
thread, its statements and its `fsync`, however few rows it is about. Each poll's part stays whole:
all polls of a transaction are stored, or none of them is; and one that the database does not take
is tried again without the others, so that it costs only itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Text, bindparam, case, delete, func, select, tuple_, update

from bot.adapters.store import search
from bot.adapters.store.account import count_up
from bot.adapters.store.article_rows import article_row, match_rows, quote_rows, rows_of_quotes
from bot.adapters.store.feed_states import UNCHANGED, answer_row
from bot.adapters.store.hubs import want_hub
from bot.adapters.store.outbox import insert_deliveries
from bot.adapters.store.queue import is_shared
from bot.adapters.store.schema import articles, feeds, matches, quotes, seen
from bot.adapters.store.sql import execute_rows, insert_into
from bot.core.model import Article, PollRecord, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Table
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.model import Quote, StoredArticle

AT_ONCE: Final = 64
"""Articles of one transaction, about: their words are found in the event loop."""

LINGER: Final = 0.03
"""Seconds for which polls wait for others to share a transaction with."""

_MOST_VERSIONS: Final = 50
"""Versions of one entry that are looked at; one that changes oftener changes by itself."""

_KEPT: Final = ("seq", "id", "arrived", "placed")
"""Columns of an article that stay when it is stored again."""

_CHUNK: Final = 300  # keeps statements below SQLite's limit of bound values

_TITLE = bindparam("new_title", type_=Text())
_POLLED = UNCHANGED.values(
    primed=True,
    entries=bindparam("new_entries", type_=feeds.c.entries.type),
    title=case((_TITLE == "", feeds.c.title), else_=_TITLE),
)


class Found(NamedTuple):
    """The articles of a body, before it is known which of them are new."""

    feed_id: str
    articles: Sequence[Article]


def weight(record: PollRecord) -> int:
    """Say how much there is to store of a poll, in articles."""
    return max(1, len(record.articles))


async def unseen_of(connection: AsyncConnection, asked: Sequence[Found]) -> list[list[Article]]:
    """Give for each body the articles whose entry was never seen with this content."""
    keys = [[_key_hash(article) for article in found.articles] for found in asked]
    pairs = list(
        dict.fromkeys(
            (found.feed_id, key) for found, its in zip(asked, keys, strict=True) for key in its
        )
    )
    known: dict[tuple[str, str], set[str]] = defaultdict(set)
    entry = tuple_(seen.c.feed_id, seen.c.key_hash)
    for at in range(0, len(pairs), _CHUNK):
        query = select(seen.c.feed_id, seen.c.key_hash, seen.c.hash)
        for row in await connection.execute(query.where(entry.in_(pairs[at : at + _CHUNK]))):
            known[row.feed_id, row.key_hash].add(row.hash)
    return [_fresh(found, its, known) for found, its in zip(asked, keys, strict=True)]


def _fresh(
    found: Found, keys: Sequence[str], known: dict[tuple[str, str], set[str]]
) -> list[Article]:
    fresh: dict[tuple[str, str], Article] = {}
    for article, key in zip(found.articles, keys, strict=True):
        versions = known.get((found.feed_id, key), ())
        identity = (key, article.content_hash)
        if identity[1] not in versions and len(versions) < _MOST_VERSIONS:
            fresh.setdefault(identity, article)
    return list(fresh.values())


async def record_all(connection: AsyncConnection, asked: Sequence[PollRecord]) -> list[None]:
    """Store what polls brought, within one transaction."""
    dialect = connection.dialect.name
    rows = [row for record in asked for row in _seen_rows(record)]
    await execute_rows(connection, _new_seen(dialect), rows)
    for record in asked:
        if record.present is not None:
            await _take_stock(connection, record)
    stored = [article for record in asked for article in record.articles]
    await _put(connection, stored)
    await _number(connection, stored)
    days: dict[Any, Counter[str]] = defaultdict(Counter)
    for record in asked:
        await insert_deliveries(connection, record.deliveries, record.now)
        await want_hub(connection, record)
        days[record.now].update(record.tally)
    await count_up(connection, days)
    # In the order of their ids, as whoever changes feeds does.
    polled = sorted(asked, key=lambda record: record.feed_id)
    await execute_rows(connection, _POLLED, [_polled_row(record) for record in polled])
    return [None] * len(asked)


def _polled_row(record: PollRecord) -> dict[str, Any]:
    row = answer_row(record.feed_id, record.validators, record.now, record.next_poll, record.habits)
    return row | {"new_entries": list(record.validators.entries), "new_title": record.title}


def _seen_rows(record: PollRecord) -> Iterable[dict[str, Any]]:
    for article in record.seen:
        yield {
            "feed_id": record.feed_id,
            "key_hash": _key_hash(article),
            "hash": article.content_hash,
            "first_seen": record.now,
            "last_seen": record.now,
        }


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


async def _put(connection: AsyncConnection, found: Sequence[StoredArticle]) -> None:
    """Store articles, each as it is now; all of one kind in one statement."""
    latest = list({stored.article.id: stored for stored in found}.values())
    if not latest:
        return
    plain = [stored.article for stored in latest]
    before = await search.texts_before(connection, plain)
    statement = _new_articles(connection.dialect.name)
    await execute_rows(connection, statement, [article_row(stored) for stored in latest])
    await search.index_articles(connection, plain, before)
    again = list(before)  # what was never stored has no quotes yet
    for at in range(0, len(again), _CHUNK):
        for table in (quotes, matches):
            mine = table.c.article_id.in_(again[at : at + _CHUNK])
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


async def put_quotes(connection: AsyncConnection, article_id: str, found: Sequence[Quote]) -> None:
    """Store the quotes of an article in place of those that it had."""
    await connection.execute(delete(quotes).where(quotes.c.article_id == article_id))
    await _insert(connection, quotes, rows_of_quotes(article_id, found))


async def _insert(
    connection: AsyncConnection, table: Table, rows: Iterable[dict[str, Any]]
) -> None:
    if given := list(rows):
        await connection.execute(insert_into(connection.dialect.name, table), given)


@cache  # making a statement costs more than executing it
def _new_seen(dialect: str) -> sqlite.Insert:
    return insert_into(dialect, seen).on_conflict_do_nothing()


@cache
def _new_articles(dialect: str) -> sqlite.Insert:
    statement = insert_into(dialect, articles)
    columns = [name for name in articles.c.keys() if name not in _KEPT]  # noqa: SIM118 -- not a dict
    return statement.on_conflict_do_update(
        index_elements=[articles.c.id], set_={name: statement.excluded[name] for name in columns}
    )


def _key_hash(article: Article) -> str:
    return digest("entry", article.key)
