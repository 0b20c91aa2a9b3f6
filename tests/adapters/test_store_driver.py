"""SQLite behind asyncio: a statement is one way to the thread, and nothing stays open."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from typing import TYPE_CHECKING, Any

import aiosqlite
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.adapters.store.driver import LeanConnection, use_lean_connections

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/some.db", pool_size=1)
    use_lean_connections(engine.sync_engine)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"))
    yield engine
    await engine.dispose()


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note what the thread is asked for."""
    noted: list[str] = []
    execute = LeanConnection._execute

    async def noting(self: LeanConnection, work: Any, *rest: Any, **more: Any) -> Any:
        noted.append(work.__name__)
        return await execute(self, work, *rest, **more)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(LeanConnection, "_execute", noting)
    return noted


async def lean(connection: AsyncConnection) -> LeanConnection:
    found = (await connection.get_raw_connection()).driver_connection
    assert isinstance(found, LeanConnection)
    return found


async def test_a_statement_is_one_way_to_the_thread(engine: AsyncEngine, ways: list[str]) -> None:
    async with engine.begin() as connection:
        insert = text("INSERT INTO numbers VALUES (:n)")
        done = await connection.execute(insert, [{"n": one} for one in range(9)])
        assert done.rowcount == 9
        made = await connection.execute(text("INSERT INTO numbers (number) VALUES (NULL)"))
        assert made.lastrowid == 9
        changed = await connection.execute(
            text("UPDATE numbers SET number = -number WHERE number > 7 RETURNING number")
        )
        assert sorted(changed.scalars()) == [-9, -8]
        assert (await connection.execute(text("SELECT max(number) FROM numbers"))).scalar() == 7
    assert ways == ["_run"] * 4 + ["commit"]


async def test_a_refused_statement_is_undone_with_its_transaction(
    engine: AsyncEngine, ways: list[str]
) -> None:
    async def work() -> None:
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO numbers VALUES (1)"))
            await connection.execute(text("SELECT * FROM letters"))

    with pytest.raises(OperationalError, match="no such table"):
        await work()
    assert ways[-1] == "rollback"
    async with engine.begin() as connection:
        assert not (await connection.execute(text("SELECT * FROM numbers"))).all()


async def test_who_gives_up_leaves_no_transaction_open(engine: AsyncEngine) -> None:
    """A caller that is cancelled while the thread is at work: the next one begins anew."""
    slow = (
        "INSERT INTO numbers WITH RECURSIVE many(n) AS "
        "(SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 3000000) SELECT n FROM many"
    )

    async def work() -> None:
        async with engine.begin() as connection:
            await connection.execute(text(slow))

    task = asyncio.create_task(work())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with engine.connect() as connection:
        assert not (await lean(connection)).in_transaction
        assert (await connection.execute(text("SELECT count(*) FROM numbers"))).scalar() == 0


async def test_a_commit_that_failed_is_rolled_back(
    engine: AsyncEngine, ways: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(_: LeanConnection) -> None:
        raise OSError("disk full")

    async def work() -> None:
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO numbers VALUES (1)"))
            monkeypatch.setattr(aiosqlite.Connection, "commit", refused)

    with pytest.raises(OSError, match="disk full"):
        await work()
    assert ways[-1] == "rollback"
    async with engine.connect() as connection:
        assert not (await connection.execute(text("SELECT * FROM numbers"))).all()


async def test_a_commit_that_sqlite_refuses_is_rolled_back(
    engine: AsyncEngine, ways: list[str]
) -> None:
    """A reference that leads nowhere is found at the commit, which leaves the transaction open."""

    async def work() -> None:
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO letters VALUES (1, 77)"))

    async with engine.connect() as connection:
        (await lean(connection)).isolation_level = None
        await connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        await connection.exec_driver_sql(
            "CREATE TABLE letters (letter INTEGER PRIMARY KEY, number INTEGER "
            "REFERENCES numbers(number) DEFERRABLE INITIALLY DEFERRED)"
        )
    event.listen(engine.sync_engine, "begin", lambda made: made.exec_driver_sql("BEGIN"))
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        await work()
    assert ways[-2:] == ["commit", "rollback"]
    async with engine.begin() as connection:
        assert not (await connection.execute(text("SELECT * FROM letters"))).all()
        await connection.execute(text("INSERT INTO numbers VALUES (77)"))
    await work()


async def test_who_gives_up_on_a_commit_is_not_told_that_it_was_made(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is all there or nothing, and the next transaction begins anew."""
    commit = aiosqlite.Connection.commit
    begun = asyncio.Event()

    async def slow(self: LeanConnection) -> None:
        task = asyncio.ensure_future(self._execute(time.sleep, 0.3))
        begun.set()
        await task
        await commit(self)

    async def work() -> None:
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO numbers VALUES (1)"))

    monkeypatch.setattr(LeanConnection, "commit", slow)
    task = asyncio.create_task(work())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    monkeypatch.setattr(LeanConnection, "commit", commit)
    async with engine.begin() as connection:
        raw = await lean(connection)
        assert (await connection.execute(text("SELECT count(*) FROM numbers"))).scalar() == 0
        await connection.execute(text("INSERT INTO numbers VALUES (2)"))
    assert not raw.in_transaction


async def test_the_thread_is_asked_while_it_is_at_work(ways: list[str], tmp_path: Path) -> None:
    """A rollback comes behind what a caller gave up on, although no transaction was open then."""
    connection = LeanConnection(str(tmp_path / "some.db"), isolation_level=None)
    await connection
    await connection.run("CREATE TABLE numbers (number INTEGER)", ())
    await connection.rollback()
    assert ways == ["_run"]
    busy = asyncio.ensure_future(connection._execute(time.sleep, 0.2))
    begin = asyncio.ensure_future(connection.run("BEGIN", ()))
    await asyncio.sleep(0.05)
    begin.cancel()
    assert not connection.in_transaction  # it has not come to that yet
    await connection.rollback()
    assert ways[-1] == "rollback"
    assert not connection.in_transaction
    await busy
    await connection.close()


async def test_a_locked_database_is_told_of_and_then_used(
    engine: AsyncEngine, ways: list[str], tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "some.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def work() -> None:
        async with engine.begin() as connection:
            await connection.exec_driver_sql("PRAGMA busy_timeout=50")
            await connection.execute(text("INSERT INTO numbers VALUES (1)"))

    with pytest.raises(OperationalError, match="locked"):
        await work()
    other.execute("ROLLBACK")
    other.close()
    await work()
    assert ways[-1] == "commit"
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT * FROM numbers"))).scalars().all() == [1]


async def test_a_connection_closes_after_what_is_under_way(tmp_path: Path) -> None:
    connection = LeanConnection(str(tmp_path / "some.db"), isolation_level=None)
    await connection
    await connection.run("CREATE TABLE numbers (number INTEGER)", ())
    busy = asyncio.ensure_future(connection._execute(time.sleep, 0.1))
    insert = asyncio.ensure_future(connection.run("INSERT INTO numbers VALUES (1)", ()))
    await asyncio.sleep(0)
    await connection.close()
    assert (await insert).rowcount == 1
    await busy
    with pytest.raises(ValueError, match="closed"):
        await connection.run("SELECT 1", ())
    with pytest.raises(ValueError, match="no active connection"):
        await connection.rollback()
