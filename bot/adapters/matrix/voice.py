"""Saying things that are no alerts: replies, greetings. These are repeated until they arrive."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from bot.adapters.matrix.errors import MatrixError, NoAnswerError, NotReadyError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.adapters.matrix.account import Account

log = structlog.get_logger(__name__)
T = TypeVar("T")

_TRIES = 12
_LONGEST_PAUSE = 30.0


async def insist(what: str, call: Callable[[], Awaitable[T]], tries: int = _TRIES) -> T | None:
    """Repeat a harmless request while the homeserver is slow, absent or asks for pauses.

    Args:
        what: for the log.
        call: makes the request; must be safe to repeat.
        tries: how often, at most; the pauses between them grow from a quarter of a second.

    Returns:
        its answer, or None when it was refused, or in the end not carried out.
    """
    reason = ""
    for attempt in range(tries):
        pause = min(0.25 * 2**attempt, _LONGEST_PAUSE)
        try:
            return await call()
        except MatrixError as error:
            if not (error.limited or error.unsure or error.logged_out):
                log.warning("matrix request refused", what=what, reason=str(error))
                return None
            pause, reason = max(pause, error.retry_after or 0.0), str(error)
        except (NoAnswerError, NotReadyError) as error:
            reason = str(error)
        await asyncio.sleep(pause)
    log.warning("matrix request given up", what=what, reason=reason)
    return None


async def say(account: Account, room_id: str, content: dict[str, Any], txn: str) -> str | None:
    """Send a message; its transaction id makes repeats harmless. None when it was refused."""
    return await insist("message", lambda: account.send(room_id, "m.room.message", content, txn))
