"""Articles find their stories; forms that were filled in twice do not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Article, Place, Quote
from bot.core.story import Stories
from bot.core.story.links import canonical_link

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = json.loads(
    (Path(__file__).parents[1] / "cases/stories/placements.json").read_text(encoding="utf-8")
)
START = datetime(2026, 5, 4, 8, tzinfo=UTC)
FERRY = (
    "A passenger ferry ran aground on a sandbank outside Port Selwin on Tuesday night and all 212 "
    "people aboard were brought ashore unhurt, the coast guard said. The Marisol was on its way "
    "from Grenholm when it lost steering in thick fog, harbour master Ines Calder said. Tugs tried "
    "twice to pull the ship free before the tide turned. Divers will inspect the hull on Wednesday."
)
LOREM = (
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut "
    "labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco "
    "laboris nisi ut aliquip ex ea commodo consequat. Duis aute irure dolor in reprehenderit in "
    "voluptate velit esse cillum dolore eu fugiat nulla pariatur excepteur sint occaecat."
)
TOWN = [
    "Aldby",
    "Brenn",
    "Corvo",
    "Dalsa",
    "Elvik",
    "Fjorn",
    "Gostad",
    "Hvalen",
    "Istrup",
    "Jomfru",
]
FRUIT = [
    "apple",
    "cherry",
    "damson",
    "fig",
    "grape",
    "hazel",
    "iris",
    "juniper",
    "lemon",
    "mango",
    "nettle",
    "olive",
    "peach",
]


def article(
    key: str,
    title: str,
    text: str = "",
    *,
    source: str = "Harbour Times",
    after: float = 0,
    url: str = "",
) -> Article:
    when = START + timedelta(minutes=after)
    return Article(source, key, url, title, text, when, when, source=source)


def direct(text: str, words: str, entity: str = "") -> Quote:
    start = text.index(words)
    span = (start, start + len(words))
    return Quote(*span, (span,), entity=entity)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_cases_are_placed_as_written(case: dict[str, Any]) -> None:
    stories = Stories()
    placed = [
        stories.place(article(str(i), a["title"], a["text"], source=a["source"], after=30 * i))
        for i, a in enumerate(case["articles"])
    ]
    ids = [placement.story for placement in placed]
    assert [ids.index(story) for story in ids] == case["story"]
    if "place" in case:
        assert [placement.place for placement in placed] == case["place"]


SERIES: dict[str, Callable[[int], tuple[str, str]]] = {
    "numbered headlines, one sentence": lambda i: (
        f"Article {i} about Rafah",
        "The army entered Rafah.",
    ),
    "numbered headlines, no text": lambda i: (f"Article {i} about Rafah", ""),
    "numbered headlines, one text": lambda i: (f"Rafah update number {i}", LOREM),
    "numbered texts": lambda i: ("Rafah update", f"Entry {i}. {LOREM}"),
    "numbers in both": lambda i: (f"Rafah story {i}", f"Feed {i % 7} entry {i} is about Rafah."),
    "numbered words": lambda i: (f"entry-{i}", "Rafah"),
    "other words, one text": lambda i: (
        f"Rafah {FRUIT[i % 13]} {TOWN[i // 13].lower()}",
        LOREM,
    ),
    "other names": lambda i: (
        f"{FRUIT[i % 13].title()} {TOWN[i // 13]} visits Rafah",
        f"{FRUIT[i % 13].title()} {TOWN[i // 13]} visited Rafah, officials said.",
    ),
    "one headline, other words": lambda i: (
        "Rafah update",
        f"{TOWN[i % 10]} talks about {FRUIT[i // 10]} began in the morning and went on.",
    ),
    "Arabic": lambda i: (f"خبر رقم {i} عن رفح", "نص قصير عن رفح."),
    "Hebrew": lambda i: (f"ידיעה {i} על רפיח", f"טקסט {i}"),
    "Chinese": lambda i: (f"关于拉法的文章第{i}号", "以色列军队进入拉法。"),
    "no headline": lambda i: ("", f"Rafah text {i}"),
    "nothing at all": lambda _: ("", ""),
}


# Several outlets under one headline may well follow up on each other.
FEEDS = [(name, 1) for name in SERIES] + [
    (name, 5) for name in SERIES if name != "one headline, other words"
]


@pytest.mark.parametrize(("series", "feeds"), FEEDS)
def test_generated_entries_are_not_swallowed(series: str, feeds: int) -> None:
    """A test feed that numbers its entries gets an alert for each of them."""
    stories = Stories()
    places = [
        stories.place(article(str(i), *SERIES[series](i), source=f"feed{i % feeds}", after=i)).place
        for i in range(120)
    ]
    assert set(places) == {Place.NEW}


def test_the_same_title_and_text_again_is_a_reprint() -> None:
    stories = Stories()
    first = stories.place(article("1", "Rafah", "Rafah again."))
    again = stories.place(article("2", "Rafah", "Rafah again.", source="Other", after=5))
    assert again == (type(first)(first.story, Place.REPRINT, (), 2))


def test_a_changed_number_at_the_beginning_is_no_silent_reprint() -> None:
    """The toll rose: the rest of the report is the same, but somebody must hear of it."""
    stories = Stories()
    stories.place(article("1", "Ferry runs aground", FERRY))
    later = FERRY.replace("212", "219")
    placed = stories.place(article("2", "Ferry runs aground", later, source="Other", after=9))
    assert placed.place is not Place.REPRINT


def test_the_same_article_with_another_text_is_a_revision() -> None:
    stories = Stories()
    first = stories.place(article("1", "Ferry runs aground", FERRY))
    again = stories.place(article("1", "Ferry pulled free", FERRY + " It is afloat.", after=60))
    assert (again.story, again.place, again.sources) == (first.story, Place.REVISION, 1)


def test_only_statements_that_nobody_had_are_new() -> None:
    said = "“We lost steering and saw nothing,” captain Olsen said."
    more = "“Nobody slept that night,” he said."
    first, second = f"{FERRY}\n\n{said}", f"{FERRY}\n\n{said}\n\n{more}"
    stories = Stories()
    placed = stories.place(
        article("1", "Ferry runs aground", first),
        [direct(first, "We lost steering and saw nothing")],
    )
    assert placed.new_quotes == (0,)
    later = stories.place(
        article("2", "Ferry runs aground", second, source="Other", after=20),
        [direct(second, "We lost steering"), direct(second, "Nobody slept that night")],
    )
    assert (later.story, later.new_quotes) == (placed.story, (1,))


def test_equal_words_of_two_officials_are_two_statements() -> None:
    text = f"{FERRY}\n\n“The crossing stays closed.” “The crossing stays closed.”"
    words = "The crossing stays closed."
    placed = Stories().place(
        article("1", "Ferry", text), [direct(text, words, "calder"), direct(text, words, "olsen")]
    )
    assert placed.new_quotes == (0, 1)


def test_an_article_beyond_the_look_back_opens_its_own_story() -> None:
    stories = Stories(look_back=timedelta(days=2))
    first = stories.place(article("1", "Ferry runs aground", FERRY))
    late = stories.place(article("2", "Ferry runs aground", FERRY, source="B", after=60 * 24 * 3))
    assert (late.place, late.story == first.story) == (Place.NEW, False)
    assert len(stories) == 1


def test_forget_undoes_a_placement() -> None:
    """A failed transaction leaves no trace: the next try gets the same answer."""
    stories = Stories()
    stories.place(article("1", "Ferry runs aground", FERRY))
    copy = article("2", "Ferry runs aground", FERRY, source="Other", after=5)
    quote = direct(FERRY, "Tugs tried twice")
    first = stories.place(copy, [quote])
    stories.forget(copy.id)
    assert stories.place(copy, [quote]) == first
    stories.forget(copy.id)
    stories.forget(copy.id)
    stories.forget("unknown")
    assert len(stories) == 1


def test_forgetting_the_opener_lets_the_next_one_open() -> None:
    stories = Stories()
    one = article("1", "Ferry runs aground", FERRY)
    stories.place(one)
    stories.forget(one.id)
    other = article("2", "Ferry runs aground", FERRY, source="Other", after=5)
    assert stories.place(other).story == other.id


def test_restored_stories_go_on_as_before() -> None:
    """A restart changes nothing: what was stored decides where the next article goes."""
    rows = [
        article("1", "Ferry runs aground", FERRY),
        article("2", "Ferry runs aground | Other", FERRY, source="Other", after=5),
        article("3", "Teachers vote for a strike", "The union voted for a strike.", after=9),
    ]
    quote = direct(FERRY, "Tugs tried twice to pull the ship free")
    running, restarted = Stories(), Stories()
    for row in rows:
        quotes = [quote] if row.text == FERRY else []
        placed = running.place(row, quotes)
        restarted.restore(row, quotes, placed.story, placed.place)
    later = article("4", "Ferry runs aground", FERRY, source="Third", after=30)
    assert running.place(later, [quote]) == restarted.place(later, [quote])
    assert running.origin(later.id) == restarted.origin(later.id) == rows[0].id


def test_warming_tells_no_story() -> None:
    stories = Stories()
    stories.warm([article("1", "Ferry runs aground", FERRY)])
    assert stories.place(article("2", "Ferry runs aground", FERRY)).place is Place.NEW


def test_placements_depend_on_nothing_but_the_order() -> None:
    """Two runs over the same articles agree, whatever the hash seed of strings."""
    rows = [
        article(str(i), f"{FRUIT[i % 13]} talks in Grenholm", f"{FERRY} {FRUIT[i % 5]}", after=i)
        for i in range(40)
    ]
    one, other = Stories(), Stories()
    assert [one.place(row) for row in rows] == [other.place(row) for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        "\ud800 lone surrogate",
        "a" * 200_000,
        "\x00\x01",
        "字" * 5_000,
        "ัััั",
        "1" * 10_000,
        "🙂" * 900,
    ],
    ids=["surrogate", "long", "control", "unspaced", "marks", "digits", "emoji"],
)
def test_odd_texts_are_placed_without_complaint(text: str) -> None:
    stories = Stories()
    assert stories.place(article("1", text[:300], text)).place is Place.NEW
    assert stories.place(article("2", "Ferry", FERRY, after=1)).place is Place.NEW


def test_the_agencies_of_a_story_are_counted_by_report() -> None:
    """A copy without a credit comes from where its text comes from."""
    stories = Stories()
    rows = [
        article("1", "Ferry runs aground", f"PORT SELWIN (Reuters) - {FERRY}"),
        article("2", "Ferry runs aground", FERRY, source="B", after=5),
        article(
            "3", "Ferry runs aground in fog", f"{FERRY[:300]}\n\nWith AFP", source="C", after=9
        ),
    ]
    placed = [stories.place(row) for row in rows]
    assert len({placement.story for placement in placed}) == 1
    assert [placement.origins for placement in placed] == [
        ("Reuters",), ("Reuters",), ("Reuters", "AFP"),
    ]  # fmt: skip
    assert stories.agencies(placed[0].story) == ("Reuters", "AFP")
    assert stories.agencies("unknown") == ()


def test_one_page_in_two_feeds_is_one_article() -> None:
    stories = Stories()
    link = "https://www.harbour.example/ferry?utm_source=rss"
    first = stories.place(article("1", "Ferry runs aground", FERRY, url=link))
    other = article(
        "guid-2", "Ferry runs aground", FERRY, url="http://harbour.example/ferry/#top", after=9
    )
    assert stories.place(other).place is Place.REPRINT
    changed = FERRY.replace("212 people", "219 people")
    third = article("guid-3", "Ferry runs aground", changed, url=link, after=20)
    placed = stories.place(third)
    assert (placed.story, placed.place) == (first.story, Place.REVISION)
    assert placed.revises == other.id
    assert stories.origin(third.id) == article("1", "").id
    stories.forget(third.id)
    assert stories.place(third) == placed


def test_other_news_under_one_link_is_no_revision() -> None:
    """Some feeds give all their entries the link of a live page."""
    stories = Stories()
    link = "https://harbour.example/live"
    first = stories.place(article("1", "Ferry runs aground", FERRY, url=link))
    other = article(
        "2", "Teachers vote for a strike", "The union voted for a strike.", url=link, after=5
    )
    assert stories.place(other).story != first.story


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://www.x.example/a/", "https://x.example/a", True),
        ("https://x.example/a?id=1&utm_medium=rss", "https://x.example/a?id=1", True),
        ("https://x.example/a?b=2&a=1#c", "https://x.example/a?a=1&b=2", True),
        ("https://m.x.example/a?fbclid=Q", "https://x.example/a", True),
        ("https://x.example/a?id=1", "https://x.example/a?id=2", False),
        ("https://x.example/a?refid=1", "https://x.example/a?refid=2", False),
        ("https://x.example/a", "https://y.example/a", False),
    ],
)
def test_links_are_compared_without_what_says_where_readers_came_from(
    one: str, other: str, *, same: bool
) -> None:
    assert (canonical_link(one) == canonical_link(other)) is same


@pytest.mark.parametrize("url", ["", "https://x.example/", "https://x.example", "http://[", "?a=1"])
def test_a_home_page_is_no_articles_own_link(url: str) -> None:
    assert canonical_link(url) == ""


EVENTS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.booleans(), st.integers(0, 400)),
    min_size=1,
    max_size=14,
)


def written(at: int, event: int, outlet: int, agency: bool, after: int) -> Article:  # noqa: FBT001
    """Write one of a few events in one of a few ways."""
    credit = "PORT SELWIN (Northwire) - " if agency else ""
    text = f"{credit}{TOWN[event]} saw {FRUIT[event]} and {FRUIT[event + 5]} burn. "
    return article(
        str(at),
        f"{FRUIT[event].title()} burns in {TOWN[event]}",
        f"{text}{FERRY[: 150 + 60 * outlet]} “Nothing {FRUIT[event]} is left,” said {TOWN[event]}.",
        source=f"outlet {outlet}",
        after=after,
        url=f"https://o{outlet}.example/{event}",
    )


@given(EVENTS)
def test_what_is_reloaded_at_a_start_is_what_there_was_before(
    events: list[tuple[int, int, bool, int]],
) -> None:
    """After a crash stories are rebuilt from stored rows, and the next article finds its place."""
    running, restarted = Stories(), Stories()
    after = 0
    for at, (event, outlet, agency, later) in enumerate(events):
        after += later
        row = written(at, event, outlet, agency, after)
        quotes = [direct(row.text, f"Nothing {FRUIT[event]} is left")]
        placed = running.place(row, quotes)
        restarted.restore(row, quotes, placed.story, placed.place)
    assert len(restarted) == len(running)
    for event in range(5):
        row = written(99, event, event % 4, agency=False, after=after + 1)
        quotes = [direct(row.text, f"Nothing {FRUIT[event]} is left")]
        assert running.place(row, quotes) == restarted.place(row, quotes)
        assert running.origin(row.id) == restarted.origin(row.id)
        running.forget(row.id)
        restarted.forget(row.id)
