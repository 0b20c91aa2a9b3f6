"""The canary comes out, or is missed, and either is shown."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.adapters.canary import CanaryChat, CanaryFeeds
from bot.adapters.store.schema import seen, tallies
from bot.core import canary
from bot.core.feed import parse_feed
from bot.core.match import RuleSet
from bot.core.officials import Officials
from bot.core.story import Stories
from bot.jobs.answer import answer
from bot.jobs.answer.desk import Desk
from bot.jobs.deliver import Deliver
from bot.jobs.reading import Reader
from bot.jobs.rulebook import RuleBook
from bot.jobs.upkeep import CanaryWatch
from bot.jobs.watch import Pace, Watch
from bot.ports import Incoming
from tests.jobs.test_watch import RULES, FakeFeeds, FakePages

if TYPE_CHECKING:
    from datetime import datetime

    from bot.adapters.store import Store
    from bot.core.model import Feed, ParsedFeed
    from bot.ports import Fetched
    from tests.conftest import TurnedClock


class ParsedHere(FakeFeeds):
    """Parses for real, in this process."""

    async def parse(self, feed: Feed, fetched: Fetched, now: datetime) -> ParsedFeed:
        if feed.url != canary.FEED.url:
            return await super().parse(feed, fetched, now)
        return parse_feed(fetched.body, feed=feed, url=fetched.url, now=now)


class CanaryCage:
    """The whole way of a canary, with everything on it but the network."""

    def __init__(self, store: Store, clock: TurnedClock) -> None:
        self.store, self.clock = store, clock
        officials = self.officials = Officials([])
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

    async def shown(self) -> str:
        """Type `status`; give its line of the canary."""
        book = RuleBook(self.officials, [], self.store)
        reader = Reader(FakePages(), book.active, self.officials)
        desk = Desk(self.store, book, reader, self.clock, ("console",))
        lines = (await answer(desk, Incoming("status", "console", who="ida"))).text.splitlines()
        return next((line for line in lines if line.startswith("canary")), "")


@pytest.fixture
async def cage(each_store: Store, clock: TurnedClock) -> CanaryCage:
    await each_store.list_feeds([canary.FEED])
    return CanaryCage(each_store, clock)


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
    account = await store.account(cage.clock.now().date())
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


async def test_a_canary_that_comes_out_is_shown(cage: CanaryCage) -> None:
    assert await cage.told() == []
    assert await cage.shown() == "canary: none came out yet"
    await cage.fly()
    cage.clock.turn(minutes=2)
    assert await cage.shown() == "canary: came out 2 min ago"


@pytest.mark.parametrize("days", [1, 2, 40])
async def test_a_canary_that_stays_out_is_shown_for_days(cage: CanaryCage, days: int) -> None:
    """Also when the traces of canaries were cleared away, and old texts were let go."""
    await cage.fly()
    await cage.told(minutes=11)
    for _ in range(days):
        await cage.told(hours=24)
        await cage.store.prune(cage.clock.now() - timedelta(hours=30))
    age = "24 h" if days == 1 else f"{days} d"
    assert await cage.shown() == f"canary: came out {age} ago; MISSED, alerts may be stuck"
    vitals = await cage.store.vitals(cage.clock.now())
    assert vitals.canary == cage.clock.now() - timedelta(days=days, minutes=11)


async def test_a_canary_that_never_came_out_is_shown(cage: CanaryCage) -> None:
    await cage.told(minutes=1)
    await cage.told(minutes=11)
    never = "canary: never came out, awaited for {}; MISSED, alerts may be stuck"
    assert await cage.shown() == never.format("12 min")
    cage.guard = CanaryWatch(cage.store, cage.clock)  # started anew: no new beginning
    await cage.told(days=3)
    assert await cage.shown() == never.format("3 d")
    assert (await cage.store.vitals(cage.clock.now())).canary is not None


async def test_a_canary_that_is_turned_off_is_not_shown(cage: CanaryCage) -> None:
    await cage.fly()
    cage.clock.turn(days=2)
    await cage.store.list_feeds([])
    assert await cage.shown() == ""
    assert (await cage.store.vitals(cage.clock.now())).canary is None
