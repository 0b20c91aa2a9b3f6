"""How likely a word, or a pair of words, is to stand in a summary of its article.

Two logistic models over facts that need no training text of the bot's own: frequency, first place,
capitals, length. Their weights were fitted on 500 English news articles with human highlights.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from dataclasses import dataclass
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
EARLY: Final = 3
"""The first sentences, whose words count as early."""
WIDE: Final = 2
"""A word in more sentences than these is spread widely."""


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


def word_chances(words: Words) -> dict[str, float]:
    """Give for each word the chance that it stands in a summary."""
    return {word: _logistic(_word(words, word)) for row in words.rows for word in row}


def _word(words: Words, word: str) -> float:
    w, often = WORD, math.log(words.count[word])
    if word in STOP:
        return w.bias + w.stop + w.stop_often * often + w.stop_length * len(word) / 5
    place, spread = words.first[word], words.spread[word]
    value = w.bias + w.often * often + w.place * math.log1p(place)
    value += w.first if place == 0 else 0.0
    value += w.early + w.often_early * often if place < EARLY else 0.0
    value += w.capital if word in words.capital else 0.0
    value += w.number if word.isdigit() else 0.0
    value += w.length * min(len(word), 10) / 10 + w.spread * spread / words.total
    return value + (w.widely if spread > WIDE else 0.0)


def pair_chances(words: Words) -> dict[tuple[str, str], float]:
    """Give for each pair of neighbouring words the chance that it stands in a summary."""
    count: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], int] = {}
    for number, row in enumerate(words.rows):
        for pair in itertools.pairwise(row):
            count[pair] += 1
            first.setdefault(pair, number)
    w = PAIR
    places = [
        w.bias + w.place * math.log1p(n) + (w.first if n == 0 else 0.0)
        + (w.early if n < EARLY else 0.0)
        for n in range(len(words.rows))
    ]  # fmt: skip
    facts = {
        word: (
            word in STOP,
            word in words.capital,
            w.single * math.log(words.count[word]),
            word.isdigit(),
        )
        for row in words.rows
        for word in set(row)
    }
    plain_values, capital_values = (0.0, w.one_stop, w.two_stops), (0.0, w.one_cap, w.two_caps)
    chances: dict[tuple[str, str], float] = {}
    for pair, often in count.items():
        stop, capital, single, digit = facts[pair[0]]
        stop2, capital2, single2, digit2 = facts[pair[1]]
        plain = stop + stop2
        value = places[first[pair]] + plain_values[plain] + capital_values[capital + capital2]
        value += single + single2 + (w.number if digit or digit2 else 0.0)
        if often > 1:
            value += math.log(often) * (w.often + (w.often_content if plain < 2 else 0.0))  # noqa: PLR2004
        chances[pair] = _logistic(value)
    return chances


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))


@dataclass(frozen=True, slots=True)
class WordWeights:
    """What speaks for a word: weights of a logistic model, in the order of its facts."""

    bias: float = -2.29
    stop: float = -0.085
    often: float = 0.962
    place: float = -0.591
    first: float = -0.201
    early: float = 0.287
    capital: float = 0.377
    number: float = 0.563
    length: float = 0.051
    spread: float = 4.735
    often_early: float = -0.3
    widely: float = -0.024
    stop_often: float = 0.908
    stop_length: float = -0.917


@dataclass(frozen=True, slots=True)
class PairWeights:
    """What speaks for a pair of neighbouring words: weights of a logistic model."""

    bias: float = -2.125
    two_stops: float = -0.497
    one_stop: float = -0.326
    often: float = 0.822
    place: float = -0.774
    first: float = -0.404
    early: float = -0.03
    two_caps: float = 0.732
    one_cap: float = 0.091
    single: float = 0.063
    number: float = 0.571
    often_content: float = 0.497


WORD: Final = WordWeights()
PAIR: Final = PairWeights()
