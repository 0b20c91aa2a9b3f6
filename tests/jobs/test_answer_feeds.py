"""Commands on feeds, answered on a real store; only the web is a fake."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.core.model import Feed, Habits, PollRecord, StoredArticle, Validators
from bot.core.officials import Officials
from bot.core.opml import FeedList, parse_opml
from bot.errors import EgressError, FeedError, FetchError
from bot.jobs.answer import answer
from bot.jobs.answer.desk import Desk
from bot.jobs.reading import Reader
from bot.jobs.rulebook import RuleBook
from bot.ports import Incoming, Reply
from tests.jobs.test_watch import FakePages
from tests.samples import FEED, NOW, make_article

if TYPE_CHECKING:
    from bot.adapters.store import Store
    from tests.conftest import TurnedClock

SITE = "https://harbour.example"


class FakeWeb:
    """Finds what it is told to find."""

    def __init__(self) -> None:
        self.found: tuple[Feed, ...] | Exception = ()
        self.listed: FeedList | Exception = FeedList(())
        self.asked: list[str] = []

    async def discover(self, url: str) -> tuple[Feed, ...]:
        self.asked.append(url)
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    async def read_list(self, url: str) -> FeedList:
        self.asked.append(url)
        if isinstance(self.listed, Exception):
            raise self.listed
        return self.listed


class Room:
    """A console in which commands are typed."""

    def __init__(self, desk: Desk, web: FakeWeb) -> None:
        self.desk, self.web = desk, web

    async def type(self, text: str, *, may_change: bool = True) -> Reply:
        return await answer(self.desk, Incoming(text, "console", who="ida", may_change=may_change))

    async def urls(self) -> list[str]:
        return [state.feed.url for state in await self.desk.store.feed_states()]


@pytest.fixture
async def room(store: Store, clock: TurnedClock) -> Room:
    officials, web = Officials([]), FakeWeb()
    book = RuleBook(officials, [], store)
    reader = Reader(FakePages(), book.active, officials)
    return Room(Desk(store, book, reader, clock, ("console",), web), web)


async def test_a_site_is_added_by_the_feed_that_it_announces(room: Room) -> None:
    room.web.found = (FEED,)
    reply = await room.type("feed add harbour.example")
    assert room.web.asked == [SITE]
    assert (
        reply.text == f"added The Harbour Times, {FEED.url}; its first poll follows within seconds"
    )
    assert await room.urls() == [FEED.url]
    assert (await room.type("feed add harbour.example")).text == f"{FEED.url} is watched already"


async def test_of_several_feeds_one_is_chosen(room: Room) -> None:
    room.web.found = (FEED, Feed(f"{SITE}/comments"))
    reply = await room.type("feed add harbour.example")
    assert not reply.ok
    assert reply.text.splitlines()[1:] == [
        f"  feed add {FEED.url}  The Harbour Times",
        f"  feed add {SITE}/comments",
    ]
    assert await room.urls() == []


async def test_a_server_that_does_not_answer_now_is_believed(room: Room) -> None:
    room.web.found = FetchError("HTTP 503 Service Unavailable")
    reply = await room.type(f"feed add {FEED.url}")
    assert "it does not answer now (HTTP 503 Service Unavailable)" in reply.text
    assert await room.urls() == [FEED.url]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (EgressError(), "address not allowed"),
        (FeedError("this is an HTML page, not a feed"), "no feed found"),
    ],
)
async def test_what_can_be_no_feed_is_not_added(room: Room, error: Exception, words: str) -> None:
    room.web.found = error
    reply = await room.type(f"feed add {FEED.url}")
    assert not reply.ok
    assert words in reply.text
    assert await room.urls() == []


async def test_a_list_is_imported_and_all_of_it_is_accounted_for(room: Room) -> None:
    room.web.listed = parse_opml(
        f'<opml><body>\n<outline text="Ports"><outline text="North">\n'
        f'<outline xmlUrl="{SITE}/a" text="A"/>\n<outline xmlUrl="{SITE}/a"/>\n'
        f'<outline xmlUrl="gopher://b.example/"/>\n</outline></outline>'
        f'<outline xmlUrl="{FEED.url}"/></body></opml>'
    )
    await room.desk.store.add_feeds([FEED])
    reply = await room.type(f"feed import {SITE}/list.opml")
    assert reply.text.splitlines() == [
        ("1 feeds added, 1 were there already, 1 listed twice were merged, "
         "1 lines could not be used"),
        "  line 5: 'gopher://b.example/' is no http(s) address",
    ]  # fmt: skip
    added = next(s.feed for s in await room.desk.store.feed_states() if s.feed.title == "A")
    assert added.tags == ("Ports", "North")
    exported = parse_opml((await room.type("feed export")).text)
    assert {feed.url for feed in exported.feeds} == {f"{SITE}/a", FEED.url}
    assert "feed import" in (await room.type("audit")).text


async def full_texts(room: Room) -> dict[str, str]:
    return {state.feed.url: state.feed.full_text for state in await room.desk.store.feed_states()}


async def test_a_list_changes_the_full_text_of_known_feeds_where_it_says_so(room: Room) -> None:
    """An attribute counts for feeds that are watched already; its absence changes nothing."""
    store = room.desk.store
    await store.add_feeds([
        replace(FEED, origin="chat:harbour"),
        Feed(f"{SITE}/b", full_text="never", origin="my.opml"),
        Feed(f"{SITE}/c", full_text="always", origin="chat:harbour"),
    ])  # fmt: skip
    room.web.listed = parse_opml(
        f'<opml><body>\n<outline xmlUrl="{FEED.url}" fullText="Always"/>'
        f'<outline xmlUrl="{SITE}/b" fullText="matched"/><outline xmlUrl="{SITE}/c"/>\n'
        f'<outline xmlUrl="{SITE}/d" fullText="sometimes"/></body></opml>'
    )
    reply = await room.type(f"feed import {SITE}/list.opml")
    assert reply.text.splitlines() == [
        "1 feeds added, 3 were there already, 2 got another full text, 1 lines could not be used",
        "  line 3: fullText 'sometimes' is none of matched, always, never; left as it is",
        "  my.opml counts again at the next start: write fullText there",
    ]
    assert await full_texts(room) == {
        FEED.url: "always", f"{SITE}/b": "matched", f"{SITE}/c": "always", f"{SITE}/d": "matched",
    }  # fmt: skip
    assert "1 feeds, 2 changed" in (await room.type("audit")).text


async def test_what_is_exported_is_imported_as_it_was(room: Room) -> None:
    """Over the same feeds nothing changes, over others' choices each is as it was exported.

    Among them one that was typed with capitals, one that has no name yet, and tags with commas.
    """
    room.web.found = FetchError("HTTP 503")
    await room.type("feed add https://Harbour.example/Feed")
    feeds = [
        Feed(f"{SITE}/a", "A, or <B>", ("World", "Courts/ICC", "x, y"), "always"),
        Feed(f"{SITE}/b", "", ("World",), "never"),
        Feed(f"{SITE}/c", "C"),
    ]
    await room.desk.store.add_feeds(feeds)

    async def shown() -> dict[str, tuple[object, ...]]:
        found = [state.feed for state in await room.desk.store.feed_states()]
        return {one.url: (one.title, one.tags, one.full_text) for one in found}

    before = await shown()
    room.web.listed = parse_opml((await room.type("feed export")).text)
    again = await room.type("feed import lists.example/ours.opml")
    assert again.text == f"0 feeds added, {len(before)} were there already"
    for url, choice in ((f"{SITE}/a", "never"), (f"{SITE}/b", "matched"), (f"{SITE}/c", "always")):
        await room.type(f"feed text {url} {choice}")
    again = await room.type("feed import lists.example/ours.opml")
    assert again.text.endswith("3 got another full text")
    assert await shown() == before
    await room.desk.store.remove_feeds(
        [state.feed.id for state in await room.desk.store.feed_states()]
    )
    await room.type("feed import lists.example/ours.opml")
    assert await shown() == before


async def test_the_full_text_of_a_feed_is_set_by_command(room: Room) -> None:
    """Shown without a value, set with one, noted; a file that lists the feed is named."""
    await room.desk.store.add_feeds([
        replace(FEED, origin="chat:harbour"), Feed(f"{SITE}/b", origin="my.opml"),
    ])  # fmt: skip
    assert (await room.type(f"feed text {FEED.url}", may_change=False)).text == (
        f"full text of {FEED.url}: matched"
    )
    assert not (await room.type(f"feed text {FEED.url} always", may_change=False)).ok
    assert (await room.type(f"feed text {FEED.url} Always")).text == (
        f"full text of {FEED.url}: always"
    )
    assert (await room.type(f"feed text {SITE}/b never")).text == (
        f"full text of {SITE}/b: never; my.opml counts again at the next start: "
        'write fullText="never" there'
    )
    assert await full_texts(room) == {FEED.url: "always", f"{SITE}/b": "never"}
    assert f"feed text {FEED.url}" in (await room.type("audit")).text
    reply = await room.type(f"feed text {FEED.url} sometimes")
    assert (reply.ok, reply.text) == (False, "'sometimes' is none of matched, always, never")
    assert "text <url> matched|always|never" in (await room.type("help feed")).text


async def test_of_a_listed_feed_it_is_said_that_it_comes_back(room: Room) -> None:
    """What a file lists is there again at the next start; what a chat added is not."""
    await room.desk.store.add_feeds([
        replace(FEED, origin="chat:harbour"), Feed(f"{SITE}/b", origin="my.opml"),
    ])  # fmt: skip
    assert (await room.type(f"feed remove {FEED.url}")).text == f"removed {FEED.url}"
    assert (await room.type(f"feed remove {SITE}/b")).text == (
        f"removed {SITE}/b; it is listed in my.opml and comes back at the next start; "
        "take it out there or use feed pause"
    )


async def test_a_list_that_cannot_be_read_adds_nothing(room: Room) -> None:
    room.web.listed = FeedError("this is no OPML document")
    assert "this is no OPML document" in (await room.type(f"feed import {SITE}")).text


async def test_who_may_only_look_may_look(room: Room) -> None:
    await room.desk.store.add_feeds([FEED])
    for text in ("feed list", "feed show harbour", "feed export"):
        assert (await room.type(text, may_change=False)).ok
    for text in ("feed add a.example", "feed import a.example", "feed pause harbour"):
        assert not (await room.type(text, may_change=False)).ok


async def test_health_is_shown(room: Room, clock: TurnedClock) -> None:
    """Last success, next poll, interval, entries a day; for failing ones the reason."""
    store = room.desk.store
    await store.add_feeds([FEED, Feed("http://b.example/", "B")])
    articles = tuple(make_article(str(number)) for number in range(14))
    stored = tuple(StoredArticle(article, outcome="no rule matched") for article in articles)
    old = StoredArticle(make_article("old"), outcome="primed")
    habits = Habits(
        since=NOW - timedelta(days=30), wait=1_800, every=900, hub="https://hub.example/"
    )
    record = PollRecord(
        FEED.id,
        NOW,
        Validators(),
        NOW + timedelta(minutes=25),
        articles=(*stored, old),
        habits=habits,
    )
    await store.record(record)
    failing = replace(habits, failing_since=NOW)
    for _ in range(3):
        await store.feed_failed(Feed("http://b.example/").id, "HTTP 404 Not Found", NOW, failing)
    listed = (await room.type("feed list")).text.splitlines()
    assert listed[0] == "2 feeds"
    assert listed[1].endswith(
        "ok, last 2024-04-30 12:00 UTC, next in 25 min, every 30 min, 2.0 entries a day"
    )
    assert listed[2].endswith(
        "failing: HTTP 404 Not Found (3 times), since 2024-04-30 12:00 UTC, never read, "
        "next try now"
    )
    shown = (await room.type("feed show harbour")).text
    for line in (
        "health: ok",
        "next poll: in 25 min",
        "interval: 30 min",
        "asks for: 15 min between polls",
        "entries: 2.0 a day",
        "hub: https://hub.example/, not subscribed",
    ):
        assert line in shown
    shown = (await room.type("feed show b.example")).text
    assert "failing since: 2024-04-30 12:00 UTC" in shown
