"""Imports run downwards only: cli -> app -> {jobs | adapters} -> ports -> core -> errors."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

BOT = Path(__file__).parents[1] / "bot"

# Which layers each layer may import from; its own is always allowed.
ALLOWED = {
    "errors": set(),
    "core": {"errors"},
    "ports": {"core", "errors"},
    "settings": {"errors"},
    "jobs": {"ports", "core", "errors"},
    "adapters": {"ports", "core", "errors"},
    "app": {"jobs", "adapters", "ports", "core", "errors", "settings"},
    # The command line configures logs and reads settings before anything else is imported.
    "cli": {"app", "adapters", "errors", "settings"},
}

# Libraries that only one place may import (design, style 2: foreign types stop at the edge).
ONLY_IN = {
    "feedparser": "bot.core.feed",
    "aiohttp": "bot.adapters",
    "sqlalchemy": "bot.adapters.store",
    "alembic": "bot.adapters.store",
    "aiosqlite": "bot.adapters.store",
    "psycopg": "bot.adapters.store",
    "apscheduler": "bot.adapters.scheduler",
    "trafilatura": "bot.adapters",
    "matplotlib": "bot.adapters.chart",
    "opentelemetry": "bot.adapters.tracing",
    "prometheus_client": "bot.adapters.metrics",
    "cryptography": "bot.adapters.slack",
    "slack_bolt": "bot.adapters.slack",
    "slack_sdk": "bot.adapters.slack",
    "nio": "bot.adapters.matrix",
    "ruamel": "bot.adapters.files",
    "typer": "bot.cli",
    "pydantic_settings": "bot.settings",
}

# What a pure decision never needs.
NEVER_IN_CORE = {
    "asyncio", "socket", "subprocess", "logging", "structlog", "sqlite3", "requests",
    "urllib.request", "aiohttp", "rich", "typer",
}  # fmt: skip

MODULES = sorted(BOT.rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(BOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Every module that a file imports anywhere, also inside functions and for types only."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module or ""} | {f"{node.module}.{a.name}" for a in node.names}
    return found


def layer(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "bot" and len(parts) > 1 and parts[1] in ALLOWED else None


def inside(module: str, home: str) -> bool:
    return module == home or module.startswith(f"{home}.")


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_run_downwards_only(path: Path) -> None:
    own = layer(module_name(path))
    if own is None:
        return
    wrong = {
        name for name in imports(path)
        if (other := layer(name)) and other != own and other not in ALLOWED[own]
    }  # fmt: skip
    assert not wrong


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_foreign_libraries_stay_at_home(path: Path) -> None:
    name = module_name(path)
    for library, home in ONLY_IN.items():
        used = any(inside(imported, library) for imported in imports(path))
        assert not used or inside(name, home), f"{name} imports {library}"


@pytest.mark.parametrize("path", sorted((BOT / "core").rglob("*.py")), ids=module_name)
def test_core_does_no_io(path: Path) -> None:
    assert not {i for i in imports(path) for never in NEVER_IN_CORE if inside(i, never)}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not any(isinstance(node, ast.AsyncFunctionDef | ast.Await) for node in ast.walk(tree))


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        module_name(path)
        for path in MODULES
        if any(
            isinstance(node, ast.Attribute) and node.attr in ("getenv", "environ")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }
    # A worker process inherits its parent's environment: passed on, not read.
    assert readers <= {"bot.settings", "bot.adapters.parsing"}


def test_the_rule_bites() -> None:
    """An arrow upwards would be seen."""
    assert layer("bot.jobs.watch") == "jobs"
    assert "jobs" not in ALLOWED["adapters"]
    assert "adapters" not in ALLOWED["jobs"]
