"""Queries, texts and the words they highlight, written by hand: tests/cases/match.json."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.core.match import RuleSet, article_of
from bot.core.model import Alias, Entity, Office, Quote, Rule
from bot.core.officials import Officials

DATA = json.loads((Path(__file__).parents[1] / "cases" / "match.json").read_text("utf-8"))
CASES = DATA["cases"]
FIELDS = ("title", "text", "source", "author", "section", "lang")


def _entity(record: dict[str, Any]) -> Entity:
    aliases = (a if isinstance(a, dict) else {"text": a} for a in record.get("aliases", ()))
    return Entity(
        record["id"],
        record["name"],
        record.get("kind", "person"),
        aliases=tuple(
            Alias(
                a["text"],
                a.get("exact", False),
                tuple(a.get("context", ())),
                tuple(a.get("unless", ())),
            )
            for a in aliases
        ),
        offices=tuple(
            Office(office["title"], office["of"]) for office in record.get("offices", ())
        ),
    )


OFFICIALS = Officials(map(_entity, DATA["entities"]))


def unmarked(text: str, field: str) -> tuple[str, list[tuple[str, int, int]]]:
    """Take the marks out of a text and give their places."""
    plain, marks = "", []
    for piece in re.split("(⟦.*?⟧)", text, flags=re.DOTALL):
        words = piece.strip("⟦⟧") if piece.startswith("⟦") else piece
        if piece.startswith("⟦"):
            marks.append((field, len(plain), len(plain) + len(words)))
        plain += words
    return plain, marks


def _quotes(case: dict[str, Any], text: str) -> list[Quote]:
    quotes = []
    for speaker, entity, *parts in case.get("quotes", ()):
        spans = tuple((text.index(part), text.index(part) + len(part)) for part in parts)
        quotes.append(Quote(spans[0][0], spans[-1][1], spans, speaker=speaker, entity=entity))
    return quotes


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 150


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{n}-{case['query']}" for n, case in enumerate(CASES)]
)
def test_case(case: dict[str, Any]) -> None:
    record, expected = {"id": "1", "url": case.get("url", "")}, []
    for field in FIELDS:
        record[field], marks = unmarked(case.get(field, ""), field)
        expected += marks
    article = article_of(record)
    quotes = _quotes(case, article.text)
    rules = RuleSet(OFFICIALS, [Rule("r", "r", case["query"])])
    matches = rules.find_matches(article, quotes)
    found = [(mark.field, mark.start, mark.end) for match in matches for mark in match.highlights]
    assert [getattr(article, f)[a:b] for f, a, b in found] == [
        getattr(article, f)[a:b] for f, a, b in expected
    ]
    assert found == expected
    assert bool(matches) == bool(expected)
    if matches:
        assert rules.find_candidates(article) == {"r"}


def test_all_queries_at_once_answer_as_each_alone() -> None:
    """Rules share what is looked for, and what one of them asked spares the others the question."""
    queries = sorted({case["query"] for case in CASES})
    alone = [RuleSet(OFFICIALS, [Rule(query, query, query)]) for query in queries]
    together = RuleSet(OFFICIALS, [Rule(query, query, query) for query in queries])
    met = 0
    for case in CASES:
        record = {name: unmarked(case.get(name, ""), name)[0] for name in FIELDS}
        article = article_of({"id": "1", **record})
        quotes = _quotes(case, record["text"])
        wanted = [match for rule in alone for match in rule.find_matches(article, quotes)]
        assert together.find_matches(article, quotes) == wanted, case
        assert together.find_candidates(article) == {
            query for rule in alone for query in rule.find_candidates(article)
        }
        met += len(wanted)
    assert met > 2 * len(CASES), "most articles meet several"
