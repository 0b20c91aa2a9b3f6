"""SQLite: one file, one writer connection, a few readers."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from pydantic_core import from_json
from sqlalchemy import create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine

from bot.adapters.lock import SingleRun
from bot.adapters.store.care import File, has_wal_fault, quoted
from bot.adapters.store.driver import use_lean_connections
from bot.adapters.store.engine import Database, mapped_errors, migrate
from bot.adapters.store.feed_states import to_json
from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.engine import URL, Engine
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_PATIENCE = 30
"""Seconds that a statement waits for another program's lock."""

_AGAIN = 0.02
"""Seconds between two tries where SQLite itself does not wait."""

log = structlog.get_logger(__name__)


class SqliteDatabase(Database):
    """One writer connection and a few readers on one file.

    It runs in WAL mode, so readers never wait for the writer; all writes of this program go
    through one connection, one transaction at a time, and take the lock when they begin
    (https://www.sqlite.org/lang_transaction.html, BEGIN IMMEDIATE).
    """

    may_be_torn = has_wal_fault()

    def __init__(self, url: URL) -> None:
        super().__init__(url)
        self.place = (url.database or ":memory:").removeprefix("file:").partition("?")[0]
        self._writing = asyncio.Lock()
        self._file = File(Path(self.place)) if _has_file(url) else None

    def single_run(self) -> SingleRun:
        """Give the lock that keeps a second bot out."""
        return SingleRun(self.place)

    async def _connect(self) -> None:
        Path(self.place).parent.mkdir(parents=True, exist_ok=True)
        if self._file:
            await asyncio.to_thread(self._file.settle)
        await super()._connect()
        if self._file:
            self._file.note()

    async def _save_again(self) -> None:
        """Write the database anew whose file was removed under us, and go on with the new file.

        Raises:
            StoreError: it cannot be written now; what is in memory stays for the next try.
        """
        assert self._file is not None  # noqa: S101 -- asked only where there is one
        assert self._writer is not None  # noqa: S101 -- open
        try:
            with mapped_errors():
                await self._file.save(self._writer)
                await self.close()
                await self._connect()
        except sqlite3.Error as error:
            raise StoreError(str(error)) from error
        log.error("the database file was removed; it is written anew, nothing is lost")

    def _engines(self) -> tuple[AsyncEngine, AsyncEngine]:
        return (
            self._engine(size=1, begin="BEGIN IMMEDIATE"),
            self._engine(size=4, begin="BEGIN"),
        )

    def _engine(self, *, size: int, begin: str) -> AsyncEngine:
        engine = create_async_engine(
            self._existing().set(drivername="sqlite+aiosqlite"),
            pool_size=size,
            max_overflow=0,
            connect_args={"timeout": _PATIENCE},
            json_serializer=to_json,
            json_deserializer=_from_json,
        )

        use_lean_connections(engine.sync_engine)
        _transact(engine.sync_engine, begin)

        @event.listens_for(engine.sync_engine, "connect")
        def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 -- a DBAPI object
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        return engine

    def _existing(self) -> URL:
        """Give the URL for connections that must not make a file: after a removal, an empty one.

        Source: https://www.sqlite.org/uri.html, "mode".
        """
        if self._file is None:
            return self.url
        address = f"file:{quoted(Path(self.place))}"
        return self.url.set(database=address, query={"mode": "rw", "uri": "true"})

    def _migrate(self) -> None:
        engine = create_engine(
            self.url.set(drivername="sqlite"), connect_args={"timeout": _PATIENCE}
        )
        # All of it or nothing: the driver would commit each table by itself, and a program that is
        # killed in between could never be started again.
        event.listen(engine, "connect", _log_ahead)
        _transact(engine, "BEGIN IMMEDIATE")
        try:
            with engine.begin() as connection:
                migrate(connection)
        finally:
            engine.dispose()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open the one write transaction; it commits at the end of the block.

        Raises:
            StoreError: the database refused; nothing of the block is stored.
        """
        async with self._writing:
            if self._file and not self._file.is_there():
                await self._save_again()
            async with super().write() as connection:
                yield connection


def _log_ahead(connection: Any, _record: object) -> None:  # noqa: ANN401 -- a DBAPI object
    """Put a database into WAL mode, however many programs make it at the same moment.

    SQLite does not wait for others here, whatever patience it was given: each would wait for the
    lock that the next one has (https://www.sqlite.org/c3ref/busy_handler.html).
    """
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_AGAIN)
        else:
            return


def _transact(engine: Engine, begin: str) -> None:
    """Make real transactions, tables included: the driver begins none by itself.

    Source: SQLAlchemy, dialects/sqlite, "Enabling Non-Legacy SQLite Transactional Modes".
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 -- a DBAPI object
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:  # noqa: ANN401 -- a sync connection
        connection.exec_driver_sql(begin)


def _from_json(text: str) -> Any:  # noqa: ANN401 -- JSON
    """Read JSON several times as fast as the standard library, which knows lone surrogates too."""
    try:
        return from_json(text)
    except ValueError:
        return json.loads(text)


def _has_file(url: URL) -> bool:
    """Say whether a URL names a plain file, and not memory or an address of SQLite's own."""
    database = url.database or ":memory:"
    return database != ":memory:" and not database.startswith("file:")
