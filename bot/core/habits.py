"""What one more answer, or one more failure, teaches of a feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.model import Habits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.model import ParsedFeed

KEPT_DATES = 10

MOVES = 3
"""Permanent redirects in a row, to the same readable feed, until it is asked there directly."""

LOST = 3
"""Failures in a row after which a moved feed is asked at its old address again."""

CENSUS = timedelta(days=30)
"""How often a body is read whole, so that it is known which entries are still there."""

REMEMBERED = timedelta(days=120)
"""An entry is forgotten when no census of so many days found it: 90 days and more after it left."""


def census_due(habits: Habits, now: datetime) -> bool:
    """Say whether a feed is to be read whole although it has not changed."""
    return habits.census is not None and now - habits.census >= CENSUS


def after_answer(
    habits: Habits,
    now: datetime,
    *,
    moved: str = "",
    read: ParsedFeed | None = None,
    dates: Iterable[datetime] = (),
    census: bool = False,
) -> Habits:
    """Learn from a successful poll.

    Args:
        habits: what was known.
        now: the time.
        moved: where permanent redirects led, or "".
        read: what was read from the body, or None when it was unchanged.
        dates: of the entries that are new.
        census: True when the whole body was read for the sake of `Habits.census`.
    """
    learned = _moved(habits, moved, parsed=read is not None)
    # Most polls teach nothing, so nothing is made anew for them.
    if census or not (learned.since and learned.census) or learned.failing_since:
        learned = replace(
            learned,
            since=habits.since or now,
            failing_since=None,
            census=now if census else habits.census or now,
            forgotten=now - REMEMBERED if census else habits.forgotten,
        )
    if read is None:
        return learned
    newest = sorted({*habits.dates, *(min(date, now) for date in dates)}, reverse=True)
    learned = replace(learned, dates=tuple(newest[:KEPT_DATES]))
    if not read.head:
        return learned
    return replace(
        learned,
        every=read.every,
        skip_hours=read.skip_hours,
        skip_days=read.skip_days,
        hub=read.hub,
        topic=read.topic,
    )


def after_trouble(habits: Habits, now: datetime, failures: int) -> Habits:
    """Learn from a failed poll, the `failures`-th in a row.

    A feed that moved and fails at its new place is looked for at its old one.
    """
    habits = replace(habits, failing_since=habits.failing_since or now, moved_to="", moved_times=0)
    return replace(habits, address="") if failures >= LOST else habits


def _moved(habits: Habits, moved: str, *, parsed: bool) -> Habits:
    """Count permanent redirects to one place; the first that counts gave a readable feed."""
    again = bool(moved) and moved == habits.moved_to and habits.moved_times > 0
    if not again and not (moved and parsed):
        if not (habits.moved_to or habits.moved_times):
            return habits
        return replace(habits, moved_to="", moved_times=0)
    times = habits.moved_times + 1 if again else 1
    if times >= MOVES:
        return replace(habits, address=moved, moved_to="", moved_times=0)
    return replace(habits, moved_to=moved, moved_times=times)
