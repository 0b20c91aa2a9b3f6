"""What an alert says and where it goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.alert import (
    compose_alert,
    deliveries_for,
    delivery_id,
    entities_of,
    is_news,
    route,
    speaks_anew,
)
from bot.core.model import Highlight, Match, Place, Placement, Quote, Rule
from tests.samples import make_alert, make_article

RULE = Rule("ferries", "ferries", "ferry", ("console", "slack:C1", "matrix:!r"))
TEXT = 'The ferry did not sail. "We will wait for the ferry," Ida Holm said. Nobody sailed.'
QUOTE = Quote(25, 52, ((25, 52),), "Ida Holm", "", "mayor", "said", "direct", 0.9)
MATCH = Match(
    "ferries",
    ("ferry",),
    (Highlight("title", 0, 5), Highlight("text", 4, 9), Highlight("text", 46, 51)),
)


def test_every_word_of_an_alert_is_a_span_of_its_article() -> None:
    article = make_article(text=TEXT)
    alert = compose_alert(
        article, RULE, MATCH, Placement("s", Place.NEW, sources=2), kind="alert",
        summary=[(0, 23), (69, 83)], quotes=[QUOTE, QUOTE], chosen=[QUOTE],
    )  # fmt: skip
    for excerpt in (*alert.summary, *(part for q in alert.quotes for part in q.parts)):
        assert TEXT[excerpt.start : excerpt.start + len(excerpt.text)] == excerpt.text
    assert [s.text for s in alert.summary] == ["The ferry did not sail.", "Nobody sailed."]
    assert alert.summary[0].marks == ((4, 9),)
    [key] = alert.quotes
    assert key.text == "We will wait for the ferry,"
    [(start, end)] = key.parts[0].marks
    assert key.text[start:end] == "ferry"
    assert (alert.more_quotes, alert.sources, key.office) == (1, 2, "mayor")
    assert alert.why == ("ferry", "Ferry")


def place(kind: Place, *, new: tuple[int, ...] = ()) -> Placement:
    return Placement("story", kind, new)


def test_a_story_opens_in_each_channel_whose_chat_runs() -> None:
    found = route(
        RULE, place(Place.NEW), chats=("console", "slack"), alerted=(), news=True, corrected=False
    )
    assert found == [("console", "", "alert"), ("slack", "C1", "alert")]


@pytest.mark.parametrize(
    ("kind", "news", "corrected", "expected"),
    [
        (Place.REPRINT, True, False, []),
        (Place.FOLLOW_UP, True, False, ["follow-up"]),
        (Place.FOLLOW_UP, False, False, []),
        (Place.REVISION, False, False, []),
        (Place.REVISION, False, True, ["correction"]),
        (Place.REVISION, True, True, ["correction"]),
        (Place.REVISION, True, False, ["follow-up"]),
        (Place.NEW, False, False, []),
    ],
)
def test_a_channel_that_heard_of_a_story_hears_only_news(
    kind: Place, *, news: bool, corrected: bool, expected: list[str]
) -> None:
    found = route(
        RULE, place(kind), chats=("console",), alerted={("ferries", "console", "")}, news=news,
        corrected=corrected,
    )  # fmt: skip
    assert [kind for _, _, kind in found] == expected


def test_a_reprint_opens_the_story_where_nobody_heard_of_it() -> None:
    """The first report may have been primed, or met another rule only."""
    found = route(
        RULE, place(Place.REPRINT), chats=("console",), alerted={("other", "console", "")},
        news=False, corrected=False,
    )  # fmt: skip
    assert found == [("console", "", "alert")]


def test_news_is_a_new_statement_that_matters_to_the_rule() -> None:
    plain = Quote(0, 3, ((0, 3),), "Ida Holm", kind="direct")
    assert is_news(MATCH, place(Place.FOLLOW_UP, new=(0,)), [QUOTE]), "holds the rule's word"
    assert not is_news(MATCH, place(Place.FOLLOW_UP, new=(0,)), [plain])
    official = Quote(0, 3, ((0, 3),), "Ida Holm", "holm", kind="direct")
    assert is_news(MATCH, place(Place.FOLLOW_UP, new=(0,)), [official])
    assert not is_news(MATCH, place(Place.FOLLOW_UP), [official])
    nobody = Quote(0, 3, ((0, 3),), None, kind="direct")
    assert not is_news(MATCH, place(Place.FOLLOW_UP, new=(0,)), [nobody])


def test_delivery_ids_are_stable_and_distinct() -> None:
    assert delivery_id("slack", "C1", "r", "a") == "2dd967989b2e18dbc09d84ecbabed818"
    ids = {
        delivery_id(*parts)
        for parts in [
            ("slack", "C1", "r", "a"), ("slack", "C1r", "", "a"), ("slack", "C", "1r", "a"),
            ("matrix", "C1", "r", "a"), ("slack", "C1", "r", "b"), ("slack", "C1", "r", "a", "e"),
        ]
    }  # fmt: skip
    assert len(ids) == 6


def test_a_changed_article_is_another_delivery_than_its_first_form() -> None:
    first = deliveries_for(make_alert(), RULE, [("console", "", "alert")], edition="x")
    again = deliveries_for(make_alert(), RULE, [("console", "", "follow-up")], edition="x")
    later = deliveries_for(make_alert(), RULE, [("console", "", "follow-up")], edition="y")
    assert len({first[0].id, again[0].id, later[0].id}) == 3


def test_a_correction_is_one_delivery_for_the_words_that_changed() -> None:
    """Two feeds that bring one changed page tell of it once; so does one that flips back."""

    def corrected(article: str, *changes: tuple[str, str]) -> str:
        alert = make_alert(article, kind="correction", changes=changes)
        [made] = deliveries_for(alert, RULE, [("console", "", "correction")], edition=article)
        return made.id

    assert corrected("a1", ("12", "15")) == corrected("a2", ("12", "15"))
    assert corrected("a1", ("12", "15")) != corrected("a1", ("15", "12"))
    assert corrected("a1", ("12", "15")) != corrected("a1", ("12", "15"), ("x", "y"))


@pytest.mark.parametrize(
    ("query", "entities"),
    [
        ("said:@holm(deal) OR @Vell", {"holm", "vell"}),
        ("ferry", set()),
        ("mail@holm.example", set()),
    ],
)
def test_the_entities_of_a_rule_are_those_its_query_names(query: str, entities: set[str]) -> None:
    assert entities_of(replace(RULE, query=query), Match("ferries", (), ())) == entities


def test_members_of_a_group_are_known_by_the_match() -> None:
    match = Match("ferries", (), (Highlight("text", 0, 3, "holm"),))
    assert entities_of(replace(RULE, query="@council"), match) == {"council", "holm"}


def test_an_entity_speaks_anew_when_nobody_had_its_words() -> None:
    official = Quote(0, 3, ((0, 3),), "Ida Holm", "holm", kind="direct")
    reported = replace(official, kind="indirect")
    new = place(Place.FOLLOW_UP, new=(0,))
    assert speaks_anew({"holm"}, new, [official])
    assert not speaks_anew({"holm"}, new, [reported])
    assert not speaks_anew({"vell"}, new, [official])
    assert not speaks_anew({"holm"}, place(Place.FOLLOW_UP), [official])
