"""Feed to outbox on a real store and the real core; only the network is a fake."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.match import RuleSet
from bot.core.model import Entity, Feed, FeedState, ParsedFeed, Rule, Validators
from bot.core.officials import Officials
from bot.core.story import Stories
from bot.errors import FeedError, FetchError, StoreError
from bot.jobs.reading import Reader
from bot.jobs.watch import PAGES_AT_ONCE, Pace, Watch
from bot.ports import Fetched, Page, Unchanged
from tests.samples import FEED, NOW, make_article

if TYPE_CHECKING:
    from datetime import datetime

    from bot.adapters.store import Store
    from bot.core.model import Article, FullText
    from tests.conftest import TurnedClock

HOLM = Entity("holm", "Ida Holm", gender="female")
RULES = (
    Rule("ferries", "ferries", "ferry", ("console",)),
    Rule("holm-says", "holm-says", "said:@holm", ("console", "slack:C1")),
)


class FakeFeeds:
    """Gives what it is told to give."""

    def __init__(self, *articles: Article, error: Exception | None = None) -> None:
        self.articles = list(articles)
        self.error = error
        self.asked: list[Validators] = []

    async def fetch(self, _feed: Feed, validators: Validators) -> Fetched | Unchanged:
        self.asked.append(validators)
        if isinstance(self.error, FetchError):
            raise self.error
        etag = f"v{len(self.articles)}"
        if validators.etag == etag:
            return Unchanged(validators)
        return Fetched(b"", "", "", Validators(etag=etag))

    async def parse(self, _feed: Feed, _fetched: Fetched, _now: datetime) -> ParsedFeed:
        if isinstance(self.error, FeedError):
            raise self.error
        return ParsedFeed("Its own title", "en", tuple(reversed(self.articles)))


class FakePages:
    """Gives pages, or an error."""

    def __init__(self, text: str | Exception = "") -> None:
        self.text, self.asked = text, []

    async def fetch(self, article: Article) -> Page:
        self.asked.append(article.url)
        if isinstance(self.text, Exception):
            raise self.text
        return Page(self.text, article.url)


class Setting:
    """A watch with everything around it."""

    def __init__(
        self, store: Store, clock: TurnedClock, feeds: FakeFeeds, pages: FakePages
    ) -> None:
        self.store, self.feeds, self.pages = store, feeds, pages
        self.officials = officials = Officials([HOLM])
        rules = RuleSet(officials, RULES)
        self.stories = Stories()
        self.watch = Watch(
            feeds=feeds,
            reader=Reader(pages, rules, officials),
            store=store,
            rules=rules,
            stories=self.stories,
            chats=("console",),
            clock=clock,
            pace=Pace(300, prime=True, chance=lambda: 0.0),
        )

    async def state(self, feed: Feed = FEED) -> FeedState:
        return next(s for s in await self.store.feed_states() if s.feed.url == feed.url)

    async def poll(self, feed: Feed = FEED) -> int:
        return (await self.watch.poll(await self.state(feed))).alerts

    async def told(self) -> list[tuple[str, str, str]]:
        """Take everything out of the outbox: (rule, kind, title)."""
        found = []
        while waiting := await self.store.next_delivery("console", ""):
            delivery = waiting[0]
            found.append((delivery.rule_id, delivery.alert.kind, delivery.alert.title.text))
            await self.store.delivered(delivery.id, "ref", NOW)
        return found


@pytest.fixture
async def setting(store: Store, clock: TurnedClock) -> Setting:
    await store.add_feeds([FEED])
    return Setting(store, clock, FakeFeeds(), FakePages())


async def test_a_feeds_first_sight_is_primed_silently(setting: Setting) -> None:
    setting.feeds.articles = [make_article("1")]
    assert await setting.poll() == 0
    stored = await setting.store.article(make_article("1").id)
    assert stored is not None
    assert stored.outcome == "primed"
    setting.feeds.articles.append(make_article("2"))
    assert await setting.poll() == 2
    assert await setting.told() == [
        ("ferries", "alert", "Ferry 2 stays in port"),
        ("holm-says", "alert", "Ferry 2 stays in port"),
    ]


async def test_a_feed_that_asks_for_backfill_alerts_at_once(
    store: Store, clock: TurnedClock
) -> None:
    feed = replace(FEED, backfill=True)
    await store.add_feeds([feed])
    setting = Setting(store, clock, FakeFeeds(make_article("1")), FakePages())
    assert await setting.poll() == 2


async def test_a_304_costs_nothing_and_keeps_the_validators(setting: Setting) -> None:
    await setting.poll()
    await setting.poll()
    assert [asked.etag for asked in setting.feeds.asked] == [None, "v0"]
    assert (await setting.state()).validators.etag == "v0"
    assert (await setting.state()).next_poll == NOW + timedelta(seconds=300)


async def primed(setting: Setting) -> Setting:
    await setting.poll()
    setting.feeds.articles.append(make_article("1"))
    return setting


async def test_validators_are_not_advanced_when_nothing_could_be_stored(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a 304 would hide the articles for ever; and the story is told by the next poll."""
    await primed(setting)

    async def refuse(_record: object) -> None:
        raise StoreError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(setting.store, "record", refuse)
        with pytest.raises(StoreError):
            await setting.poll()
    assert (await setting.state()).validators.etag == "v0"
    assert await setting.poll() == 2
    assert [kind for _, kind, _ in await setting.told()] == ["alert", "alert"]


@pytest.mark.parametrize("error", [FetchError("HTTP 404 Not Found"), FeedError("an HTML page")])
async def test_a_failing_feed_keeps_its_reason_and_is_tried_later(
    setting: Setting, error: FetchError | FeedError
) -> None:
    setting.feeds.error = error
    setting.feeds.articles.append(make_article("1"))
    poll = await setting.watch.poll(await setting.state())
    assert poll.error == error.reason
    state = await setting.state()
    assert (state.failures, state.error) == (1, error.reason)
    assert state.next_poll == NOW + timedelta(seconds=300)


async def test_a_server_that_asks_to_wait_is_given_time(setting: Setting) -> None:
    setting.feeds.error = FetchError("HTTP 429", status=429, retry_after=4_000)
    await setting.poll()
    assert (await setting.state()).next_poll == NOW + timedelta(seconds=4_000)


async def test_a_failing_feed_is_not_asked_when_it_asked_not_to_be(setting: Setting) -> None:
    """What a feed asked for before it failed is remembered: no retry in its skipped hours."""
    parsed = ParsedFeed("T", "en", (), every=900.0, skip_hours=(12, 13))

    async def parse(*_: object) -> ParsedFeed:
        return parsed

    setting.feeds.parse = parse  # type: ignore[method-assign]
    await setting.poll()
    setting.feeds.error = FetchError("HTTP 503", status=503)
    await setting.poll()
    assert (await setting.state()).next_poll == NOW.replace(hour=14, minute=0)


async def test_a_failure_in_one_article_costs_that_article_alone(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await primed(setting)
    bad = make_article("2", title="A bad ferry")
    setting.feeds.articles.append(bad)
    quotes = setting.watch._reader.quotes

    async def fail(article: Article) -> object:
        if article.title == bad.title:
            raise ValueError("a fault of ours")
        return await quotes(article)

    monkeypatch.setattr(setting.watch._reader, "quotes", fail)
    assert await setting.poll() == 2
    stored = await setting.store.article(bad.id)
    assert stored is not None
    assert "could not be read" in stored.outcome


async def test_a_failure_in_placing_one_article_costs_that_article_alone(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the feed would fail on it at every poll."""
    await primed(setting)
    bad = make_article("2", title="A bad ferry")
    setting.feeds.articles.append(bad)
    place = setting.stories.place

    def fail(article: Article, quotes: object) -> object:
        if article.title == bad.title:
            raise ValueError("a fault of ours")
        return place(article, quotes)  # type: ignore[arg-type]

    monkeypatch.setattr(setting.stories, "place", fail)
    assert await setting.poll() == 2
    stored = await setting.store.article(bad.id)
    assert stored is not None
    assert "could not be placed" in stored.outcome


async def test_the_page_is_fetched_only_where_a_rule_could_match(setting: Setting) -> None:
    await primed(setting)
    other = make_article("3", title="Snow in May", text="It snowed.", url="http://x.example/3")
    setting.feeds.articles.append(other)
    setting.pages.text = "A much longer text of the page. " * 20 + '"We wait," said Ida Holm.'
    await setting.poll()
    assert setting.pages.asked == [make_article("1").url]
    stored = await setting.store.article(make_article("1").id)
    assert stored is not None
    assert stored.article.full
    assert stored.article.text.startswith("A much longer text")


@pytest.mark.parametrize(
    ("full_text", "title", "asked", "alerts"),
    [
        ("always", "Notes of the day", 1, 1),
        ("matched", "Notes of the day", 0, 0),
        ("never", "Notes of the day", 0, 0),
        ("always", "A ferry for Quay", 1, 1),
        ("matched", "A ferry for Quay", 1, 1),
        ("never", "A ferry for Quay", 0, 1),
    ],
)
async def test_pages_are_fetched_as_the_feed_is_set(
    setting: Setting, full_text: FullText, title: str, asked: int, alerts: int
) -> None:
    """Always: keyword rules see the whole page. Matched: where the teaser meets one. Or never."""
    feed = replace(FEED, full_text=full_text)
    await setting.store.add_feeds([feed])
    setting.feeds.articles = []
    await setting.poll(feed)
    setting.feeds.articles = [make_article("9", title=title, text="", url="http://x.example/9")]
    setting.pages.text = "The ferry sails again. " * 20
    assert await setting.poll(feed) == alerts
    assert len(setting.pages.asked) == asked


async def test_a_link_that_leads_to_another_site_becomes_that_sites_link(setting: Setting) -> None:
    """An aggregator's link says where the page came from once it was fetched."""
    await setting.poll()
    article = make_article("4", url="http://aggregator.example/r/4")
    setting.feeds.articles.append(article)

    async def fetch(_article: Article) -> Page:
        return Page("A much longer text of the page on a ferry. " * 20, "http://harbour.example/4")

    setting.pages.fetch = fetch  # type: ignore[method-assign]
    await setting.poll()
    stored = await setting.store.article(article.id)
    assert stored is not None
    assert stored.article.url == "http://harbour.example/4"


async def test_a_page_that_cannot_be_had_leaves_the_teaser(setting: Setting) -> None:
    await primed(setting)
    setting.pages.text = FetchError("HTTP 403 Forbidden")
    assert await setting.poll() == 2
    found = await setting.store.next_delivery("console", "")
    assert found is not None
    assert found[0].alert.teaser


async def test_pages_that_take_long_do_not_keep_the_feed(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once its pages have taken long enough the other entries alert with the feed's own text."""
    monkeypatch.setattr("bot.jobs.watch.PAGES_FOR", 0.2)
    await setting.store.add_feeds([replace(FEED, full_text="always")])
    await setting.poll()
    setting.feeds.articles += [
        make_article(f"a{number}", title=f"Ferry number {number}", url=f"http://x.example/{number}")
        for number in range(200)
    ]
    asked = setting.pages.asked

    async def fetch(article: Article) -> Page:
        asked.append(article.url)
        await asyncio.sleep(0.15)
        raise FetchError("took over 30 s")

    setting.pages.fetch = fetch  # type: ignore[method-assign]
    assert await setting.poll() > 0
    assert 0 < len(asked) <= 3 * PAGES_AT_ONCE
    for number in range(200):
        stored = await setting.store.article(make_article(f"a{number}").id)
        assert stored is not None
        assert stored.article.title == f"Ferry number {number}"


async def test_a_page_without_the_words_of_the_teaser_does_not_lose_the_match(
    setting: Setting,
) -> None:
    await setting.poll()
    article = make_article("5", title="Storm", text="A ferry sank.")
    setting.feeds.articles.append(article)
    setting.pages.text = "The boat went down off the pier at night, the coast guard reported. " * 3
    assert await setting.poll() == 1
    stored = await setting.store.article(article.id)
    assert stored is not None
    assert stored.article.text.startswith("A ferry sank.\n\nThe boat went down")


async def test_reprints_of_one_report_alert_once(store: Store, clock: TurnedClock) -> None:
    """Two outlets carry the same words; the second only raises the count."""
    text = (
        "A car ferry with 214 people on board lost power off Orrin Head before dawn on Tuesday "
        "and drifted for two hours until tugs took it in tow, the coast guard said.\n\n"
        '"It was dark and nobody told us anything," said Marta Vell, a teacher on the way home '
        "from a school trip with 31 children. Divers will look at the engines on Wednesday."
    )
    other = Feed("http://lantern.example/feed", "The Lantern")
    await store.add_feeds([FEED, other])
    first = make_article("9", title="Ferry drifts for two hours off Orrin Head", text=text)
    copy = replace(first, feed_id=other.id, url="http://lantern.example/9", source="The Lantern")
    setting = Setting(store, clock, FakeFeeds(), FakePages())
    await setting.poll()
    await setting.poll(other)
    setting.feeds.articles = [first]
    assert await setting.poll() == 1
    setting.feeds.articles = [copy]
    assert await setting.poll(other) == 0
    stored = await store.article(copy.id)
    assert stored is not None
    assert stored.outcome.startswith("reprint")


async def test_alerts_go_to_running_chats_only(setting: Setting) -> None:
    await primed(setting)
    await setting.poll()
    assert await setting.store.waiting_channels(["console", "slack"]) == [("console", "")]


async def test_the_same_entry_never_alerts_twice(setting: Setting) -> None:
    """Although the server forgets its validators and lists the entry again and again."""
    await primed(setting)
    assert await setting.poll() == 2
    for count in range(3):
        setting.feeds.articles = [make_article("1")] * (count + 2)
        assert await setting.poll() == 0


LONG = (
    "A car ferry with {count} people on board lost power off Orrin Head before dawn on Tuesday and "
    "drifted for two hours until tugs took it in tow, the coast guard said. Divers will look at "
    'the engines on Wednesday. "It was dark and nobody told us anything," said Marta Vell, a '
    "teacher on the way home from a school trip."
)


def ferry(count: int, **changes: Any) -> Article:
    title = changes.pop("title", "Ferry drifts for two hours off Orrin Head")
    return make_article("9", title=title, text=LONG.format(count=count), **changes)


async def test_a_changed_number_is_told_as_a_correction(setting: Setting) -> None:
    await setting.poll()
    setting.feeds.articles = [ferry(214)]
    await setting.poll()
    await setting.told()
    setting.feeds.articles = [ferry(214), ferry(241)]
    await setting.poll()
    waiting = await setting.store.next_delivery("console", "")
    assert waiting is not None
    alert = waiting[0].alert
    assert alert.kind == "correction"
    [(before, after)] = alert.changes
    assert "214" in before
    assert "241" in after


async def test_a_page_that_changes_all_the_time_is_told_three_times_a_day(
    setting: Setting, clock: TurnedClock
) -> None:
    await setting.poll()
    for count in range(214, 221):
        setting.feeds.articles = [*setting.feeds.articles, ferry(count)]
        await setting.poll()
    kinds = [kind for _, kind, _ in await setting.told()]
    assert kinds == ["alert", "correction", "correction", "correction"]
    stored = await setting.store.article(ferry(220).id)
    assert stored is not None
    assert "3 corrections of it were told in a day" in stored.outcome
    clock.turn(hours=25)
    setting.feeds.articles = [*setting.feeds.articles, ferry(230)]
    await setting.poll()
    assert [kind for _, kind, _ in await setting.told()] == ["correction"]


async def test_cosmetic_changes_are_not_told(setting: Setting) -> None:
    await setting.poll()
    setting.feeds.articles = [ferry(214)]
    await setting.poll()
    await setting.told()
    again = ferry(214)
    setting.feeds.articles = [
        ferry(214),
        replace(again, title=f"{again.title} | The Harbour Times"),
        replace(again, text=again.text.replace('"', "”") + " Sign up for our newsletter."),
    ]
    await setting.poll()
    assert await setting.told() == []


async def test_a_page_that_two_feeds_bring_is_corrected_once(
    store: Store, clock: TurnedClock
) -> None:
    other = Feed("http://harbour.example/local.xml", "The Harbour Times, local news")
    await store.add_feeds([FEED, other])
    setting = Setting(store, clock, FakeFeeds(), FakePages())
    await setting.poll()
    await setting.poll(other)
    for count in (214, 241):
        for feed in (FEED, other):
            setting.feeds.articles = [
                *setting.feeds.articles, ferry(count, feed_id=feed.id)
            ]  # fmt: skip
            await setting.poll(feed)
    assert [kind for _, kind, _ in await setting.told()] == ["alert", "correction"]


async def test_a_change_of_an_article_that_nobody_was_told_of_is_not_told(
    store: Store, clock: TurnedClock
) -> None:
    """A silent reprint stays silent when it changes; the report that was told speaks for both."""
    other = Feed("http://lantern.example/feed", "The Lantern")
    await store.add_feeds([FEED, other])
    setting = Setting(store, clock, FakeFeeds(), FakePages())
    await setting.poll()
    await setting.poll(other)
    copy = ferry(214, feed_id=other.id, url="http://lantern.example/9", source="The Lantern")
    setting.feeds.articles = [ferry(214)]
    await setting.poll()
    for text in (copy.text, copy.text.replace("two hours", "three hours")):
        setting.feeds.articles = [*setting.feeds.articles, replace(copy, text=text)]
        await setting.poll(other)
    assert [kind for _, kind, _ in await setting.told()] == ["alert"]


async def test_a_new_word_of_an_entity_of_the_rule_is_for_the_whole_channel(
    setting: Setting,
) -> None:
    await setting.poll()
    first = ferry(214)
    more = replace(
        first,
        key="10",
        url="http://harbour.example/10",
        text=f'{first.text} "We will pay for every ticket," Mayor Ida Holm said.',
    )
    setting.feeds.articles = [first]
    await setting.poll()
    await setting.told()
    setting.feeds.articles = [first, more]
    await setting.poll()
    broadcast = {}
    while waiting := await setting.store.next_delivery("console", ""):
        alert = waiting[0].alert
        broadcast[alert.rule, alert.kind] = alert.broadcast
        await setting.store.delivered(waiting[0].id, "ref", NOW)
    assert broadcast == {("ferries", "follow-up"): False, ("holm-says", "alert"): False}
    later = replace(
        more, key="11", url="http://harbour.example/11",
        text=f'{more.text} "The boats are older than I am," Mayor Ida Holm said.',
    )  # fmt: skip
    setting.feeds.articles = [first, more, later]
    await setting.poll()
    while waiting := await setting.store.next_delivery("console", ""):
        alert = waiting[0].alert
        broadcast[alert.rule, alert.kind] = alert.broadcast
        await setting.store.delivered(waiting[0].id, "ref", NOW)
    assert broadcast["holm-says", "follow-up"]
    assert not broadcast["ferries", "follow-up"]


async def test_a_new_entity_of_the_rule_is_news(store: Store, clock: TurnedClock) -> None:
    """Nobody is quoted, but somebody whom the rule watches comes up in the story."""
    await store.add_feeds([FEED])
    setting = Setting(store, clock, FakeFeeds(), FakePages())
    vell = Entity("vell", "Marta Vell", gender="female")
    officials = Officials([HOLM, vell])
    rules = RuleSet(officials, [Rule("both", "both", "@holm OR @vell", ("console",))])
    setting.watch._reader = Reader(setting.pages, rules, officials)
    setting.watch._placing._rules = rules
    await setting.poll()
    start = LONG.format(count=214).partition(' "It')[0]
    texts = [
        f"{start} Marta Vell was on board.",
        f"{start} Marta Vell was on board with a class of 31.",
        (
            "Mayor Ida Holm went to Orrin Head on Tuesday to meet the people of the car ferry "
            "that drifted for two hours before tugs took it in tow. Marta Vell was among them. "
            "The ferry had lost power before dawn with 214 people on board. The town will ask "
            "the company for a report on its engines, which divers look at on Wednesday."
        ),
        (
            "Ida Holm, the mayor, met the people of the ferry that drifted off Orrin Head for "
            "two hours on Tuesday. All 214 people on board are well, the coast guard said after "
            "tugs had taken it in tow. A report on the engines that lost power is to follow."
        ),
    ]
    for at, text in enumerate(texts):
        row = make_article(
            f"n{at}", title="Ferry drifts for two hours off Orrin Head", text=text,
            source=f"outlet {at}",
        )  # fmt: skip
        setting.feeds.articles = [*setting.feeds.articles, row]
        await setting.poll()
    assert [kind for _, kind, _ in await setting.told()] == ["alert", "follow-up"]


async def test_the_next_poll_suits_the_feed(setting: Setting, clock: TurnedClock) -> None:
    """A feed with an entry every other hour is asked each hour, once it is known for a while."""
    setting.feeds.articles = [make_article("1", published=NOW - timedelta(hours=2))]
    await setting.poll()
    assert (await setting.state()).next_poll == NOW + timedelta(seconds=300)
    for number in range(2, 12):
        clock.turn(hours=2)
        article = make_article(str(number), title=f"Snow {number}", published=clock.now())
        setting.feeds.articles.append(article)
        await setting.poll()
    state = await setting.state()
    assert state.next_poll == clock.now() + timedelta(hours=1)
    assert state.habits.wait == 3_600
    assert state.habits.since == NOW


async def test_what_the_feed_asks_for_outlives_a_304(setting: Setting) -> None:
    parsed = ParsedFeed("T", "en", (), every=3_600.0, skip_hours=(13, 14))

    async def parse(*_: object) -> ParsedFeed:
        return parsed

    setting.feeds.parse = parse  # type: ignore[method-assign]
    for _ in range(2):
        await setting.poll()
        assert (await setting.state()).next_poll == NOW + timedelta(hours=3)


async def test_failures_are_forgotten_by_halves(setting: Setting) -> None:
    """A feed that fails every other time is not asked like one that never does."""
    setting.feeds.error = FetchError("HTTP 500")
    for _ in range(9):
        await setting.poll()
    assert (await setting.state()).failures == 9
    setting.feeds.error = None
    waits = []
    for _ in range(5):
        await setting.poll()
        state = await setting.state()
        assert state.next_poll is not None
        waits.append((state.failures, (state.next_poll - NOW).total_seconds()))
    assert waits == [(4, 19_200), (2, 600), (1, 300), (0, 300), (0, 300)]


async def test_a_feed_that_is_gone_is_paused(setting: Setting) -> None:
    setting.feeds.error = FetchError("HTTP 410 Gone", status=410)
    await setting.poll()
    state = await setting.state()
    assert (state.paused, state.gone, state.error) == (True, True, "HTTP 410 Gone")
    assert await setting.store.claim_due(NOW + timedelta(days=9), 9, timedelta(1)) == []
    await setting.store.pause_feed(FEED.id, paused=False)
    state = await setting.state()
    assert (state.paused, state.gone, state.next_poll) == (False, False, None)


class Moving(FakeFeeds):
    """A feed that moved; it notes where it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[str] = []

    async def fetch(self, feed: Feed, validators: Validators) -> Fetched | Unchanged:
        self.places.append(feed.address or feed.url)
        found = await super().fetch(feed, validators)
        return found if feed.address else replace(found, moved="http://new.example/")


async def test_a_feed_that_moved_for_good_is_asked_there(store: Store, clock: TurnedClock) -> None:
    """And its entries stay known, for its own URL stays its name."""
    await store.add_feeds([FEED])
    feeds = Moving()
    setting = Setting(store, clock, feeds, FakePages())
    feeds.articles = [make_article("1")]
    for _ in range(4):
        await setting.poll()
    assert feeds.places == [*[FEED.url] * 3, "http://new.example/"]
    feeds.articles.append(make_article("2"))
    assert await setting.poll() == 2
    feeds.error = FetchError("HTTP 410 Gone", status=410)
    await setting.poll()
    assert not (await setting.state()).paused
    feeds.error = None
    await setting.poll()
    assert feeds.places[-1] == FEED.url


async def test_a_census_forgets_what_left_long_ago_and_nothing_else(
    setting: Setting, clock: TurnedClock
) -> None:
    """What is in the body stays known for ever; what comes back after months alerts nobody."""
    stays, leaves = make_article("stays"), make_article("leaves")
    setting.feeds.articles = [stays, leaves]
    await setting.poll()
    setting.feeds.articles = [stays]
    for _ in range(8):
        clock.turn(days=31)
        await setting.poll()
    assert await setting.store.unseen(FEED.id, [stays, leaves]) == [leaves]
    setting.feeds.articles = [stays, leaves]
    assert await setting.poll() == 0
    stored = await setting.store.article(leaves.id)
    assert stored is not None
    assert stored.outcome.startswith("older than what is remembered")
    setting.feeds.articles.append(make_article("new", published=clock.now()))
    assert await setting.poll() == 2


async def test_nothing_is_forgotten_within_three_months(
    setting: Setting, clock: TurnedClock
) -> None:
    """A feed that shrinks and grows again repeats nothing."""
    both = [make_article("1"), make_article("2")]
    setting.feeds.articles = both
    await setting.poll()
    setting.feeds.articles = both[:1]
    for _ in range(3):
        clock.turn(days=31)
        await setting.poll()
    assert await setting.store.unseen(FEED.id, both) == []


async def test_a_server_that_knows_only_304_does_not_fail_its_census(
    setting: Setting, clock: TurnedClock
) -> None:
    await setting.poll()
    clock.turn(days=31)
    setting.feeds.error = FetchError("HTTP 304 Not Modified", status=304)
    await setting.poll()
    state = await setting.state()
    assert state.error is None
    assert state.habits.census == clock.now()
    assert state.validators.etag == "v0"
