"""Backtest: hits by day and clause, samples, and what an edit gains and loses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.core.match import article_of
from bot.core.match.backtest import backtest
from bot.core.model import Article, Quote, Rule
from bot.core.officials import Officials
from bot.errors import QueryError

RULE = Rule("chat/c/r", "r", "Rafah OR Gaza", paused=True)


def stored(*texts: str) -> list[tuple[Article, list[Quote] | None]]:
    return [
        (
            replace(
                article_of({"id": text, "text": text}),
                arrived=datetime(2026, 3, 1 + n // 2, tzinfo=UTC),
            ),
            None,
        )
        for n, text in enumerate(texts)
    ]


def test_hits_by_day_and_clause_with_samples() -> None:
    """A paused rule is tried like any other."""
    result = backtest(
        Officials(), RULE, stored("Rafah", "Haifa", "Gaza", "Rafah and Gaza"), samples=2
    )
    assert (result.hits, result.a_day(2)) == (3, 1.5)
    assert result.days == {date(2026, 3, 1): 1, date(2026, 3, 2): 2}
    assert result.clauses == {"Rafah": 2, "Gaza": 2}
    assert [article.text for article, _ in result.samples] == ["Gaza", "Rafah and Gaza"]
    assert [match.clauses for _, match in result.samples] == [("Gaza",), ("Rafah", "Gaza")]
    assert (result.gained, result.lost) == ([], [])


def test_an_edit_shows_what_it_gains_and_loses() -> None:
    past = stored("Rafah", "Haifa", "Gaza", "Rafah Haifa")
    ids = [article.id for article, _ in past]
    result = backtest(Officials(), RULE, past, former="Rafah OR Haifa", samples=0)
    assert result.gained == [ids[2]]
    assert result.lost == [ids[1]]
    assert result.samples == []


def test_a_query_that_cannot_be_read() -> None:
    with pytest.raises(QueryError):
        backtest(Officials(), replace(RULE, query="("), [])
