"""Tenants with many rules on several workers: one poll for all, everybody told, nobody starved."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("psycopg", reason="PostgreSQL is not installed")
pytest.importorskip("procrastinate", reason="the engine is not installed")

from tests.cluster.tenants import Size, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.timeout(1200)]

NIGHTLY = os.environ.get("WIREWATCH_PROFILE") == "nightly"
ALL = "poll,match,deliver"
SIZE = (
    Size(tenants=200, rules=1000, loud=50, feeds=10, articles=50, queues=(ALL,) * 4)
    if NIGHTLY
    else Size(tenants=6, rules=20, loud=4, feeds=3, articles=6, queues=("poll,match", "deliver"))
)


async def test_everybody_is_told_of_everything(database: str, tmp_path: Path) -> None:
    """One worker polls, one delivers; in the long profile four do both, for 10,000 matches."""
    found = await asyncio.to_thread(run, database, tmp_path, SIZE)
    assert found["matches"] == SIZE.articles * (SIZE.tenants - 1 + SIZE.loud)
    assert found["loud_messages_before_all_heard"] < found["loud_messages"], "the others waited"
    assert sum(found["polls_by_worker"]) == SIZE.feeds
    assert sum(found["messages_by_worker"]) == found["messages"]
    if not NIGHTLY:
        assert found["polls_by_worker"][1] == found["messages_by_worker"][0] == 0, "not their queue"
    print(found)  # noqa: T201 -- asked for with -s
