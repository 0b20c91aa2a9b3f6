"""How much one person may ask of the bot in one room. Pure: the time is passed in."""

from __future__ import annotations

from collections import deque
from enum import Enum

MOST = 30
SECONDS = 60.0
_REMEMBERED = 2_000
"""People whose requests are counted at once; those not heard of for longest are forgotten first."""


class Verdict(Enum):
    """What becomes of a request."""

    TAKEN = "carried out"
    TOLD = "refused, and the person is told so"
    SILENT = "refused without a word: the person was told"


class Quota:
    """Counts requests of each person in each room over a sliding minute.

    Args:
        most: requests in that time.
        seconds: how long it is.
    """

    def __init__(self, most: int = MOST, seconds: float = SECONDS) -> None:
        self._most, self._seconds = most, seconds
        self._taken: dict[tuple[str, str], deque[float]] = {}
        self._told: set[tuple[str, str]] = set()

    def ask(self, room: str, who: str, now: float) -> Verdict:
        """Count a request at `now` (seconds on any steady clock) and say what becomes of it."""
        key = (room, who)
        taken = self._taken.pop(key, deque())
        self._taken[key] = taken  # the last ones heard of stand last
        while taken and taken[0] <= now - self._seconds:
            taken.popleft()
        self._forget()
        if len(taken) < self._most:
            taken.append(now)
            self._told.discard(key)
            return Verdict.TAKEN
        if key in self._told:
            return Verdict.SILENT
        self._told.add(key)
        return Verdict.TOLD

    def wait(self, room: str, who: str, now: float) -> float:
        """Say in how many seconds the person may ask again."""
        taken = self._taken.get((room, who))
        if not taken or len(taken) < self._most:
            return 0.0
        return max(0.0, taken[0] + self._seconds - now)

    def _forget(self) -> None:
        while len(self._taken) > _REMEMBERED:
            oldest = next(iter(self._taken))
            del self._taken[oldest]
            self._told.discard(oldest)
