"""The daily account closes, and the canary comes out or is missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from bot.adapters.canary import CanaryChat, CanaryFeeds
from bot.adapters.store.schema import seen, tallies
from bot.core import canary
from bot.core.account import Account
from bot.core.feed import parse_feed
from bot.core.match import RuleSet
from bot.core.officials import Officials
from bot.core.story import Stories
from bot.jobs.deliver import Deliver
from bot.jobs.reading import Reader
from bot.jobs.upkeep import CanaryWatch, DailyReport
from bot.jobs.watch import Pace, Watch
from tests.jobs.test_watch import RULES, FakeFeeds, FakePages, Setting
from tests.samples import FEED, make_article

if TYPE_CHECKING:
    from bot.adapters.store import Store
    from bot.core.model import Feed, ParsedFeed
    from bot.ports import Fetched
    from tests.conftest import TurnedClock

FERRY = "The ferry to Norholm was cancelled on Tuesday after a storm broke the pier in two."
DAY = datetime(2024, 4, 30, tzinfo=UTC).date()


class ParsedHere(FakeFeeds):
    """Parses for real, in this process."""

    async def parse(self, feed: Feed, fetched: Fetched, now: datetime) -> ParsedFeed:
        if feed.url != canary.FEED.url:
            return await super().parse(feed, fetched, now)
        return parse_feed(fetched.body, feed=feed, url=fetched.url, now=now)


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


class CanaryCage:
    """The whole way of a canary, with everything on it but the network."""

    def __init__(self, store: Store, clock: TurnedClock) -> None:
        self.store, self.clock = store, clock
        officials = Officials([])
        rules = RuleSet(officials, [*RULES[:1], canary.RULE])
        self.stories = Stories()
        self.watch = Watch(
            feeds=CanaryFeeds(ParsedHere(), clock),
            reader=Reader(FakePages(), rules, officials),
            store=store,
            rules=rules,
            stories=self.stories,
            chats=("console", canary.CHAT),
            clock=clock,
            pace=Pace(300, prime=True, chance=lambda: 0.0),
        )
        self.deliver = Deliver({canary.CHAT: CanaryChat()}, store, clock, lambda: 0.0)
        self.guard = CanaryWatch(store, clock)

    async def fly(self) -> None:
        for state in await self.store.claim_due(self.clock.now(), 9, timedelta(minutes=10)):
            await self.watch.poll(state)
        await self.deliver.drain()

    async def told(self, **turn: float) -> list[str]:
        self.clock.turn(**turn)
        with capture_logs() as lines:
            await self.guard()
        return [line["log_level"] for line in lines]


@pytest.fixture
async def cage(store: Store, clock: TurnedClock) -> CanaryCage:
    await store.list_feeds([canary.FEED])
    return CanaryCage(store, clock)


async def test_canaries_come_out_each_as_a_story_of_its_own(cage: CanaryCage) -> None:
    for _ in range(30):
        await cage.fly()
        assert await cage.store.canary_out() == cage.clock.now()
        assert await cage.told(minutes=5) == []


async def test_a_canary_leaves_no_trace_where_people_look(cage: CanaryCage) -> None:
    await cage.fly()
    store, since = cage.store, cage.clock.now() - timedelta(days=1)
    assert await store.feed_states() == []
    assert await store.count_deliveries() == {}
    assert [stored async for stored in store.articles_since(since)] == []
    account = await store.account(DAY)
    assert (account.tally, account.seen, account.states) == ({}, 0, {})


async def test_a_missing_canary_is_told_of_once_and_so_is_its_return(cage: CanaryCage) -> None:
    await cage.fly()
    assert await cage.told(minutes=9) == []
    assert await cage.told(minutes=2) == ["error"]
    assert await cage.told(minutes=2) == []
    await cage.fly()
    assert await cage.told(minutes=1) == ["info"]


async def test_a_bot_that_just_started_is_given_time(cage: CanaryCage) -> None:
    await cage.fly()
    cage.clock.turn(days=3)
    cage.guard = CanaryWatch(cage.store, cage.clock)
    assert await cage.told(minutes=9) == []
    assert await cage.told(minutes=2) == ["error"]


async def test_a_clock_that_is_set_back_misses_no_canary(cage: CanaryCage) -> None:
    await cage.fly()
    assert await cage.told(minutes=-60) == []
    assert await cage.told(minutes=9) == []


async def test_old_canaries_are_cleared_away(cage: CanaryCage) -> None:
    await cage.fly()
    await cage.told(minutes=1)
    cage.clock.turn(days=2)
    await cage.fly()
    await cage.told(minutes=1)
    async with cage.store._db.read() as connection:
        rows = await connection.execute(seen.select())
        assert len(rows.all()) == 1
        assert (await connection.execute(tallies.select())).all() == []
