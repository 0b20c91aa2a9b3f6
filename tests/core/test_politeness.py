"""When a server is asked again."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.politeness import (
    Wishes,
    after_failure,
    backoff,
    freshness,
    next_poll,
    pace,
    retry_after,
)

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def seconds(when: datetime) -> float:
    return (when - NOW).total_seconds()


@pytest.mark.parametrize(
    ("gap", "expected"), [(60, 300), (1_200, 600), (36_000, 18_000), (864_000, 21_600)]
)
def test_the_pace_is_half_the_usual_gap(gap: float, expected: float) -> None:
    """Between the floor and six hours, whatever one long silence may say."""
    dates = [NOW - timedelta(seconds=gap * number) for number in range(8)]
    assert pace(dates, NOW, 300) == expected
    assert pace([*dates, NOW - timedelta(days=900)], NOW, 300) == expected


def test_a_feed_of_which_nothing_is_known_gets_the_floor() -> None:
    assert pace([], NOW, 300) == pace([NOW], NOW, 300) == 300


def test_a_floor_above_six_hours_is_kept() -> None:
    assert pace([NOW, NOW - timedelta(days=9)], NOW, 50_000) == 50_000


def test_a_short_floor_keeps_the_longest_wait_short() -> None:
    """Who asks for a poll each second does not mean one in six hours."""
    assert pace([NOW - timedelta(days=day) for day in range(5)], NOW, 1) == 72


def test_a_feed_that_fell_silent_is_asked_less_and_less() -> None:
    """An hour's pace, last seen: the gap decides while it is usual, then the silence does."""
    dates = [NOW - timedelta(hours=number) for number in range(8)]
    assert pace(dates, NOW + timedelta(hours=4), 300) == 1_800
    assert pace(dates, NOW + timedelta(hours=16), 300) == 3_600
    assert pace(dates, NOW + timedelta(days=60), 300) == 21_600


def test_a_feed_that_is_new_to_us_is_asked_often_whatever_its_dates_say() -> None:
    dates = [NOW - timedelta(days=day) for day in range(8)]
    assert pace(dates, NOW, 300, since=NOW) == 300
    assert pace(dates, NOW, 300, since=NOW - timedelta(hours=16)) == 3_600
    assert pace(dates, NOW, 300, since=NOW - timedelta(days=8)) == 21_600
    assert pace([], NOW, 300, since=NOW - timedelta(days=1)) == 86_400 / 16


def test_dates_ahead_of_the_clock_count_as_now() -> None:
    assert pace([NOW + timedelta(days=9), NOW - timedelta(hours=2)], NOW, 300) == 3_600


def test_a_server_that_allows_it_is_asked_sooner() -> None:
    """Down to a quarter of the feed's pace, and never below the floor."""
    assert seconds(next_poll(NOW, 7_200, Wishes(fresh=3_600), floor=300)) == 3_600
    assert seconds(next_poll(NOW, 7_200, Wishes(every=60), floor=300)) == 1_800
    assert seconds(next_poll(NOW, 900, Wishes(fresh=60), floor=300)) == 300
    assert seconds(next_poll(NOW, 7_200, Wishes(fresh=60))) == 7_200
    assert seconds(next_poll(NOW, 7_200, Wishes(fresh=0), floor=300)) == 7_200


def test_polls_are_never_earlier_than_asked() -> None:
    """Freshness and the feed's interval put a poll off, for a day at most."""
    assert seconds(next_poll(NOW, 300)) == 300
    assert seconds(next_poll(NOW, 300, Wishes(fresh=900, every=600))) == 900
    assert seconds(next_poll(NOW, 300, Wishes(fresh=60))) == 300
    assert seconds(next_poll(NOW, 300, Wishes(every=1e9))) == 86_400
    assert seconds(next_poll(NOW, 300, roll=1.0)) == pytest.approx(330)


def test_skipped_hours_are_waited_out() -> None:
    when = next_poll(NOW, 3_600, Wishes(skip_hours=(13, 14)))
    assert when == datetime(2026, 5, 4, 15, tzinfo=UTC)
    assert next_poll(NOW, 300, Wishes(skip_hours=range(24))) > NOW


def test_skipped_days_are_waited_out() -> None:
    """From a Monday's noon over two skipped days, and into an hour that is not skipped."""
    midnight = datetime(2026, 5, 6, tzinfo=UTC)
    assert next_poll(NOW, 43_200, Wishes(skip_days=(1,))) == midnight
    assert next_poll(NOW, 300, Wishes(skip_days=(0, 1), skip_hours=(0, 1))) == midnight.replace(
        hour=2
    )
    assert next_poll(NOW, 300, Wishes(skip_days=range(7))) == NOW + timedelta(seconds=300)


def test_a_failure_makes_nobody_come_earlier_than_asked() -> None:
    """The wishes of a feed count although it fails: its interval, hours and days."""
    assert seconds(after_failure(NOW, 1, wishes=Wishes(every=7_200))) == 7_200
    assert after_failure(NOW, 1, wishes=Wishes(skip_hours=(12,))).hour == 13
    assert after_failure(NOW, 1, wishes=Wishes(skip_days=(0,))).weekday() == 1


def test_failures_double_the_wait_up_to_a_day() -> None:
    waits = [seconds(after_failure(NOW, count)) for count in range(1, 12)]
    assert waits[:4] == [300, 600, 1_200, 2_400]
    assert waits[-1] == 86_400
    assert backoff(10_000) == 86_400


def test_retry_after_is_never_undercut() -> None:
    assert seconds(after_failure(NOW, 1, retry_after=7_200)) == 7_200
    assert seconds(after_failure(NOW, 9, retry_after=1)) == 76_800
    assert seconds(after_failure(NOW, 1, retry_after=1e12)) == 86_400


def test_recovery_is_gentle() -> None:
    """After ten failures the first good poll is followed by one in six hours, not five minutes."""
    assert seconds(next_poll(NOW, 300, failures=10)) == 21_600
    assert seconds(next_poll(NOW, 300, failures=1)) == 300


@pytest.mark.parametrize(
    ("cache", "expires", "age", "expected"),
    [
        (None, None, None, None),
        ("public, max-age=600", None, None, 600),
        ('max-age="600"', None, None, 600),
        ("max-age=600", None, "200", 400),
        ("max-age=600", None, "900", 0),
        ("max-age=600", "Mon, 04 May 2026 13:30:00 GMT", None, 600),
        ("s-maxage=5, x-max-age=7", None, None, None),
        ("no-cache, max-age=600", None, None, None),
        (None, "Mon, 04 May 2026 13:30:00 GMT", None, 3_600),
        (None, "0", None, None),
        (None, "Mon, 04 May 1970 13:30:00 GMT", None, 0),
        ("max-age=99999999999999", None, None, 86_400),
        ("max-age=soon", None, None, None),
    ],
)
def test_freshness_is_read(
    cache: str | None, expires: str | None, age: str | None, expected: float | None
) -> None:
    assert freshness(cache, expires, age, NOW) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("120", 120), (" 5 ", 5), ("Mon, 04 May 2026 12:31:00 GMT", 60), ("-3", None), ("٣", None),
     ("", None), (None, None), ("soon", None), ("Mon, 04 May 2020 12:31:00 GMT", 0),
     ("999999999", 86_400), ("Mon, 99 May 2026 12:31:00 GMT", None)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(value: str | None, expected: float | None) -> None:
    assert retry_after(value, NOW) == expected
