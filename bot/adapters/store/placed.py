"""In which order articles were placed in stories, where many programs place them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from bot.adapters.store.articles import ArticleRows
from bot.adapters.store.keys import PLACING
from bot.adapters.store.schema import articles
from bot.core import canary

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from bot.core.model import StoredArticle


_NO_CANARY = articles.c.feed_id != canary.FEED.id


class PlacedRows(ArticleRows):
    """The part of the store that knows what was placed after what."""

    @asynccontextmanager
    async def placing(self) -> AsyncIterator[None]:
        """Be the one program that places: what is recorded within is one transaction with this.

        Whatever ends the connection ends the turn and undoes the record, so nobody ever places
        beside stories that he does not know.

        Raises:
            StoreError: the database refused; nothing of the block is stored.
        """
        async with self._db.alone(PLACING):
            yield

    async def last_placed(self) -> int:
        """Give the number of the last placement, 0 before the first."""
        async with self._db.write() as connection:
            return await connection.scalar(select(func.max(articles.c.placed))) or 0

    async def placed_between(
        self, after: int, upto: int, batch: int = 500
    ) -> AsyncIterator[StoredArticle]:
        """Iterate over placements, in their order; one that was placed again comes where it is now.

        Args:
            after: the last that is known.
            upto: the last that is wanted.
            batch: rows read at once.
        """
        while after < upto:
            end = min(after + batch, upto)
            query = select(articles).where(
                articles.c.placed > after, articles.c.placed <= end, _NO_CANARY
            )
            for stored in await self._select(query.order_by(articles.c.placed)):
                yield stored
            after = end

    async def placed_by(
        self, upto: int, since: datetime, batch: int = 500
    ) -> AsyncIterator[StoredArticle]:
        """Iterate over the articles in stories that arrived since a time and were placed by then.

        In order of arrival; those that one program alone placed have no number and are among them.
        """
        last = 0
        while True:
            query = (
                select(articles)
                .where(
                    articles.c.arrived >= since,
                    articles.c.seq > last,
                    articles.c.story.is_not(None),
                    _NO_CANARY,
                    or_(articles.c.placed.is_(None), articles.c.placed <= upto),
                )
                .order_by(articles.c.seq)
                .limit(batch)
            )
            found = await self._select(query)
            for stored in found:
                last = stored.seq
                yield stored
            if len(found) < batch:
                return
