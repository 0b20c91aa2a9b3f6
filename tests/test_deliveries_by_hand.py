"""`wirewatch deliveries` and `wirewatch status`: what people see and do beside a running bot."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bot.adapters.lock import SingleRun
from bot.adapters.store import Store
from bot.adapters.store.sqlite import SqliteDatabase
from bot.cli import app
from bot.core.digest import digest_for, pages_of
from bot.errors import CommandError
from tests.samples import NOW, make_news

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


@pytest.fixture
def database(tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with a blocked digest of two alerts, one that waits, and one that was delivered."""
    path = tmp_path / "w.db"
    shutil.copy(empty_database, path)
    url = f"sqlite:///{path}"
    monkeypatch.setenv("WIREWATCH_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)

    async def fill(store: Store) -> None:
        await store.enqueue([make_news(n) for n in range(4)], NOW)
        carried = [(make_news(n).id, make_news(n).alert) for n in (0, 1)]
        [page] = pages_of(carried)
        digest = digest_for("slack", "C1", page, "2 more on ferries")
        await store.carry([(digest, page.ids)], NOW)
        await store.block(digest.id, "is_archived", NOW)
        await store.delivered(make_news(2).id, "ref", NOW)

    on(url, fill)
    return url


def on(url: str, work: Callable[[Store], Awaitable[object]]) -> None:
    async def run() -> None:
        store = Store(url)
        await store.open()
        await work(store)
        await store.close()

    asyncio.run(run())


def counts(url: str) -> dict[str, int]:
    found: dict[str, int] = {}

    async def count(store: Store) -> None:
        found.update(await store.count_deliveries())

    on(url, count)
    return found


def typed(*words: str) -> str:
    result = CliRunner().invoke(app, ["deliveries", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_what_waits_is_listed_with_its_reason(database: str) -> None:
    lines = typed("list").splitlines()
    assert len(lines) == 4
    assert "blocked  digest: 2 more on ferries (2 alerts)  (is_archived)" in lines[-1]
    assert len(typed("list", "--state", "delivered").splitlines()) == 1
    assert typed("list", "--state", "dead").strip() == "nothing is dead"
    with pytest.raises(CommandError, match="no state 'lost'"):
        typed("list", "--state", "lost")


def test_a_blocked_digest_is_retried_with_what_it_carries(database: str) -> None:
    assert typed("retry", "slack:C1").startswith("1 to be tried again")
    assert counts(database) == {"pending": 2, "postponed": 2, "delivered": 1}
    with pytest.raises(CommandError, match="no delivery that waits"):
        typed("retry", "slack:C1")


def test_discarding_keeps_them_and_is_in_the_audit_log(database: str) -> None:
    assert typed("discard", "all", "--why", "stale").startswith("2 discarded")
    assert counts(database) == {"dead": 4, "delivered": 1}
    assert "stale" in typed("list", "--state", "dead")

    async def read(store: Store) -> None:
        [entry] = await store.audit_log()
        assert (entry.what, entry.after) == ("discard deliveries all", "stale")

    on(database, read)
    assert typed("retry", "all").startswith("2 to be tried again")
    assert counts(database) == {"pending": 2, "postponed": 2, "delivered": 1}


@pytest.mark.parametrize(("faulty", "runs"), [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("verb", ["retry", "discard"])
def test_a_faulty_sqlite_beside_a_bot_is_warned_of(
    database: str, monkeypatch: pytest.MonkeyPatch, verb: str, *, faulty: bool, runs: bool
) -> None:
    """These commands write, as the bot does."""
    monkeypatch.setattr(SqliteDatabase, "may_be_torn", faulty)
    lock = SingleRun(database.removeprefix("sqlite:///"))
    if runs:
        lock.take()
    try:
        said = typed(verb, "all")
    finally:
        lock.free()
    assert ("this SQLite has a fault" in said) is (faulty and runs)


@pytest.mark.parametrize("subject", ["slack:C9", "ffffffffff", "%", "matrix", ""])
def test_what_fits_nothing_changes_nothing(database: str, subject: str) -> None:
    with pytest.raises(CommandError):
        typed("discard", subject)
    assert counts(database) == {"pending": 1, "blocked": 3, "delivered": 1}
