"""Full-text search: which stored articles have the words that a query needs.

The one place that knows how a database searches. The table `article_words` holds, for each
article, the folded words of its title and text (`bot.core.match.needs.words_of`), each once: no
places, no tokenizer's opinion of what a word is. A search finds too much at times and never too
little; the engine decides.

SQLite: an FTS5 table (https://www.sqlite.org/fts5.html, section 4.5 on `detail`). PostgreSQL: a
column of type tsvector with a GIN index, filled and asked without its parser
(https://www.postgresql.org/docs/current/datatype-textsearch.html).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, text

from bot.adapters.store.schema import articles
from bot.core.match.needs import AllOf, Needs, Word, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.adapters.store.engine import Database
    from bot.core.model import Article

_BATCH = 500
# The same three statements for either database.
_INSERT = {
    "sqlite": text("INSERT INTO article_words (rowid, words) VALUES (:seq, :words)"),
    "postgresql": text(
        "INSERT INTO article_words (seq, words)"
        " VALUES (:seq, array_to_tsvector(string_to_array(:words, ' ')))"
    ),
}
_DELETE = {
    "sqlite": text("DELETE FROM article_words WHERE rowid = :seq"),
    "postgresql": text("DELETE FROM article_words WHERE seq = :seq"),
}
_FIND = {
    "sqlite": text("SELECT rowid FROM article_words WHERE article_words MATCH :search"),
    "postgresql": text("SELECT seq FROM article_words WHERE words @@ CAST(:search AS tsquery)"),
}


async def texts_before(
    connection: AsyncConnection, found: Sequence[Article]
) -> dict[str, tuple[str, str]]:
    """Give title and text that articles are stored with, by id; new ones are not in it."""
    before: dict[str, tuple[str, str]] = {}
    for ids in _batches([article.id for article in found]):
        query = select(articles.c.id, articles.c.title, articles.c.text)
        rows = await connection.execute(query.where(articles.c.id.in_(ids)))
        before |= {row.id: (row.title, row.text) for row in rows}
    return before


async def index_articles(
    connection: AsyncConnection, found: Sequence[Article], before: Mapping[str, tuple[str, str]]
) -> None:
    """Make the words of articles known.

    Args:
        connection: in the transaction that stores the articles.
        found: as stored now.
        before: see `texts_before`.
    """
    changed = {a.id: a for a in found if before.get(a.id) != (a.title, a.text)}
    for ids in _batches(list(changed)):
        query = select(articles.c.id, articles.c.seq).where(articles.c.id.in_(ids))
        seqs = {row.id: row.seq for row in await connection.execute(query)}
        await forget_articles(connection, [seqs[each] for each in ids if each in before])
        rows = [row_of(seqs[each], changed[each].title, changed[each].text) for each in ids]
        await connection.execute(_INSERT[connection.dialect.name], rows)


def _batches(ids: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(ids), _BATCH):
        yield ids[at : at + _BATCH]


async def forget_articles(connection: AsyncConnection, seqs: Iterable[int]) -> None:
    """Take the words of articles out."""
    rows = [{"seq": seq} for seq in seqs]
    if rows:
        await connection.execute(_DELETE[connection.dialect.name], rows)


async def index_everything(database: Database) -> None:
    """Make the words of all stored articles known, in small batches, whatever was known before.

    Raises:
        StoreError: the database refused.
    """
    last = 0
    while True:
        query = select(articles.c.seq, articles.c.title, articles.c.text)
        query = query.where(articles.c.seq > last).order_by(articles.c.seq).limit(_BATCH)
        async with database.write() as connection:
            rows = (await connection.execute(query)).all()
            if not rows:
                return
            await forget_articles(connection, [row.seq for row in rows])
            words = [row_of(row.seq, row.title, row.text) for row in rows]
            await connection.execute(_INSERT[connection.dialect.name], words)
        last = rows[-1].seq


def row_of(seq: int, title: str, body: str) -> dict[str, object]:
    """Give the row of an article's words."""
    words = sorted(words_of(title, body))
    joined = " ".join(words)
    return {"seq": seq, "words": joined if joined.isascii() else " ".join(map(_token, words))}


async def find_articles(
    connection: AsyncConnection, needs: Needs, since: datetime
) -> Sequence[int]:
    """Give the `seq` of the articles since a time that may have the words, ascending."""
    dialect = connection.dialect.name
    search = _fts5(needs) if dialect == "sqlite" else _tsquery(needs)
    found = set((await connection.execute(_FIND[dialect], {"search": search})).scalars())
    first = select(articles.c.seq).where(articles.c.arrived >= since)
    recent = (await connection.execute(first)).scalars()
    return sorted(found.intersection(recent))


def _fts5(needs: Needs) -> str:
    if isinstance(needs, Word):
        return f'"{_token(needs.text)}"{"*" if needs.prefix else ""}'
    operator = " AND " if isinstance(needs, AllOf) else " OR "
    return f"({operator.join(map(_fts5, needs.parts))})"


def _tsquery(needs: Needs) -> str:
    if isinstance(needs, Word):
        return f"'{_token(needs.text)}'{':*' if needs.prefix else ''}"
    operator = " & " if isinstance(needs, AllOf) else " | "
    return f"({operator.join(map(_tsquery, needs.parts))})"


def _token(word: str) -> str:
    """Write a word in ASCII letters and digits, so that its beginning is written alike."""
    return word if word.isascii() else f"x{word.encode('utf-8', 'surrogatepass').hex()}"
