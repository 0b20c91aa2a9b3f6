"""The time."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time, so that tests can turn it."""

    def now(self) -> datetime:
        """Give the time now, aware, UTC."""


class SteadyClock(Clock, Protocol):
    """A clock that also tells how much time passes, however it is set."""

    def steady(self) -> float:
        """Give seconds since some moment, which grow with the time that passes and else never."""
