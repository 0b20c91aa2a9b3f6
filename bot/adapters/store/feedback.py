"""What people thought of alerts, and the alerts that rules brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, select

from bot.adapters.store.rules import write_audit
from bot.adapters.store.schema import deliveries, feedback
from bot.adapters.store.sql import insert
from bot.core.model import DeliveryState, Feedback

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from bot.adapters.store.engine import Database
    from bot.core.model import AuditEntry


class FeedbackRows:
    """The part of the store that knows opinions."""

    _db: Database

    async def put_feedback(self, given: Feedback, entry: AuditEntry) -> None:
        """Note an opinion, in place of an earlier one of the same person, and its audit line."""
        values = {"reason": given.reason, "at": given.at}
        key = {column.name: getattr(given, column.name) for column in feedback.primary_key}
        async with self._db.write() as connection:
            await connection.execute(
                insert(connection, feedback)
                .values(**key, **values)
                .on_conflict_do_update(index_elements=list(feedback.primary_key), set_=values)
            )
            await write_audit(connection, entry)

    async def drop_feedback(self, given: Feedback, entry: AuditEntry) -> bool:
        """Take a person's opinion back, whatever its reason; False where there was none."""
        async with self._db.write() as connection:
            done = await connection.execute(feedback.delete().where(_same(given)))
            if done.rowcount:
                await write_audit(connection, entry)
        return bool(done.rowcount)

    async def feedback_on(self, rule_id: str, since: datetime) -> list[Feedback]:
        """Give the opinions on a rule's alerts since a time, oldest first."""
        query = (
            select(feedback)
            .where(feedback.c.rule_id == rule_id, feedback.c.at >= since)
            .order_by(feedback.c.at)
        )
        async with self._db.read() as connection:
            return [
                Feedback(
                    row.rule_id, row.article_id, row.chat, row.channel, row.who, row.reason, row.at
                )
                for row in await connection.execute(query)
            ]

    async def articles_alerted(self, rule_id: str, since: datetime) -> list[str]:
        """Give the ids of the articles that a rule's alerts told of since a time, oldest first."""
        query = (
            select(deliveries.c.article_id)
            .where(
                deliveries.c.rule_id == rule_id,
                deliveries.c.article_id != "",
                deliveries.c.state == DeliveryState.DELIVERED,
                deliveries.c.created >= since,
            )
            .group_by(deliveries.c.article_id)
            .order_by(func.min(deliveries.c.seq))
        )
        async with self._db.read() as connection:
            return list((await connection.execute(query)).scalars())


def _same(given: Feedback) -> ColumnElement[bool]:
    """Everything but the reason and the time."""
    return and_(*(column == getattr(given, column.name) for column in feedback.primary_key))
