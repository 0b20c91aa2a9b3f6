"""The pace of a chat, where many programs tell it things."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from bot.core.pacing import LIMITS, UNLIMITED
from bot.jobs.deliver.paces import house_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from bot.core.pacing import Limits
    from bot.jobs.deliver.paces import Target
    from bot.ports import Clock

PATIENCE = 2.0
"""Seconds that a writer waits for a turn; for longer ones it comes again."""

TRIES = 5
"""How often a writer waits for a turn while others take it; then it comes again."""


class TurnStore(Protocol):
    """What all programs together may tell a chat. Every method raises StoreError."""

    async def turn(
        self, house: str, limits: Limits, now: datetime, channel: str
    ) -> datetime | None:
        """Take a turn of a house and of a channel, or say when both are to be had."""

    async def hold_turns(self, house: str, limits: Limits, until: datetime) -> None:
        """Hand out no turn before a time that the chat named."""


class SharedTurns:
    """Takes turns with the writers of other programs, those who wrote the same channel before too.

    Args:
        store: hands them out.
        clock: the time.
        limits: by chat.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        store: TurnStore,
        clock: Clock,
        *,
        limits: Mapping[str, Limits] = LIMITS,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._store, self._clock, self._limits, self._sleep = store, clock, limits, sleep

    async def take(self, target: Target) -> bool:
        """Take a turn; False if that takes too long.

        Raises:
            StoreError: the database refused.
        """
        limits = self._limits.get(target[0], UNLIMITED)
        for _ in range(TRIES if limits.chat else 0):
            now = self._clock.now()
            free = await self._store.turn(house_of(target), limits, now, "/".join(target))
            if free is None:
                return True
            wait = (free - now).total_seconds()
            if wait > PATIENCE:
                return False
            await self._sleep(max(wait, 0.01))
        return not limits.chat

    async def hold(self, target: Target, until: datetime) -> None:
        """Tell a channel's chat nothing before a time that it named.

        Raises:
            StoreError: the database refused.
        """
        limits = self._limits.get(target[0], UNLIMITED)
        if limits.chat:
            await self._store.hold_turns(house_of(target), limits, until)
