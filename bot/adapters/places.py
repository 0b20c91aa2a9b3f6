"""Who may ask now: so many requests at once to one host, and so many in all.

Each request passes here, and nearly always at once; so a free place is taken without a future,
and one that is given back goes to whoever has waited longest, who never has to look again.
"""

from __future__ import annotations

import asyncio
from collections import deque


class _Line:
    """Places, and those who wait for one; while anybody waits none is free."""

    __slots__ = ("free", "waiting")

    def __init__(self, count: int) -> None:
        self.free = count
        self.waiting: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Wait for a place, first come, first served."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            await turn
        except BaseException:
            if not turn.cancelled():  # its turn had come already
                self.give()
            raise

    def give(self) -> None:
        """Give a place to the next one, or leave it free."""
        waiting = self.waiting
        while waiting:
            turn = waiting.popleft()
            if not turn.done():  # else it was cancelled meanwhile
                turn.set_result(None)
                return
        self.free += 1


class Places:
    """Places at hosts, and in all. Whoever has entered leaves at the end.

    Args:
        in_all: how many may be in at once.
        per_host: how many of them at one host.

    Attributes:
        hosts: those at which somebody is or waits; others are forgotten.
    """

    def __init__(self, in_all: int, per_host: int) -> None:
        self._all, self._per_host = _Line(in_all), per_host
        self.hosts: dict[str, _Line] = {}

    async def enter(self, host: str) -> None:
        """Wait for a place at a host, then for one of all.

        Who waits at a host holds none of all, so a slow host keeps nobody else out.
        """
        line = self.hosts.get(host)
        if line is None:
            line = self.hosts[host] = _Line(self._per_host)
        if line.free:
            line.free -= 1
        else:
            await line.wait()
        if self._all.free:
            self._all.free -= 1
            return
        try:
            await self._all.wait()
        except BaseException:
            self._leave(host, line)
            raise

    def leave(self, host: str) -> None:
        """Give both places back."""
        self._all.give()
        self._leave(host, self.hosts[host])

    def _leave(self, host: str, line: _Line) -> None:
        line.give()
        if line.free == self._per_host:
            del self.hosts[host]
