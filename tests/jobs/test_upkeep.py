"""The daily account closes, and each day is told of once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from bot.adapters.store.schema import seen
from bot.core.account import Account
from bot.jobs.upkeep import MOST_DAYS, DailyReport
from tests.jobs.test_watch import FakeFeeds, FakePages, Setting
from tests.samples import FEED, make_article

if TYPE_CHECKING:
    from datetime import date

    from bot.adapters.store import Store
    from tests.conftest import TurnedClock

FERRY = "The ferry to Norholm was cancelled on Tuesday after a storm broke the pier in two."
DAY = datetime(2024, 4, 30, tzinfo=UTC).date()


async def test_a_day_is_accounted_for(store: Store, clock: TurnedClock) -> None:
    await store.add_feeds([FEED])
    feeds = FakeFeeds(make_article("old", title="The old"))
    setting = Setting(store, clock, feeds, FakePages())
    await setting.poll()  # primed
    feeds.articles += [
        make_article("1", title="Ferry cancelled", text=FERRY),
        make_article("2", title="Ferry cancelled", text=f"{FERRY} It was a storm."),
        make_article("3", title="A new mayor", text="Norholm has a new mayor."),
    ]
    await setting.poll()
    account = await store.account(DAY)
    assert account.faults() == []
    assert account.tally == {
        "entries": 5,
        "known": 1,
        "new": 4,
        "primed": 1,
        "unmatched": 1,
        "matched": 2,
        "pairs": 2,
        "queued": 1,
        "reprint": 1,
    }
    assert account.seen == 4
    assert account.states == {"pending": 1}


async def test_what_was_not_stored_is_not_counted(
    store: Store, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counts stand or fall with what they count."""

    async def broken(*_args: object) -> None:
        raise OSError("disk full")

    await store.add_feeds([replace(FEED, backfill=True)])
    setting = Setting(store, clock, FakeFeeds(make_article("1", text=FERRY)), FakePages())
    with monkeypatch.context() as broken_store:
        broken_store.setattr("bot.adapters.store.recording.count_up", broken)
        with pytest.raises(Exception, match="disk full"):
            await setting.poll()
    assert (await store.account(DAY)).tally == {}
    await setting.poll()
    assert (await store.account(DAY)).faults() == []


@pytest.mark.parametrize(
    ("what", "fault"),
    [
        ("known", "entries is 1"),
        ("matched", "new is 1"),
        ("pairs", "pairs is 0"),
        ("queued", "queued is 0"),
    ],
)
async def test_a_count_that_is_missing_is_noticed(
    store: Store, clock: TurnedClock, what: str, fault: str
) -> None:
    await store.add_feeds([replace(FEED, backfill=True)])
    article = make_article("1", title="Ferry cancelled", text=FERRY)
    setting = Setting(store, clock, FakeFeeds(article), FakePages())
    await setting.poll()
    account = await store.account(DAY)
    assert account.faults() == []
    tally = {**account.tally, "known": 1} if what == "known" else dict(account.tally) | {what: 0}
    assert any(line.startswith(fault) for line in replace(account, tally=tally).faults())


async def test_lost_rows_are_an_error_in_the_log(store: Store, clock: TurnedClock) -> None:
    await store.add_feeds([replace(FEED, backfill=True)])
    await Setting(store, clock, FakeFeeds(make_article("1", text=FERRY)), FakePages()).poll()
    async with store._db.write() as connection:
        await connection.execute(delete(seen))
    clock.turn(days=1)
    report = DailyReport(store, clock)
    with capture_logs() as lines:
        await report()
        await report()
        await DailyReport(store, clock)()  # started anew on the same day
    assert [line["log_level"] for line in lines] == ["info", "error"]
    assert lines[0]["event"].startswith("daily report, 2024-04-30: 1 entries, 1 new, 1 met a rule")
    assert lines[1]["sum"] == "new is 1, but entries stored is 0"


async def test_the_days_of_a_time_off_are_told_each_once_and_in_order(
    each_store: Store, clock: TurnedClock
) -> None:
    """What came in just before the bot ended is checked too, although days lie between."""
    store = each_store
    await store.note_reported(DAY - timedelta(days=1))
    await store.add_feeds([replace(FEED, backfill=True)])
    await Setting(store, clock, FakeFeeds(make_article("1", text=FERRY)), FakePages()).poll()
    async with store._db.write() as connection:
        await connection.execute(delete(seen))
    clock.turn(days=3)
    with capture_logs() as lines:
        await DailyReport(store, clock)()
        await DailyReport(store, clock)()
    assert [line["log_level"] for line in lines] == ["info", "error"]
    assert lines[0]["event"].startswith("daily report, 2024-04-30: 1 entries")
    assert lines[1]["day"] == "2024-04-30"
    assert await store.reported() == DAY + timedelta(days=2)


async def test_after_a_long_time_off_the_newest_days_are_told(
    store: Store, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.note_reported(DAY)
    asked, account = [], store.account

    async def noted(day: date) -> Account:
        asked.append(day)
        return await account(day)

    monkeypatch.setattr(store, "account", noted)
    clock.turn(days=90)
    await DailyReport(store, clock)()
    yesterday = DAY + timedelta(days=89)
    assert asked == [yesterday - timedelta(days) for days in reversed(range(MOST_DAYS))]


async def test_a_quiet_day_is_not_told(store: Store, clock: TurnedClock) -> None:
    with capture_logs() as lines:
        await DailyReport(store, clock)()
    assert lines == []
    assert await store.reported() == DAY - timedelta(days=1)


def test_an_account_counts_a_silent_rule_and_article_once() -> None:
    """Of four pairs two alerted; the others must have a reason."""
    tally = {"new": 2, "entries": 2, "matched": 2, "pairs": 4, "queued": 2, "reprint": 1}
    account = Account(DAY, tally, 2, {"delivered": 2})
    assert account.faults() == ["pairs is 4, but queued + reprint + no news is 3"]
