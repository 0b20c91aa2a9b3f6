"""Stores of several programs on one real PostgreSQL, with the engine's tables."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from bot.adapters.store import Store
from tests.postgres import server_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator


def _name() -> str:
    return f"test_{uuid.uuid4().hex}"


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    """A database with all tables, made once: copying it is quicker than migrating."""
    url = server_url()
    import psycopg  # noqa: PLC0415 -- the server's tests are skipped without it

    from bot.adapters.cluster.schema import make_tables  # noqa: PLC0415 -- the same

    name = _name()
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())

    async def make() -> None:
        store = Store(url.replace("/postgres?", f"/{name}?"), shared=True)
        await store.open()
        await make_tables(store.conninfo, store.migrating())
        await make_tables(store.conninfo, store.migrating())  # a second program finds them
        await store.close()

    asyncio.run(make())
    yield name
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def database(template: str) -> Iterator[str]:
    """The URL of an empty database."""
    import psycopg  # noqa: PLC0415 -- the server's tests are skipped without it

    url, name = server_url(), _name()
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    yield url.replace("/postgres?", f"/{name}?")
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
async def program(database: str) -> AsyncIterator[Callable[[], Awaitable[Store]]]:
    """Opens the store of a further program on the database."""
    async with AsyncExitStack() as stack:

        async def opened() -> Store:
            store = Store(database, shared=True)
            stack.push_async_callback(store.close)
            await store.open()
            return store

        yield opened


@pytest.fixture
def jobs(database: str) -> Callable[[], list[tuple[str, str, str, str | None]]]:
    """Gives the jobs in the queue: (queue, name, state, lock)."""
    import psycopg  # noqa: PLC0415 -- the server's tests are skipped without it

    def look() -> list[tuple[str, str, str, str | None]]:
        with psycopg.connect(database) as connection:
            return connection.execute(
                "SELECT queue_name, task_name, status::text, queueing_lock"
                " FROM procrastinate_jobs ORDER BY id"
            ).fetchall()

    return look
