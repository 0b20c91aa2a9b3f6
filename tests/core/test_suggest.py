"""What to watch for, proposed from a message that somebody points at."""

from __future__ import annotations

import pytest

from bot.core.model import Alias, Entity
from bot.core.officials import Officials
from bot.core.query import parse
from bot.core.suggest import suggest_query

OFFICIALS = Officials(
    [
        Entity("holm", "Ida Holm", aliases=(Alias("Holm", context=("mayor",)),)),
        Entity("ferry-board", "Ferry Board", kind="institution"),
    ]
)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Ida Holm: We will wait — Ferry stays in port", "@holm"),
        ("The mayor, Holm's aide said, met the Ferry Board on Monday.", "@holm OR @ferry-board"),
        ("Holm is an oak.", '"Holm is an oak"'),
        (
            "He said “the harbour stays shut until May” and left",
            '"the harbour stays shut until May"',
        ),
        ("nobody sailed today from here at all", '"nobody sailed today from here at"'),
        ('say "no"; (x) -y', '"say no x y"'),
        ("", ""),
        ("!!! ???", ""),
    ],
)
def test_suggestions(text: str, query: str) -> None:
    assert suggest_query(text, OFFICIALS) == query
    if query:
        parse(query)
