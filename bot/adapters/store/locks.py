"""Advisory locks of one program among many: they end with its connection."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg

from bot.adapters.store.engine import conninfo, give_way
from bot.adapters.store.keys import key_of
from bot.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_PATIENCE = 5.0
"""Seconds that the server has to answer."""

KEEPALIVE = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=4 -c tcp_keepalives_count=3"
"""A machine that vanished without a word is noticed by the server after some 20 seconds
(https://www.postgresql.org/docs/current/runtime-config-connection.html)."""


class Locks:
    """Takes and holds locks by name, on one connection of its own.

    Where the connection breaks, all of them are gone and may be another program's by now; `holds`
    says so. Source: https://www.postgresql.org/docs/current/explicit-locking.html.

    Args:
        url: the database; a pooler that gives each transaction another connection is of no use.
    """

    def __init__(self, url: URL) -> None:
        self._conninfo = conninfo(url)
        self._connection: psycopg.AsyncConnection | None = None
        self._held: set[str] = set()
        self._turn = asyncio.Lock()

    async def take(self, name: str, *, together: bool = False) -> bool:
        """Take a lock if it is free; True as well where this program has it already.

        Args:
            name: of the lock.
            together: others may have it too, unless one has it alone.

        Raises:
            StoreError: the server does not answer.
        """
        async with self._turn:
            if name in self._held and await self._alive():
                return True
            kind = "pg_try_advisory_lock_shared" if together else "pg_try_advisory_lock"
            taken = await self._ask(f"SELECT {kind}(%s)", key_of(name))
            if taken:
                self._held.add(name)
            return taken

    async def free(self, name: str, *, together: bool = False) -> None:
        """Give a lock back; without an answer it is gone with the connection."""
        async with self._turn:
            if name not in self._held:
                return
            self._held.discard(name)
            kind = "pg_advisory_unlock_shared" if together else "pg_advisory_unlock"
            with suppress(StoreError):
                await self._ask(f"SELECT {kind}(%s)", key_of(name))

    async def holds(self, name: str) -> bool:
        """Say whether a lock is held at this moment; the server is asked."""
        async with self._turn:
            return name in self._held and await self._alive()

    async def close(self) -> None:
        """Give everything back."""
        async with self._turn:
            await self._drop()

    async def _alive(self) -> bool:
        try:
            return await self._ask("SELECT %s > 0", 1) and bool(self._held)
        except StoreError:
            return False

    async def _ask(self, query: str, value: int) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE):
                connection = self._connection
                if connection is None:
                    connection = self._connection = await psycopg.AsyncConnection.connect(
                        self._conninfo, autocommit=True, options=KEEPALIVE
                    )
                row = await (await connection.execute(query, (value,))).fetchone()
        except (psycopg.Error, OSError, TimeoutError) as error:
            await self._drop()
            give_way()
            raise StoreError(str(error).strip().partition("\n")[0] or "no answer") from None
        return bool(row and row[0])

    async def _drop(self) -> None:
        self._held.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error, OSError):
                await connection.close()
