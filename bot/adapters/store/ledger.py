"""What was told of articles, and what they were counted for: reads over several tables."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from bot.adapters.store.articles import ArticleRows
from bot.adapters.store.schema import articles, deliveries, matches, quotes
from bot.core.model import Seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection
    from datetime import datetime

    from bot.core.model import StoredArticle

_REPORTS = 500
"""Reports of one story whose matches are read; what came up in so many is known."""


class LedgerRows(ArticleRows):
    """The part of the store that knows what was said and told."""

    async def told_of(self, article_ids: Collection[str], since: datetime) -> tuple[bool, int]:
        """Say whether one of these articles was alerted, ever, and how often it was corrected.

        Corrections are counted since a time, in the channel that heard most of them.
        """
        query = select(
            deliveries.c.rule_id,
            deliveries.c.chat,
            deliveries.c.channel,
            deliveries.c.created,
            deliveries.c.alert["kind"].as_string().label("kind"),
        ).where(deliveries.c.article_id.in_(list(article_ids)))
        async with self._db.read() as connection:
            rows = (await connection.execute(query)).all()
        corrections = Counter(
            (row.rule_id, row.chat, row.channel)
            for row in rows
            if row.kind == "correction" and row.created >= since
        )
        return any(row.kind != "correction" for row in rows), max(corrections.values(), default=0)

    async def articles_quoting(
        self, entity: str, name: str, since: datetime, *, batch: int = 500
    ) -> AsyncIterator[StoredArticle]:
        """Iterate over the articles since a time that quote somebody, in order of arrival.

        Args:
            entity: id in the officials files.
            name: full name, for quotes that were found before the files had the entity.
            since: the first moment of arrival that counts.
            batch: rows read at once, so that memory stays bounded.
        """
        by = or_(quotes.c.entity == entity, quotes.c.speaker == name)
        quoting = select(quotes.c.article_id).where(by)
        last = 0
        while True:
            found = await self._select(
                select(articles)
                .where(articles.c.arrived >= since, articles.c.seq > last)
                .where(articles.c.id.in_(quoting))
                .order_by(articles.c.seq)
                .limit(batch)
            )
            for stored in found:
                last = stored.seq
                yield stored
            if len(found) < batch:
                return

    async def matches_since(self, since: datetime, rule_id: str = "") -> list[Seen]:
        """Give the matches of articles that arrived since a time, of one rule or of all."""
        query = (
            select(
                matches.c.rule_id,
                articles.c.feed_id,
                articles.c.published,
                articles.c.arrived,
                articles.c.source,
                articles.c.url,
            )
            .join(articles, articles.c.id == matches.c.article_id)
            .where(articles.c.arrived >= since)
            .order_by(articles.c.seq)
        )
        if rule_id:
            query = query.where(matches.c.rule_id == rule_id)
        async with self._db.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Seen(
                row.rule_id,
                row.feed_id,
                row.published or row.arrived,
                row.arrived,
                row.source or row.url,
            )
            for row in rows
        ]

    async def first_arrival(self) -> datetime | None:
        """Give when the oldest stored article arrived; None before there is one."""
        async with self._db.read() as connection:
            found: datetime | None = await connection.scalar(select(func.min(articles.c.arrived)))
        return found

    async def named_in(self, story: str, rule_id: str) -> set[str]:
        """Give the entities by which the reports of a story met a rule."""
        query = (
            select(matches.c.highlights)
            .join(articles, articles.c.id == matches.c.article_id)
            .where(articles.c.story == story, matches.c.rule_id == rule_id)
            .limit(_REPORTS)
        )
        async with self._db.read() as connection:
            found = (await connection.execute(query)).scalars().all()
        return {entity for highlights in found for *_, entity in highlights if entity}
