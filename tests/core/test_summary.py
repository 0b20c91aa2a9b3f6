"""Which sentences an alert shows."""

from __future__ import annotations

from collections import defaultdict

import pytest

from bot.core.analysis import analyze
from bot.core.model import Quote
from bot.core.summary import split_sentences, summarize
from bot.core.summary.choose import Odds, pick

ARTICLE = (
    "PELLA, Kestria (Wire) — The dam above Pella held through the night after engineers opened two "
    "of its gates, the water ministry said on Sunday. He had not slept. Some 4,000 people were "
    "taken to schools and sports halls on higher ground.\n\n"
    '"The dam is safe, and it will stay safe," said Water Minister Selma Okur, who had flown over '
    "the valley.\n\n"
    "Mr. Balik, 61, a shepherd, lost nine sheep. The market was quiet. The dam was built in 1961 "
    "and has two gates. Engineers will inspect the gates of the dam on Monday, the ministry said."
    "\n\nIt rained."
)


def texts(**more: object) -> list[str]:
    return [ARTICLE[s:e] for s, e in summarize(ARTICLE, **more)]


def test_sentences_are_split_at_their_ends_only() -> None:
    """Titles, initials and decimals end no sentence; a dateline belongs to none."""
    text = "ROME (Wire) — Mr. J. Alder paid 3.5 million. Dr. Lee, of the U.S. Navy, did not! Why?"
    assert [text[s:e] for s, e in split_sentences(text)] == [
        "Mr. J. Alder paid 3.5 million.",
        "Dr. Lee, of the U.S. Navy, did not!",
        "Why?",
    ]


def test_summary_is_verbatim_and_leads() -> None:
    """Two or three sentences in the order of the article, the news first."""
    chosen = texts()
    assert 2 <= len(chosen) <= 3
    assert chosen[0].startswith("The dam above Pella held")
    assert all(sentence in ARTICLE for sentence in chosen)


def test_no_orphans_and_no_scraps() -> None:
    """A sentence that starts with a pronoun, or says next to nothing, is not taken."""
    assert not {"He had not slept.", "It rained.", "The market was quiet."} & set(texts())


def test_title_is_not_repeated() -> None:
    """A sentence that is the title again says nothing new."""
    first = ARTICLE[ARTICLE.index("The dam") : ARTICLE.index(" He had")]
    assert first in texts()
    assert first not in texts(title=first.rstrip("."))


def test_shown_quotes_are_not_repeated() -> None:
    """A sentence that is shown as a quote already makes room for another."""
    start = ARTICLE.index("The dam is safe")
    end = (
        ARTICLE.index('" said Water') if '" said Water' in ARTICLE else ARTICLE.index('," said') + 1
    )
    quote = Quote(start, end, ((start, end),), "Selma Okur")
    assert not any("it will stay safe" in sentence for sentence in texts(quotes=[quote]))


def test_focus_brings_the_rules_sentence() -> None:
    """A highlighted word pulls its sentence in."""
    at = ARTICLE.index("shepherd")
    assert not any("shepherd" in sentence for sentence in texts(sentences=2))
    assert any("shepherd" in s for s in texts(focus=[(at, at + 8)] * 3, sentences=3))


def test_number_of_sentences() -> None:
    """Never more than asked for."""
    assert len(texts(sentences=1)) == 1
    assert texts(sentences=0) == []
    assert summarize("") == ()


@pytest.mark.parametrize(("limit", "wanted"), [(1, [0]), (2, [0, 2]), (3, [0, 2])])
def test_two_sentences_where_one_holds_the_news(limit: int, wanted: list[int]) -> None:
    """A second sentence comes along though it adds less than it costs; a third does not."""
    rows = [["dam", "holds", "night"], ["rain", "fell", "long"], ["gates", "open"], ["dam"]]
    odds = Odds(
        defaultdict(float, dam=0.9, holds=0.9, night=0.9, gates=0.02),
        defaultdict(float),
        [1.0] * len(rows),
        frozenset({3}),
    )
    assert pick(rows, odds, limit) == wanted
    assert pick(rows[:1], odds, limit) == [0]


def test_analyze_prints_spans() -> None:
    """Every printed text is `text[start:end]` of the record."""
    answer = analyze({"id": "a1", "text": ARTICLE, "title": "Dam holds"}, None)
    assert answer["id"] == "a1"
    for row in answer["summary"]:
        assert ARTICLE[row["start"] : row["end"]] == row["text"]
    (quote,) = [row for row in answer["quotes"] if row["kind"] == "direct"]
    assert ARTICLE[quote["start"] : quote["end"]] == quote["text"]
    assert quote["speaker"] == "Selma Okur"
    assert quote["office"] == "Water Minister"
    assert quote["parts"] == [[quote["start"], quote["end"]]]
    assert set(quote) == {
        "text", "start", "end", "parts", "speaker", "office", "cue", "kind", "confidence",
    }  # fmt: skip
