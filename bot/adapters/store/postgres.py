"""PostgreSQL, for many programs on many machines."""

from __future__ import annotations

from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.adapters.store.engine import VARIABLE, Database, mapped_errors, migrate
from bot.adapters.store.feed_states import to_json
from bot.adapters.store.keys import MIGRATING, RUNNING, key_of
from bot.adapters.store.queue import SHARED
from bot.errors import SettingsError, StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_DRIVER = "postgresql+psycopg"
_MANY, _FEW = 10, 4
"""Connections of one program alone, and of one of many."""


class OneBot:
    """A lock on the server that ends with the program's connection, whatever becomes of it.

    Source: https://www.postgresql.org/docs/current/explicit-locking.html, "Advisory Locks".

    Args:
        url: the database.
    """

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(url.set(drivername=_DRIVER), isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None

    def take(self) -> None:
        """Take the lock.

        Raises:
            StoreError: another bot runs on this database, or it cannot be asked.
        """
        with mapped_errors():
            self._connection = self._engine.connect()
            query = text("SELECT pg_try_advisory_lock(:key)")
            if not self._connection.scalar(query, {"key": key_of(RUNNING)}):
                self.free()
                raise StoreError(
                    "another wirewatch runs on this database already: a bot, or workers and chats"
                )

    def is_taken(self) -> bool:
        """Say whether a bot runs on this database."""
        try:
            self.take()
        except StoreError:
            return True
        self.free()
        return False

    def free(self) -> None:
        """Give the lock back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._engine.dispose()


class PostgresDatabase(Database):
    """A pool of connections; transactions of several programs run side by side.

    Args:
        url: from `parse_url`.
        shared: workers share it, so what is recorded brings a job; fewer connections each.
    """

    def __init__(self, url: URL, *, shared: bool = False) -> None:
        super().__init__(url)
        self._shared = shared
        self._joined: ContextVar[AsyncConnection | None] = ContextVar("joined", default=None)
        try:
            import psycopg  # noqa: F401, PLC0415 -- only where it is used
        except ImportError:
            raise SettingsError(
                VARIABLE, "PostgreSQL needs more: pip install 'wirewatch[cluster]'"
            ) from None
        self.place = url.render_as_string(hide_password=True)

    def single_run(self) -> OneBot:
        """Give the lock that keeps a second bot out."""
        return OneBot(self.url)

    def _engines(self) -> tuple[AsyncEngine, AsyncEngine]:
        # Reads see one moment (https://www.postgresql.org/docs/current/transaction-iso.html);
        # a connection that the server closed meanwhile is replaced before it is used.
        sizes = {"pool_size": _FEW, "max_overflow": 2} if self._shared else {"pool_size": _MANY}
        writer = create_async_engine(
            self.url.set(drivername=_DRIVER),
            pool_pre_ping=True,
            json_serializer=to_json,
            execution_options={SHARED: self._shared},
            **sizes,
        )
        return writer, writer.execution_options(isolation_level="REPEATABLE READ")

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a write transaction, or join the one that this task has alone.

        Raises:
            StoreError: the database refused; nothing of the block is stored.
        """
        joined = self._joined.get()
        if joined is not None:
            with mapped_errors():
                yield joined
            return
        async with super().write() as connection:
            yield connection

    def is_alone(self) -> bool:
        """Say whether the caller is within `alone`, so that its writes are part of that."""
        return self._joined.get() is not None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a read transaction, or join the one that this task has alone.

        While one program has it, all others wait: a second connection would cost them its check,
        its beginning and its end.

        Raises:
            StoreError: the database refused.
        """
        joined = self._joined.get()
        if joined is not None:
            with mapped_errors():
                yield joined
            return
        async with super().read() as connection:
            yield connection

    @asynccontextmanager
    async def alone(self, key: int) -> AsyncIterator[None]:
        """Open a write transaction that one program at a time has; all within is part of it.

        The lock ends with the transaction, after what it stored can be seen by others
        (https://www.postgresql.org/docs/current/explicit-locking.html, "Advisory Locks").

        Args:
            key: of the advisory lock.

        Raises:
            StoreError: the database refused; nothing of the block is stored.
        """
        async with super().write() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
            token = self._joined.set(connection)
            try:
                yield
            finally:
                self._joined.reset(token)

    def _migrate(self) -> None:
        engine = create_engine(self.url.set(drivername=_DRIVER))
        try:
            with engine.begin() as connection:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
                migrate(connection)
        finally:
            engine.dispose()
