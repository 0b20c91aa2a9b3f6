"""Whether this program can do its work now, check by check."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from bot.errors import StoreError
from bot.ports import Connects

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.jobs.meter import Pulse
    from bot.ports import Chat

PATIENCE = 5.0
"""Seconds that a check may take."""

STALE = 30.0
"""Seconds without a tick, where there should be one each second."""


class SchemaStore(Protocol):
    """The part of the store that answers for itself."""

    async def schema_fault(self) -> str:
        """Say what is wrong with the schema, or "". Raises StoreError."""


class Readiness:
    """Carries out checks, all at once, each within its patience.

    Args:
        checks: by name; each gives what is wrong, or "".
    """

    def __init__(self, checks: Mapping[str, Callable[[], Awaitable[str]]]) -> None:
        self._checks = dict(checks)

    async def faults(self) -> dict[str, str]:
        """Give what is wrong by check, "" for nothing."""
        found = await asyncio.gather(*(self._checked(check) for check in self._checks.values()))
        return dict(zip(self._checks, found, strict=True))

    async def _checked(self, check: Callable[[], Awaitable[str]]) -> str:
        try:
            async with asyncio.timeout(PATIENCE):
                return await check()
        except TimeoutError:
            return f"no answer within {PATIENCE:g} seconds"
        except StoreError as error:
            return error.reason


def database_check(store: SchemaStore) -> Callable[[], Awaitable[str]]:
    """Check that the database answers and has a schema that this program can use."""
    return store.schema_fault


def chats_check(chats: Mapping[str, Chat]) -> Callable[[], Awaitable[str]]:
    """Check that every chat that keeps a connection has it."""

    async def check() -> str:
        lost = [name for name, stands in connections(chats).items() if not stands]
        return f"not connected: {', '.join(sorted(lost))}" if lost else ""

    return check


def connections(chats: Mapping[str, Chat]) -> dict[str, bool]:
    """Say of each chat that keeps a connection whether it stands."""
    found = {}
    for name, chat in chats.items():
        link = chat.connected if isinstance(chat, Connects) else None
        if link is not None:
            found[name] = link.is_set()
    return found


def heartbeat_check(pulse: Pulse, stale: float = STALE) -> Callable[[], Awaitable[str]]:
    """Check that the last tick is not long ago."""

    async def check() -> str:
        since = pulse.since()
        if since is None:
            return "no tick yet"
        return f"the last tick was {since:.0f} seconds ago" if since > stale else ""

    return check
