"""What rules met and channels were told lately."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.adapters.store.rows import delivery_of
from bot.adapters.store.schema import articles, channels, deliveries, matches
from bot.core.model import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from bot.adapters.store.engine import Database
    from bot.core.model import Delivery


class OverviewRows:
    """The part of the store that looks at several rules or channels at once."""

    _db: Database

    async def hits_since(
        self, rule_ids: Collection[str], since: datetime
    ) -> list[tuple[str, datetime]]:
        """Give (rule id, arrival) of each article that met one of these rules since a time."""
        query = (
            select(matches.c.rule_id, articles.c.arrived)
            .join(articles, articles.c.id == matches.c.article_id)
            .where(articles.c.arrived >= since, matches.c.rule_id.in_(list(rule_ids)))
        )
        async with self._db.read() as connection:
            return [(row.rule_id, row.arrived) for row in await connection.execute(query)]

    async def latest_alerts(
        self, chat: str, channels: Collection[str], limit: int
    ) -> list[Delivery]:
        """Give the newest alerts that arrived in these channels, newest first."""
        query = (
            select(deliveries)
            .where(
                deliveries.c.chat == chat,
                deliveries.c.channel.in_(list(channels)),
                deliveries.c.state == DeliveryState.DELIVERED,
                deliveries.c.article_id != "",
            )
            .order_by(deliveries.c.seq.desc())
            .limit(limit)
        )
        async with self._db.read() as connection:
            return [delivery_of(row) for row in await connection.execute(query)]

    async def blocked_channels(self, chat: str) -> list[str]:
        """Give the channels of a chat that refused something, so that it waits to be mended."""
        refused = select(deliveries.c.channel).where(
            deliveries.c.chat == chat, deliveries.c.state == DeliveryState.BLOCKED
        )
        stopped = select(channels.c.channel).where(
            channels.c.chat == chat, channels.c.stopped != ""
        )
        query = refused.union(stopped).order_by("channel")
        async with self._db.read() as connection:
            return list((await connection.execute(query)).scalars())
