"""SQLite's driver for asyncio with one way to its thread a statement, where it takes four.

The thread that has a connection must be woken for all that is asked of it, and the event loop for
each answer: that costs more than most statements do. Making a cursor, executing, taking the rows
and closing it are done in one go here; SQLAlchemy takes all rows at once anyway.
"""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import aiosqlite
from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy.engine import Engine

_CHUNK = 64  # rows that aiosqlite takes at a time; none is taken in its way here


class _Given(NamedTuple):
    """What a statement gave: as `sqlite3.Cursor` has it, and all rows."""

    description: Any
    rowcount: int
    lastrowid: int | None
    rows: list[Any]


class LeanCursor:
    """What SQLAlchemy asks of aiosqlite's cursor; nothing of it is left open in SQLite."""

    arraysize = 1

    def __init__(self, connection: LeanConnection) -> None:
        self._connection = connection
        self._given = _Given(None, -1, None, [])

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:  # noqa: ANN401 -- as the DBAPI has it
        """The columns of the rows, or None."""
        return self._given.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed, or -1."""
        return self._given.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The number of the row that was inserted last."""
        return self._given.lastrowid

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> Self:
        """Execute a statement and take its rows."""
        self._given = await self._connection.run(operation, parameters)
        return self

    async def executemany(self, operation: str, rows: Iterable[Sequence[Any]]) -> Self:
        """Execute a statement for each row of values."""
        self._given = await self._connection.run(operation, rows, many=True)
        return self

    async def fetchall(self) -> list[Any]:
        """Give all rows."""
        return self._given.rows

    async def close(self) -> None:
        """Do nothing: it was closed when its statement ended."""


class LeanConnection(aiosqlite.Connection):
    """A connection with such cursors.

    Its thread does one thing after the other, in the order in which they were asked for. A caller
    that gives up (is cancelled) stops nothing: what it has asked for is done all the same.
    """

    def __init__(self, database: str, **arguments: Any) -> None:  # noqa: ANN401 -- sqlite3's own
        super().__init__(partial(sqlite3.connect, database, **arguments), _CHUNK)
        self._thread.daemon = True  # as SQLAlchemy has it: it never holds up the end of the program
        self._asked = self._done = (
            0  # the first is counted by the event loop, the other by the thread
        )

    # SQLAlchemy enters what it gets, which is all that it has in common with the one overridden.
    def cursor(self) -> LeanCursor:  # type: ignore[override]
        """Make a cursor, without asking the thread."""
        return LeanCursor(self)

    async def run(self, operation: str, values: Any, *, many: bool = False) -> _Given:  # noqa: ANN401
        """Execute a statement, for one row of values or for many, and take what it gives."""
        given: _Given = await self._execute(self._run, operation, values, many)
        return given

    def _run(self, operation: str, values: Any, many: bool) -> _Given:  # noqa: ANN401, FBT001
        cursor = self._conn.cursor()
        try:
            if many:
                cursor.executemany(operation, values)
            else:
                cursor.execute(operation, values)
            rows = cursor.fetchall() if cursor.description else []
            return _Given(cursor.description, cursor.rowcount, cursor.lastrowid, rows)
        finally:
            cursor.close()

    async def rollback(self) -> None:
        """Roll back, unless SQLite itself says that there is nothing to be rolled back.

        The pool asks for it each time a connection is given back, nearly always after a commit.
        What `sqlite3` does then is to look whether a transaction is open, and nothing else; that
        needs no way to the thread while the thread is idle. Where a caller gave up while something
        was under way the thread is not, so it is asked, behind what it is doing.
        """
        if self._asked != self._done or self.in_transaction:
            await super().rollback()

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- as there
        self._asked += 1
        return await super()._execute(self._counted, fn, *args, **kwargs)  # type: ignore[no-untyped-call]

    def _counted(self, work: Callable[..., Any], *values: Any, **more: Any) -> Any:  # noqa: ANN401
        try:
            return work(*values, **more)
        finally:
            self._done += 1


def use_lean_connections(engine: Engine) -> None:
    """Let an engine on aiosqlite make its connections here.

    Source: SQLAlchemy, `DialectEvents.do_connect`, which may change a connection's arguments;
    `create_async_engine`, `async_creator`.
    """

    @event.listens_for(engine, "do_connect")
    def on_connecting(
        _dialect: object, _record: object, _arguments: object, options: dict[str, Any]
    ) -> None:
        options["async_creator_fn"] = LeanConnection
