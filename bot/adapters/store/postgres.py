"""PostgreSQL, for many programs on many machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.adapters.store.engine import VARIABLE, Database, mapped_errors, migrate
from bot.errors import SettingsError, StoreError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

_DRIVER = "postgresql+psycopg"
_CONNECTIONS = 10
_MIGRATING, _RUNNING = 0x77697265, 0x77617463
"""Keys of advisory locks: one program migrates at a time, one bot runs."""


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
            if not self._connection.scalar(text(f"SELECT pg_try_advisory_lock({_RUNNING})")):
                self.free()
                raise StoreError("another wirewatch runs on this database already")

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
    """A pool of connections; transactions of several programs run side by side."""

    def __init__(self, url: URL) -> None:
        super().__init__(url)
        try:
            import psycopg  # noqa: F401, PLC0415 -- only where it is used
        except ImportError:
            raise SettingsError(
                VARIABLE, "PostgreSQL needs more: pip install 'wirewatch[cluster]'"
            ) from None
        self.place = url.render_as_string(hide_password=True)

    def single_run(self) -> OneBot:
        """Give the lock that keeps a second bot out."""
        return OneBot(self._url)

    def _engines(self) -> tuple[AsyncEngine, AsyncEngine]:
        # Reads see one moment (https://www.postgresql.org/docs/current/transaction-iso.html);
        # a connection that the server closed meanwhile is replaced before it is used.
        writer = create_async_engine(
            self._url.set(drivername=_DRIVER), pool_size=_CONNECTIONS, pool_pre_ping=True
        )
        return writer, writer.execution_options(isolation_level="REPEATABLE READ")

    def _migrate(self) -> None:
        engine = create_engine(self._url.set(drivername=_DRIVER))
        try:
            with engine.begin() as connection:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATING})"))
                migrate(connection)
        finally:
            engine.dispose()
