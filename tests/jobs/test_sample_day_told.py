"""The sample day, polled hour by hour: exactly these alerts, replies and counts.

Everything is real but the network: feeds and pages are read from the seeds as they stood at each
time, rules and officials are those that ship.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from bot.adapters.reading import read_page
from bot.adapters.store import Store
from bot.adapters.store.schema import articles
from bot.adapters.wire.edition import Edition
from bot.app.knowledge import load_knowledge
from bot.core.feed import parse_feed
from bot.core.match import RuleSet
from bot.core.model import Feed, FeedState, ParsedFeed, Validators
from bot.core.story import Stories
from bot.errors import FetchError
from bot.jobs.reading import Reader
from bot.jobs.watch import Pace, Watch
from bot.ports import Fetched, Page, Unchanged
from tests.conftest import TurnedClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.core.model import Article, Rule
    from bot.core.officials import Officials

ROOT = Path(__file__).parents[2]
EXPECTED = json.loads(
    (ROOT / "tests" / "cases" / "stories" / "sample_day.json").read_text(encoding="utf-8")
)
MORNING = datetime(2024, 4, 30, 0, 30, tzinfo=UTC)


class Wire:
    """The outlets as they stand at a time."""

    def __init__(self, clock: TurnedClock) -> None:
        self.clock = clock
        folders = sorted((ROOT / "seeds" / "wire").glob("*.example"))
        self.editions = {folder.name: Edition.read(folder) for folder in folders}

    def feeds(self) -> list[Feed]:
        """Give the outlets' feeds."""
        return [
            Feed(f"http://{host}{edition.feed_path}", edition.title)
            for host, edition in self.editions.items()
        ]

    async def fetch(self, feed: Feed, validators: Validators) -> Fetched | Unchanged:
        host = urlsplit(feed.url).hostname or ""
        body = self.editions[host].feed(self.clock.now())
        if body.etag == validators.etag:
            return Unchanged(validators)
        return Fetched(body.content, body.content_type, feed.url, Validators(etag=body.etag))

    async def parse(self, feed: Feed, fetched: Fetched, now: datetime) -> ParsedFeed:
        return parse_feed(
            fetched.body, feed=feed, url=feed.url, content_type=fetched.content_type, now=now
        )


class Pages:
    """Their article pages at that time."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    async def fetch(self, article: Article) -> Page:
        parts = urlsplit(article.url)
        body = self.wire.editions[parts.hostname or ""].page(parts.path, self.wire.clock.now())
        if body is None:
            raise FetchError("HTTP 404 Not Found")
        text, url = read_page(body.content, body.content_type, article.url)
        return Page(text, url)


def watching(
    wire: Wire, officials: Officials, rules: Sequence[Rule], store: Store, *, chat: str
) -> Watch:
    """Make the watch that polls the outlets each half hour for one chat."""
    known = RuleSet(officials, rules)
    return Watch(
        feeds=wire,
        reader=Reader(Pages(wire), known, officials),
        store=store,
        rules=known,
        stories=Stories(),
        chats=(chat,),
        clock=wire.clock,
        pace=Pace(1800, prime=True, chance=lambda: 0.0),
    )


@pytest.fixture
async def day(tmp_path: Path) -> AsyncIterator[Store]:
    """A store after the day, polled each half hour, outlet by outlet."""
    clock = TurnedClock(MORNING)
    store = Store(f"sqlite:///{tmp_path / 'day.db'}")
    await store.open()
    wire = Wire(clock)
    knowledge = load_knowledge((ROOT / "rules",))
    watch = watching(wire, knowledge.officials, knowledge.rules, store, chat="console")
    feeds = wire.feeds()
    await store.add_feeds(feeds)
    for _ in range(48):
        states: dict[str, FeedState] = {s.feed.url: s for s in await store.feed_states()}
        for feed in feeds:
            await watch.poll(states[feed.url])
        clock.turn(minutes=30)
    yield store
    await store.close()


async def told(store: Store) -> list[dict[str, Any]]:
    """Give what the console will be told, in order, and take it out of the outbox."""
    found = []
    now = MORNING + timedelta(days=1)
    while waiting := await store.next_delivery("console", ""):
        alert = waiting[0].alert
        found.append(
            {
                "rule": alert.rule,
                "kind": alert.kind,
                "page": "/".join((alert.domain, alert.url.partition("?")[0].split("/")[-1])),
                "outlets": alert.sources,
                "origins": list(alert.origins),
                "broadcast": alert.broadcast,
            }
        )
        await store.delivered(waiting[0].id, "ref", now)
    return found


async def counts(store: Store) -> list[list[str]]:
    """Give the outlets of each story that more than one has."""
    carried: dict[str, set[str]] = defaultdict(set)
    async with store._db.read() as connection:
        rows = await connection.execute(
            select(articles.c.story, articles.c.source).where(articles.c.story.is_not(None))
        )
        for row in rows:
            carried[row.story].add(row.source)
    return sorted(sorted(outlets) for outlets in carried.values() if len(outlets) > 1)


async def test_the_day_brings_exactly_these_alerts_replies_and_counts(day: Store) -> None:
    assert await told(day) == EXPECTED["told"]
    assert await counts(day) == EXPECTED["outlets"]
