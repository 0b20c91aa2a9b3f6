"""What both databases share: transactions, migrations, errors in our words."""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import inspect, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.errors import SettingsError, StoreError, StoreReadOnlyError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

HEAD = "0010"
"""The newest migration; a test compares it with the folder's."""

VARIABLE = "WIREWATCH_DATABASE_URL"
_MIGRATIONS = Path(__file__).parent / "migrations"
_UNWRITABLE = re.compile(
    r"readonly|read-only|disk is full|unable to open|disk I/O|permission denied|No space left",
    re.IGNORECASE,
)


def parse_url(database_url: str) -> URL:
    """Read the setting.

    Raises:
        SettingsError: it is no URL, or of a database that is not supported.
    """
    try:
        url = make_url(database_url)
    except ArgumentError:
        example = "sqlite:///data/wirewatch.db"
        raise SettingsError(VARIABLE, f"not a database URL, write for example {example}") from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise SettingsError(
            VARIABLE,
            f"{url.get_backend_name()} is not supported, use sqlite:///path or postgresql://…",
        )
    return url


def conninfo(url: URL) -> str:
    """Give a PostgreSQL's URL as libpq reads it, with its password."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _in_our_words(error: Exception) -> StoreError:
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    kind = StoreReadOnlyError if _UNWRITABLE.search(reason) else StoreError
    return kind(reason)


@contextmanager
def mapped_errors() -> Iterator[None]:
    """Map the database's errors, once, here.

    Raises:
        StoreReadOnlyError: it cannot be written.
        StoreError: anything else it refuses.
    """
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        give_way()
        raise _in_our_words(error) from error


def give_way() -> None:
    """End a task that is being cancelled, though a driver says something else.

    On a connection that was just lost psycopg answers a cancellation with an error of its own
    (`AsyncConnection.wait` asks the server to cancel); who catches that would live on for ever.

    Raises:
        CancelledError: somebody wants the caller's task to end.
    """
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no event loop: a command that needs none
        return
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class Lock(Protocol):
    """Keeps a second bot out; ends with the program."""

    def take(self) -> None:
        """Take it, or raise StoreError: another bot runs."""

    def is_taken(self) -> bool:
        """Say whether a bot runs."""

    def free(self) -> None:
        """Give it back."""


class Database(ABC):
    """Connections to one database; `open` first.

    Args:
        url: from `parse_url`.
    """

    place: str
    """The database as people know it, without a password."""

    may_be_torn = False
    """Whether several programs that write at once can corrupt it."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self._writer: AsyncEngine | None = None
        self._reader: AsyncEngine | None = None

    async def open(self) -> None:
        """Bring the schema up to date, open the connections.

        Raises:
            StoreError: it cannot be opened or migrated.
        """
        try:
            with mapped_errors():
                await self._connect()
        except StoreError as error:
            reason = f"{error.reason} ({VARIABLE}: {self.place})"
            raise type(error)(reason) from None

    async def _connect(self) -> None:
        await asyncio.to_thread(self._migrate)
        self._writer, self._reader = self._engines()
        # A write that changes nothing, so that a read-only database is known now.
        async with self._writer.begin() as connection:
            await connection.execute(text("UPDATE meta SET value = value WHERE key = ''"))

    @abstractmethod
    def single_run(self) -> Lock:
        """Give the lock that keeps a second bot out."""

    @abstractmethod
    def _engines(self) -> tuple[AsyncEngine, AsyncEngine]:
        """Make the engines that write and that read."""

    @abstractmethod
    def _migrate(self) -> None:
        """Open a connection of its own and call `migrate` with it."""

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a write transaction; it commits at the end of the block.

        Raises:
            StoreError: the database refused; nothing of the block is stored.
        """
        assert self._writer is not None, "open() first"  # noqa: S101
        with mapped_errors():
            async with self._writer.begin() as connection:
                yield connection

    def is_alone(self) -> bool:
        """Say whether the caller is within `alone`, so that its writes are part of that."""
        return False

    def alone(self, key: int) -> AbstractAsyncContextManager[None]:
        """Open a write transaction that one program at a time has; writes within are part of it.

        Args:
            key: what is to be done alone.

        Raises:
            StoreError: this database has one program anyway, and cannot be asked.
        """
        raise StoreError(f"not on {self.place}: {key}")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a read transaction: one consistent view.

        Raises:
            StoreError: the database refused.
        """
        assert self._reader is not None, "open() first"  # noqa: S101
        with mapped_errors():
            async with self._reader.connect() as connection:
                yield connection

    async def close(self) -> None:
        """Close all connections."""
        for engine in {self._reader, self._writer}:
            if engine is not None:
                await engine.dispose()


def migrate(connection: Connection) -> None:
    """Bring the schema up to this program's version, within a caller's transaction.

    A database that a later version has migrated is taken as it is: migrations first only add, so
    that two versions can run side by side while a cluster is upgraded.
    """
    revision = _revision(connection)
    if revision is not None and revision >= HEAD:
        return
    # Imported only here: most starts have nothing to migrate.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if version is None else str(version)
