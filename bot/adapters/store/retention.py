"""Lets old texts go, in small batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from bot.adapters.store import search
from bot.adapters.store.schema import articles, deliveries, matches, quotes
from bot.core import canary

if TYPE_CHECKING:
    from datetime import datetime

    from bot.adapters.store.engine import Database

_OVER = ("delivered", "dead", "muted")
"""States of deliveries that nobody waits for."""


class RetentionRows:
    """The part of the store that forgets."""

    _db: Database

    async def prune(self, before: datetime, limit: int = 200) -> int:
        """Delete articles that arrived before a time, with quotes, matches and alerts.

        Stays: what an open delivery belongs to, the alerts of stories that go on (their thread is
        below them), and which entries were seen, so that nothing alerts again. Canaries are cleared
        elsewhere: the last of them is told of however long ago it came out.

        Args:
            before: what arrived earlier goes.
            limit: rows at most, so that other writers wait only shortly.

        Returns:
            How many articles and deliveries went; fewer than `limit` when all is done.
        """
        open_ones = select(deliveries.c.article_id).where(deliveries.c.state.not_in(_OVER))
        old = (
            select(articles.c.id)
            .where(
                articles.c.arrived < before,
                articles.c.id.not_in(open_ones),
                articles.c.feed_id != canary.FEED.id,
            )
            .order_by(articles.c.seq)
            .limit(limit)
        )
        async with self._db.write() as connection:
            ids = list((await connection.execute(old)).scalars())
            for table in (quotes, matches):
                await connection.execute(delete(table).where(table.c.article_id.in_(ids)))
            seqs = select(articles.c.seq).where(articles.c.id.in_(ids))
            await search.forget_articles(connection, (await connection.execute(seqs)).scalars())
            await connection.execute(delete(articles).where(articles.c.id.in_(ids)))
            going_on = select(articles.c.story).where(
                articles.c.arrived >= before, articles.c.story.is_not(None)
            )
            told = (
                select(deliveries.c.id)
                .where(
                    deliveries.c.created < before,
                    deliveries.c.state.in_(_OVER),
                    deliveries.c.article_id.not_in(select(articles.c.id)),
                    deliveries.c.story.not_in(going_on),
                )
                .limit(max(0, limit - len(ids)))
            )
            gone = list((await connection.execute(told)).scalars())
            await connection.execute(delete(deliveries).where(deliveries.c.id.in_(gone)))
        return len(ids) + len(gone)
