"""Work that goes on while the next events are heard."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

log = structlog.get_logger(__name__)


class Background:
    """Runs work; a fault in it is logged and costs nothing else.

    Attributes:
        ended: called after each piece of work.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self.ended: Callable[[], None] = lambda: None

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._tasks

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin some work."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("matrix event failed", exc_info=task.exception())
        if not task.cancelled():
            self.ended()

    async def stop(self, seconds: float) -> None:
        """Let work end for a while, then cancel it."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        await cancelled(*self._tasks)


async def cancelled(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks and wait until they have ended."""
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError, Exception):
            await task
