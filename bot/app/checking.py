"""`wirewatch check`: is everything in order, and if not, what and where."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from bot.adapters.feedlists import load_all_feeds
from bot.adapters.store import Store
from bot.app.chats import survey_matrix
from bot.app.knowledge import load_knowledge
from bot.app.shell import SystemClock
from bot.core.alert import channel_of
from bot.errors import StoreError, WirewatchError
from bot.settings import describe_settings, shipped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from bot.app.knowledge import Knowledge
    from bot.core.model import Rule
    from bot.settings import Settings


def check_rule_files(console: Console, paths: tuple[Path, ...]) -> int:
    """Check rule files alone; give how many faults there are."""
    return _check_rules(console, load_knowledge(paths))


def _check_rules(console: Console, knowledge: Knowledge) -> int:
    for fault in knowledge.faults:
        _fault(console, str(fault))
    for warning in knowledge.warnings:
        _doubtful(console, warning)
    _fine(console, f"{len(knowledge.rules)} rules, {len(knowledge.officials)} entities read")
    return len(knowledge.faults)


async def check_everything(console: Console, settings: Settings) -> int:
    """Check settings, rules, feeds and database; give how many faults there are."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("setting", "value", "from"):
        table.add_column(heading, overflow="fold")
    for line in describe_settings(settings):
        table.add_row(line.variable, Text(line.value), line.origin)
    console.print(table)
    knowledge = load_knowledge(settings.rules)
    faults = _check_rules(console, knowledge)
    faults += _check_channels(console, settings, knowledge.rules)
    faults += _check_feeds(console, settings)
    faults += await _check_database(console, settings)
    return faults + await _check_chats(console, settings, knowledge.rules)


def _check_channels(console: Console, settings: Settings, rules: Iterable[Rule]) -> int:
    faults = 0
    for rule in rules:
        for target in _unserved(rule, settings):
            line = (
                f"{rule.origin}: rule {rule.name} goes to {target}, but WIREWATCH_CHATS is "
                f"{','.join(settings.active_chats)}"
            )
            if Path(rule.origin.rpartition(":")[0]).is_relative_to(shipped("rules")):
                _doubtful(console, f"{line}; set WIREWATCH_RULES to rules of your own")
                continue  # the starter rules are nobody's mistake
            faults += 1
            _fault(console, line)
    return faults


def _unserved(rule: Rule, settings: Settings) -> list[str]:
    return [t for t in rule.channels if channel_of(t)[0] not in settings.active_chats]


def _check_feeds(console: Console, settings: Settings) -> int:
    feeds, faults = load_all_feeds(settings.feed_files)
    for fault in faults:
        _fault(console, str(fault))
    wire = " and the sample wire" if settings.sample_wire else ""
    _fine(console, f"{len(feeds)} feeds listed{wire}")
    return len(faults)


async def _check_database(console: Console, settings: Settings) -> int:
    store = Store(settings.database_url)
    try:
        await store.open()
        states = await store.feed_states()
    except StoreError as error:
        _fault(console, error.reason)
        return 1
    finally:
        await store.close()
    if store.may_be_torn:
        console.print(
            Text(
                f"  SQLite {sqlite3.sqlite_version} has a fault in WAL mode, mended in 3.51.3, "
                "when several programs write at once: while the bot runs, change rules in chat "
                "rather than in the shell",
                style="yellow",
            )
        )
    failing = [state for state in states if state.error]
    _fine(console, f"database {store.place}: {len(states)} feeds, {len(failing)} failing")
    for state in failing[:20]:
        console.print(Text(f"  {state.feed.url}: {state.error}", style="dim"))
    return 0


async def _check_chats(console: Console, settings: Settings, rules: Iterable[Rule]) -> int:
    """Ask the chats that need a server; the console needs none."""
    store, faults = Store(settings.database_url), 0
    try:
        if "slack" in settings.active_chats:
            from bot.app.slack import check_slack  # noqa: PLC0415 -- only where Slack runs

            await store.open()
            known = [*rules, *await store.stored_rules()]
            wrong = await check_slack(settings, store, SystemClock(), known)
            for line in wrong:
                _fault(console, line)
            faults += len(wrong)
            if not wrong:
                _fine(console, "Slack: token, scopes and channels")
        if "matrix" in settings.active_chats:
            for line in await survey_matrix(settings, store):
                _fine(console, f"Matrix: {line}")
    except (WirewatchError, OSError) as error:
        _fault(console, str(error))
        faults += 1
    finally:
        await store.close()
    return faults


def _fault(console: Console, text: str) -> None:
    console.print(Text("wrong  ", style="bold red").append(text, style="default"))


def _doubtful(console: Console, text: str) -> None:
    console.print(Text("look   ", style="bold yellow").append(text, style="default"))


def _fine(console: Console, text: str) -> None:
    console.print(Text("ok     ", style="bold green").append(text, style="default"))
