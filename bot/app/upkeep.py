"""Copies of the database and the daily account, from the shell."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from rich.progress import Progress, TaskID
from rich.table import Table

from bot.adapters.lock import SingleRun
from bot.adapters.store import Store
from bot.adapters.store.care import back_up, restore
from bot.core.account import HELD, LABELS
from bot.errors import CommandError, SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from bot.settings import Settings


def back_up_database(settings: Settings, console: Console, target: Path) -> None:
    """Copy the database, which may be in use.

    Raises:
        SettingsError: the database's URL cannot be used.
        StoreError: the copy cannot be made.
    """
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("copying", total=None)
        size = back_up(
            _file(settings),
            target,
            lambda done, pages: bar.update(task, completed=done, total=pages),
        )
    console.print(f"{target}: {size / 1e6:.1f} MB, checked", highlight=False)


def restore_database(settings: Settings, console: Console, copy: Path) -> None:
    """Put a copy in the database's place and keep what was there.

    Raises:
        SettingsError: the database's URL cannot be used.
        StoreError: a bot runs on it, or the copy is no good; nothing changed.
    """
    database = _file(settings)
    lock = SingleRun(str(database))
    lock.take()
    try:
        now = datetime.now(UTC)
        aside = database.with_name(f"{database.name}.{now:%Y%m%dT%H%M%S}")
        had = database.exists()
        restore(copy, database, aside, now)
    finally:
        lock.free()
    kept = f"; what was there is kept in {aside}" if had else ""
    console.print(f"{database} restored from {copy}{kept}", highlight=False, soft_wrap=True)


async def move_store(console: Console, source_url: str, target_url: str) -> None:
    """Move everything from one database to another; neither may be in use.

    Raises:
        CommandError: there is no such source.
        SettingsError: a URL cannot be used.
        StoreError: a bot runs on one of them, a database refused, or the two differ at the end.
    """
    file = Store(source_url).file
    if file is not None and not file.exists():  # opening it would make an empty one
        raise CommandError(f"there is no database {file}")
    async with AsyncExitStack() as stack:
        stores = []
        for url in (source_url, target_url):
            store = Store(url)
            lock = store.single_run()
            lock.take()
            stack.callback(lock.free)
            stack.push_async_callback(store.close)
            await store.open()
            stores.append(store)
        source, target = stores
        with Progress(console=console, transient=True) as bar:
            tasks: dict[str, TaskID] = {}

            def show(table: str, done: int, count: int) -> None:
                if table not in tasks:
                    tasks[table] = bar.add_task(table, total=count)
                bar.update(tasks[table], completed=done)

            moved = await source.move_to(target, show)
    rows = sum(moved.values())
    console.print(f"{rows} rows of {len(moved)} tables moved and compared", highlight=False)


async def print_account(settings: Settings, console: Console, day: str) -> bool:
    """Print the account of a UTC day; say whether its sums close.

    Raises:
        CommandError: the day is no date.
        StoreError: the database cannot be opened.
    """
    wanted = _day(day)
    store = Store(settings.database_url)
    try:
        await store.open()
        account = await store.account(wanted)
    finally:
        await store.close()
    table = Table(title=f"{wanted} (UTC)", box=None, title_justify="left", show_header=False)
    for what, label in LABELS.items():
        table.add_row(label, str(account.tally.get(what, 0)))
    for state, count in sorted(account.states.items()):
        table.add_row(f"alerts {state}", str(count))
        for why, number in sorted(account.held.get(state, {}).items()):
            table.add_row(f"  {HELD.get(why, why)}", str(number))
    console.print(table)
    faults = account.faults()
    for fault in faults:
        console.print(f"does not close: {fault}", style="bold red", highlight=False)
    if not faults:
        console.print("all sums close", style="green")
    return not faults


def _file(settings: Settings) -> Path:
    file = Store(settings.database_url).file
    if file is None:
        raise SettingsError(
            "WIREWATCH_DATABASE_URL", "copies are for SQLite; use pg_dump and pg_restore here"
        )
    return file


def _day(text: str) -> date:
    today = datetime.now(UTC).date()
    if text in ("today", "yesterday"):
        return today if text == "today" else today - timedelta(days=1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is no day; write today, yesterday or 2024-04-30") from None
