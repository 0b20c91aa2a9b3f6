"""How long after an unknown outcome a chat is not asked: the windows of doubt."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.model import Delivery
    from bot.ports import SteadyClock

_NONE = timedelta(0)


class Windows:
    """Windows of doubt, measured by the time that passes, not by what the clock is set to.

    What a chat accepted may appear only after a while; a look that comes sooner finds nothing, and
    the message is sent twice. The machine's clock is no measure of that: put forward by an hour it
    would end every window at once. What an earlier life of the program left in doubt waits a
    whole window of this life, because nobody knows how long the program was away.

    Args:
        clock: the time.
    """

    def __init__(self, clock: SteadyClock) -> None:
        self._clock = clock
        self._since: dict[tuple[str, int], float] = {}

    def found(self, attempts: Iterable[tuple[str, int]]) -> None:
        """Begin windows for what others left in doubt: ids of deliveries, and which attempt."""
        now = self._clock.steady()
        for key in attempts:
            self._since.setdefault(key, now)

    def opened(self, sending: Delivery) -> None:
        """Begin the window of an attempt whose outcome is unknown from now on."""
        self._since[_key(sending)] = self._clock.steady()

    def left(self, delivery: Delivery, doubt: timedelta) -> timedelta:
        """Give how much of a window is left, zero when it is over.

        Of an attempt that was neither opened nor found here, only the store's time is known:
        another program left it, or a copy that was restored cannot tell whether it was sent.
        """
        now, steady, key = self._clock.now(), self._clock.steady(), _key(delivery)
        if key not in self._since:
            passed = max(_NONE, now - (delivery.since or now))
            self._since[key] = steady - min(passed, doubt).total_seconds()
        return max(_NONE, doubt - timedelta(seconds=steady - self._since[key]))

    def closed(self, delivery: Delivery) -> None:
        """Forget an attempt whose outcome is known."""
        self._since.pop(_key(delivery), None)


def _key(delivery: Delivery) -> tuple[str, int]:
    return delivery.id, delivery.attempt
