"""What was told of articles, and what they were counted for: reads over several tables."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.adapters.store.schema import articles, deliveries, matches

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from bot.adapters.store.engine import Database

_REPORTS = 500
"""Reports of one story whose matches are read; what came up in so many is known."""


class LedgerRows:
    """The part of the store that knows what was said and told."""

    _db: Database

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
