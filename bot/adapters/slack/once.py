"""What Slack sends twice is handled once."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REMEMBERED = 15 * 60.0
"""Seconds; Slack repeats an event at once, after one and after five minutes.

Source: https://docs.slack.dev/apis/events-api/#retries
"""


class Once:
    """Remembers what was seen, for a while and up to a number.

    Args:
        seconds: how long.
        most: how many.
        now: a steady clock in seconds.
    """

    def __init__(
        self,
        seconds: float = REMEMBERED,
        most: int = 10_000,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds, self._most, self._now = seconds, most, now
        self._seen: OrderedDict[str, float] = OrderedDict()

    def first(self, key: str) -> bool:
        """Say whether a key is seen for the first time."""
        now = self._now()
        while self._seen and (
            len(self._seen) > self._most or next(iter(self._seen.values())) <= now - self._seconds
        ):
            self._seen.popitem(last=False)
        if key in self._seen:
            return False
        self._seen[key] = now
        return True


def request_key(body: Mapping[str, object]) -> str:
    """Give what is the same in every copy of a request: the event's id, else the trigger.

    A trigger belongs to one act of one person; "" where there is neither.
    """
    for name in ("event_id", "trigger_id"):
        if value := body.get(name):
            return f"{name} {value}"
    return ""
