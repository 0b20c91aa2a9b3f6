"""Days that stand out, and what has stopped."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.trend import chart_of, in_text, sparkline, spikes, stopped

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("counts", "marked"),
    [
        ([4, 5, 6] * 5 + [8], [15]),  # mean 5, deviation 0.8: above 7.4
        ([4, 5, 6] * 5 + [7], []),
        ([0] * 14 + [3], [14]),
        ([0] * 14 + [2], []),
        ([5] * 14 + [5], []),
        ([1, 9] * 3 + [50], []),  # six days tell nothing of what is usual
        ([1, 9] * 4 + [50], [8]),
        ([100] + [1] * 14 + [9], [15]),  # what was more than two weeks ago is forgotten
        ([], []),
    ],
)
def test_days_above_three_deviations_of_two_weeks_stand_out(
    counts: list[int], marked: list[int]
) -> None:
    assert spikes(counts) == marked


def test_a_line_of_blocks_shows_the_shape() -> None:
    assert sparkline([0, 1, 4, 8]) == "▁▂▅█"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""


def seen(*counts: int, outlet: str = "Harbour Times") -> list[tuple[datetime, str]]:
    """So many a day, the last number today."""
    return [
        (NOW - timedelta(days=ago), outlet)
        for ago, count in enumerate(reversed(counts))
        for _ in range(count)
    ]


def test_a_chart_counts_by_day_and_outlet_and_marks_spikes() -> None:
    rows = seen(*[1, 3] * 8, 9) + seen(1, 0, 0, outlet="Lantern")
    made = chart_of("rafah", "matches", rows, today=TODAY, days=3, known=date(2026, 1, 1))
    assert made.days == (date(2026, 3, 18), date(2026, 3, 19), TODAY)
    assert made.counts == (("Harbour Times", (1, 3, 9)), ("Lantern", (1, 0, 0)))
    assert made.spikes == (2,)
    assert made.title == "rafah: 14 matches in 3 days"
    assert "Days that stand out: 20 Mar with 9." in made.alt
    assert in_text(made) == (
        "rafah: 14 matches in 3 days, 4.7 a day\n"
        "  ▃▃█  18 Mar to 20 Mar\n"
        "  stands out: 20 Mar with 9\n"
        "  by outlet: Harbour Times 13, Lantern 1"
    )


def test_days_before_the_bot_began_are_unknown_and_not_quiet() -> None:
    rows = seen(9)
    young = chart_of("x", "matches", rows, today=TODAY, days=7, known=TODAY - timedelta(days=2))
    assert len(young.days) == 7
    assert young.spikes == ()
    old = chart_of("x", "matches", rows, today=TODAY, days=7, known=date(2026, 1, 1))
    assert old.spikes == (6,)


def test_many_outlets_are_the_largest_and_the_others() -> None:
    rows = [(NOW, f"outlet {n}") for n in range(12) for _ in range(n + 1)]
    made = chart_of("x", "matches", rows, today=TODAY, days=2, known=TODAY)
    assert [outlet for outlet, _ in made.counts] == [
        "outlet 11", "outlet 10", "outlet 9", "outlet 8", "outlet 7", "outlet 6", "others",
    ]  # fmt: skip
    assert sum(row[-1] for _, row in made.counts) == len(rows)


def test_nothing_at_all_is_said_too() -> None:
    made = chart_of("x", "matches", [], today=TODAY, days=2, known=TODAY)
    assert made.counts == ()
    assert in_text(made).startswith("x: 0 matches in 2 days, 0.0 a day\n  ▁▁")


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from("abcdefghij"))), st.integers(1, 30))
def test_a_chart_loses_nothing_of_its_days(rows: list[tuple[int, str]], days: int) -> None:
    found = [(NOW - timedelta(days=ago), outlet) for ago, outlet in rows]
    made = chart_of("x", "matches", found, today=TODAY, days=days, known=date(2026, 1, 1))
    assert len(made.days) == days
    assert sum(sum(row) for _, row in made.counts) == sum(ago < days for ago, _ in rows)
    assert all(0 <= at < days for at in made.spikes)


def every(hours: float, *, until: float, days: float = 14) -> list[datetime]:
    """One each so many hours, the last one `until` hours ago."""
    count = int(days * 24 / hours)
    return [NOW - timedelta(hours=until + hours * n) for n in range(count)]


@pytest.mark.parametrize(
    ("times", "quiet"),
    [
        (every(6, until=48), True),
        (every(6, until=20), False),  # no day yet
        (every(48, until=96), False),  # two were to be expected
        (every(48, until=24 * 15), True),
        ([], False),
        (every(6, until=48, days=0.3), False),  # it came once
        (every(1, until=30, days=1) + every(1, until=100, days=1), False),  # it comes in bursts
    ],
)
def test_what_used_to_come_and_does_not_any_more_is_noticed(
    times: list[datetime], *, quiet: bool
) -> None:
    assert (stopped(times, NOW) is not None) is quiet
