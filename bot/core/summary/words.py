"""How likely a word, or a pair of words, is to stand in a summary of its article.

Two logistic models over facts that need no training text of the bot's own: frequency, first place,
capitals, length. Their weights were fitted on 500 English news articles with human highlights
(`bench/summary.py fit` does it again where such articles are at hand).
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from dataclasses import dataclass
from operator import mul
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
STOP: Final = frozenset(
    """
    the and for that with was has his her had have from they this are but not you said who which
    their were been will its would she him one all about out there when what more can says than
    into also could after over some two first new just our your them then only very other such
    most before year years last while during because being people told a an of to in on at by is
    it as be he we i or if so do did does no up us my me am s t
    """.split()
)
PAIR_SENTENCES: Final = 40
Row = list[float]


@dataclass(slots=True)
class Words:
    """The words of an article, sentence by sentence.

    Attributes:
        rows: stems of each sentence.
        count: occurrences of each stem.
        spread: in how many sentences it occurs.
        first: the sentence where it occurs first.
        capital: stems that stand with a capital inside a sentence.
        total: number of sentences that were counted.
    """

    rows: list[list[str]]
    count: Counter[str]
    spread: Counter[str]
    first: dict[str, int]
    capital: set[str]
    total: int


def read_words(sentences: list[str]) -> Words:
    """Count the words of an article."""
    rows: list[list[str]] = []
    capital: set[str] = set()
    first: dict[str, int] = {}
    count: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    for number, sentence in enumerate(sentences):
        found = _WORD.findall(sentence)
        row = [stem(word.lower()) for word in found]
        capital.update(s for s, word in zip(row[1:], found[1:], strict=True) if word[0].isupper())
        count.update(row)
        own = set(row)
        spread.update(own)
        for word in own:
            first.setdefault(word, number)
        rows.append(row)
    return Words(rows, count, spread, first, capital, len(rows))


def stem(word: str) -> str:  # noqa: PLR0911 - one return for each ending
    """Cut the commonest English endings, so that `talks` meets `talk`."""
    size = len(word)
    if size < 4 or not word.isascii():  # noqa: PLR2004 - short words have no endings to cut
        return word
    if word.endswith("ing") and size > 5:  # noqa: PLR2004
        return word[:-3]
    if word.endswith("ies") and size > 4:  # noqa: PLR2004
        return word[:-3] + "y"
    if word.endswith("ed") and size > 4:  # noqa: PLR2004
        return word[:-2]
    if word.endswith("es") and size > 4:  # noqa: PLR2004
        return word[:-2]
    if word[-1] == "s" and word[-2] != "s":
        return word[:-1]
    return word[:-1] if word[-1] == "e" else word


def word_row(words: Words, word: str) -> Row:
    """Give the facts of a word, in the order of `WORD_WEIGHTS`."""
    often = math.log(words.count[word])
    if word in STOP:
        return [1.0, 1.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, often, len(word) / 5]
    place = words.first[word]
    early = 1.0 if place < 3 else 0.0  # noqa: PLR2004
    return [
        1.0,
        0.0,
        often,
        math.log(1 + place),
        1.0 if place == 0 else 0.0,
        early,
        1.0 if word in words.capital else 0.0,
        1.0 if word.isdigit() else 0.0,
        min(len(word), 10) / 10,
        words.spread[word] / words.total,
        often * early,
        1.0 if words.spread[word] > 2 else 0.0,  # noqa: PLR2004
        0,
        0,
    ]


def pair_counts(words: Words) -> tuple[Counter[tuple[str, str]], dict[tuple[str, str], int]]:
    """Count the pairs of neighbouring words, and note where each stands first."""
    count: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], int] = {}
    for number, row in enumerate(words.rows):
        for pair in itertools.pairwise(row):
            count[pair] += 1
            first.setdefault(pair, number)
    return count, first


def pair_row(words: Words, pair: tuple[str, str], often: int, place: int) -> Row:
    """Give the facts of a pair, in the order of `PAIR_WEIGHTS`."""
    one, two = pair
    plain = (one in STOP) + (two in STOP)
    capitals = (one in words.capital) + (two in words.capital)
    again = math.log(often)
    return [
        1.0,
        1.0 if plain == 2 else 0.0,  # noqa: PLR2004
        1.0 if plain == 1 else 0.0,
        again,
        math.log(1 + place),
        1.0 if place == 0 else 0.0,
        1.0 if place < 3 else 0.0,  # noqa: PLR2004
        1.0 if capitals == 2 else 0.0,  # noqa: PLR2004
        1.0 if capitals == 1 else 0.0,
        math.log(words.count[one]) + math.log(words.count[two]),
        1.0 if one.isdigit() or two.isdigit() else 0.0,
        again if plain < 2 else 0.0,  # noqa: PLR2004
    ]


def word_chances(words: Words, weights: Row) -> dict[str, float]:
    """Give for each word the chance that it stands in a summary."""
    used = {word for row in words.rows for word in row}
    return {word: _logistic(word_row(words, word), weights) for word in used}


def pair_chances(words: Words, weights: Row) -> dict[tuple[str, str], float]:
    """Give for each pair the chance that it stands in a summary."""
    count, first = pair_counts(words)
    return {
        pair: _logistic(pair_row(words, pair, often, first[pair]), weights)
        for pair, often in count.items()
    }


def _logistic(row: Row, weights: Row) -> float:
    return 1.0 / (1.0 + math.exp(-sum(map(mul, row, weights))))


# fmt: off
WORD_WEIGHTS: Final[Row] = [
    -2.29, -0.085, 0.962, -0.591, -0.201, 0.287, 0.377, 0.563, 0.051, 4.735, -0.3, -0.024, 0.908,
    -0.917,
]
PAIR_WEIGHTS: Final[Row] = [
    -2.125, -0.497, -0.326, 0.822, -0.774, -0.404, -0.03, 0.732, 0.091, 0.063, 0.571, 0.497,
]
# fmt: on
