"""Rules that change in one program change in all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.errors import StoreError
from bot.jobs.meter import Pulse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

AT_THE_LATEST = 2.0
"""Seconds after which it is looked whether something changed that nobody told."""

log = structlog.get_logger(__name__)


class Versions(Protocol):
    """The part of the store that it needs."""

    async def rules_version(self) -> int:
        """Give a number that grows with every change of rules; raises StoreError."""


class RulesInStep:
    """Reads the rules anew when they changed: at once when told so, else within seconds.

    Args:
        versions: knows whether they changed.
        refresh: reads them; may raise StoreError.
        pulse: told each time it was looked.
    """

    def __init__(
        self,
        versions: Versions,
        refresh: Callable[[], Awaitable[None]],
        pulse: Pulse | None = None,
    ) -> None:
        self._versions, self._refresh, self._pulse = versions, refresh, pulse or Pulse()
        self._told, self._version, self._complained = asyncio.Event(), -1, False

    def heard(self) -> None:
        """Take note that something may have changed."""
        self._told.set()

    async def run(self) -> None:
        """Keep in step until cancelled."""
        while True:
            self._told.clear()
            try:
                version = await self._versions.rules_version()
                if version != self._version:
                    await self._refresh()
                    if self._version >= 0:
                        log.info("rules changed", version=version)
                    self._version = version
                self._complained = False
            except StoreError as error:
                if not self._complained:
                    log.warning("rules cannot be read; going on with those of before",
                                reason=error.reason)  # fmt: skip
                self._complained = True
            self._pulse.beat()
            try:
                async with asyncio.timeout(AT_THE_LATEST):
                    await self._told.wait()
            except TimeoutError:
                continue
