"""Tenants that share a chat's limit take turns."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Gate:
    """Lets one writer through at a time: of the tenants that wait, each in its turn.

    A tenant with 500 channels that have something to tell gets every second turn where another
    one with a single channel waits, not 500 of 501.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._taken = False

    @property
    def idle(self) -> bool:
        """Whether nobody is in it and nobody waits."""
        return not self._taken and not self._waiting

    @asynccontextmanager
    async def turn(self, tenant: str) -> AsyncIterator[None]:
        """Wait for a turn and hold it."""
        await self._enter(tenant)
        try:
            yield
        finally:
            self._pass_on()

    async def _enter(self, tenant: str) -> None:
        if not self._taken:
            self._taken = True
            return
        mine = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._pass_on()  # it came together with the end
            raise

    def _pass_on(self) -> None:
        """Give the turn to the tenant that had none for longest; nobody waits: it is free."""
        while self._waiting:
            tenant, line = next(iter(self._waiting.items()))
            first = line.popleft()
            if line:
                self._waiting.move_to_end(tenant)
            else:
                del self._waiting[tenant]
            if not first.done():
                first.set_result(None)
                return
        self._taken = False


class Gates:
    """A gate for each limit that several channels share."""

    def __init__(self) -> None:
        self._gates: dict[str, Gate] = {}

    def of(self, house: str) -> Gate:
        """Give the gate of a chat, or of a workspace."""
        return self._gates.setdefault(house, Gate())
