"""Small facts that programs leave for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.adapters.store.schema import meta
from bot.adapters.store.sql import insert

if TYPE_CHECKING:
    from bot.adapters.store.engine import Database


class NoteRows:
    """The part of the store that keeps them."""

    _db: Database

    async def put_note(self, key: str, value: str) -> None:
        """Leave a fact, in place of what was left before.

        Raises:
            StoreError: the database refused.
        """
        async with self._db.write() as connection:
            await connection.execute(
                insert(connection, meta)
                .values(key=key, value=value)
                .on_conflict_do_update(index_elements=[meta.c.key], set_={"value": value})
            )

    async def find_note(self, key: str) -> str | None:
        """Give a fact, or None.

        Raises:
            StoreError: the database refused.
        """
        async with self._db.read() as connection:
            found: str | None = await connection.scalar(
                select(meta.c.value).where(meta.c.key == key)
            )
        return found
