"""How a new article is compared with those on the shelf, and how a story's members are weighed."""

from __future__ import annotations

import pytest

from bot.core.story.comparing import (
    COPY_ODDS,
    MOST,
    TEXT_MARGIN,
    TEXT_SHARE,
    Comparisons,
)
from bot.core.story.frequencies import Frequencies
from bot.core.story.kept import RARITY_STEPS, Kept
from bot.core.story.reading import Reading, read
from bot.core.story.reprints import carries, copied, is_copy
from bot.core.story.resemblance import MEASURES, likeness, measure
from bot.core.story.shelf import ALWAYS, ASKED, FOUND, SPAN, Shelf
from bot.core.story.stories import JOIN
from bot.core.story.weights import DIRECT, HIDDEN, HIDDEN_BIAS, OUT

FERRY = (
    "A passenger ferry ran aground on a sandbank outside Port Selwin on Tuesday night and all 212 "
    "people aboard were brought ashore unhurt, the coast guard said. The Marisol was on its way "
    "from Grenholm when it lost steering in thick fog, harbour master Ines Calder said. Tugs tried "
    "twice to pull the ship free before the tide turned. Divers will look at the hull on Friday. "
    "The company that runs the route between the islands put two older ships into service."
)
BRIDGE = (
    "The council of Aldby voted on Monday to close the old stone bridge over the Vellen to lorries "
    "for a year. Engineers had found cracks in two of its piers in spring. Shopkeepers on the east "
    "bank fear for their trade, and mayor Tove Sand promised them lower rents until the work ends. "
    "The repair will cost four million and begins in March, when the water is at its lowest."
)
RETOLD = (
    "Rescuers took everybody off the Marisol after the ferry struck sand near Port Selwin in fog. "
    "No one among the passengers was hurt. It is not known yet why the steering failed."
)


def reading(title: str, text: str, *, after: float = 0, outlet: str = "") -> Reading:
    return read(title, text, 3600 * after, Frequencies(), outlet=outlet)


def shelf(*readings: Reading) -> Shelf:
    kept = Shelf()
    for one in readings:
        kept.add(one, one.when)
    return kept


def test_a_member_with_the_very_text_outweighs_members_of_other_words() -> None:
    """A copy belongs where its text is, although the story's other members differ from it."""
    new = reading("Ferry runs aground off Port Selwin", FERRY, after=2)
    kept = shelf(
        reading("Bridge closed to lorries", BRIDGE, outlet="a"),
        reading("All 212 safe after ferry accident", FERRY, outlet="b", after=1),
    )
    looked = Comparisons(new, kept)
    same, other = looked.odds(1), looked.odds(0)
    assert same >= COPY_ODDS
    assert other < 0
    mean = (same + other) / 2
    odds = looked.belongs([1], [0, 1], size=2, rival=-MOST)
    assert odds == pytest.approx(TEXT_SHARE * same + (1 - TEXT_SHARE) * mean - TEXT_MARGIN)
    assert odds > JOIN


def test_a_member_that_only_resembles_does_not_draw_an_article_in_past_another_story() -> None:
    """The opener counts as well, and so does a story that is as near."""
    new = reading("Ferry runs aground off Port Selwin", FERRY, after=2)
    kept = shelf(
        reading("Bridge closed to lorries", BRIDGE, outlet="a"),
        reading("Ferry Marisol hits sandbank near Port Selwin", RETOLD, outlet="b", after=1),
    )
    looked = Comparisons(new, kept)
    near, far = looked.odds(1), looked.odds(0)
    assert near > 0 > far
    odds = looked.belongs([1], [0, 1], size=2, rival=-MOST)
    assert odds < looked.belongs([1], [1, 1], size=2, rival=-MOST)
    assert looked.belongs([1], [0, 1], size=2, rival=near) < JOIN < odds


def test_another_story_as_near_is_a_reason_to_doubt() -> None:
    new = reading("Ferry runs aground off Port Selwin", FERRY, after=2)
    kept = shelf(reading("Ferry Marisol hits sandbank near Port Selwin", RETOLD, outlet="b"))
    looked = Comparisons(new, kept)
    odds = [looked.belongs([0], [0], size=1, rival=rival) for rival in (-MOST, 0.0, 2.0)]
    assert odds == sorted(odds, reverse=True)
    assert odds[0] > odds[-1]


def test_the_very_text_counts_only_from_some_length() -> None:
    """Two lines that agree prove little, so they weigh like any other resemblance."""
    line = "Rescuers took everybody off the Marisol after the ferry struck sand near Port Selwin."
    new = reading("Ferry runs aground", line, after=2)
    kept = shelf(
        reading("Bridge closed", BRIDGE, outlet="a"),
        reading("Ferry runs aground", line, outlet="b", after=1),
    )
    looked = Comparisons(new, kept)
    same, other = looked.odds(1), looked.odds(0)
    value = TEXT_SHARE * same + (1 - TEXT_SHARE) * (same + other) / 2 - TEXT_MARGIN
    assert looked.belongs([1], [0, 1], size=2, rival=-MOST) < min(value, JOIN)


def test_comparisons_answer_as_the_functions_do() -> None:
    """What is remembered of a pair, and what is read without unpacking, changes no answer."""
    texts = [("Ferry aground", FERRY), ("Bridge closed", BRIDGE), ("Ferry", RETOLD), ("Ferry", "")]
    old = [reading(*one, outlet=str(n)) for n, one in enumerate(texts)]
    kept = shelf(*old)
    for title, text in [*texts, ("Ferry aground", f"{FERRY} Sign up for our letter.")]:
        new = reading(title, text, after=3)
        looked = Comparisons(new, kept)
        for serial, one in enumerate(old):
            assert looked.carries(serial) is carries(new, one)
            assert looked.is_copy(serial) is is_copy(new, one)


def test_the_wording_of_a_packed_article_is_that_of_the_whole() -> None:
    one = reading("Ferry aground", FERRY)
    packed = Kept(one)
    wording, whole = packed.wording(), packed.reading()
    assert (wording.level, wording.shingles, wording.opening) == (
        one.level,
        one.shingles,
        one.opening,
    )
    assert packed.length == whole.length == one.length
    assert copied(reading("x", FERRY), wording) == 1.0


def test_an_unpacked_article_is_what_was_packed() -> None:
    """All sets, also those unpacked only when they are asked for; rarities in their steps."""
    one = reading("Ferry Marisol aground off Port Selwin: 214 on board", FERRY)
    whole = Kept(one).reading()
    for name in ("known", "title", "marks", "odd", "lead", "names", "numbers", "shingles"):
        assert getattr(whole, name) == getattr(one, name) != frozenset(), name
    assert whole.opening == one.opening
    assert list(whole.terms) == list(one.terms)
    assert whole.titled == {term: whole.terms[term] for term in one.title}
    step = 0.5 / RARITY_STEPS
    assert whole.terms == pytest.approx(one.terms, abs=step)
    assert whole.title_total == pytest.approx(one.title_total, abs=step * len(one.title))
    assert whole.marks_total == pytest.approx(one.marks_total, abs=step * len(one.marks))
    with pytest.raises(AttributeError, match="colour"):
        whole.colour  # type: ignore[attr-defined]  # noqa: B018


def test_scraps_without_a_headline_tell_of_nothing() -> None:
    new = reading("", "Rafah text 2", after=1)
    assert Comparisons(new, shelf(reading("", "Rafah text 1"))).odds(0) == -MOST


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ferry Marisol runs aground off Port Selwin", "Ferry Marisol aground: all safe", True),
        ("Grenholm ferry runs aground", "Grenholm ferry", False),
        ("Aldby council closes Vellen bridge", "Vellen bridge in Aldby closed to lorries", True),
        ("Aldby council closes Vellen bridge", "Ferry Marisol aground: all safe", False),
        ("Aldby mayor promises lower rents", "Aldby council closes Vellen bridge", False),
        ("Marisol ferry sinks", "Vellen bridge sinks", False),
    ],
)
def test_entries_of_headlines_alone_are_told_apart(one: str, other: str, *, same: bool) -> None:
    """Feeds without texts: what is rare in both headlines decides."""
    odds = Comparisons(reading(one, "", after=1), shelf(reading(other, "", outlet="b"))).odds(0)
    assert (odds > 0) is same


def test_distance_in_time_speaks_against_one_event() -> None:
    old = reading("Ferry Marisol hits sandbank near Port Selwin", RETOLD, outlet="b")
    odds = [
        likeness(reading("Ferry runs aground off Port Selwin", FERRY, after=hours), old)
        for hours in (1, 24, 72)
    ]
    assert odds == sorted(odds, reverse=True)
    assert odds[0] > odds[-1]


def test_the_weights_fit_the_measures() -> None:
    one = reading("Ferry aground", FERRY)
    assert len(measure(one, one)) == len(MEASURES) == len(DIRECT)
    assert {len(row) for row in HIDDEN} == {len(MEASURES)}
    assert len(HIDDEN) == len(HIDDEN_BIAS) == len(OUT)


def test_few_are_looked_at_that_share_little() -> None:
    """The first few always; of the others those that share enough of what is rare."""
    old = [
        reading(f"Ferry {n}", f"{FERRY} Outlet {n} adds nothing.", outlet=str(n)) for n in range(20)
    ]
    assert len(shelf(*old).find(reading("Ferry aground", FERRY))) == FOUND
    far = [reading("", f"government outing {n}.", outlet=str(n)) for n in range(20)]
    others = " ".join(f"zed{a}{b}" for a in "aeo" for b in "bcdfg")
    assert len(shelf(*far).find(reading("", f"government {others}"))) == ALWAYS


@pytest.mark.parametrize("span", [0, SPAN])
def test_found_are_those_of_most_worth(monkeypatch: pytest.MonkeyPatch, span: int) -> None:
    """Whether serials are places in a row or sorted: the sums, and equal ones newest first."""
    monkeypatch.setattr("bot.core.story.shelf.SPAN", span)
    words = [f"{a}{b}" for a in ("bo", "ka", "mi", "tu") for b in ("ldar", "rvin", "selt", "wend")]
    kept = shelf(*(reading("Notes", " ".join(words[n % 7 :: 1 + n % 5])) for n in range(60)))
    new = reading("Notes", " ".join(words[:9]), after=1)
    asked = new.keys[:ASKED]
    worth = {
        serial: sum(new.terms[term] ** 2 for term in asked if term in kept.get(serial).keys)
        for serial in range(60)
    }
    best = sorted(worth, key=lambda serial: (worth[serial], serial), reverse=True)
    assert kept.find(new, enough=0) == best[:FOUND]
