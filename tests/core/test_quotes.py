"""The sieve on case files: texts of our own with the quotes they hold."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.core.quotes import find_quotes

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "quotes"


def shared() -> Path:
    """Find the judges' folder, or skip."""
    for folder in (os.environ.get("WIREWATCH_SHARED"), ROOT.parent / "shared"):
        if folder and (Path(folder) / "acceptance").is_dir():
            return Path(folder)
    pytest.skip("no ../shared/acceptance: the acceptance article is not read")


def cases(name: str) -> list[Any]:
    rows = json.loads((CASES / name).read_text(encoding="utf-8"))
    marks = pytest.mark.xfail(strict=True) if name == "known-failures.json" else ()
    return [pytest.param(row, id=f"{name[:-5]}: {row['name']}", marks=marks) for row in rows]


ALL = [case for path in sorted(CASES.glob("*.json")) for case in cases(path.name)]


@pytest.mark.parametrize("case", ALL)
def test_case(case: dict[str, Any]) -> None:
    """Every expected piece is found with its speaker, and nothing else is."""
    text = case["text"]
    quotes = find_quotes(text, lang=case.get("lang", "en"))
    found = [(text[s:e], quote.speaker) for quote in quotes for s, e in quote.parts]
    assert found == [tuple(row) for row in case["quotes"]]
    pieces = [number for number, quote in enumerate(quotes) for _ in quote.parts]
    if "via" in case:
        assert [quote.via for quote in quotes] == case["via"]
    for one, other in case.get("joined", ()):
        assert pieces[one] == pieces[other], "pieces of one statement"


def test_acceptance_article() -> None:
    """All 14 known speakers are right, split statements are joined, scare quotes stay open."""
    folder = shared() / "acceptance"
    text = (folder / "rafah.txt").read_text(encoding="utf-8")
    wanted = json.loads((folder / "rafah.quotes.json").read_text(encoding="utf-8"))["quotes"]
    quotes = find_quotes(text)
    of_piece = {piece: quote for quote in quotes for piece in quote.parts}
    spans = [(row["start"], row["end"]) for row in wanted]
    assert sorted(of_piece) == spans
    speakers = {of_piece[span].speaker for span in spans}
    assert len(speakers - {None}) == len({row["speaker"] for row in wanted} - {None})
    for row, span in zip(wanted, spans, strict=True):
        assert of_piece[span].speaker == row["speaker"], row["text"]
    assert of_piece[spans[0]] is of_piece[spans[1]]
    assert of_piece[spans[9]] is of_piece[spans[10]]


def test_unknown_language_has_no_speakers() -> None:
    """A language without data gives verbatim quotes and no speaker."""
    text = "„Zamek jest zamknięty i tak zostanie”, powiedział Jan Nowak."
    (quote,) = find_quotes(text, lang="pl")
    assert quote.words(text) == "Zamek jest zamknięty i tak zostanie"
    assert quote.speaker is None


@pytest.mark.parametrize(
    ("lang", "text", "words"),
    [
        ("zh", "“我们不会离开这里，”王明说。", "我们不会离开这里，"),
        ("ja", "「私たちは去りません」と田中氏は述べた。", "私たちは去りません"),
        ("ru", "«Мы не уйдём», — заявил Иван Петров.", "Мы не уйдём"),
        ("tr", '"Biz gitmiyoruz ve burada kalacağız" dedi Ali Kaya.', None),
    ],
)
def test_unknown_languages_are_quoted_verbatim(lang: str, text: str, words: str | None) -> None:
    """Scripts without spaces and short sentences are quotes too; nobody is named for them."""
    (quote,) = find_quotes(text, lang=lang)
    assert quote.words(text) == (words or "Biz gitmiyoruz ve burada kalacağız")
    assert quote.speaker is None


@pytest.mark.parametrize("lang", ["", "EN", "en-GB", "zz", "x"])
def test_language_codes_of_any_shape(lang: str) -> None:
    """An odd language code never raises."""
    assert len(find_quotes('"We are ready to go," said Ann Lee.', lang=lang)) <= 1
