"""Work that goes on after Slack has got its acknowledgement."""

from __future__ import annotations

import asyncio
import traceback
from pathlib import Path
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
    except Exception as error:  # noqa: BLE001 -- the end of the line for a fault of ours
        log.error("slack work failed", trace=trace_of(error))  # noqa: TRY400 -- see there


def trace_of(error: Exception) -> str:
    """Give where an exception came from, without its text and without the values around it.

    Both could hold a token; some log renderers print every local variable of a traceback.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-6:]]
    return f"{type(error).__name__} in {' > '.join(places)}"
