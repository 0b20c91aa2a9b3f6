"""Words that somebody said once are one row of the ledger."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.core.ledger import COLUMNS, Report, gather, to_csv, to_json
from bot.core.model import Quote
from tests.samples import NOW, make_article

WORDS = "We will not sail before the engines are looked at"


def report(words: str, *, key: str = "1", after: float = 0, **changes: Any) -> Report:
    text = f'Nobody sailed. "{words}," Mayor Ida Holm said.'
    start = text.index(words)
    span = (start, start + len(words))
    when = NOW + timedelta(minutes=after)
    article = make_article(
        key, text=text, published=when, arrived=when, **{"source": f"outlet {key}"} | changes
    )
    return Report(article, Quote(*span, (span,), "Ida Holm", "holm", "mayor of Orrin", "said"))


def test_a_reprinted_statement_is_one_row_with_its_first_report() -> None:
    first = report(WORDS, key="2", after=5)
    cut = report(WORDS[:38], key="1", after=30)
    other = report("The boats are older than I am", key="3", after=60)
    again = report(f"{WORDS} again", key="2", after=90)
    found = gather([cut, other, again, first])
    assert [said.first for said in found] == [other, first]
    assert found[1].others == (cut, again)
    assert (found[0].outlets, found[1].outlets) == (1, 2)


def test_another_number_is_another_statement() -> None:
    found = gather([report("We need 12 boats"), report("We need 15 boats", key="2", after=1)])
    assert len(found) == 2


def test_a_thousand_statements_are_not_compared_with_each_other() -> None:
    """Each has words of its own; all of them are kept apart in one pass."""
    rows = [
        report(
            f"We will give the harbour of town{n} a new crane{n} in year{n}", key=str(n), after=n
        )
        for n in range(1_000)
    ]
    assert len(gather(rows)) == 1_000


@given(st.lists(st.text(alphabet="ab c.…'12ש", max_size=12), max_size=8))
def test_nothing_is_lost_and_nothing_doubled(words: list[str]) -> None:
    rows = [report(f"so {one} it is", key=str(at), after=at) for at, one in enumerate(words)]
    kept = [one for said in gather(rows) for one in said.reports]
    assert sorted(kept, key=lambda one: one.article.key) == sorted(
        rows, key=lambda one: one.article.key
    )


def test_the_csv_has_where_the_words_stand() -> None:
    first = report(WORDS)
    [row] = csv.DictReader(io.StringIO(to_csv(gather([first, report(WORDS, key="2", after=9)]))))
    assert tuple(row) == COLUMNS
    text = first.article.text
    assert text[int(row["start"]) : int(row["end"])] == row["words"] == WORDS
    assert row["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert (row["outlets"], row["outlet"], row["office"]) == ("2", "outlet 1", "mayor of Orrin")
    assert row["first_seen"] == "2024-04-30T12:00:00+00:00"


def test_a_spreadsheet_takes_no_words_for_a_formula() -> None:
    [row] = csv.DictReader(io.StringIO(to_csv(gather([report('=HYPERLINK("http://x.example")')]))))
    assert row["words"].startswith("'=")


def test_the_json_has_every_report() -> None:
    [row] = json.loads(to_json(gather([report(WORDS), report(WORDS, key="2", after=9)])))
    assert [one["outlet"] for one in row["all"]] == ["outlet 1", "outlet 2"]
    [part] = row["all"][1]["parts"]
    assert report(WORDS, key="2").article.text[slice(*part)] == WORDS


def test_no_statements_are_an_empty_table() -> None:
    assert to_csv([]).strip() == ",".join(COLUMNS)
    assert json.loads(to_json([])) == []
