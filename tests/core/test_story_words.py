"""Statements, corrections, origins and copies, on case files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Article
from bot.core.story import find_correction, find_origin, is_reprint, same_statement

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def cases(name: str) -> list[dict[str, Any]]:
    path = Path(__file__).parents[1] / "cases/stories" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def article(text: str, title: str = "Ferry runs aground", *, full: bool = False) -> Article:
    return Article("feed", "key", "", title, text, NOW, NOW, full=full)


@pytest.mark.parametrize(
    "case", cases("statements"), ids=lambda case: f"{case['why']}: {case['b']}"
)
def test_statements(case: dict[str, Any]) -> None:
    assert same_statement(case["a"], case["b"]) is case["same"]
    assert same_statement(case["b"], case["a"]) is case["same"]


@given(st.text(max_size=80), st.text(max_size=80))
def test_statements_are_compared_both_ways_alike(a: str, b: str) -> None:
    assert same_statement(a, b) == same_statement(b, a)


@pytest.mark.parametrize("case", cases("corrections"), ids=lambda case: case["why"])
def test_corrections(case: dict[str, Any]) -> None:
    found = find_correction(article(case["old"]), article(case["new"]))
    assert (found.changes[0].kind if found else None) == case["told"]


@pytest.mark.parametrize("case", cases("origins"), ids=lambda case: case["text"][:30])
def test_origins(case: dict[str, Any]) -> None:
    assert find_origin(case["text"]) == case["origin"]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("Ferry runs aground", "Ferry runs aground | Harbour Times", None),
        ("Ferry runs aground - Harbour Times", "Ferry runs aground", None),
        ("Ferry runs aground", "FERRY RUNS AGROUND", None),
        ("Ferry’s captain", "Ferry's captain", None),
        ("Ferry runs aground", "CORRECTED: Ferry runs aground", "note"),
        ("Ferry runs aground", "REFILE-Ferry runs aground", "note"),
        ("Ferry runs aground", "Ferry sinks off Port Selwin", "headline"),
        ("212 brought ashore", "221 brought ashore", "headline"),
    ],
)
def test_headlines(old: str, new: str, kind: str | None) -> None:
    found = find_correction(article("Text.", old), article("Text.", new))
    assert (found.changes[0].kind if found else None) == kind


def test_a_correction_gives_the_words_of_both_fetches() -> None:
    """What is printed below an alert is verbatim, before and after."""
    old, new = article("The toll is 12, police said."), article("The toll is 15, police said.")
    found = find_correction(old, new)
    assert found
    assert (found.old, found.new) == (old.text, new.text)
    change = found.changes[0]
    assert (old.text[slice(*change.old)], new.text[slice(*change.new)]) == ("12", "15")


def test_a_fetched_page_is_not_held_against_the_teaser() -> None:
    assert not find_correction(article("12 rescued."), article("15 rescued, 3 hurt.", full=True))


@given(st.text(max_size=120), st.text(max_size=120))
def test_spans_of_corrections_lie_in_their_texts(old: str, new: str) -> None:
    found = find_correction(article(old), article(new))
    for change in found.changes if found else ():
        assert 0 <= change.old[0] <= change.old[1] <= len(old)
        assert 0 <= change.new[0] <= change.new[1] <= len(new)


@given(st.text(max_size=200))
def test_any_text_has_at_most_one_credit(text: str) -> None:
    credit = find_origin(text)
    assert credit in text


def test_a_follow_up_with_the_old_background_is_no_copy() -> None:
    background = (
        "The Marisol ran aground on a sandbank outside Port Selwin on Tuesday night and all 212 "
        "people aboard were brought ashore unhurt. It was on its way from Grenholm when it lost "
        "steering in thick fog, harbour master Ines Calder said."
    )
    old = article(f"{background} Tugs tried twice to pull the ship free before the tide turned.")
    new = article(
        "Prosecutors in Grenholm opened an inquiry into the shipping company and searched its "
        "offices on Friday, taking away log books and two computers. The company said it would "
        "help the inquiry in any way it could and had nothing to hide from the public. Its shares "
        "lost a "
        f"fifth of their value at the opening of trade. {background}",
        "Prosecutors search offices of ferry company",
    )
    assert not is_reprint(old, new)
