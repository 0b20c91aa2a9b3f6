"""`wirewatch backup`, `restore` and `report`, and what the shell says of a faulty SQLite."""

from __future__ import annotations

import ast
import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from bot.adapters.lock import SingleRun
from bot.adapters.store import Store
from bot.adapters.store.sqlite import SqliteDatabase
from bot.app.shell import open_desk
from bot.cli import app
from bot.errors import StoreError
from bot.settings import Settings
from tests.samples import NOW, make_news

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@pytest.fixture
def database(tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with one delivery."""
    path = tmp_path / "w.db"
    shutil.copy(empty_database, path)
    monkeypatch.setenv("WIREWATCH_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.chdir(tmp_path)
    on(path, lambda store: store.enqueue([make_news(1)], NOW))
    return path


def on(path: Path, work: Callable[[Store], Awaitable[object]]) -> object:
    async def run() -> object:
        store = Store(f"sqlite:///{path}")
        await store.open()
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def typed(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def test_a_copy_is_made_and_put_back(database: Path) -> None:
    assert "checked" in typed("backup", "copy.db")
    with pytest.raises(StoreError, match="exists already"):
        typed("backup", "copy.db")
    on(database, lambda store: store.enqueue([make_news(2)], NOW))
    assert "what was there is kept in" in typed("restore", "copy.db")
    assert on(database, lambda store: store.count_deliveries()) == {"sending": 1}
    [aside] = database.parent.glob("w.db.2*")
    assert on(aside, lambda store: store.count_deliveries()) == {"pending": 2}


def test_nothing_is_put_back_under_a_running_bot(database: Path) -> None:
    typed("backup", "copy.db")
    lock = SingleRun(str(database))
    lock.take()
    try:
        with pytest.raises(StoreError):
            typed("restore", "copy.db")
    finally:
        lock.free()
    assert on(database, lambda store: store.count_deliveries()) == {"pending": 1}


def test_an_account_that_does_not_close_ends_with_1(database: Path) -> None:
    """The delivery was made by no poll, so nothing counted it."""
    assert "all sums close" in typed("report", "yesterday")
    day = f"{NOW:%Y-%m-%d}"
    assert "queued is 0, but alerts in the outbox is 1" in typed("report", day, code=1)
    assert database.exists()


@pytest.mark.parametrize(("faulty", "runs"), [(True, True), (True, False), (False, True)])
def test_the_shell_warns_of_a_faulty_sqlite_beside_a_bot(
    database: Path, monkeypatch: pytest.MonkeyPatch, *, faulty: bool, runs: bool
) -> None:
    monkeypatch.setattr(SqliteDatabase, "may_be_torn", faulty)
    lock = SingleRun(str(database))

    async def look() -> None:
        async with open_desk(Settings(rules=(), feeds=())):
            pass

    if runs:
        lock.take()
    try:
        with capture_logs() as lines:
            asyncio.run(look())
    finally:
        lock.free()
    warned = any("this SQLite has a fault" in line["event"] for line in lines)
    assert warned is (faulty and runs)


def test_the_audit_log_is_only_ever_added_to() -> None:
    """No statement of the store changes or removes a line of it."""
    found = []
    for path in (Path(__file__).parents[1] / "bot/adapters/store").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            of = [*node.args[:1], getattr(node.func, "value", None)]
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            names = [each.id for each in of if isinstance(each, ast.Name)]
            if "audit" in names and name in ("update", "delete", "insert"):
                found.append(name)
    assert set(found) == {"insert"}
