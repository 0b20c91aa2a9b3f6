"""Needs: the words without which nothing can match; too few do no harm, one too many would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import fold
from bot.core.match import RuleSet, article_of
from bot.core.match.needs import AllOf, AnyOf, Needs, Word, needs_of, words_of
from bot.core.model import Quote, Rule
from bot.core.query import parse
from tests.core.test_match_properties import (
    OFFICIALS,
    PROFILE,
    accepted_by_the_parser,
    queries,
    texts,
)


def met(needs: Needs | None, words: set[str]) -> bool:
    if needs is None:
        return True
    if isinstance(needs, Word):
        return any(word.startswith(needs.text) if needs.prefix else word == needs.text
                   for word in words)  # fmt: skip
    every = all if isinstance(needs, AllOf) else any
    return every(met(part, words) for part in needs.parts)


@pytest.mark.parametrize(
    ("query", "needs"),
    [
        ("Rafah", Word("rafah")),
        ('"Security Counc*"', AllOf((Word("security"), Word("counc", prefix=True)))),
        ("a OR b", AnyOf((Word("a"), Word("b")))),
        ("a b -c", AllOf((Word("a"), Word("b")))),
        ("a NEAR/3 b", AllOf((Word("a"), Word("b")))),
        ("ATLEAST/2 a", Word("a")),
        ("title:a lang:en", Word("a")),
        ("said:@dana(a)", Word("a")),
        ("a OR /b/", None),
        ("said:@dana", None),
        ("a OR lang:en", None),
        ("!Rafah", Word("rafah")),
    ],
)
def test_what_a_query_needs(query: str, needs: Needs | None) -> None:
    assert needs_of(parse(query), OFFICIALS) == needs


def test_an_entity_needs_one_of_its_names() -> None:
    needs = needs_of(parse("@icc"), OFFICIALS)
    assert met(needs, {"icc"})
    assert met(needs, {"international", "court"})
    assert not met(needs, {"international"})


def whole_words(text: str) -> list[Quote]:
    """Quotes from one word of a text to another, by somebody."""
    folded = fold.Folded(text)
    spans = [folded.span(start, end) for start, end in fold.word_spans(folded.text)]
    return [
        Quote(first[0], last[1], ((first[0], last[1]),), speaker="Dana Miron", entity="dana")
        for first, last in zip(spans, spans[3:], strict=False)
    ]


@pytest.mark.timeout(7200)  # the nightly profile takes its time
@given(st.lists(queries(), min_size=1, max_size=4), texts(), texts(4))
@PROFILE
def test_whatever_matches_has_what_is_needed(trees: list[object], text: str, title: str) -> None:
    accepted = [tree for tree in map(accepted_by_the_parser, trees) if tree is not None]  # type: ignore[arg-type]
    rules = RuleSet(OFFICIALS, [Rule(str(n), str(n), str(tree)) for n, tree in enumerate(accepted)])
    article = article_of({"id": "1", "title": title, "text": text, "lang": "en"})
    words = words_of(title, text)
    for match in rules.find_matches(article, whole_words(text)):
        assert met(needs_of(accepted[int(match.rule)], OFFICIALS), words)
