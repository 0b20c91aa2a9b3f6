"""When to deliver again. Chance is passed in, so that tests can fix it.

Polls have their own manners, see `bot.core.politeness`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

LONGEST_RETRY = timedelta(hours=1)
_FIRST_RETRY = 2.0  # seconds


def next_try(now: datetime, *, attempt: int, at: datetime | None, chance: float = 0) -> datetime:
    """Choose when a delivery that was not accepted is tried again.

    Args:
        now: the time.
        attempt: tries so far, from 1; each doubles the pause, from 2 s up to an hour.
        at: the earliest time the chat named, never undercut.
        chance: a number in [0, 1); adds up to a quarter, so that channels do not march in step.
    """
    pause = min(_FIRST_RETRY * 2 ** min(attempt - 1, 20), LONGEST_RETRY.total_seconds())
    earliest = now + timedelta(seconds=pause * (1 + chance / 4))
    return max(earliest, at) if at else earliest
