"""When to try again: polls and deliveries. Chance is passed in, so that tests can fix it."""

from __future__ import annotations

from datetime import datetime, timedelta

LONGEST_RETRY = timedelta(hours=1)
LONGEST_BACKOFF = timedelta(hours=24)
_FIRST_RETRY = 2.0  # seconds


def next_poll(
    now: datetime, *, every: float, failures: int = 0, asked: float | None = None, chance: float = 0
) -> datetime:
    """Choose when a feed is polled next.

    Args:
        now: the time of the poll that just ended.
        every: seconds between polls of a healthy feed.
        failures: failed polls in a row, this one included; each doubles the pause, up to a day.
        asked: seconds the server asked us to wait (`Retry-After`), never undercut.
        chance: a number in [0, 1); spreads polls over a tenth of the pause, so that feeds that
            were added together drift apart.
    """
    pause = every * 2 ** min(failures, 16)
    if failures:
        pause = min(pause, max(LONGEST_BACKOFF.total_seconds(), every))
    pause = max(pause * (1 + chance / 10), asked or 0)
    return now + timedelta(seconds=pause)


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
