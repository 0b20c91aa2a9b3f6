"""Narrower queries found from what people said was not relevant; each tested on the articles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.match.backtest import backtest
from bot.core.model import Article, Entity, Quote, Rule
from bot.core.officials import Officials
from bot.core.tighten import LEAST, propose
from tests.samples import make_article

HOLM = Entity("holm", "Ida Holm", gender="female")
OFFICIALS = Officials([HOLM])


def told(number: int, title: str, text: str) -> Article:
    return replace(make_article(f"a{number}"), title=title, text=text)


CRICKET = [
    told(1, "Rafah XI win the cricket cup", "Rafah bowled out the visitors. A cricket evening."),
    told(2, "Cricket: Rafah draws", "The wicket at Rafah was slow, the batsmen slower."),
    told(3, "Rafah loses its opener", "The cricket club of Rafah looks for a batsman."),
]
NEWS = [
    told(11, "Convoy enters Rafah", "Forty lorries entered Rafah on Sunday."),
    told(12, "Rafah crossing shut again", "The crossing at Rafah was shut. No reason was given."),
]


def known(articles: list[Article]) -> list[tuple[Article, None]]:
    return [(article, None) for article in articles]


def test_word_of_the_wrong_sense_is_left_out() -> None:
    found = propose(OFFICIALS, "Rafah", known(CRICKET), known(NEWS))
    assert found is not None
    assert (found.query, found.change) == ("Rafah -cricket", "-cricket")
    assert (found.dropped, found.wrong, found.kept) == (3, 3, 2)


@pytest.mark.parametrize("query", ["Rafah", "Rafah OR Gaza", 'Rafah "crossing" OR entered'])
def test_proposal_does_what_it_says_on_the_articles_themselves(query: str) -> None:
    hit = backtest(OFFICIALS, Rule("r", "r", query), known(CRICKET), samples=0).hits
    found = propose(OFFICIALS, query, known(CRICKET), known(NEWS))
    if hit < LEAST:
        assert found is None
        return
    assert found is not None
    tried = backtest(OFFICIALS, Rule("r", "r", found.query), known([*CRICKET, *NEWS]), former=query)
    assert len(tried.lost) == found.dropped
    assert not set(tried.lost) & {article.id for article in NEWS}
    assert tried.gained == []


def test_two_words_where_one_does_not_reach_all() -> None:
    tennis = [
        told(4, "Rafah tennis open", "Tennis fans came to Rafah."),
        told(5, "Tennis in Rafah", "The tennis court of Rafah is full."),
    ]
    found = propose(OFFICIALS, "Rafah", known([*CRICKET, *tennis]), known(NEWS))
    assert found is not None
    assert found.query == "Rafah -cricket -tennis"
    assert found.dropped == 5


def test_words_that_stand_in_a_relevant_article_are_never_left_out() -> None:
    relevant = told(13, "Cricket ground of Rafah shelled", "The cricket ground was hit, a batsman")
    found = propose(OFFICIALS, "Rafah", known(CRICKET), known([*NEWS, relevant]))
    assert found is None or "cricket" not in found.change


def test_person_in_passing_becomes_the_topic() -> None:
    passing = [
        told(n, f"Ferry number {n} late", f"{word} again. {'So it goes. ' * 3}\n\nIda Holm smiled.")
        for n, word in enumerate(["Fog", "Storm", "Ice"], 20)
    ]
    topic = [told(30, "Ida Holm resigns", "Ida Holm, the mayor, resigned on Monday again.")]
    shared = [told(31, "Ida Holm on ferries", "Ferry late, so it goes, she smiled. Number again.")]
    found = propose(OFFICIALS, "@holm", known(passing), known([*topic, *shared]))
    assert found is not None
    assert found.query == "about:@holm"
    assert found.dropped == 3


def test_person_not_quoted_becomes_the_speaker() -> None:
    text = '"We will open," Ida Holm said. Late ferry.'
    right = told(40, "Holm speaks of the late ferry: Ida Holm", text)
    quote = Quote(1, 13, ((1, 13),), speaker="Ida Holm", entity="holm")
    named = [told(n, "Ida Holm late", "Ida Holm speaks of the ferry: late.") for n in (41, 42)]
    wrong = [(article, ()) for article in named]
    found = propose(OFFICIALS, "@holm", wrong, [(right, (quote,))])
    assert found is not None
    assert found.query == "said:@holm"


def test_nothing_is_proposed_on_one_opinion() -> None:
    assert propose(OFFICIALS, "Rafah", known(CRICKET[:1]), known(NEWS)) is None


def test_names_below_a_field_or_a_not_stay() -> None:
    wrong = known(CRICKET)
    for query in ("Rafah -@holm", "Rafah OR said:@holm", "Rafah OR about:@holm"):
        found = propose(OFFICIALS, query, wrong, known(NEWS))
        assert found is not None
        assert found.change == "-cricket"
        assert "said:said:" not in found.query


def test_query_that_does_not_parse_gives_nothing() -> None:
    assert propose(OFFICIALS, "Rafah AND (", known(CRICKET), known(NEWS)) is None
