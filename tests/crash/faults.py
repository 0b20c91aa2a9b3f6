"""Faults of a chat's server, as both fake servers act them out.

Where they come from: resets, 5xx, silence and late commits are what load balancers in front of
Slack and Matrix do (https://docs.slack.dev/reference/methods/chat.postMessage names `fatal_error`
and `service_unavailable` as raised "possibly after some of the operation succeeded"); 429 with
`Retry-After` is https://docs.slack.dev/apis/web-api/rate-limits and, for Matrix,
https://spec.matrix.org/latest/client-server-api/#rate-limiting (`M_LIMIT_EXCEEDED`).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one post.

    Attributes:
        kind: limited (429), status, reset, silence (no answer for `wait` seconds, then a reset),
            late (504 at once, carried out `wait` seconds later), garbage (200 with no JSON).
        after: True when the post was carried out before it went wrong.
        wait: seconds.
        retry_after: seconds that a 429 asks for, None for one that does not say.
    """

    kind: str
    after: bool = False
    wait: float = 0.0
    status: int = 500
    retry_after: int | None = None


def all_faults(*, silence: float, late: tuple[float, ...]) -> dict[str, Fault]:
    """Give the faults of the table by name.

    Args:
        silence: seconds that a server keeps silent; more than the bot's patience.
        late: seconds after which a post is carried out although it was answered 504.
    """
    return {
        "429 with Retry-After": Fault("limited", retry_after=1),
        "429 without Retry-After": Fault("limited"),
        "500 before": Fault("status"),
        "500 after": Fault("status", after=True),
        "reset before": Fault("reset"),
        "reset after": Fault("reset", after=True),
        "timeout before": Fault("silence", wait=silence),
        "timeout after": Fault("silence", wait=silence, after=True),
        **{f"late commit {seconds:g} s": Fault("late", wait=seconds) for seconds in late},
        "garbage 200 before": Fault("garbage"),
        "garbage 200 after": Fault("garbage", after=True),
    }


class Faults:
    """Which posts go wrong: queued for one channel, or drawn by chance for all.

    Attributes:
        chance: gives a fault for a post, or None; called for each post without a queued one.
        spent: how many of each kind came about.
    """

    def __init__(self) -> None:
        self._queued: dict[str, list[tuple[str, Fault]]] = {}
        self.chance: Callable[[], Fault | None] = lambda: None
        self.spent: dict[str, int] = {}
        self._spared: set[str] = set()
        self.lateness: list[float] = []
        """Seconds between arrival and carrying out, of each late post, as they really were."""

    def queue(self, channel: str, name: str, fault: Fault) -> None:
        """Let the next posts into a channel go wrong, one fault each."""
        self._queued.setdefault(channel, []).append((name, fault))

    def take(self, channel: str) -> Fault | None:
        """Give the fault of a post into a channel; after a queued one, the next post goes well.

        Else all of a channel's faults would meet one alert, and its growing pauses take an hour.
        """
        if channel in self._spared:
            self._spared.discard(channel)
            return None
        queued = self._queued.get(channel)
        if not queued:
            return self.chance()
        name, fault = queued.pop(0)
        self.spent[name] = self.spent.get(name, 0) + 1
        self._spared.add(channel)
        return fault

    async def later(self, fault: Fault, carry_out: Callable[[], object]) -> None:
        """Carry a post out late."""
        began = time.monotonic()
        await asyncio.sleep(fault.wait)
        carry_out()
        self.lateness.append(time.monotonic() - began)

    @property
    def left(self) -> int:
        return sum(map(len, self._queued.values()))
