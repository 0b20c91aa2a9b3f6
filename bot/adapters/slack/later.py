"""Work that goes on after Slack has got its acknowledgement."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

from bot.adapters.slack.outcomes import SlackError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine

log = structlog.get_logger(__name__)

LAST_WORDS = 5.0
"""Seconds that work under way gets when the bot stops."""


class Later:
    """Keeps hold of work that nobody waits for."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Future[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin some work; what goes wrong in it is logged."""
        task = asyncio.ensure_future(_watched(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Let what was promised to people be finished, within reason."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=LAST_WORDS)
            for task in late:
                task.cancel()


async def _watched(work: Awaitable[None]) -> None:
    """Run something that nobody waits for, and log what goes wrong."""
    try:
        await work
    except SlackError as fault:
        log.warning("slack call failed", reason=str(fault))
    except Exception as error:  # the end of the line for a fault of ours
        log.exception("slack work failed", error=type(error).__name__)
