"""What an alert says and where it goes."""

from __future__ import annotations

import pytest

from bot.core.alert import compose_alert, deliveries_for, delivery_id, is_news, route
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
    again = deliveries_for(make_alert(), RULE, [("console", "", "correction")], edition="x")
    later = deliveries_for(make_alert(), RULE, [("console", "", "correction")], edition="y")
    assert len({first[0].id, again[0].id, later[0].id}) == 3
