"""Which words of a text may be among many others, told in a few operations on arrays.

A dictionary look-up for each word of an article costs more than all the rest of matching, most of
it in making the words. A `Sieve` says which words of a `Grid` may be looked for, by the filters of
bloom.py; the dictionary behind them refuses what passes wrongly. Pairs of words are sifted by one
word of each first: the last, as surnames are rarer than first names, or one that is much longer;
where many words pass, all neighbours are asked at once.
Beginnings are sifted by their first five bytes with the words, then by six.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.core.match.bloom import (
    BY_FIRST,
    BY_HEAD,
    COARSE,
    FEW,
    FULL,
    MULTIPLIER,
    PAIRED,
    Bloom,
    Heads,
)
from bot.core.match.grid import NONE, Grid, Passed, number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SOME = 20
"""So few are cheaper to tell apart one by one than in arrays."""

WORD, PAIR = 0, 1
BEGINNINGS = (6, 5, 3)
"""Kinds of what is looked for; those of beginnings are their sizes in bytes."""
_SHORTEST = 3
"""Bytes by which beginnings are sifted that are too short for the first sieve."""
# The last bits of a product are made by the last bits of a number alone: its first bytes.
_BUT = {size: np.array(64 - 8 * size, np.uint64) for size in BEGINNINGS}
_SMALL = 12
"""Rules seldom look for beginnings, so their tables are small at first, and fast."""

# What a word is looked for as: whole, as the first or the second of a pair, as a beginning.
_WHOLE, _FIRST, _LAST, _BEGUN = 1, 2, 4, 0
_MUCH = 4
"""Letters by which the first word of a pair must be longer to stand for it."""


class Sieve:
    """Words, pairs of words and beginnings of words that are looked for.

    It says where in a text one of them may stand. Kinds (`WORD` and so on) tell them apart.

    Args:
        everything: gives all there is of a kind, for when a table has to grow; what is being added
            need not be among it.
    """

    __slots__ = ("_begun", "_everything", "_pairs", "_words")

    def __init__(self, everything: Callable[[int], Iterable[str]]) -> None:
        self._everything = everything
        self._words = Heads(self._all_heads)
        self._pairs = Bloom(self._all_pairs)
        self._begun = {size: Bloom(partial(self._all_begun, size), _SMALL) for size in BEGINNINGS}

    def add(self, kind: int, text: str) -> None:
        """Look for something more.

        Args:
            kind: what it is.
            text: a word, two words with one space, or a beginning; folded.
        """
        data = text.encode("utf-8", "surrogatepass")
        if kind == WORD:
            self._words.add(number_of(data), _WHOLE)
        elif kind == PAIR:
            first, second = data.split(b" ")
            self._pairs.add(_number_of_pair(first, second))
            self._words.add(*_lead(first, second))
        else:
            if kind >= COARSE:
                self._words.add(number_of(data), _BEGUN)
            self._begun[kind].add(_number_of_beginning(data, kind))

    def drop(self, kind: int, text: str) -> None:
        """Look for something no more that was added once."""
        data = text.encode("utf-8", "surrogatepass")
        if kind == WORD:
            self._words.drop(number_of(data), _WHOLE)
        elif kind == PAIR:
            first, second = data.split(b" ")
            self._pairs.drop(_number_of_pair(first, second))
            self._words.drop(*_lead(first, second))
        else:
            if kind >= COARSE:
                self._words.drop(number_of(data), _BEGUN)
            self._begun[kind].drop(_number_of_beginning(data, kind))

    def _all_heads(self) -> tuple[Any, Any, Any]:
        whole = Grid(f" {' '.join(self._everything(WORD))} ").heads
        first, second, lead = self._halves()
        words = np.concatenate([whole, np.where(lead, first, second)])
        flags = np.full(len(words), _WHOLE, np.uint8)
        flags[len(whole) :] = np.where(lead, _FIRST, _LAST)
        long = [self._beginnings(size) for size in BEGINNINGS if size >= COARSE]
        return words, flags, np.concatenate(long)

    def _all_pairs(self) -> Any:  # noqa: ANN401 - an array
        first, second, _ = self._halves()
        return (first * PAIRED + second) * MULTIPLIER

    def _all_begun(self, size: int) -> Any:  # noqa: ANN401 - an array
        return (self._beginnings(size) * MULTIPLIER) << _BUT[size]

    def _halves(self) -> tuple[Any, Any, Any]:
        """Give the heads of the words of all pairs, and where the first is much the longer."""
        grid = Grid(f" {' '.join(self._everything(PAIR))} ")
        sizes = grid.last - grid.before
        return grid.heads[::2], grid.heads[1::2], sizes[::2] - sizes[1::2] > _MUCH

    def _beginnings(self, size: int) -> Any:  # noqa: ANN401 - an array
        return Grid(f" {' '.join(self._everything(size))} ").heads

    def sift(self, grid: Grid) -> tuple[Passed, Passed, Passed]:
        """Give the words, pairs and words with a beginning that may be looked for.

        Returns:
            For each, all there are, ascending by start; beginnings at first the longer ones.
        """
        words = pairs = begun = NONE
        if not len(grid.heads):
            return words, pairs, begun
        if self._words.held:
            passed, flags, begins = self._words.sift(grid.heads)
            if len(passed) > _SOME:
                words = grid.words(_marked(passed, flags, _WHOLE))
                pairs = self._sift_pairs(grid)
            elif len(passed):
                words, pairs = _tell_apart(grid, passed, flags)
            if begins is not None and len(begins):
                begun = self._sift_begun(grid, begins)
        short = self._begun[_SHORTEST]
        if short.held:
            more = grid.words(short.sift((grid.heads * MULTIPLIER) << _BUT[_SHORTEST]))
            begun = begun[0] + more[0], begun[1] + more[1], begun[2] + more[2]
        return words, pairs, begun

    def _sift_begun(self, grid: Grid, at: Any) -> Passed:  # noqa: ANN401 - an array
        """Give where beginnings may stand of those words whose first bytes passed."""
        if len(at) <= FEW:
            return grid.words(at)
        numbers = grid.heads.take(at)
        numbers *= MULTIPLIER
        kept = [
            at.take(begun.sift(numbers << _BUT[size]))
            for size, begun in self._begun.items()
            if begun.held and size >= COARSE
        ]
        return grid.words(kept[0] if len(kept) == 1 else np.unique(np.concatenate(kept)))

    def _sift_pairs(self, grid: Grid) -> Passed:
        """Give where pairs may stand, asked of all at once: choosing whom to ask costs more."""
        heads = grid.heads
        numbers = heads[:-1] * PAIRED
        numbers += heads[1:]
        numbers *= MULTIPLIER
        return grid.words(self._pairs.sift(numbers), 1)


def _marked(passed: Any, flags: Any, flag: int) -> Any:  # noqa: ANN401 - arrays
    """Give those of the passed that have a flag."""
    return passed.take((flags & flag).nonzero()[0])


def _tell_apart(grid: Grid, passed: Any, flags: Any) -> tuple[Passed, Passed]:  # noqa: ANN401
    """Give the words and pairs of what passed, one by one."""
    words, pairs, final = [], [], len(grid.heads) - 1
    for at, flag in zip(passed.tolist(), flags.tolist(), strict=True):
        if flag & _LAST and at:
            pairs.append(at - 1)
        if flag & _FIRST and at < final:
            pairs.append(at)
        if flag & _WHOLE:
            words.append(at)
    return grid.few(words) if words else NONE, grid.few(pairs, 1) if pairs else NONE


def _number_of_beginning(word: bytes, size: int) -> int:
    return number_of(word[:size]) * BY_HEAD << (64 - 8 * size) & FULL


def _number_of_pair(first: bytes, second: bytes) -> int:
    return (number_of(first) * BY_FIRST + number_of(second)) * BY_HEAD & FULL


def _lead(first: bytes, second: bytes) -> tuple[int, int]:
    """Give the word that stands for a pair, and as what."""
    longer = len(first) - len(second) > _MUCH
    return (number_of(first), _FIRST) if longer else (number_of(second), _LAST)
