"""Which words of a text may be among many others, told in a few operations on arrays.

A dictionary look-up for each word of an article costs more than all the rest of matching, most of
it in making the words. `Grid` finds the words of a folded text as numbers; a `Sieve` says which of
them may be looked for, by the filters of bloom.py; the dictionary behind them refuses what passes
wrongly. Pairs of words are sifted by one word of each first: the last, as surnames are rarer than
first names, or one that is much longer. Nothing else in the engine knows of numpy.
"""

from __future__ import annotations

from functools import lru_cache, partial
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HEAD = 8
"""Bytes of a word that are looked at: a number has as many."""
_BLANK = np.array(ord(" "), np.uint8)
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(HEAD + 1)], np.uint64)
_SOME = 20
"""So few are cheaper to tell apart one by one than in arrays."""

WORD, PAIR = 0, 1
BEGINNINGS = (6, 5, 3)
"""Kinds of what is looked for; those of beginnings are their sizes in bytes."""
_SHORTEST = 3
"""Bytes by which beginnings are sifted that are too short for the first sieve."""
# The last bits of a product are made by the last bits of a number alone: its first bytes.
_BUT = {size: np.array(64 - 8 * size, np.uint64) for size in BEGINNINGS}
_SLOT_BITS = 15
"""Slots by which words are asked for one by one, as a power of two: a core can cache them."""
_UNUSED = np.array(64 - _SLOT_BITS, np.uint64)
ANY_WORD = 1 << _SLOT_BITS
"""A slot that is always taken."""
_SMALL = 12
"""Rules seldom look for short beginnings, so their tables are small at first, and fast."""

# What a word is looked for as: whole, as the first or the second of a pair, as a beginning.
_WHOLE, _FIRST, _LAST, _BEGUN = 1, 2, 4, 0
_MUCH = 4
"""Letters by which the first word of a pair must be longer to stand for it."""


Piled = tuple[str, int, int]
"""A text that passes, its start and its end."""


class Grid:
    """The words of a folded text (a space at either end at least, and between them).

    Attributes:
        before: for each word the offset of the space before it: in the text, where that is ASCII,
            else in its UTF-8.
        last: for each word the offset of its last byte, likewise.
        heads: the first 8 bytes of each word, as one number.
    """

    __slots__ = ("_data", "_slots", "_text", "before", "heads", "last")

    def __init__(self, text: str) -> None:
        self._slots: bytearray | None = None
        self._text = text if text.isascii() else ""
        self._data = data = text.encode("utf-8", "surrogatepass") + b" " * HEAD
        inside = np.frombuffer(data, np.uint8) != _BLANK
        edges = (inside[1:] != inside[:-1]).nonzero()[0]
        self.before, self.last = before, last = edges[::2], edges[1::2]
        # Every offset read as the number that begins there: overlapping, so no copy of the text.
        numbers: Any = np.ndarray((len(data) - HEAD,), "<u8", data, 1, (1,))
        self.heads = numbers.take(before)
        self.heads &= _MASKS.take(last - before, mode="clip")

    @property
    def slots(self) -> bytearray:
        """For every slot of a word (`slot_of`) whether one may stand there.

        Of a hundred words that do not, it says so of one.
        """
        if self._slots is None:
            self._slots = slots = bytearray(ANY_WORD + 1)
            np.frombuffer(slots, np.uint8)[(self.heads * MULTIPLIER) >> _UNUSED] = 1
            slots[ANY_WORD] = 1
        return self._slots

    def words(self, at: Any, further: int = 0) -> list[Piled]:  # noqa: ANN401 - an array
        """Give words, or what begins with them and ends so many words further."""
        count = len(at)
        if count > FEW:
            starts = self.before.take(at)
            ends = (self.last[further:] if further else self.last).take(at)
            starts += 1
            ends += 1
            spans, text = zip(starts.tolist(), ends.tolist(), strict=True), self._text
            if text:
                return [(text[start:end], start, end) for start, end in spans]
            return [(self.cut(start, end), start, end) for start, end in spans]
        return [self.word(one, further) for one in at.tolist()] if count else []

    def word(self, at: int, further: int = 0) -> Piled:
        """Give one of them."""
        start, end = self.before.item(at) + 1, self.last.item(at + further) + 1
        return self.cut(start, end), start, end

    def cut(self, start: int, end: int) -> str:
        """Give a stretch of the text."""
        if self._text:
            return self._text[start:end]
        return self._data[start:end].decode("utf-8", "surrogatepass")


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
            self._words.add(_number(data), _WHOLE)
        elif kind == PAIR:
            first, second = data.split(b" ")
            self._pairs.add(_number_of_pair(first, second))
            self._words.add(*_lead(first, second))
        else:
            if kind >= COARSE:
                self._words.add(_number(data), _BEGUN)
            self._begun[kind].add(_number_of_beginning(data, kind))

    def drop(self, kind: int, text: str) -> None:
        """Look for something no more that was added once."""
        data = text.encode("utf-8", "surrogatepass")
        if kind == WORD:
            self._words.drop(_number(data), _WHOLE)
        elif kind == PAIR:
            first, second = data.split(b" ")
            self._pairs.drop(_number_of_pair(first, second))
            self._words.drop(*_lead(first, second))
        else:
            if kind >= COARSE:
                self._words.drop(_number(data), _BEGUN)
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

    def sift(self, grid: Grid) -> tuple[list[Piled], list[Piled], list[Piled]]:
        """Give the words, pairs and words with a beginning that may be looked for.

        Returns:
            For each, all there are, ascending by start.
        """
        heads = grid.heads
        words: list[Piled] = []
        pairs: list[Piled] = []
        begun: list[Piled] = []
        if not len(heads):
            return words, pairs, begun
        if self._words.held:
            passed, flags, begins = self._words.sift(heads)
            if len(passed) > _SOME:
                words = grid.words(_marked(passed, flags, _WHOLE))
                pairs = self._sift_pairs(grid, passed, flags)
            elif len(passed):
                _tell_apart(grid, passed, flags, words, pairs)
            if begins is not None:
                begun = self._sift_begun(grid, begins)
        short = self._begun[_SHORTEST]
        if short.held:
            begun += grid.words(short.sift((heads * MULTIPLIER) << _BUT[_SHORTEST]))
        return words, pairs, begun

    def _sift_begun(self, grid: Grid, at: Any) -> list[Piled]:  # noqa: ANN401 - an array
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

    def _sift_pairs(self, grid: Grid, passed: Any, flags: Any) -> list[Piled]:  # noqa: ANN401
        """Give where pairs may stand, by which of their words passed as what."""
        heads = grid.heads
        last = _marked(passed, flags, _LAST)
        last -= 1
        at = np.concatenate([_marked(passed, flags, _FIRST), last])
        # What would begin before the first word or end behind the last is another pair then.
        np.maximum(at, 0, out=at)
        np.minimum(at, len(heads) - 2, out=at)
        numbers = heads.take(at)
        numbers *= PAIRED
        numbers += heads[1:].take(at)
        numbers *= MULTIPLIER
        at = at.take(self._pairs.sift(numbers))
        at.sort()
        return grid.words(at, 1)


def _marked(passed: Any, flags: Any, flag: int) -> Any:  # noqa: ANN401 - arrays
    """Give those of the passed that have a flag."""
    return passed.take((flags & flag).nonzero()[0])


def _tell_apart(
    grid: Grid,
    passed: Any,  # noqa: ANN401 - an array
    flags: Any,  # noqa: ANN401 - an array
    words: list[Piled],
    pairs: list[Piled],
) -> None:
    """Add to words and pairs what passed, one by one."""
    word, final = grid.word, len(grid.heads) - 1
    for at, flag in zip(passed.tolist(), flags.tolist(), strict=True):
        if flag & _LAST and at:
            pairs.append(word(at - 1, 1))
        if flag & _FIRST and at < final:
            pairs.append(word(at, 1))
        if flag & _WHOLE:
            words.append(word(at))


@lru_cache(maxsize=8192)
def slot_of(word: str) -> int:
    """Give the slot of a word, see `Grid.slots`."""
    return (_number(word.encode("utf-8", "surrogatepass")) * BY_HEAD & FULL) >> 64 - _SLOT_BITS


def _number(word: bytes) -> int:
    return int.from_bytes(word[:HEAD], "little")


def _number_of_beginning(word: bytes, size: int) -> int:
    return _number(word[:size]) * BY_HEAD << (64 - 8 * size) & FULL


def _number_of_pair(first: bytes, second: bytes) -> int:
    return (_number(first) * BY_FIRST + _number(second)) * BY_HEAD & FULL


def _lead(first: bytes, second: bytes) -> tuple[int, int]:
    """Give the word that stands for a pair, and as what."""
    longer = len(first) - len(second) > _MUCH
    return (_number(first), _FIRST) if longer else (_number(second), _LAST)
