"""What the jobs count, for whoever runs the bot. The jobs know no metrics library.

`bot/adapters/metrics.py` gives the counts their names; `docs/metrics.md` explains each.
"""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    Note = Callable[[str, str], None]
    Span = Callable[[str, dict[str, str]], AbstractContextManager[Note]]


class Meter(Protocol):
    """Counts. Every method returns at once and never raises; durations are in seconds."""

    def fetched(self, seconds: float) -> None:
        """A feed's server was asked."""

    def parsed(self, seconds: float) -> None:
        """A feed's body was read."""

    def polled(self, result: str, seconds: float, late: float | None) -> None:
        """A poll ended.

        Args:
            result: news, no_news, unchanged, unreachable, http_error, forbidden, unreadable or
                store_error.
            seconds: it took.
            late: how long after it was due it began; None for a feed that was never polled.
        """

    def paged(self, result: str) -> None:
        """An article's page was wanted: read, or failed."""

    def matched(self, seconds: float) -> None:
        """An article was held against all rules."""

    def quoted(self, seconds: float) -> None:
        """Quotes were looked for in an article."""

    def recorded(self, tally: Mapping[str, int]) -> None:
        """A poll's outcome was stored; counts as in `bot.core.account`."""

    def queued(self, chat: str, kind: str, count: int) -> None:
        """Alerts came into the outbox; kind as `Alert.kind`."""

    def posted(self, chat: str, result: str, seconds: float | None = None) -> None:
        """A delivery was tried, or given up.

        Args:
            chat: its name.
            result: delivered, later, unknown, refused, found, fault or given_up.
            seconds: the chat took to answer; None where it was not called.
        """

    def arrived(self, chat: str, waited: float) -> None:
        """A delivery arrived, so many seconds after it came into the outbox."""

    def limited(self, chat: str) -> None:
        """A chat asked for a pause."""

    def answered(self, chat: str, *, ok: bool, seconds: float) -> None:
        """A person's command was carried out, or not."""

    def quota_hit(self, quota: str) -> None:
        """A tenant asked for more than it may have: rules, channels or feeds."""

    def store_refused(self) -> None:
        """The database refused a step of the heartbeat."""

    def span(self, name: str, facts: dict[str, str]) -> AbstractContextManager[Note]:
        """Trace a piece of work; what it gives notes what is found out meanwhile."""


def _forget(_key: str, _value: str) -> None:
    """Note nothing."""


_UNTRACED = nullcontext(_forget)


def untraced(_name: str, _facts: dict[str, str]) -> AbstractContextManager[Note]:
    """Trace nothing."""
    return _UNTRACED


class Uncounted:
    """A meter that counts nothing.

    Args:
        span: traces pieces of work.
    """

    def __init__(self, span: Span = untraced) -> None:
        self._span = span

    def span(self, name: str, facts: dict[str, str]) -> AbstractContextManager[Note]:
        """Trace a piece of work."""
        return self._span(name, facts)

    def fetched(self, seconds: float) -> None:
        """Count nothing."""

    def parsed(self, seconds: float) -> None:
        """Count nothing."""

    def polled(self, result: str, seconds: float, late: float | None) -> None:
        """Count nothing."""

    def paged(self, result: str) -> None:
        """Count nothing."""

    def matched(self, seconds: float) -> None:
        """Count nothing."""

    def quoted(self, seconds: float) -> None:
        """Count nothing."""

    def recorded(self, tally: Mapping[str, int]) -> None:
        """Count nothing."""

    def queued(self, chat: str, kind: str, count: int) -> None:
        """Count nothing."""

    def posted(self, chat: str, result: str, seconds: float | None = None) -> None:
        """Count nothing."""

    def arrived(self, chat: str, waited: float) -> None:
        """Count nothing."""

    def limited(self, chat: str) -> None:
        """Count nothing."""

    def answered(self, chat: str, *, ok: bool, seconds: float) -> None:
        """Count nothing."""

    def quota_hit(self, quota: str) -> None:
        """Count nothing."""

    def store_refused(self) -> None:
        """Count nothing."""


UNCOUNTED = Uncounted()


class Pulse:
    """When the heart last beat, so that one that stopped is noticed.

    Args:
        now: a steady clock in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._last: float | None = None

    def beat(self) -> None:
        """Note a beat."""
        self._last = self._now()

    def since(self) -> float | None:
        """Give the seconds since the last beat, None before the first."""
        return None if self._last is None else self._now() - self._last
