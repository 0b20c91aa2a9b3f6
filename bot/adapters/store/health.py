"""Who must hear of feeds that fail, and what else is asked of feeds than polling them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select, update

from bot.adapters.store.feed_states import state_of
from bot.adapters.store.outbox import insert_deliveries
from bot.adapters.store.schema import articles, feeds, matches

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from bot.adapters.store.engine import Database
    from bot.core.model import Delivery, FeedState


class HealthRows:
    """The part of the store that knows how feeds fare."""

    _db: Database

    async def feeds_to_tell(self, before: datetime) -> tuple[list[FeedState], list[FeedState]]:
        """Give the feeds that nobody was told of, and those that work again.

        The first have failed since `before` or longer, or are gone; the second were told of and
        have answered since, or were stopped or resumed by a person.
        """
        failing = and_(feeds.c.failing_since <= before, feeds.c.paused.is_(False))
        new = and_(feeds.c.told.is_(False), or_(failing, feeds.c.gone.is_(True)))
        over = and_(feeds.c.told.is_(True), feeds.c.failing_since.is_(None))
        query = select(feeds).where(feeds.c.listed.is_(True)).order_by(feeds.c.url)
        async with self._db.read() as connection:
            failed = [state_of(row) for row in await connection.execute(query.where(new))]
            works = [state_of(row) for row in await connection.execute(query.where(over))]
        return failed, works

    async def tell_feeds(
        self,
        wanted: Sequence[Delivery],
        *,
        failing: Collection[str],
        working: Collection[str],
        now: datetime,
    ) -> None:
        """Put notices into the outbox and note which feeds they tell of, in one transaction."""
        async with self._db.write() as connection:
            await insert_deliveries(connection, wanted, now)
            for ids, told in ((failing, True), (working, False)):
                if ids:
                    change = update(feeds).where(feeds.c.id.in_(list(ids))).values(told=told)
                    await connection.execute(change)

    async def rules_met(self, feed_id: str, since: datetime) -> set[str]:
        """Give the ids of the rules that articles of a feed have met since a time."""
        query = (
            select(matches.c.rule_id)
            .join(articles, articles.c.id == matches.c.article_id)
            .where(articles.c.feed_id == feed_id, articles.c.arrived >= since)
            .distinct()
        )
        async with self._db.read() as connection:
            return {row.rule_id for row in await connection.execute(query)}

    async def entries_since(self, since: datetime) -> dict[str, int]:
        """Count each feed's articles that arrived since a time, those of first sights excluded."""
        query = (
            select(articles.c.feed_id, func.count())
            .where(articles.c.arrived >= since, articles.c.outcome != "primed")
            .group_by(articles.c.feed_id)
        )
        async with self._db.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(query)}
