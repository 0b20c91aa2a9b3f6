"""What answers and failures teach of a feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.habits import CENSUS, REMEMBERED, after_answer, after_trouble, census_due
from bot.core.model import Habits, ParsedFeed

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
NEW = "https://new.example/feed"
READ = ParsedFeed("T", "en", ())


def polled(*answers: tuple[str, bool]) -> Habits:
    """Poll once for each (where redirects led, whether a body was read)."""
    habits = Habits()
    for moved, read in answers:
        habits = after_answer(habits, NOW, moved=moved, read=READ if read else None)
    return habits


@pytest.mark.parametrize(
    ("answers", "address"),
    [
        ([(NEW, True)] * 3, NEW),
        ([(NEW, True), (NEW, False), (NEW, False)], NEW),
        ([(NEW, True)] * 2, ""),
        ([(NEW, True), ("", True), (NEW, True), (NEW, True)], ""),
        ([(NEW, True), ("https://other.example/", True), (NEW, True), (NEW, True)], ""),
        ([(NEW, False)] * 5, ""),  # nothing there was ever read as a feed
    ],
)
def test_a_move_counts_after_three_answers_in_a_row(
    answers: list[tuple[str, bool]], address: str
) -> None:
    assert polled(*answers).address == address


def test_a_failure_ends_the_row() -> None:
    habits = after_trouble(polled((NEW, True), (NEW, True)), NOW, 1)
    assert after_answer(habits, NOW, moved=NEW, read=READ).address == ""


def test_a_feed_that_fails_where_it_moved_is_looked_for_where_it_was() -> None:
    habits = polled(*[(NEW, True)] * 3)
    assert after_trouble(habits, NOW, 2).address == NEW
    assert after_trouble(habits, NOW, 3).address == ""


def test_failures_keep_the_time_of_the_first() -> None:
    first = after_trouble(Habits(), NOW, 1)
    later = after_trouble(first, NOW + timedelta(hours=5), 2)
    assert later.failing_since == NOW
    assert after_answer(later, NOW).failing_since is None


def test_wishes_are_kept_where_an_answer_says_nothing_of_them() -> None:
    """A 304, or a body of which only entries were compared, repeals no `ttl`."""
    read = ParsedFeed("T", "en", (), every=900.0, skip_hours=(3,), hub="https://hub.example/")
    habits = after_answer(Habits(), NOW, read=read)
    for again in (None, ParsedFeed("", "", (), head=False)):
        kept = after_answer(habits, NOW, read=again)
        assert (kept.every, kept.skip_hours, kept.hub) == (900.0, (3,), "https://hub.example/")
    assert after_answer(habits, NOW, read=READ).every is None


def test_the_newest_dates_are_kept_and_none_from_the_future() -> None:
    habits = Habits()
    for number in range(30):
        date = NOW + timedelta(hours=number - 20)
        habits = after_answer(habits, NOW, read=READ, dates=[date])
    assert habits.dates[:2] == (NOW, NOW - timedelta(hours=1))
    assert len(habits.dates) == 10


def test_a_census_is_due_a_month_after_the_first_sight() -> None:
    habits = after_answer(Habits(), NOW, read=READ)
    assert not census_due(habits, NOW + CENSUS / 2)
    assert census_due(habits, NOW + CENSUS)
    taken = after_answer(habits, NOW + CENSUS, read=READ, census=True)
    assert not census_due(taken, NOW + CENSUS)
    assert taken.forgotten == NOW + CENSUS - REMEMBERED
    assert not census_due(Habits(), NOW)


def test_what_is_remembered_outlasts_a_census_and_three_months() -> None:
    assert timedelta(days=90) <= REMEMBERED - CENSUS
