"""The outbox by hand: list, retry, discard; a running bot is not disturbed."""

from __future__ import annotations

import getpass
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.adapters.store import Store
from bot.app.shell import SystemClock, warn_of_writers
from bot.core.model import AuditEntry, DeliveryState
from bot.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.model import OutboxEntry
    from bot.settings import Settings

_ID_SHOWN = 10


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[Store]:
    store = Store(settings.database_url)
    try:
        await store.open()
        yield store
    finally:
        await store.close()


async def list_deliveries(settings: Settings, state: str, limit: int) -> list[str]:
    """Describe deliveries, a line each: those of a state, or all that did not arrive yet.

    Raises:
        CommandError: there is no such state.
        StoreError: the database refused.
    """
    known = [known.value for known in DeliveryState]
    if state and state not in known:
        raise CommandError(f"no state {state!r}; there are: {', '.join(known)}")
    async with _open(settings) as store:
        states = [DeliveryState(state)] if state else []
        found = await store.outbox_entries(states, limit)
    return [_line(entry) for entry in found] or [
        f"nothing is {state}" if state else "nothing waits"
    ]


async def retry_deliveries(settings: Settings, subject: str) -> str:
    """Let blocked, dead and waiting deliveries be tried again now; say how many.

    Raises:
        CommandError: nothing fits.
        StoreError: the database refused.
    """
    async with _open(settings) as store:
        warn_of_writers(store)
        entry = _entry("retry", subject, "")
        count = await store.retry(subject, entry.at, entry)
    if not count:
        raise CommandError(f"{subject!r}: no delivery that waits, is blocked or dead")
    return f"{count} to be tried again; a running bot begins within seconds"


async def discard_deliveries(settings: Settings, subject: str, why: str) -> str:
    """Give deliveries up; say how many. They stay in the store, as dead.

    Raises:
        CommandError: nothing fits.
        StoreError: the database refused.
    """
    async with _open(settings) as store:
        warn_of_writers(store)
        entry = _entry("discard", subject, why)
        reason = f"discarded by {entry.who}" + (f": {why}" if why else "")
        count = await store.discard(subject, reason, entry.at, entry)
    if not count:
        raise CommandError(f"{subject!r}: no delivery that waits or is blocked")
    return f"{count} discarded; deliveries retry brings them back"


def _entry(verb: str, subject: str, why: str) -> AuditEntry:
    now = SystemClock().now()
    return AuditEntry(now, getpass.getuser(), f"{verb} deliveries {subject}", "", why)


def _line(entry: OutboxEntry) -> str:
    place = f"{entry.chat}:{entry.channel}" if entry.channel else entry.chat
    state = f"{entry.state}" + (f" until {entry.due:%Y-%m-%d %H:%M} UTC" if entry.due else "")
    carried = f" ({entry.carried} alerts)" if entry.carried else ""
    reason = f"  ({entry.reason})" if entry.reason else ""
    return (
        f"{entry.id[:_ID_SHOWN]}  {entry.created:%Y-%m-%d %H:%M}  {place}  {state}  "
        f"{entry.kind}: {entry.title}{carried}{reason}"
    )
