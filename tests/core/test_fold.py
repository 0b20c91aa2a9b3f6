"""Folding: one word however it is written, and the way back to the text."""

from __future__ import annotations

import time

import pytest

from bot.core import fold

SAME = [
    ("Café", "cafe"),
    ("cafe\u0301", "cafe"),
    ("STRASSE", "straße"),
    ("ﬁre", "fire"),
    ("Łódź", "lodz"),
    ("İstanbul", "istanbul"),
    ("ıs", "is"),
    ("Ærø", "aero"),
    ("ＩＣＣ", "icc"),
    ("Ёлка", "елка"),
    ("ΑΘΗΝΑ", "αθήνα"),
    ("غَزَّة", "غزه"),
    ("غـــزة", "غزة"),
    ("أحمد", "احمد"),
    ("على", "علي"),
    ("کتاب", "كتاب"),
    ("נְתַנְיָהוּ", "נתניהו"),
    ('צה"ל', "צהל"),
    ("צה״ל", "צהל"),
    ("ג'ורג'", "גורג"),
    ("٢٠٢٤", "2024"),
    ("CO₂", "co2"),
    ("soft\u00adhyphen", "softhyphen"),
    ("می\u200cخواهم", "میخواهم"),
    ("U.S.", "US"),
    ("J.D.", "jd"),
]

CUT = {
    "Cease-fire: Netanyahu’s U.S. visit": ("cease", "fire", "netanyahu", "us", "visit"),
    "it's Rafah's. It's": ("it", "rafah", "it"),
    "the letter 's'": ("the", "letter", "s"),
    "O’Neil and d'Arvenia": ("o", "neil", "and", "d", "arvenia"),
    "3.5 and 10,000": ("3", "5", "and", "10", "000"),
    "end.Next e.g. this...that": ("end", "next", "eg", "this", "that"),
    "m² and mail@example.org": ("m", "and", "mail", "example", "org"),
    "军队进入拉法": tuple("军队进入拉法"),
    "ก็": ("ก", "็"),
    "カ\u3099サ\u3099ｶﾞ": ("カ\u3099", "サ\u3099", "カ\u3099"),
    "ガザ \u3099": ("カ\u3099", "サ\u3099", "\u3099"),
    "\u1026\u1038": ("\u1025", "\u102e", "\u1038"),
    "👍🏽 ok ™": ("ok",),
    "\u202bRafah\u202c": ("rafah",),
    "": (),
}


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_word_however_it_is_written(one: str, other: str) -> None:
    assert fold.words(one) == fold.words(other)
    assert len(fold.words(one)) == 1


@pytest.mark.parametrize(("text", "words"), CUT.items())
def test_words_are_cut(text: str, words: tuple[str, ...]) -> None:
    assert fold.words(text) == words


@pytest.mark.parametrize(
    ("one", "other"), [("हिन्दी", "हिन्द"), ("か", "が"), ("war", "was"), ("ب", "ت")]
)
def test_marks_that_spell_other_words_stay(one: str, other: str) -> None:
    assert fold.words(one) != fold.words(other)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("die Straße, e\u0301te\u0301!", ["die", "Straße", "e\u0301te\u0301"]),
        ("the U.S. and the U.N.'s", ["the", "U.S.", "and", "the", "U.N."]),
        ("👍 ﬁnal 👩‍👩‍👧 end", ["ﬁnal", "end"]),
        ('דובר צה"ל אמר', ["דובר", 'צה"ל', "אמר"]),
        ("拉法!", ["拉", "法"]),
        ("カ\u3099サ\u3099 ｶﾞx", ["カ\u3099", "サ\u3099", "ｶﾞ", "x"]),
    ],
)
def test_spans_lead_back_to_the_text(text: str, pieces: list[str]) -> None:
    folded = fold.Folded(text)
    spans = [folded.span(start, end) for start, end in fold.word_spans(folded.text)]
    assert [text[start:end] for start, end in spans] == pieces


@pytest.mark.parametrize(
    "unit",
    [
        "U.S. ",
        "a.",
        "...",
        "カ\u3099",
        "'s",
        "''",
        "e\u0301",
        "א'",
        'א"א',
        "拉",
        "\u00ad",
        "ß",
        "\x00",
    ],
)
def test_folding_takes_linear_time(unit: str) -> None:
    """Four times the text takes about four times as long, whatever it repeats."""

    def spent(times: int) -> float:
        text = unit * times
        best = 9.0
        for _ in range(3):
            begin = time.process_time()
            folded = fold.Folded(text)
            list(map(lambda place: folded.span(*place), fold.word_spans(folded.text)))  # noqa: C417
            best = min(best, time.process_time() - begin)
        return best

    assert spent(40_000) < 12 * spent(10_000) + 0.02
