"""Are two quotes the same words, said once?

Outlets cut a statement, leave parts out, put a name in square brackets, write numbers as words,
mend grammar and mistype. They do not turn a number into another one or a yes into a no; where that
happened it is another statement, and worth telling.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from bot.core.story.common import FUNCTION_WORDS
from bot.core.story.words import MARKS, NUMBER_WORDS, UNSPACED

_TENS: Final = {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
    "hundred": "100",
    "thousand": "1000",
}
_NUMBERS: Final = NUMBER_WORDS | _TENS
_SCALES: Final = {"m": "million", "mn": "million", "bn": "billion", "tn": "trillion", "k": "1000"}

_AMOUNTS: Final = frozenset(
    ["dozen", "million", "billion", "trillion", "half", "double", "twice", "triple"]
)

_SHORT_FORMS: Final = (
    (re.compile(r"\bcan(?:'t|not)\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bshan't\b"), "shall not"),
    (re.compile(r"\bain't\b"), "is not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"\b(it|he|she|that|there|here|what|who|where|how|let)'s\b"), r"\1 is"),
    (re.compile(r"\bgonna\b"), "going to"),
    (re.compile(r"\bwanna\b"), "want to"),
    (re.compile(r"\bgotta\b"), "got to"),
    (re.compile(r"\bper cent\b|%"), " percent "),
)

_NEGATIONS: Final = frozenset(
    [
        "not",
        "no",
        "never",
        "nor",
        "neither",
        "none",
        "nothing",
        "nobody",
        "nowhere",
        "without",
        "cannot",
        "hardly",
        "barely",
    ]
)

_PIECE: Final = re.compile(
    r"(?P<gap>\.{3,}|…|(?:\. ){2,}\.|\[\s*(?:\.{3}|…)\s*\])"
    r"|(?P<bracket>\[[^\]]*\])"
    rf"|(?P<number>\d+(?:[.,]\d+)*)"
    rf"|(?P<word>[^\W\d_](?:[^\W\d_]|[{MARKS}]|'(?=[^\W\d_]))*)"
)

_OTHER_MARKS: Final = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'"})

GAP: Final = "…"
ANY: Final = "[]"

SHARE: Final = 0.72
SHARE_SHORT: Final = 0.8
LONG: Final = 8
RUN: Final = 4
STREWN: Final = 2
SCRAP: Final = 5
TELLING: Final = 2
"""Words with a meaning of their own that a scrap of a sentence must have: "I don't know" is in
everything that is said."""


class Statement(NamedTuple):
    """A quote's words as they are compared.

    Attributes:
        words: lower case, numbers in digits; `[]` where an outlet put its own words in brackets.
        gaps: True when something was left out.
    """

    words: tuple[str, ...]
    gaps: bool


def statement(quote: str) -> Statement:
    """Read a quote's words."""
    text = (
        unicodedata.normalize("NFKC", quote.replace("…", " ... "))
        .casefold()
        .translate(_OTHER_MARKS)
    )
    for pattern, full in _SHORT_FORMS:
        text = pattern.sub(full, text)
    words: list[str] = []
    gaps = False
    for piece in _PIECE.finditer(text):
        token = piece[0]
        if piece["gap"]:
            gaps = True
        elif piece["bracket"]:
            words.append(ANY)
        elif piece["number"]:
            words.append(re.sub(r",(?=\d{3}(?:\D|$))", "", token))
        elif UNSPACED.match(token):
            words += list(token)
        else:
            words.append(_NUMBERS.get(token) or _scaled(token, words))
    return Statement(tuple(words), gaps)


def _scaled(token: str, before: list[str]) -> str:
    """Write "5m" and "5 million" alike."""
    return _SCALES.get(token, token) if before and before[-1][0].isdigit() else token


def same_statement(a: str, b: str) -> bool:
    """Say whether two quotes of one speaker are the same words.

    Cut at either end, with parts left out, in other marks, with a word or a spelling changed they
    still are. With another number or another sense ("not") they are not.
    """
    return same_words(statement(a), statement(b))


def same_words(one: Statement, other: Statement) -> bool:
    """Compare two quotes that were read already."""
    shorter, longer = sorted((one, other), key=lambda quote: (len(quote.words), quote.words))
    if not shorter.words:
        return False
    if shorter.words == longer.words:
        return True
    known = set(longer.words)
    fewest = 0.5 * len(shorter.words)
    if sum(word in known for word in shorter.words) < fewest:
        return False
    if len(shorter.words) < SCRAP and len(longer.words) >= 2 * len(shorter.words):
        telling = sum(word not in FUNCTION_WORDS for word in shorter.words)
        if telling < TELLING:
            return False
    return _Alignment(shorter, longer).same()


class _Edit(NamedTuple):
    """What stands in the shorter and in the longer quote between two stretches they share."""

    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    inside: bool


class _Alignment:
    """The words of the shorter quote, laid along those of the longer one."""

    def __init__(self, shorter: Statement, longer: Statement) -> None:
        self.gaps = shorter.gaps or longer.gaps
        self.size = len(shorter.words)
        self.edits: list[_Edit] = []
        self.runs: list[int] = []
        x, y = shorter.words, longer.words
        rows = SequenceMatcher(None, x, y, autojunk=False).get_opcodes()
        for i, (tag, i1, i2, j1, j2) in enumerate(rows):
            if tag == "equal":
                self.runs.append(i2 - i1)
            else:
                self.edits.append(_Edit(x[i1:i2], y[j1:j2], 0 < i < len(rows) - 1))

    def same(self) -> bool:
        if not self.runs or self._numbers_differ() or self._sense_differs():
            return False
        free = sum(edit.mine.count(ANY) for edit in self.edits)
        size = self.size - free
        hits = sum(self.runs) + sum(_respelt(edit) for edit in self.edits)
        longest = max(self.runs)
        if size >= LONG:
            return longest >= RUN and hits >= SHARE * size
        if self._strewn() and not self.gaps:
            return False
        return longest >= min(RUN - 1, size) and hits >= SHARE_SHORT * size

    def _strewn(self) -> bool:
        """Say whether the few words stand apart in the longer quote."""
        return sum(len(edit.theirs) - len(edit.mine) for edit in self.edits if edit.inside) > STREWN

    def _numbers_differ(self) -> bool:
        for edit in self.edits:
            mine, theirs = _numbers(edit.mine), _numbers(edit.theirs)
            if not mine or mine == theirs:
                continue
            if edit.inside and len(edit.theirs) > 3 * len(edit.mine) + 3 and self.gaps:
                continue
            return True
        return False

    def _sense_differs(self) -> bool:
        mine = sum(_negations(edit.mine) for edit in self.edits)
        theirs = sum(_negations(e.theirs) for e in self.edits if len(e.theirs) <= len(e.mine) + 2)
        return mine != theirs


def _numbers(words: tuple[str, ...]) -> list[str]:
    return [word for word in words if word[0].isdigit() or word in _AMOUNTS]


def _negations(words: tuple[str, ...]) -> int:
    return sum(word in _NEGATIONS for word in words)


def _respelt(edit: _Edit) -> int:
    """Count the words that were only spelt otherwise."""
    if len(edit.mine) != len(edit.theirs):
        return 0
    return sum(near(a, b) for a, b in zip(edit.mine, edit.theirs, strict=True))


def near(a: str, b: str) -> bool:
    """Say whether two words are one, mistyped or spelt in another way (of 4 letters and more)."""
    if a == b:
        return True
    if min(len(a), len(b)) < RUN or abs(len(a) - len(b)) > 2 or a[0].isdigit() or b[0].isdigit():  # noqa: PLR2004
        return False
    return sorted(a) == sorted(b) or SequenceMatcher(None, a, b, autojunk=False).ratio() >= 0.8  # noqa: PLR2004
