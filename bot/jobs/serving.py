"""What a program does that answers and polls nothing: it keeps up with what others change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import structlog

from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from bot.jobs.meter import Meter, Pulse
    from bot.jobs.rulebook import RuleBook

log = structlog.get_logger(__name__)


class Versions(Protocol):
    """The part of the store that tells whether rules changed."""

    async def rules_version(self) -> int:
        """Give a number that grows with every change of rules. Raises StoreError."""


class Serving:
    """Refreshes the rules when another program changed them, before each answer and each second.

    Args:
        book: the rules.
        versions: tells when they changed.
        meter: counts.
        pulse: told of each tick.
        chores: what else is done at each tick.
    """

    def __init__(
        self,
        book: RuleBook,
        versions: Versions,
        meter: Meter,
        pulse: Pulse,
        chores: Iterable[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        self._book, self._versions, self._meter = book, versions, meter
        self._pulse, self._chores = pulse, tuple(chores)
        self._known = -1
        self._refused = ""

    async def refresh(self) -> None:
        """Take in what other programs changed.

        Raises:
            StoreError: the database refused.
        """
        version = await self._versions.rules_version()
        if version != self._known:
            await self._book.refresh()
            self._known = version

    async def tick(self) -> None:
        """Keep up; a database that refuses is told of once, and when it works again."""
        try:
            await self.refresh()
            for chore in self._chores:
                await chore()
        except StoreError as error:
            self._meter.store_refused()
            if not self._refused:
                log.error("the database refuses; answering on", reason=error.reason)  # noqa: TRY400 -- said in one line
            self._refused = error.reason
        else:
            if self._refused:
                log.info("the database works again")
            self._refused = ""
        self._pulse.beat()
