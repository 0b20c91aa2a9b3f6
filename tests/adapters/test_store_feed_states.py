"""Feeds' rows: claimed in any number, in order, and read as they were written."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import DateTime
from sqlalchemy.dialects import sqlite

from bot.adapters.store.feed_states import habits_of, to_json
from bot.adapters.store.schema import UtcDateTime
from bot.core.model import Feed, Habits, Validators
from tests.samples import NOW

if TYPE_CHECKING:
    from bot.adapters.store import Store

LEASE = timedelta(minutes=10)
EVERYTHING = Habits(
    since=NOW,
    dates=(NOW, NOW - timedelta(seconds=1, microseconds=5), datetime(1990, 1, 1, tzinfo=UTC)),
    wait=301.5,
    every=3600.0,
    skip_hours=(0, 23),
    address="https://moved.example/feed",
    moved_to="https://moving.example/\u05d0",
    moved_times=2,
    failing_since=NOW,
    census=NOW,
    forgotten=NOW,
    hub="https://hub.example/",
    topic="https://topic.example/",
    skip_days=(5, 6),
)


@pytest.mark.parametrize("habits", [Habits(), EVERYTHING, Habits(since=NOW), Habits(dates=(NOW,))])
def test_habits_are_read_as_they_were_written(habits: Habits) -> None:
    kept = json.loads(to_json(habits))
    assert habits_of(kept) == habits
    # As earlier versions have written and read them, so that versions can run side by side.
    before = TypeAdapter(Habits)
    assert kept == before.dump_python(habits, mode="json", exclude_defaults=True)
    assert before.validate_python(kept) == habits


def test_every_habit_is_tried() -> None:
    assert all(getattr(EVERYTHING, one.name) != one.default for one in fields(Habits))


def test_moments_are_in_pythons_own_utc() -> None:
    """Others are compared several times as slowly, and each poll compares some."""
    habits = habits_of(json.loads(to_json(EVERYTHING)))
    assert {date.tzinfo for date in habits.dates} == {UTC}
    assert habits.since is not None
    assert habits.since.tzinfo is UTC


def test_what_a_later_version_knows_of_a_feed_is_passed_over() -> None:
    kept = json.loads(to_json(EVERYTHING)) | {"mood": "cheerful"}
    assert habits_of(kept) == EVERYTHING


@pytest.mark.parametrize("kept", [{"since": "yesterday"}, {"dates": 5}, {"skip_hours": 7}])
def test_what_no_version_has_written_is_told(kept: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        habits_of(kept)


def test_other_json_is_written_as_ever() -> None:
    value = {"b": ["\u05d0", 1.5, None], "a": "\ud800"}
    assert to_json(value) == json.dumps(value)


@pytest.mark.parametrize(
    "moment",
    [
        NOW,
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
        None,
    ],
)
def test_moments_are_stored_in_sqlite_as_sqlalchemy_stores_them(moment: datetime | None) -> None:
    dialect = sqlite.dialect()
    ours = UtcDateTime().dialect_impl(dialect)
    bind, result = ours.bind_processor(dialect), ours.result_processor(dialect, None)
    theirs = DateTime().dialect_impl(dialect).bind_processor(dialect)
    assert bind
    assert result
    assert theirs
    naive = moment.astimezone(UTC).replace(tzinfo=None) if moment else None
    assert bind(moment) == theirs(naive)
    assert result(bind(moment)) == moment


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 9])
async def test_any_number_of_feeds_is_claimed_each_once(each_store: Store, count: int) -> None:
    """Statements are made for powers of two; what they are filled up with is claimed once."""
    feeds = [Feed(f"https://feed{number}.example/") for number in range(9)]
    await each_store.add_feeds(feeds)
    first = await each_store.claim_due(NOW, count, LEASE)
    rest = await each_store.claim_due(NOW, 20, LEASE)
    assert (len(first), len(rest)) == (count, 9 - count)
    assert {state.feed.url for state in (*first, *rest)} == {feed.url for feed in feeds}


async def test_feeds_never_polled_come_first_then_those_due_for_longest(each_store: Store) -> None:
    feeds = [Feed(f"https://feed{number}.example/") for number in range(6)]
    await each_store.add_feeds(feeds[:5])
    assert len(await each_store.claim_due(NOW, 9, LEASE)) == 5
    for number, feed in enumerate(feeds[:5]):
        due = NOW + timedelta(hours=(number * 3) % 5)  # 0, 3, 1, 4, 2
        await each_store.feed_unchanged(feed.id, Validators("e"), NOW, due, EVERYTHING)
    await each_store.add_feeds(feeds[5:])
    later = NOW + timedelta(hours=3)
    claimed = [state.feed.url for state in await each_store.claim_due(later, 4, LEASE)]
    assert claimed == [feeds[at].url for at in (5, 0, 2, 4)]
    last = await each_store.claim_due(later, 4, LEASE)
    assert [state.feed.url for state in last] == [feeds[1].url]
    assert last[0].habits == EVERYTHING
