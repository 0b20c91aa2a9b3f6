"""The words of an article and the pairs of neighbouring words, counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.core.summary.words import STOP, stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]
    Truths = NDArray[np.bool_]

EARLY: Final = 6
"""The first sentences, whose words count as early."""
_TOKEN: Final = re.compile(r"([^\W_]+)([\W_]*)")
_JOINS: Final = frozenset({" ", "-", "'", "’", ""})


@dataclass(frozen=True, slots=True)
class Counts:
    """The different words of an article by number, in the order of their first places.

    Attributes:
        stems: the word behind each number.
        rows: the numbers of each sentence, in order.
        present: whether a sentence holds a word; one more row, empty, follows the last sentence.
        own_sentence: the sentences of all places where `present` holds, in order.
        own_word: the words there.
        count: how often each word occurs.
        spread: in how many sentences.
        early: in how many of the first `EARLY` sentences.
        first: the first sentence.
        last: the last sentence.
        within: how far inside its first sentence it stands, 0 to 1.
        letters: letters of each word.
        stop: 1 for a word that tells nothing.
        digit: 1 for a number.
        capital: 1 for a word that stands with a capital inside a sentence.
        token: all words of the text.
        sentence: the sentence of each of them.
        cut: whether a mark stands behind each of them.
        inside: how far inside its sentence each of them stands.
    """

    stems: list[str]
    rows: list[list[int]]
    present: Truths
    own_sentence: Numbers
    own_word: Numbers
    count: Numbers
    spread: Numbers
    early: Numbers
    first: Numbers
    last: Numbers
    within: Floats
    letters: Floats
    stop: Floats
    digit: Floats
    capital: Floats
    token: Numbers
    sentence: Numbers
    cut: Floats
    inside: Floats


@dataclass(frozen=True, slots=True)
class Pairs:
    """The different pairs of neighbouring words.

    Attributes:
        one: number of the first word.
        two: number of the second word.
        count: how often each pair occurs.
        spread: in how many sentences.
        first: the first sentence.
        cut: 1 where a mark stands between the two there.
        within: how far inside that sentence the pair stands, 0 to 1.
        own_sentence: the sentences of all pairs that a sentence holds, each once a sentence.
        own: these pairs.
    """

    one: Numbers
    two: Numbers
    count: Numbers
    spread: Numbers
    first: Numbers
    cut: Floats
    within: Floats
    own_sentence: Numbers
    own: Numbers


class _Known(dict[str, int]):
    """Numbers words by their stems, in the order of their first places."""

    def __init__(self) -> None:
        """Start with no words."""
        super().__init__()
        self.stems: dict[str, int] = {}

    def __missing__(self, word: str) -> int:
        """Number a word that was not met so written."""
        number = self[word] = self.stems.setdefault(stem(word.lower()), len(self.stems))
        return number


def count_words(sentences: Sequence[str]) -> Counts:
    """Count the words of sentences; one of them at least holds a word."""
    known = _Known()
    rows: list[list[int]] = []
    later: set[str] = set()
    gaps: list[str] = []
    for sentence in sentences:
        found = _TOKEN.findall(sentence)
        words = [word for word, _ in found]
        gaps += [gap for _, gap in found]
        later.update(words[1:])
        rows.append([known[word] for word in words])
    stems, total = list(known.stems), len(rows)
    size = len(stems)
    sizes = np.array([len(row) for row in rows])
    token = np.array([number for row in rows for number in row], dtype=np.int64)
    sentence_of = np.repeat(np.arange(total), sizes)
    starts = np.cumsum(sizes) - sizes
    inside = (np.arange(len(token)) - starts[sentence_of]) / sizes[sentence_of]
    at = np.zeros(size, dtype=np.int64)
    at[token[::-1]] = np.arange(len(token))[::-1]
    last = np.zeros(size, dtype=np.int64)
    last[token] = sentence_of
    present = np.zeros((total + 1, size), dtype=bool)
    present[sentence_of, token] = True
    own_sentence, own_word = np.nonzero(present)
    capital = np.zeros(size)
    capital[[known[word] for word in later if word[0].isupper()]] = 1.0
    return Counts(
        stems=stems,
        rows=rows,
        present=present,
        own_sentence=own_sentence,
        own_word=own_word,
        count=np.bincount(token, minlength=size),
        spread=np.bincount(own_word, minlength=size),
        early=np.bincount(own_word[own_sentence < EARLY], minlength=size),
        first=sentence_of[at],
        last=last,
        within=inside[at],
        letters=np.array([len(word) for word in stems], dtype=float),
        stop=np.array([word in STOP for word in stems], dtype=float),
        digit=np.array([word.isdigit() for word in stems], dtype=float),
        capital=capital,
        token=token,
        sentence=sentence_of,
        cut=np.array([gap not in _JOINS for gap in gaps], dtype=float),
        inside=inside,
    )


def count_pairs(text: Counts) -> Pairs:
    """Count the pairs of words that stand side by side in a sentence."""
    size, sentence = len(text.stems), text.sentence
    places = np.flatnonzero(sentence[1:] == sentence[:-1])
    where = sentence[places]
    codes, at, which, count = np.unique(
        text.token[places] * size + text.token[places + 1],
        return_index=True,
        return_inverse=True,
        return_counts=True,
    )
    many = max(1, len(codes))
    own = np.unique(where * many + which)
    return Pairs(
        one=codes // size,
        two=codes % size,
        count=count,
        spread=np.bincount(own % many, minlength=len(codes)),
        first=where[at],
        cut=text.cut[places[at]],
        within=text.inside[places[at]],
        own_sentence=own // many,
        own=own % many,
    )
