"""Small writes that are asked for at the same time, in one transaction."""

from __future__ import annotations

import asyncio
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from bot.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import Update

    from bot.adapters.store.engine import Database

MOST = 500
"""Rows of one transaction, so that others get their turn."""


class Together:
    """Runs one statement for many callers.

    A transaction costs its `fsync`, however few rows it changes; while one is under way, those
    who come meanwhile gather for the next. A caller goes on when its own row is stored.

    Args:
        db: the database.
        statement: with a `bindparam` for each value.
        key: the value that names a row; all programs change rows in its order, so none waits for
            one that waits for it.
    """

    def __init__(self, db: Database, statement: Update, key: str) -> None:
        self._db, self._statement, self._key = db, statement, key
        self._waiting: list[tuple[dict[str, Any], asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def run(self, row: dict[str, Any]) -> None:
        """Store a row.

        Raises:
            StoreError: the database refused; nothing of the row is stored.
        """
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, stored))
        if self._running is None:
            self._running = asyncio.ensure_future(self._all())
        await stored

    async def _all(self) -> None:
        try:
            while self._waiting:
                await self._some()
        finally:
            self._running = None

    async def _some(self) -> None:
        batch: list[tuple[dict[str, Any], asyncio.Future[None]]] = []
        failure: BaseException | None = None
        try:
            async with self._db.write() as connection:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                rows = sorted((row for row, _ in batch), key=itemgetter(self._key))
                await connection.execute(self._statement, rows)
        except StoreError as error:
            failure = error
        if failure is not None and not batch:  # refused before anything was asked of it
            batch, self._waiting = self._waiting, []
        for _, stored in batch:
            if stored.done():  # its caller has given up
                continue
            if failure is None:
                stored.set_result(None)
            else:
                stored.set_exception(failure)
