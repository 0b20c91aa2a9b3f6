"""A program that empties an outbox into a room until it is killed or done.

Usage: poster.py homeserver user folder database. Prints `ready`, and at the end `done`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.adapters.matrix import Login, MatrixChat
from bot.adapters.store import Store
from bot.jobs.deliver import Deliver
from bot.ports import Incoming, Reply


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady(self) -> float:
        return time.monotonic()


async def answer(incoming: Incoming) -> Reply:
    return Reply(incoming.text)


async def main(homeserver: str, user: str, folder: str, database: str) -> None:
    clock = WallClock()
    chat = MatrixChat(
        Login(homeserver, user, "pw"), folder=Path(folder), answer=answer, clock=clock, offers=False
    )
    chat.doubt = timedelta(seconds=0.5)
    store = Store(database)
    await store.open()
    deliver = Deliver({"matrix": chat}, store, clock, lambda: 0.0, limits={})
    await chat.start()
    await chat.ready()
    print("ready", flush=True)  # noqa: T201 -- the test waits for it
    while set(await store.count_deliveries()) != {"delivered"}:
        await deliver.drain()
        await asyncio.sleep(0.05)
    print("done", flush=True)  # noqa: T201 -- the same
    await chat.stop()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
