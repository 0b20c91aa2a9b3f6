"""Counts a day: which days stand out, what has stopped, and how it looks in words and as a line."""

from __future__ import annotations

import statistics
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from bot.core.model import Chart

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BEFORE: Final = 14
"""Days that a day is compared with."""

KNOWN: Final = 7
"""Days of them that must be known; a bot that began yesterday knows no usual day."""

DEVIATIONS: Final = 3
FEWEST: Final = 3
"""A day below this stands out from nothing."""

OUTLETS: Final = 6
_LEVELS: Final = "▁▂▃▄▅▆▇█"

UNLIKELY: Final = 7.0
"""Matches that were to be expected in a gap: at an even pace none comes once in 1,100 times."""

BURSTS: Final = 3
"""News comes in bursts, so a gap must also be so many times the longest one before it."""


def spikes(counts: Sequence[int]) -> list[int]:
    """Find the days above three standard deviations of the two weeks before; gives places."""
    found = []
    for at, count in enumerate(counts):
        before = counts[max(0, at - BEFORE) : at]
        if count < FEWEST or len(before) < KNOWN:
            continue
        if count > statistics.fmean(before) + DEVIATIONS * statistics.pstdev(before):
            found.append(at)
    return found


def sparkline(counts: Sequence[int]) -> str:
    """Draw counts as one line of text, the largest as the highest."""
    most = max(counts, default=0) or 1
    return "".join(_LEVELS[round(count / most * (len(_LEVELS) - 1))] for count in counts)


def chart_of(
    name: str,
    what: str,
    seen: Iterable[tuple[datetime, str]],
    *,
    today: date,
    days: int,
    known: date,
) -> Chart:
    """Count what was seen by day (UTC) and outlet.

    Args:
        name: of the rule or the entity.
        what: is counted, in the plural.
        seen: when and by whom, also from the two weeks before the first day.
        today: the last day.
        days: how many days are shown.
        known: the first day of which anything is stored; days before it count as unknown, not as
            quiet ones.
    """
    first = today - timedelta(days=days - 1)
    earliest = first - timedelta(days=BEFORE)
    totals: Counter[date] = Counter()
    by_outlet: dict[str, Counter[date]] = {}
    for when, outlet in seen:
        day = when.date()
        if not earliest <= day <= today:
            continue
        totals[day] += 1
        if day >= first:
            by_outlet.setdefault(outlet, Counter())[day] += 1
    every = [earliest + timedelta(days=at) for at in range(BEFORE + days)]
    usual = [day for day in every if day >= known]
    high = {usual[at] for at in spikes([totals[day] for day in usual])}
    shown = tuple(every[BEFORE:])
    marked = [at for at, day in enumerate(shown) if day in high]
    return Chart(
        title=f"{name}: {sum(totals[day] for day in shown)} {what} in {_days(days)}",
        days=shown,
        counts=_largest(by_outlet, shown),
        spikes=tuple(marked),
        alt=_in_words(name, what, shown, [totals[day] for day in shown], marked),
    )


def _largest(
    by_outlet: dict[str, Counter[date]], days: Sequence[date]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Give the outlets with most first, and all the rest as one."""
    ordered = sorted(by_outlet.items(), key=lambda pair: (-pair[1].total(), pair[0]))
    if len(ordered) > OUTLETS + 1:
        rest: Counter[date] = Counter()
        for _, counts in ordered[OUTLETS:]:
            rest.update(counts)
        ordered = [*ordered[:OUTLETS], ("others", rest)]
    return tuple((outlet, tuple(counts[day] for day in days)) for outlet, counts in ordered)


def _in_words(
    name: str, what: str, days: Sequence[date], counts: Sequence[int], marked: Sequence[int]
) -> str:
    out = ", ".join(f"{_day(days[at])} with {counts[at]}" for at in marked)
    most = max(range(len(days)), key=lambda at: (counts[at], at))
    return (
        f"Bars of {what} a day of {name}, {_day(days[0])} to {_day(days[-1])}: "
        f"{sum(counts)} in all, most on {_day(days[most])} with {counts[most]}. "
        f"{f'Days that stand out: {out}.' if out else 'No day stands out.'}"
    )


def in_text(chart: Chart) -> str:
    """Say what a chart shows, for chats without pictures and for everybody's search."""
    totals = [sum(column) for column in zip(*(row for _, row in chart.counts), strict=True)]
    totals = totals or [0] * len(chart.days)
    lines = [
        f"{chart.title}, {sum(totals) / len(totals):.1f} a day",
        f"  {sparkline(totals)}  {_day(chart.days[0])} to {_day(chart.days[-1])}",
    ]
    lines += [f"  stands out: {_day(chart.days[at])} with {totals[at]}" for at in chart.spikes]
    outlets = ", ".join(f"{outlet} {sum(row)}" for outlet, row in chart.counts)
    return "\n".join([*lines, f"  by outlet: {outlets}"] if outlets else lines)


def stopped(times: Sequence[datetime], now: datetime) -> timedelta | None:
    """Give how long something that used to come has not come, or None while that is usual.

    Args:
        times: when it came, in the three weeks before now, in any order.
        now: the moment of asking.
    """
    if not times:
        return None
    ordered = sorted(times)
    last = ordered[-1]
    gap = now - last
    earlier = [time for time in ordered if last - time <= timedelta(days=BEFORE)]
    span = max(last - earlier[0], timedelta(days=1))
    longest = max((b - a for a, b in pairwise(earlier)), default=span)
    expected = (len(earlier) - 1) * (gap / span)
    long = gap >= max(timedelta(days=1), BURSTS * longest)
    return gap if long and expected >= UNLIKELY else None


def _days(count: int) -> str:
    return f"{count} day{'s' * (count != 1)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
