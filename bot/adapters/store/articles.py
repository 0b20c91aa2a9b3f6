"""Articles with their quotes and matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, Table, func, or_, select, update

from bot.adapters.store import search
from bot.adapters.store.article_rows import stored_of
from bot.adapters.store.recording import Found, put_quotes
from bot.adapters.store.schema import articles, deliveries, matches, quotes
from bot.core import canary
from bot.core.story.links import canonical_link

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.adapters.store.engine import Database
    from bot.adapters.store.together import Together
    from bot.core.match.needs import Needs
    from bot.core.model import Article, PollRecord, Quote, StoredArticle


_MOST = 500
"""Articles of one page at most: a home page that entries link to with changing parameters."""


class ArticleRows:
    """The part of the store that knows articles."""

    _db: Database
    _unseen: Together[Found, list[Article]]
    _records: Together[PollRecord, None]

    async def unseen(self, feed_id: str, found: Sequence[Article]) -> list[Article]:
        """Give the articles whose entry was never seen with this content, in the order given."""
        return await self._unseen.ask(Found(feed_id, found)) if found else []

    async def record(self, record: PollRecord) -> None:
        """Store everything that a poll brought, in one transaction: the only hand-over.

        Entries seen, articles, quotes, matches, deliveries and the feed's validators stand or
        fall together: a validator saved alone would hide articles behind a 304 after a crash.
        Polls that end at the same time share a transaction, see `recording`.

        Raises:
            StoreError: nothing of it is stored.
        """
        await self._records.ask(record)

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
        """Give the stored articles of a link, oldest first; see `bot.ports.archive`."""
        written = or_(articles.c.url == url, articles.c.url == url.rstrip("/"))
        found = await self._select(select(articles).where(written).order_by(articles.c.seq))
        return found or await self._at_page(url)

    async def _at_page(self, url: str) -> list[StoredArticle]:
        """Give the stored articles whose link is another address of the same page."""
        page = canonical_link(url if "://" in url else f"https://{url}")
        if not page:
            return []
        # Whatever is left out of a page stands before or behind this; no order of characters, which
        # databases have their own of, is relied on.
        near = articles.c.url.contains(page.partition("?")[0], autoescape=True)
        async with self._db.read() as connection:
            rows = await connection.execute(select(articles.c.id, articles.c.url).where(near))
        same = [row.id for row in rows if canonical_link(row.url) == page]
        if not same:
            return []
        return await self._select(
            select(articles).where(articles.c.id.in_(same[-_MOST:])).order_by(articles.c.seq)
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
            await put_quotes(connection, article_id, found)
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
