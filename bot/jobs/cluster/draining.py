"""One program writes a channel; which one, changes with each job."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Protocol

from bot.core.lanes import drain_lock

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from bot.jobs.deliver import Deliver
    from bot.ports import Clock

TRIES, PAUSE = 5, 0.2
"""How often, and after how many seconds again, a channel is asked for that another one writes."""


class Locks(Protocol):
    """What one program at a time may have. Every method raises StoreError."""

    async def take(self, name: str) -> bool:
        """Take a lock if it is free."""

    async def free(self, name: str) -> None:
        """Give it back."""

    async def holds(self, name: str) -> bool:
        """Say whether it is held at this moment; the server is asked."""


class Lines(Protocol):
    """The part of the store that it needs. Every method raises StoreError."""

    async def want_due_drains(self, chats: Collection[str], now: datetime) -> int:
        """Put a job into the queue for each channel that has something to do and none."""


class Draining:
    """Drains channels, and finds those that have something to do.

    Args:
        deliver: the writer of this program, with the chats that it can post to.
        lines: which channels have something to do.
        locks: of channels.
        chats: those of this queue, by name.
        clock: the time.
    """

    def __init__(
        self, deliver: Deliver, lines: Lines, locks: Locks, chats: Collection[str], clock: Clock
    ) -> None:
        self._deliver, self._lines, self._locks = deliver, lines, locks
        self._chats, self._clock = chats, clock
        self._ours: set[str] = set()

    async def sweep(self) -> None:
        """See to it that every channel that has something to do has a job.

        Raises:
            StoreError: the database refused; the next sweep looks again.
        """
        await self._lines.want_due_drains(self._chats, self._clock.now())

    async def drain(self, chat: str, channel: str) -> None:
        """Deliver a channel's line until its first must wait.

        Where another program writes it, that one sees what is new; a sweep looks again.

        Raises:
            StoreError: the database refused; what was under way is looked for next time.
        """
        name = drain_lock(chat, channel)
        for _ in range(TRIES):
            if name not in self._ours and await self._drained(name, chat, channel):
                return
            await asyncio.sleep(PAUSE)

    async def _drained(self, name: str, chat: str, channel: str) -> bool:
        """Drain a channel; False where another program writes it.

        A program is given a lock that it has already, so a second job of the same channel must not
        ask for it: it would give it back under the first.
        """
        self._ours.add(name)
        try:
            if not await self._locks.take(name):
                return False
            try:
                await self._deliver.drain_channel(chat, channel, partial(self._locks.holds, name))
            finally:
                await asyncio.shield(self._locks.free(name))
        finally:
            self._ours.discard(name)
        return True

    async def revise(self) -> None:
        """Edit alerts whose stories more outlets carry by now.

        Raises:
            StoreError: the database refused.
        """
        await self._deliver.revise()
