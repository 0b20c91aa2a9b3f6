"""Text to terms: what is compared when two articles are compared.

A term is an integer, the CRC-32 of a word's folded, truncated form: the same in every run and on
every machine, and nothing has to be remembered to give it. Its lowest bit says whether it is a
number. Words are runs of letters in any script; scripts that are written without spaces give
overlapping pairs of characters.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import TYPE_CHECKING, Final
from zlib import crc32

from bot.core.story.common import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

KNOWN: Final = 1 << 16
"""Tokens whose terms are remembered."""

LETTERS: Final = 12
"""Letters of a text that are looked at for each word of a limit."""

STEM: Final = 7
"""Letters of a long word that count: "protesters" and "protesting" become one term."""

MARKS: Final = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0dff\u0e31-\u0e4e"
)
"""Combining marks, which `\\w` leaves out, and the Indic blocks, where they are vowels."""

UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Scripts that are written without spaces between words: Thai, Lao, Burmese, Khmer, CJK."""

TOKEN: Final = re.compile(
    rf"\d{{1,40}}(?:[.,:]\d+){{0,9}}|[^\W\d_](?:[^\W_]|[{MARKS}]|['’](?=[^\W\d_])){{0,60}}"
)
"""A number, or a word, which may have digits behind its first letter (G7, B52)."""

_RUN: Final = re.compile(r"\d+|\D+")
_DIGIT: Final = re.compile(r"\d")

_COUNTED: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
NUMBER_WORDS: Final = {word: str(value) for value, word in enumerate(_COUNTED.split())}

_SENTENCE_END: Final = frozenset('.!?:\n"“”‘«»•|–—-([')


def fold(token: str) -> str:
    """Write a token as it is compared: no case, no accents, no possessive, plain digits.

    >>> fold("Netanyahu’s"), fold("Protesters"), fold("1,200")
    ('netanya', 'protest', '1200')
    """
    if token[0].isdigit():
        return _digits(token)
    word = token.casefold().replace("’", "'")
    if not word.isascii():
        word = unicodedata.normalize("NFKD", word)
        word = "".join(char for char in word if not unicodedata.combining(char)) or token
    return _stem(word.removesuffix("'s").replace("'", ""))


def _digits(token: str) -> str:
    """Drop thousands separators; "2:43" and "6.3" stay."""
    return re.sub(r",(?=\d{3}(?:\D|$))", "", token)


LONG_IES: Final = 4
LONG_S: Final = 3


def _stem(word: str) -> str:
    """Take off the plural, then cut. Crude, but the same for both sides of every comparison."""
    if len(word) > LONG_IES and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > LONG_S and word[-1] == "s" and word[-2] not in "su":
        word = word[:-1]
    return word[:STEM]


class _Terms(dict[str, int]):
    """The terms of the tokens that were met; begun anew when it is full."""

    def __missing__(self, token: str) -> int:
        if len(self) >= KNOWN:
            self.clear()
        self[token] = term = _term_of(token)
        return term


_TERMS: Final = _Terms()


def term_of(token: str) -> int:
    """Give the term of a token; 0 for a function word. Numbers have the lowest bit set."""
    return _TERMS[token]


def terms_of(tokens: Iterable[str]) -> list[int]:
    """Give the term of each token."""
    return list(map(_TERMS.__getitem__, tokens))


def _term_of(token: str) -> int:
    word = token.casefold().replace("’", "'")
    number = word if _DIGIT.search(word) else NUMBER_WORDS.get(word)
    if number is not None:
        return crc32(_digits(number).encode("utf-8")) | 1
    if word in FUNCTION_WORDS:
        return 0
    folded = fold(token)
    return (crc32(folded.encode("utf-8", "surrogatepass")) & ~1) or 2 if folded else 0


def is_number(term: int) -> bool:
    """Say whether a term is a number: written with digits, or as a word up to twenty."""
    return bool(term & 1)


def read_words(text: str, limit: int, placed: int) -> tuple[list[str], list[int]]:
    """Read up to `limit` tokens, and where the first `placed` of them start.

    A run of an unspaced script gives its pairs of characters.
    """
    text = text[: LETTERS * limit]
    if not UNSPACED.search(text):
        matches = list(islice(TOKEN.finditer(text), min(limit, placed)))
        tokens = [found[0] for found in matches]
        starts = [found.start() for found in matches]
        if len(tokens) == placed < limit:
            tokens += TOKEN.findall(text, matches[-1].end())[: limit - placed]
        return tokens, starts
    tokens, starts = [], []
    for found in islice(TOKEN.finditer(text), limit):
        token = found[0]
        if UNSPACED.match(token):
            for run in _RUN.finditer(token):
                pairs = range(max(1, len(run[0]) - 1)) if UNSPACED.match(run[0]) else (0,)
                size = 2 if UNSPACED.match(run[0]) else len(run[0])
                tokens += [run[0][i : i + size] for i in pairs]
                starts += [found.start() + run.start() + i for i in pairs]
            if len(tokens) >= limit:
                break
        else:
            tokens.append(token)
            starts.append(found.start())
    return tokens[:limit], starts[:limit]


def opens_sentence(text: str, start: int) -> bool:
    """Say whether a word at `start` would be written with a capital in any case."""
    before = start - 1
    while before >= 0 and text[before] in " '’\t\u00a0":
        before -= 1
    return before < 0 or text[before] in _SENTENCE_END
