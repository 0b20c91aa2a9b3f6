"""Channels hear of feeds that fail, on a real store."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.core.match import RuleSet
from bot.core.model import Feed, Habits, Match, Notice, PollRecord, Rule, StoredArticle, Validators
from bot.core.officials import Officials
from bot.jobs.health import EVERY, FeedHealth
from tests.samples import FEED, NOW, make_article

if TYPE_CHECKING:
    from bot.adapters.store import Store
    from tests.conftest import TurnedClock

OTHER = Feed("http://lantern.example/feed", "The Lantern")
RULES = (
    Rule("ferries", "ferries", "ferry", ("console", "slack:C1")),
    Rule("snow", "snow", "snow", ("console:snow", "slack:C2")),
)


class Setting:
    """Two feeds and two rules; articles of the first feed met the rule on ferries."""

    def __init__(self, store: Store, clock: TurnedClock) -> None:
        self.store, self.clock = store, clock
        rules = RuleSet(Officials([]), RULES)
        self.health = FeedHealth(store, rules, ("console",), clock)

    async def fail(self, feed: Feed = FEED, *, gone: bool = False, reason: str = "no") -> None:
        now = self.clock.now()
        state = next(s for s in await self.store.feed_states() if s.feed.url == feed.url)
        since = state.habits.failing_since or now
        habits = Habits(failing_since=since)
        await self.store.feed_failed(feed.id, reason, now, habits, gone=gone)

    async def works(self, feed: Feed = FEED) -> None:
        now = self.clock.now()
        await self.store.feed_unchanged(feed.id, Validators(), now, now, Habits(since=now))

    async def told(self) -> list[tuple[str, str]]:
        """Look for what is to be told, and take it out of the outbox: (channel, words)."""
        await self.health.tell()
        found = []
        for chat, channel in sorted(await self.store.waiting_channels(["console", "slack"])):
            while waiting := await self.store.next_delivery(chat, channel):
                message = waiting[0].message
                assert isinstance(message, Notice)
                found.append((f"{chat}:{channel}", message.text))
                await self.store.delivered(waiting[0].id, "ref", NOW)
        return found


@pytest.fixture
async def setting(store: Store, clock: TurnedClock) -> Setting:
    await store.add_feeds([FEED, OTHER])
    article = make_article("1")
    met = StoredArticle(article, matches=(Match("ferries", (), ()),))
    await store.record(PollRecord(FEED.id, NOW, Validators(), NOW, (article,), (met,)))
    return Setting(store, clock)


async def test_a_channel_hears_once_after_a_day_and_once_when_it_works(setting: Setting) -> None:
    told = []
    for _ in range(4):
        await setting.fail(reason="HTTP 404 Not Found")
        told.append(await setting.told())
        setting.clock.turn(hours=10)
    assert told[:3] == [[], [], []]
    ((where, words),) = told[3]
    assert where == "console:"  # not the chat that does not run, nor the rule on snow
    assert "The Harbour Times (http://harbour.example/feed.xml) has failed for a day" in words
    assert "HTTP 404 Not Found" in words
    await setting.fail()
    assert await setting.told() == []
    await setting.works()
    ((_, words),) = await setting.told()
    assert words == "The Harbour Times (http://harbour.example/feed.xml) works again."
    assert await setting.told() == []


async def test_a_feed_that_recovers_within_a_day_is_not_mentioned(setting: Setting) -> None:
    await setting.fail()
    setting.clock.turn(hours=23)
    await setting.works()
    setting.clock.turn(hours=23)
    assert await setting.told() == []


async def test_a_feed_that_is_gone_is_told_at_once(setting: Setting) -> None:
    await setting.fail(gone=True, reason="HTTP 410 Gone")
    ((_, words),) = await setting.told()
    assert "gone for good" in words
    assert "feed resume http://harbour.example/feed.xml" in words
    assert await setting.told() == []


async def test_a_feed_that_met_no_rule_concerns_all_channels(setting: Setting) -> None:
    await setting.fail(OTHER, gone=True)
    assert [where for where, _ in await setting.told()] == ["console:", "console:snow"]


async def test_feeds_that_fail_together_are_one_message(setting: Setting) -> None:
    """As when the bot itself was off the net for a day."""
    more = [Feed(f"http://{number}.example/") for number in range(9)]
    await setting.store.add_feeds(more)
    for feed in (FEED, *more):
        await setting.fail(feed, reason="no such host")
    setting.clock.turn(hours=24)
    told = dict(await setting.told())
    assert told["console:"].startswith("10 feeds have failed for a day")
    assert "and 5 more" in told["console:"]
    assert told["console:snow"].startswith("9 feeds")


async def test_a_paused_feed_is_nobodys_worry(setting: Setting) -> None:
    await setting.fail()
    await setting.store.pause_feed(FEED.id, paused=True)
    setting.clock.turn(days=3)
    assert await setting.told() == []


async def test_it_looks_now_and_then(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    async def look() -> None:
        looked.append(setting.clock.now())

    monkeypatch.setattr(setting.health, "tell", look)
    for _ in range(5):
        await setting.health.tick()
        setting.clock.turn(seconds=EVERY.total_seconds() / 2)
    assert looked == [NOW, NOW + EVERY, NOW + 2 * EVERY]
    assert timedelta(hours=1) >= EVERY
