"""Rules that change in one program change in all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.errors import StoreError
from bot.jobs.meter import Pulse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

AT_THE_LATEST = 2.0
"""Seconds after which it is looked whether something changed that nobody told."""

_MOST = 100
"""Changes that are read rule by rule; where there are more, all rules are read."""

_READ, _CHANGED = "rules read", "rules changed"

log = structlog.get_logger(__name__)


class Versions(Protocol):
    """The part of the store that it needs."""

    async def rules_version(self) -> int:
        """Give a number that grows with every change of rules; raises StoreError."""


class RulesInStep:
    """Reads the rules anew when they changed: at once when told so, else within seconds.

    Args:
        versions: knows whether they changed.
        refresh: reads those of some ids, or for None all of them; may raise StoreError.
        pulse: told each time it was looked.
    """

    def __init__(
        self,
        versions: Versions,
        refresh: Callable[[Collection[str] | None], Awaitable[None]],
        pulse: Pulse | None = None,
    ) -> None:
        self._versions, self._refresh, self._pulse = versions, refresh, pulse or Pulse()
        self._told, self._version, self._complained = asyncio.Event(), -1, False
        self._changes: dict[int, str] = {}

    def heard(self, change: str = "") -> None:
        """Take note that something may have changed.

        Args:
            change: the version that the change made and the rule that it changed, "" for any.
        """
        version, _, rule = change.partition(" ")
        if rule and version.isdecimal():
            self._changes[int(version)] = rule
        self._told.set()

    def _changed(self, version: int) -> set[str] | None:
        """Give the rules that changed up to a version; None where it is not known of each."""
        versions = range(self._version + 1, version + 1)
        if self._version < 0 or not 0 < len(versions) <= _MOST:
            return None
        if not all(map(self._changes.get, versions)):
            return None
        return {self._changes[one] for one in versions}

    async def run(self) -> None:
        """Keep in step until cancelled."""
        while True:
            self._told.clear()
            try:
                version = await self._versions.rules_version()
                if version != self._version:
                    await self._refresh(self._changed(version))
                    log.info(_CHANGED if self._version >= 0 else _READ, version=version)
                    self._version = version
                self._changes = {at: one for at, one in self._changes.items() if at > version}
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
