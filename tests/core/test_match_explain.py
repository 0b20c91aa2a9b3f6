"""Explain: what met a rule, or the least that was missing."""

from __future__ import annotations

import pytest

from bot.core.match import MatchReceipt, Missing, Naming, RuleSet, article_of
from bot.core.model import Alias, Entity, Quote, Rule
from bot.core.officials import Officials

OFFICIALS = Officials(
    [
        Entity("miron", "Dana Miron", aliases=(Alias("Miron"),)),
        Entity("sela", "Sela Miron", aliases=(Alias("Miron"),)),
        Entity("icc", "The Court", aliases=(Alias("ICC", context=("court", "warrant*")),)),
        Entity("no", "Nobody", aliases=(Alias("No", unless=("Gaza", "truce")),)),
    ]
)
TEXT = "“No truce,” said Dana Miron in Rafah.\n\nMiron left the ICC."
QUOTES = [Quote(1, 10, ((1, 10),), speaker="Dana Miron", entity="miron")]


def explain(query: str, quotes: list[Quote] | None = QUOTES) -> MatchReceipt:
    rules = RuleSet(OFFICIALS, [Rule("r", "r", query)])
    article = article_of({"id": "1", "title": "At the harbour", "text": TEXT, "lang": "en"})
    receipt = rules.explain("r", article, quotes)
    (match,) = rules.find_matches(article, quotes) or [None]
    assert receipt.match == match, "it says what the engine says"
    return receipt


def test_a_match_names_its_names_and_quotes() -> None:
    receipt = explain("said:@miron(truce) AND Rafah")
    assert receipt.names == (Naming("miron", "Dana Miron"), Naming("miron", "Miron"))
    assert receipt.quotes == (QUOTES[0],)
    assert receipt.missing == ()


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ("Gaza", [("Gaza", "not found")]),
        ("Rafah AND Gaza AND UN", [("Gaza", "not found"), ("UN", "not found")]),
        ("(Gaza AND UN) OR (Rafah AND Haifa)", [("Haifa", "not found")]),
        ("Rafah -Miron", [("NOT Miron", "what it excludes is there")]),
        ("said:@miron(deal)", [("said:@miron(deal)", "no quote by the speaker has these words")]),
        ("said:Ostrova", [("said:Ostrova", "no quote by the speaker")]),
        ("title:Rafah", [("title:Rafah", "stands in the text, not in the title")]),
        ("title:@miron", [("title:@miron", "stands in the text, not in the title")]),
        ("RAFAH", [("RAFAH", "stands there, but not so written")]),
        ("lang:he", [("lang:he", "it is en")]),
        ("section:world", [("section:world", "the article does not tell it")]),
        ("truce NEAR/2 Miron", [("truce NEAR/2 Miron", "further apart than 2")]),
        ("truce NEAR/2 Gaza", [("truce NEAR/2 Gaza", "Gaza not found")]),
        (
            "harbour NEAR/9 Rafah",
            [("harbour NEAR/9 Rafah", "one stands in the title, the other in the text")],
        ),
        ("ATLEAST/5 Miron", [("ATLEAST/5 Miron", "2 of 5")]),
        ("ATLEAST/5 Gaza", [("ATLEAST/5 Gaza", "not found")]),
        (
            "about:left",
            [("about:left", "stands there, but not in title or first paragraph, nor three times")],
        ),
        ("about:(Gaza OR NO)", [("about:(Gaza OR NO)", "NO stands there, but not so written")]),
        ("@icc", [("@icc", "ICC stands there, without its context (court, warrant*)")]),
        ("Gaza OR @icc", [("@icc", "ICC stands there, without its context (court, warrant*)")]),
        ("@no", [("@no", "No stands there, but so does truce, which rules it out")]),
        ("@sela", [("@sela", "Miron stands there, but means a namesake")]),
    ],
)
def test_the_least_that_is_missing(query: str, missing: list[tuple[str, str]]) -> None:
    assert explain(query).missing == tuple(Missing(*each) for each in missing)


def test_quotes_that_are_not_there_or_not_known() -> None:
    assert "has no quotes" in explain("said:@miron", []).missing[0].reason
    assert "not known" in explain("said:@miron", None).missing[0].reason


def test_a_rule_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        RuleSet(OFFICIALS).explain("r", article_of({"id": "1", "title": "", "text": ""}))
