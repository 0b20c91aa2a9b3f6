"""SQLite behind asyncio: a statement is one way to the thread, and nothing stays open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
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
