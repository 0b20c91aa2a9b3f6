"""Whose silence channels want to be told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, delete, select, update

from bot.adapters.store.rules import entry_values
from bot.adapters.store.schema import audit, silences
from bot.adapters.store.sql import insert
from bot.core.model import Silence

if TYPE_CHECKING:
    from datetime import datetime

    from bot.adapters.store.engine import Database
    from bot.core.model import AuditEntry


class SilenceRows:
    """The part of the store that knows silences."""

    _db: Database

    async def silences(self) -> list[Silence]:
        """Give all of them, by channel and entity."""
        query = select(silences).order_by(
            silences.c.chat, silences.c.channel, silences.c.entity, silences.c.topic
        )
        async with self._db.read() as connection:
            return [Silence(**row._mapping) for row in await connection.execute(query)]  # noqa: SLF001 -- SQLAlchemy's public name

    async def put_silence(self, silence: Silence, entry: AuditEntry) -> None:
        """Insert or replace one, with its line in the audit log."""
        values = {
            "hours": silence.hours,
            "since": silence.since,
            "told": silence.told,
            "who": silence.who,
        }
        async with self._db.write() as connection:
            await connection.execute(
                insert(connection, silences)
                .values(
                    chat=silence.chat,
                    channel=silence.channel,
                    entity=silence.entity,
                    topic=silence.topic,
                    **values,
                )
                .on_conflict_do_update(
                    index_elements=list(silences.primary_key.columns), set_=values
                )
            )
            await connection.execute(insert(connection, audit).values(**entry_values(entry)))

    async def drop_silence(self, silence: Silence, entry: AuditEntry) -> None:
        """Forget one, with its line in the audit log."""
        async with self._db.write() as connection:
            await connection.execute(delete(silences).where(_is(silence)))
            await connection.execute(insert(connection, audit).values(**entry_values(entry)))

    async def silence_told(self, silence: Silence, told: datetime | None) -> None:
        """Note when it was told, or None once somebody spoke again."""
        async with self._db.write() as connection:
            await connection.execute(update(silences).where(_is(silence)).values(told=told))


def _is(silence: Silence) -> ColumnElement[bool]:
    return and_(
        silences.c.chat == silence.chat,
        silences.c.channel == silence.channel,
        silences.c.entity == silence.entity,
        silences.c.topic == silence.topic,
    )
