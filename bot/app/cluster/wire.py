"""The sample wire for many workers: one serves it, all poll it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING

from bot.adapters.wire import SampleWire
from bot.app.shell import SystemClock
from bot.settings import shipped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from bot.adapters.store import Store
    from bot.adapters.store.locks import Locks
    from bot.core.model import Feed

DAY_SECONDS = 60.0
"""How long the sample day takes."""

_NAME = "sample wire"
_TRIES, _PAUSE = 50, 0.2


@asynccontextmanager
async def shared_wire(
    store: Store, locks: Locks
) -> AsyncIterator[tuple[tuple[Feed, ...], Mapping[str, str]]]:
    """Serve the sample day, or find out which worker on this machine does.

    Gives its feeds, and where its hosts are served.

    Raises:
        StoreError: the database refused.
    """
    wire = SampleWire(
        shipped("seeds") / "wire", speed=86_400 / DAY_SECONDS, clock=SystemClock().now
    )
    await wire.start()
    try:
        if await locks.take(_NAME):
            await store.put_note(_NAME, wire.origin)
            yield wire.feeds, wire.hosts
        else:
            yield wire.feeds, dict.fromkeys(wire.hosts, await _served(store) or wire.origin)
    finally:
        await wire.stop()


async def _served(store: Store) -> str | None:
    """Wait until the other worker answers: what was noted may be of an earlier one."""
    for _ in range(_TRIES):
        origin = await store.find_note(_NAME)
        if origin:
            host, _, port = origin.partition(":")
            with suppress(OSError, ValueError):
                if not ip_address(host).is_loopback:
                    return None  # it is of this machine, or not ours to ask
                loop = asyncio.get_running_loop()
                transport, _ = await loop.create_connection(asyncio.Protocol, host, int(port))
                transport.close()
                return origin
        await asyncio.sleep(_PAUSE)
    return None
