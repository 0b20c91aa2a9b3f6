"""Reactions under alerts, ready to be clicked. Alerts come first: offers wait for quiet moments."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from bot.adapters.matrix.errors import MatrixError, NoAnswerError, NotReadyError
from bot.core.model import digest

if TYPE_CHECKING:
    from bot.adapters.matrix.account import Account

_QUIET = 2.0
_HELD_UP = 60.0
_MOST = 20


class Offers:
    """Puts reactions under the newest alerts.

    People may react without an offer just as well, so offers are dropped, never queued up, where
    the homeserver limits us: they count like messages there.

    Args:
        account: the bot's account.
        keys: the reactions, in the order they are offered.
    """

    def __init__(self, account: Account, keys: tuple[str, ...]) -> None:
        self._account, self._keys = account, keys
        self._waiting: deque[tuple[str, str]] = deque(maxlen=_MOST)
        self._not_before = 0.0

    def posting(self) -> None:
        """Note that an alert is on its way."""
        self._wait(_QUIET)

    def held_up(self, error: Exception) -> None:
        """Note that an alert could not be posted."""
        if isinstance(error, MatrixError) and error.limited:
            self._waiting.clear()
            self._wait(_HELD_UP)

    def add(self, room_id: str, event_id: str) -> None:
        """Offer reactions for an alert, when it is quiet."""
        if self._keys:
            self._waiting.append((room_id, event_id))

    def _wait(self, seconds: float) -> None:
        now = asyncio.get_running_loop().time()
        self._not_before = max(self._not_before, now + seconds)

    async def run(self) -> None:
        """Offer until cancelled."""
        while True:
            await asyncio.sleep(_QUIET / 4)
            if self._waiting and asyncio.get_running_loop().time() >= self._not_before:
                await self._offer(*self._waiting.popleft())

    async def _offer(self, room_id: str, event_id: str) -> None:
        for key in self._keys:
            relation = {"rel_type": "m.annotation", "event_id": event_id, "key": key}
            txn = digest("offer", event_id, key)
            try:
                await self._account.send(room_id, "m.reaction", {"m.relates_to": relation}, txn)
            except (MatrixError, NoAnswerError, NotReadyError) as error:
                self.held_up(error)
                return
