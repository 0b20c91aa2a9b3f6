"""Full-text search: which stored articles have the words that a query needs.

The one place that knows how a database searches. SQLite's FTS5 holds, for each article, the folded
words of its title and text (`bot.core.match.needs.words_of`), each once: no text, no places, no
tokenizer's opinion of what a word is. It finds too much at times and never too little; the engine
decides (https://www.sqlite.org/fts5.html, sections 4.4.3 and 4.5 on `content=''` and `detail`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, text

from bot.adapters.store.schema import articles
from bot.core.match.needs import AllOf, Needs, Word, words_of
from bot.core.model import digest

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.model import Article

_INSERT = text("INSERT INTO article_words (rowid, words) VALUES (:rowid, :words)")
_FIND = text("SELECT rowid FROM article_words WHERE article_words MATCH :search")
_SEQ_BITS = 40
"""A row's number is the article's `seq` and, above it, which version of its text it indexes."""
_SEQ = (1 << _SEQ_BITS) - 1


async def text_before(connection: AsyncConnection, article: Article) -> tuple[str, str] | None:
    """Give title and text that an article is stored with; None for a new one."""
    query = select(articles.c.title, articles.c.text).where(articles.c.id == article.id)
    row = (await connection.execute(query)).one_or_none()
    return (row.title, row.text) if row else None


async def index_article(
    connection: AsyncConnection, article: Article, before: tuple[str, str] | None
) -> None:
    """Make an article's words known.

    Args:
        connection: in the transaction that stores the article.
        article: as stored now.
        before: see `text_before`.
    """
    if before == (article.title, article.text):
        return
    query = select(articles.c.seq).where(articles.c.id == article.id)
    seq = (await connection.execute(query)).scalar_one()
    # What an earlier version had stays known: FTS5 forgets words only if told exactly which.
    version = 0 if before is None else int(digest(article.title, article.text)[:5], 16) + 1
    await connection.execute(_INSERT, row_of(seq, article, version))


def row_of(seq: int, article: Article, version: int = 0) -> dict[str, object]:
    """Give the row of an article's words."""
    words = " ".join(map(_token, sorted(words_of(article))))
    return {"rowid": version << _SEQ_BITS | seq, "words": words}


async def find_articles(connection: AsyncConnection, needs: Needs, since: datetime) -> list[int]:
    """Give the `seq` of the articles since a time that may have the words, ascending."""
    rows = await connection.execute(_FIND, {"search": search_of(needs)})
    found = {rowid & _SEQ for (rowid,) in rows}
    first = select(articles.c.seq).where(articles.c.arrived >= since)
    recent = (await connection.execute(first)).scalars()
    return sorted(found.intersection(recent))


def search_of(needs: Needs) -> str:
    """Write needs in the language of FTS5."""
    if isinstance(needs, Word):
        return f'"{_token(needs.text)}"{"*" if needs.prefix else ""}'
    operator = " AND " if isinstance(needs, AllOf) else " OR "
    return f"({operator.join(map(search_of, needs.parts))})"


def _token(word: str) -> str:
    """Write a word in ASCII letters and digits, so that its beginning is written alike."""
    return word if word.isascii() else f"x{word.encode('utf-8', 'surrogatepass').hex()}"
