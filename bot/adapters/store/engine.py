"""Opens the database: migrations, one writer connection, readers, errors in our words."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import SettingsError, StoreError, StoreReadOnlyError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

HEAD = "0006"
"""The newest migration; a test compares it with the folder's."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_UNWRITABLE = re.compile(
    r"readonly|read-only|disk is full|unable to open|disk I/O|permission denied", re.IGNORECASE
)


def parse_url(database_url: str) -> URL:
    """Read the setting.

    Raises:
        SettingsError: it is no URL, or of a database that is not supported.
    """
    variable = "WIREWATCH_DATABASE_URL"
    try:
        url = make_url(database_url)
    except ArgumentError:
        example = "sqlite:///data/wirewatch.db"
        raise SettingsError(variable, f"not a database URL, write for example {example}") from None
    if url.get_backend_name() != "sqlite":
        raise SettingsError(
            variable, f"{url.get_backend_name()} is not supported, use sqlite:///path"
        )
    return url


def _in_our_words(error: Exception) -> StoreError:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
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
        raise _in_our_words(error) from error


class Database:
    """One writer connection and a few readers on one database.

    Args:
        url: from `parse_url`.

    SQLite runs in WAL mode, so readers never wait for the writer; all writes of this program go
    through one connection, one transaction at a time, and take the lock when they begin
    (https://www.sqlite.org/lang_transaction.html, BEGIN IMMEDIATE).
    """

    def __init__(self, url: URL) -> None:
        self._url = url
        self._writing = asyncio.Lock()
        self._writer: AsyncEngine | None = None
        self._reader: AsyncEngine | None = None

    @property
    def place(self) -> str:
        """The database as people know it, without a password."""
        return (self._url.database or ":memory:").removeprefix("file:").partition("?")[0]

    async def open(self) -> None:
        """Create the folder, bring the schema up to date, open the connections.

        Raises:
            StoreError: it cannot be opened or migrated.
        """
        try:
            with mapped_errors():
                Path(self.place).parent.mkdir(parents=True, exist_ok=True)
                await asyncio.to_thread(self._migrate)
                self._writer = self._engine(size=1, begin="BEGIN IMMEDIATE")
                self._reader = self._engine(size=4, begin="BEGIN")
                # A write that changes nothing, so that a read-only file is known now.
                async with self._writer.begin() as connection:
                    await connection.execute(text("UPDATE meta SET value = value WHERE key = ''"))
        except StoreError as error:
            reason = f"{error.reason} (WIREWATCH_DATABASE_URL: {self.place})"
            raise type(error)(reason) from None

    def _engine(self, *, size: int, begin: str) -> AsyncEngine:
        engine = create_async_engine(
            self._url.set(drivername="sqlite+aiosqlite"),
            pool_size=size,
            max_overflow=0,
            connect_args={"timeout": 30},
        )

        # SQLAlchemy's recipe for real transactions on SQLite: the driver begins none by itself
        # (docs, dialects/sqlite, "Enabling Non-Legacy SQLite Transactional Modes").
        @event.listens_for(engine.sync_engine, "connect")
        def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 -- a DBAPI object
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def on_begin(connection: Any) -> None:  # noqa: ANN401 -- a sync connection
            connection.exec_driver_sql(begin)

        return engine

    def _migrate(self) -> None:
        engine = create_engine(self._url.set(drivername="sqlite"), connect_args={"timeout": 30})
        try:
            with engine.begin() as connection:
                if _revision(connection) == HEAD:
                    return
                # Imported only here: most starts have nothing to migrate.
                from alembic import command  # noqa: PLC0415
                from alembic.config import Config  # noqa: PLC0415

                config = Config()
                config.set_main_option("script_location", str(_MIGRATIONS))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        finally:
            engine.dispose()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open the one write transaction; it commits at the end of the block.

        Raises:
            StoreError: the database refused; nothing of the block is stored.
        """
        assert self._writer is not None, "open() first"  # noqa: S101
        async with self._writing:
            with mapped_errors():
                async with self._writer.begin() as connection:
                    yield connection

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
        for engine in (self._reader, self._writer):
            if engine is not None:
                await engine.dispose()


def _revision(connection: Any) -> str | None:  # noqa: ANN401 -- a sync connection
    known = connection.execute(
        text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'")
    ).scalar()
    if not known:
        return None
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if version is None else str(version)
