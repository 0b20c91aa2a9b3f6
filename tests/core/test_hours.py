"""When channels want to hear: wall times, on every day and in every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.hours import (
    Quiet,
    Schedule,
    clock_of,
    moment_of,
    next_moment,
    read_quiet,
    read_schedule,
    read_until,
    zone_of,
)
from bot.errors import CommandError

BERLIN, LONDON = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/London")
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and "Etc" not in zone)
MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2037, 1, 1)).map(  # noqa: DTZ001 -- made aware next
    lambda moment: moment.replace(tzinfo=UTC, second=0, microsecond=0)
)
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(st.sampled_from(ZONES), MOMENTS, TIMES)
def test_a_daily_digest_comes_exactly_once_each_local_day(
    name: str, begin: datetime, at: time
) -> None:
    """Thirty days on, in any zone: each local day that exists has it once, none has it twice."""
    zone = ZoneInfo(name)
    schedule, moment, days = Schedule(at, zone), begin, []
    for _ in range(30):
        after = schedule.next(moment)
        assert after > moment
        days.append(after.astimezone(zone).date())
        moment = after
    passed = [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)]
    assert days == [day for day in passed if _exists(day, zone)]


def _exists(day: date, zone: ZoneInfo) -> bool:
    noon = datetime.combine(day, time(12), tzinfo=zone)
    return noon.astimezone(UTC).astimezone(zone).date() == day


@given(st.sampled_from(ZONES), MOMENTS, TIMES, TIMES)
def test_quiet_hours_end_when_they_say(name: str, now: datetime, start: time, end: time) -> None:
    """Inside them the end lies ahead, within a day or so; at the end they are over."""
    zone = ZoneInfo(name)
    quiet = Quiet(start, end, zone)
    wake = quiet.ends(now)
    if start == end or wake is None:
        return
    assert now < wake <= now + timedelta(hours=26)
    assert next_moment(wake - timedelta(minutes=1), end, zone) == wake
    assert quiet.ends(wake) is None or next_moment(wake - timedelta(minutes=1), start, zone) <= wake


def test_a_time_that_a_day_lacks_is_moved_and_one_it_has_twice_is_its_first() -> None:
    assert moment_of(date(2024, 3, 31), time(2, 30), BERLIN) == datetime(
        2024, 3, 31, 1, 30, tzinfo=UTC
    )
    assert moment_of(date(2024, 10, 27), time(2, 30), BERLIN) == datetime(
        2024, 10, 27, 0, 30, tzinfo=UTC
    )


def test_a_day_that_a_zone_skipped_has_no_time_at_all() -> None:
    """Samoa went from the 29th to the 31st of December 2011."""
    assert moment_of(date(2011, 12, 30), time(8), ZoneInfo("Pacific/Apia")) is None


def test_quiet_hours_over_midnight_and_at_their_edges() -> None:
    quiet = read_quiet("22:00-07:00 Europe/Berlin", LONDON)
    assert str(quiet) == "22:00-07:00 Europe/Berlin"
    wake = datetime(2024, 5, 1, 5, tzinfo=UTC)
    assert quiet.ends(datetime(2024, 4, 30, 20, 0, tzinfo=UTC)) == wake
    assert quiet.ends(datetime(2024, 5, 1, 4, 59, tzinfo=UTC)) == wake
    assert quiet.ends(datetime(2024, 4, 30, 19, 59, tzinfo=UTC)) is None
    assert quiet.ends(wake) is None


def test_quiet_hours_take_the_zone_of_the_channel() -> None:
    assert str(read_quiet("1pm-2:30pm", LONDON)) == "13:00-14:30 Europe/London"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("hourly", "hourly"),
        ("daily", "daily 08:00 Europe/London"),
        ("daily 6pm", "daily 18:00 Europe/London"),
        ("Daily 07:15 europe/berlin", "daily 07:15 Europe/Berlin"),
    ],
)
def test_schedules_are_read_back_as_they_are_written(text: str, canonical: str) -> None:
    schedule = read_schedule(text, LONDON)
    assert str(schedule) == canonical
    assert read_schedule(canonical, LONDON) == schedule


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", datetime(2024, 4, 30, 14, 0, tzinfo=UTC)),
        ("for 30 min", datetime(2024, 4, 30, 12, 30, tzinfo=UTC)),
        ("1w", datetime(2024, 5, 7, 12, 0, tzinfo=UTC)),
        ("until 8am", datetime(2024, 5, 1, 6, 0, tzinfo=UTC)),
        ("until 18:00", datetime(2024, 4, 30, 16, 0, tzinfo=UTC)),
    ],
)
def test_snoozes_end(text: str, expected: datetime) -> None:
    assert read_until(text, datetime(2024, 4, 30, 12, tzinfo=UTC), BERLIN) == expected


@pytest.mark.parametrize("text", ["", "25:00", "13pm", "0am", "8:60", "eight", "8:5:3"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="no time of day"):
        clock_of(text)


@pytest.mark.parametrize("text", ["500d", "0h", "tomorrow", "until", "until noonish", ""])
def test_what_is_no_snooze_is_refused(text: str) -> None:
    with pytest.raises(CommandError):
        read_until(text, datetime(2024, 4, 30, tzinfo=UTC), BERLIN)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("Europe/Berln", "Europe/Berlin"), ("jerusalm", "Asia/Jerusalem"), ("Mars/Base", "zone")],
)
def test_an_unknown_zone_is_one_line_with_a_hint(name: str, meant: str) -> None:
    with pytest.raises(CommandError, match=meant):
        zone_of(name)
