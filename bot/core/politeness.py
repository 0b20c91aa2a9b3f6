"""When a server may be asked again: what it said, what its feed says, how it fails."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

MAX_WAIT = 86_400.0
"""Seconds. Nothing that a server says, and no failure, puts a feed off for longer than a day;
only the days of the week that it excludes may add up to more."""

MAX_PACE = 21_600.0
"""Seconds between polls of a feed that works but hardly ever has news."""

FIRST_BACKOFF = 300.0
FLOORS = 72
"""How many times the shortest wait the longest one is: five minutes and six hours."""

SOONER = 4
"""A server that lets us come earlier is asked up to so many times as often as its feed's pace."""

PUSHED = 3_600.0
"""Seconds between polls, at least, while a hub has promised to call."""

JITTER = 0.1
"""Polls are spread over the last tenth of their wait, so that feeds do not fall into step."""

_RECENT = 10
_DAY, _WEEK = 24, 7


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a server and its feed ask for.

    Attributes:
        fresh: seconds for which the answer is fresh (`freshness`), or None.
        every: seconds between polls (`ParsedFeed.every`), or None.
        skip_hours: hours of the day (UTC) without polls.
        skip_days: days of the week (UTC, 0 for Monday) without polls.
    """

    fresh: float | None = None
    every: float | None = None
    skip_hours: Collection[int] = ()
    skip_days: Collection[int] = ()


def pace(
    dates: Iterable[datetime], now: datetime, floor: float, since: datetime | None = None
) -> float:
    """Give the seconds between polls that suit a feed: half the usual gap between its entries.

    The gap is the median of the last ten, or an eighth of the silence since the newest entry
    where that is longer. The pace lies between `floor` and 72 floors, six hours at most; and a
    feed that we have known for a short time only (`since`) is not left alone for longer than a
    sixteenth of that time, for its dates may mislead.
    """
    recent = sorted(dates, reverse=True)[:_RECENT]
    if recent and recent[0] > now:
        recent = [min(now, date) for date in recent]
    newest = recent[0] if recent else since or now
    usual = max(_median_gap(recent), (now - newest).total_seconds() / 8)
    longest = max(min(MAX_PACE, FLOORS * floor), floor)
    if since is not None:
        longest = min(longest, max((now - since).total_seconds() / 16, floor))
    return min(max(usual / 2, floor), longest)


def _median_gap(moments: Sequence[datetime]) -> float:
    """Give the median of the seconds between neighbours, 0 for less than two moments.

    Each poll asks for it, and `statistics.median` takes longer than all else that it decides.
    """
    gaps = sorted([later - earlier for later, earlier in itertools.pairwise(moments)])
    if not gaps:
        return 0.0
    middle = len(gaps) // 2
    if len(gaps) % 2:
        return gaps[middle].total_seconds()
    return (gaps[middle - 1] + gaps[middle]).total_seconds() / 2


def next_poll(
    now: datetime,
    wait: float,
    wishes: Wishes = Wishes(),
    *,
    floor: float | None = None,
    failures: int = 0,
    first: float = FIRST_BACKOFF,
    roll: float = 0.0,
) -> datetime:
    """Decide when a feed is polled next after an answer.

    Never earlier than the answer's freshness, the feed's own interval or its skipped hours ask
    for (each for a day at most), nor on a day that it skips, and no sooner than a quarter of the
    last back-off when it has just recovered. Where they ask for less than `wait`, that is
    shortened, to a quarter of it and to `floor` at least.

    Args:
        now: when it was polled.
        wait: seconds that suit us: `Feed.every` or `pace`.
        wishes: what the server and the feed ask for.
        floor: seconds below which the wishes do not shorten it; None for not at all.
        failures: failed polls in a row before this one.
        first: seconds of the first back-off.
        roll: a random number from 0 to 1, for the jitter.
    """
    asked = max(wishes.fresh or 0.0, wishes.every or 0.0)
    recovery = backoff(failures, first) / 4 if failures else 0.0
    if asked and floor is not None:
        wait = min(wait, max(asked, wait / SOONER, floor))
    seconds = max(wait, min(asked, MAX_WAIT), recovery)
    return _awake(now + timedelta(seconds=seconds * (1 + JITTER * roll)), wishes)


def after_failure(
    now: datetime,
    failures: int,
    *,
    retry_after: float | None = None,
    wishes: Wishes = Wishes(),
    first: float = FIRST_BACKOFF,
    roll: float = 0.0,
) -> datetime:
    """Decide when a feed is tried again after its `failures`-th failed poll in a row.

    `first` seconds, doubled by each failure up to a day, and never before a `Retry-After` is over,
    nor earlier than the feed asked for (`wishes`) when it was last read.
    """
    asked = max(retry_after or 0.0, wishes.fresh or 0.0, wishes.every or 0.0)
    seconds = max(backoff(failures, first), min(asked, MAX_WAIT))
    return _awake(now + timedelta(seconds=seconds * (1 + JITTER * roll)), wishes)


def backoff(failures: int, first: float = FIRST_BACKOFF) -> float:
    """Give the seconds to wait after a number of failures in a row."""
    return min(first * 2.0 ** min(max(failures - 1, 0), 30), MAX_WAIT)


def _awake(when: datetime, wishes: Wishes) -> datetime:
    """Give the first moment from then on that is in no skipped hour of no skipped day.

    A feed that excludes all of them is asked as if it excluded none: of its days, of its hours.
    """
    days = wishes.skip_days if len(set(wishes.skip_days)) < _WEEK else ()
    hours = wishes.skip_hours if len(set(wishes.skip_hours)) < _DAY else ()
    if not days and not hours:
        return when
    while when.weekday() in days or when.hour in hours:
        when = when.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return when


def freshness(
    cache_control: str | None, expires: str | None, age: str | None, now: datetime
) -> float | None:
    """Read how long an answer is fresh (RFC 9111, section 4.2), in seconds, or None.

    `max-age` counts before `Expires`, less the `Age` it has already; `no-cache` and `no-store`
    ask for nothing here, since each poll asks anew.
    """
    directives = (cache_control or "").lower()
    if re.search(r"\bno-(?:cache|store)\b", directives):
        return None
    if found := re.search(r"(?<![\w-])max-age\s*=\s*\"?([0-9]{1,9})", directives):
        spent = float(age) if re.fullmatch(r"[0-9]{1,9}", (age or "").strip()) and age else 0.0
        return min(max(float(found[1]) - spent, 0.0), MAX_WAIT)
    date = http_date(expires) if expires else None
    return None if date is None else min(max((date - now).total_seconds(), 0.0), MAX_WAIT)


def http_date(value: str) -> datetime | None:
    """Read a date of HTTP (RFC 9110, section 5.6.7); None for an unreadable one."""
    try:
        date = parsedate_to_datetime(value)
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after(value: str | None, now: datetime) -> float | None:
    """Read `Retry-After` (RFC 9110, section 10.2.3): seconds from now, or None."""
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), MAX_WAIT)
    date = http_date(text) if text else None
    return None if date is None else min(max((date - now).total_seconds(), 0.0), MAX_WAIT)
