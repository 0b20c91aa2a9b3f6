"""Where a channel's follow-ups go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.adapters.store.rules import write_audit
from bot.adapters.store.schema import channels
from bot.adapters.store.sql import insert

if TYPE_CHECKING:
    from bot.adapters.store.engine import Database
    from bot.core.model import AuditEntry


class ThreadRows:
    """The part of the store that knows how channels want their threads."""

    _db: Database

    async def threads(self, chat: str, channel: str) -> str:
        """Give where a channel's follow-ups go: on, both, off; "" where nothing was set."""
        query = select(channels.c.threads).where(
            channels.c.chat == chat, channels.c.channel == channel
        )
        async with self._db.read() as connection:
            return await connection.scalar(query) or ""

    async def set_threads(self, chat: str, channel: str, way: str, entry: AuditEntry) -> None:
        """Set it, with its line in the audit log."""
        async with self._db.write() as connection:
            await connection.execute(
                insert(connection, channels)
                .values(chat=chat, channel=channel, threads=way)
                .on_conflict_do_update(
                    index_elements=[channels.c.chat, channels.c.channel], set_={"threads": way}
                )
            )
            await write_audit(connection, entry)
