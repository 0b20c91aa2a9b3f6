"""When a channel wants to hear: quiet hours, digests' hours, the ends of snoozes.

Wall times are those of a place; zones come from Python's `zoneinfo` (the machine's database, else
the package `tzdata`). On days when clocks change, a time that does not exist is moved by the gap,
one that comes twice is its first: each local day has each time exactly once (PEP 495).
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import CommandError

DEFAULT_DAILY: Final = time(8)
LONGEST_SNOOZE: Final = timedelta(days=90)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.IGNORECASE)
_SPAN = re.compile(r"(?:for\s+)?(\d{1,3})\s*(m|min|h|d|w)", re.IGNORECASE)
_SECONDS = {"m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_NOON = 12


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """Give the moment (UTC) at which a wall clock shows a time on a day.

    None where that day does not exist in the zone at all (Samoa skipped one in 2011).
    """
    for fold in (0, 1):
        local = datetime.combine(day, at.replace(fold=fold), tzinfo=zone)
        moment = local.astimezone(UTC)
        if moment.astimezone(zone).date() == day:
            return moment
    return None


def next_moment(after: datetime, at: time, zone: ZoneInfo) -> datetime:
    """Give the first moment after another at which a wall clock shows a time."""
    # Clocks may go back over midnight, so the day before counts too.
    day = after.astimezone(zone).date() - _DAY
    while True:
        moment = moment_of(day, at, zone)
        if moment is not None and moment > after:
            return moment
        day += _DAY


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which a channel wants to hear nothing; `start` may be later than `end`."""

    start: time
    end: time
    zone: ZoneInfo

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M} {self.zone.key}"

    def ends(self, now: datetime) -> datetime | None:
        """Give when the quiet hours that hold now are over; None where none hold."""
        wake = next_moment(now, self.end, self.zone)
        sleep = next_moment(now, self.start, self.zone)
        return wake if wake < sleep else None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a channel gets its digest: daily at a wall time, or, without one, each full hour."""

    at: time | None
    zone: ZoneInfo

    def __str__(self) -> str:
        return "hourly" if self.at is None else f"daily {self.at:%H:%M} {self.zone.key}"

    def next(self, after: datetime) -> datetime:
        """Give the first hour of the digest after a moment."""
        if self.at is None:
            return after.replace(minute=0, second=0, microsecond=0) + _HOUR
        return next_moment(after, self.at, self.zone)


def zone_of(name: str) -> ZoneInfo:
    """Find a time zone.

    Raises:
        CommandError: there is none of that name; suggests the nearest.
    """
    known = available_timezones()
    by_case = {zone.casefold(): zone for zone in known}
    found = by_case.get(name.strip().casefold())
    if found:
        return ZoneInfo(found)
    if not known:  # a machine without zones: only possible where tzdata was left out
        raise CommandError("this machine knows no time zones; install the package tzdata")
    last = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(known)}
    close = difflib.get_close_matches(name.casefold(), [*by_case, *last], n=1)
    hint = ", such as Europe/Berlin"
    if close:
        hint = f": did you mean {by_case.get(close[0]) or last[close[0]]}?"
    raise CommandError(f"unknown time zone {name!r}{hint}")


def clock_of(text: str) -> time:
    """Read a wall time: `8am`, `8:30 pm`, `22:00`, `22`.

    Raises:
        CommandError: it is none.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found:
        hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").casefold()
        if half and 1 <= hour <= _NOON:
            hour = hour % _NOON + (_NOON if half == "pm" else 0)
        elif half:
            hour = -1
        try:
            return time(hour, minute)
        except ValueError:
            pass
    raise CommandError(f"{text!r} is no time of day; write 08:00 or 8am")


def read_quiet(text: str, zone: ZoneInfo) -> Quiet:
    """Read `22:00-07:00 [zone]`; without a zone in the channel's.

    Raises:
        CommandError: it cannot be understood; says how to write it.
    """
    hours, _, name = text.strip().partition(" ")
    start, dash, end = hours.replace("–", "-").partition("-")
    if not dash:
        raise CommandError(f"{text!r} are no quiet hours; write 22:00-07:00 Europe/Berlin")
    quiet = Quiet(clock_of(start), clock_of(end), zone_of(name) if name.strip() else zone)
    if quiet.start == quiet.end:
        raise CommandError("quiet hours that end when they begin hold nothing; pause the rules")
    return quiet


def read_schedule(text: str, zone: ZoneInfo) -> Schedule:
    """Read `hourly` or `daily [08:00 [zone]]`; without a zone in the channel's.

    Raises:
        CommandError: it cannot be understood; says how to write it.
    """
    kind, *rest = text.split()
    if kind.casefold() == "hourly" and not rest:
        return Schedule(None, zone)
    if kind.casefold() == "daily":
        at = clock_of(rest[0]) if rest else DEFAULT_DAILY
        return Schedule(at, zone_of(" ".join(rest[1:])) if rest[1:] else zone)
    raise CommandError(f"{text!r} is no digest; write off, hourly or daily 08:00 Europe/Berlin")


def read_until(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Read how long a snooze lasts: `2h`, `30m`, `3d`, `until 8am` (in the channel's zone).

    Raises:
        CommandError: it cannot be understood; says how to write it.
    """
    found = _SPAN.fullmatch(text.strip())
    if found:
        span = timedelta(seconds=int(found[1]) * _SECONDS[found[2].casefold()])
        if timedelta() < span <= LONGEST_SNOOZE:
            return now + span
        raise CommandError(f"a snooze lasts from a minute to {LONGEST_SNOOZE.days} days")
    first, _, rest = text.strip().partition(" ")
    if first.casefold() != "until" or not rest:
        raise CommandError(f"{text!r} is no time for a snooze; write 2h, 3d or until 8am")
    return next_moment(now, clock_of(rest), zone)
