"""What holds for any text at all."""

from __future__ import annotations

import json
import os
import re
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.analysis import analyze
from bot.core.quotes import choose_quotes, find_quotes
from bot.core.summary import split_sentences, summarize
from tests.core import tiny_pipelines

if TYPE_CHECKING:
    from bot.core.quotes.hints import Pipeline

EXAMPLES = 2000 if os.environ.get("WIREWATCH_PROFILE") == "nightly" else 120

SAID = """said told according to the minister President Ann Lee Mr. Brown he she it they who that
not students' don't U.S. 1998 قال אמר dit laut and but while in of for a ministry statement"""
MARKS = [*"\"\"“”‘’''«»„「」,,..!?:;—-()🙂é\n\n\u200f\u00a0\ud800\x00", "''", "\n\n"]
WORDS = st.sampled_from([*SAID.split(), *MARKS])
NEWSLIKE = st.lists(WORDS, max_size=120).map(" ".join)
ANY = st.one_of(NEWSLIKE, st.text(max_size=300))
LANGS = st.sampled_from(["en", "en", "fr", "es", "de", "ar", "he", "pl", ""])


@settings(max_examples=EXAMPLES, deadline=None)
@given(text=ANY, lang=LANGS)
def test_quotes_of_any_text(text: str, lang: str) -> None:
    """Never raises; pieces are inside the text, in order, apart, and free of their marks."""
    at = 0
    for quote in find_quotes(text, lang=lang):
        assert quote.start == quote.parts[0][0]
        assert quote.end == quote.parts[-1][1]
        assert 0.0 <= quote.confidence <= 1.0
        assert quote.speaker is None or quote.speaker.strip()
        for start, end in quote.parts:
            assert at <= start < end <= len(text)
            assert text[start:end] == text[start:end].strip()
            at = end


@cache
def trained() -> Pipeline:
    """Give a tiny pipeline with a recogniser and a parser."""
    return tiny_pipelines.both()


@cache
def capitals() -> Pipeline:
    """Give a quick pipeline with spaCy's tokenizer, which takes each capital for a person."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": [{"IS_TITLE": True}]}])
    return nlp


@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(text=ANY)
def test_quotes_of_any_text_beside_a_pipeline(text: str) -> None:
    """A pipeline takes nothing from the words: the pieces are those of the rules alone."""
    helped = [part for quote in find_quotes(text, nlp=trained()) for part in quote.parts]
    for start, end in helped:
        assert text[start:end] == text[start:end].strip() != ""
    assert helped == sorted(set(helped))


@settings(max_examples=EXAMPLES, deadline=None)
@given(text=ANY, sentences=st.integers(-1, 5))
def test_summary_of_any_text(text: str, sentences: int) -> None:
    """Never raises; whole sentences, verbatim, in order, apart, and no more than asked for."""
    spans = summarize(text, sentences=sentences)
    assert set(spans) <= set(split_sentences(text))
    assert len(spans) <= max(0, sentences)
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        at = end


@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(text=NEWSLIKE)
def test_white_space_at_the_ends_changes_nothing(text: str) -> None:
    """The same text with white space around it has the same quotes."""
    plain = [(q.words(text), q.speaker) for q in find_quotes(text)]
    wrapped = f"\n\n  {text}  \n"
    assert [(q.words(wrapped), q.speaker) for q in find_quotes(wrapped)] == plain


SPACES = {
    "doubled": (" ", "  "),
    "tabs": (" ", "\t"),
    "no-break": (" ", "\u00a0"),
    "thin and wide": (" ", "\u2009\u3000 "),
    "windows": ("\n", "\r\n"),
    "old mac": ("\n", "\r"),
    "ends of lines": ("\n", " \t\n  "),
}


def plain_quotes(text: str, lang: str = "en") -> list[tuple[str, str | None, str | None]]:
    return [
        (" ".join(text[start:end].split()), quote.speaker, quote.via)
        for quote in find_quotes(text, lang=lang)
        for start, end in quote.parts
    ]


@pytest.mark.parametrize("kind", SPACES)
@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(text=NEWSLIKE)
def test_white_space_between_words_changes_nothing(kind: str, text: str) -> None:
    """The same text with other white space between its words and lines has the same quotes."""
    before, after = SPACES[kind]
    text = re.sub(r"[\r\x0b\x0c]", "", text)
    assert plain_quotes(text.replace(before, after)) == plain_quotes(text)


CASES = Path(__file__).parents[1] / "cases" / "quotes"


@pytest.mark.parametrize("kind", SPACES)
def test_white_space_in_the_cases_changes_nothing(kind: str) -> None:
    """Our own cases read the same with other white space between their words and lines."""
    before, after = SPACES[kind]
    changed = []
    for path in sorted(CASES.glob("*.json")):
        for row in json.loads(path.read_text("utf-8")):
            text, lang = row["text"], row.get("lang", "en")
            if plain_quotes(text.replace(before, after), lang) != plain_quotes(text, lang):
                changed.append(row["name"])
    assert changed == []


@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(text=NEWSLIKE, limit=st.integers(0, 4))
def test_chosen_quotes_are_of_the_article(text: str, limit: int) -> None:
    """Choosing never invents, never repeats and never exceeds its limit."""
    quotes = find_quotes(text)
    chosen = choose_quotes(quotes, text, names=["Ann Lee"], focus=[(0, 3)], limit=limit)
    assert len(chosen) <= limit
    assert set(chosen) <= set(quotes)
    assert len(set(chosen)) == len(chosen)


@pytest.mark.parametrize(
    "record",
    [{}, {"id": 1}, {"id": None, "text": None}, {"id": [], "text": 5, "title": {}}, {"text": ""}],
)
def test_analyze_odd_records(record: dict[str, object]) -> None:
    """A record without a text gives an empty answer with its id."""
    answer = analyze(record, None)
    assert answer == {"id": record.get("id"), "summary": [], "quotes": []}


SHAPES = {
    "open marks": '"' * 60_000,
    "open curly marks": "“a " * 40_000,
    "single marks": "'a ' b" * 25_000,
    "brackets": "(" * 100_000,
    "one word": "a" * 200_000,
    "one sentence": 'the man said "no" and ' * 6_000,
    "names": "Ann Lee, Bob Ray, " * 8_000,
    "commas": ", " * 70_000,
    "said": "said " * 30_000,
    "lines": '"a b c\n' * 20_000,
    "clauses": 'Ann Lee, who said that he, who said it, told them, "no", ' * 2_500,
    "full stops": ". " * 60_000,
    "initials": "A. " * 50_000,
    "dateline": "PARIS, " * 25_000,
    "underscores": "_" * 100_000,
    "marks in words": "a'b\"" * 25_000,
    "tabs": "\t  " * 50_000,
    "odd spaces": "a  b\t\u00a0c\r\n" * 15_000,
}


@pytest.mark.parametrize("helped", [False, True], ids=["rules alone", "with a pipeline"])
@pytest.mark.parametrize("shape", SHAPES)
def test_hostile_shapes_take_linear_time(shape: str, helped: bool) -> None:  # noqa: FBT001
    """Four times a shape takes about four times as long, not sixteen."""
    text = SHAPES[shape]
    nlp = capitals() if helped else None
    find_quotes("warm up, said Ann Lee", nlp=nlp)

    def spent(length: int) -> float:
        begin = time.process_time()
        find_quotes(text[:length], nlp=nlp)
        summarize(text[:length])
        return time.process_time() - begin

    quarter = min(spent(len(text) // 4) for _ in range(2))
    assert spent(len(text)) < 9 * quarter + 0.2
