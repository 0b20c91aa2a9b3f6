"""What several tests share: a clock to turn, a real store, hypothesis profiles, the shared data."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings

from bot.adapters.store import Store
from tests import postgres

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

ROOT = Path(__file__).parents[1]

settings.register_profile(
    "default", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "nightly", max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("nightly" if os.environ.get("WIREWATCH_PROFILE") == "nightly" else "default")


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """No test writes to the standard error of another that ran the command line."""
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the settings of the person who runs it."""
    for name in list(os.environ):
        if name.startswith(("WIREWATCH_", "SLACK_", "MATRIX_", "OTEL_")) and name not in KEPT:
            monkeypatch.delenv(name)


KEPT = {"WIREWATCH_PROFILE", "WIREWATCH_SHARED", "WIREWATCH_SYNAPSE_VENV"}


class TurnedClock:
    """A clock that stands still until it is turned."""

    def __init__(self, now: datetime) -> None:
        self._now, self._passed = now, 0.0

    def now(self) -> datetime:
        return self._now

    def steady(self) -> float:
        """Seconds that passed, whatever the clock was set to."""
        return self._passed

    def turn(self, **by: float) -> None:
        """Let time pass; with less than nothing, somebody sets the clock back."""
        self._now += timedelta(**by)
        self._passed += max(0.0, timedelta(**by).total_seconds())

    def set_on(self, **by: float) -> None:
        """Somebody sets the clock forward; no time passes."""
        self._now += timedelta(**by)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock(datetime(2024, 4, 30, 12, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, made once: migrations cost more than most tests."""
    path = tmp_path_factory.mktemp("empty") / "wirewatch.db"

    async def make() -> None:
        store = Store(f"sqlite:///{path}")
        await store.open()
        await store.close()

    asyncio.run(make())
    return path


STORES = (
    ("sqlite", "postgresql") if os.environ.get("WIREWATCH_PROFILE") == "nightly" else ("sqlite",)
)
"""Databases of tests that want any store; those of the store itself take both always."""


@pytest.fixture(params=STORES)
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path
) -> AsyncIterator[Store]:
    """A real, empty store: on SQLite, in the long profile on PostgreSQL too."""
    async with AsyncExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'wirewatch.db'}"
        if request.param == "postgresql":
            url = await stack.enter_async_context(postgres.empty_database())
        else:
            shutil.copy(empty_database, tmp_path / "wirewatch.db")
        opened = Store(url)
        await opened.open()
        stack.push_async_callback(opened.close)
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
async def each_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A real, empty store on each database in turn."""
    async with AsyncExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'w.db'}"
        if request.param == "postgresql":
            url = await stack.enter_async_context(postgres.empty_database())
        found = Store(url)
        await found.open()
        stack.push_async_callback(found.close)
        yield found


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real feeds and articles beside the project, where it is there."""
    folder = Path(os.environ.get("WIREWATCH_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}: tests on real feeds and articles do not run")
    return folder
