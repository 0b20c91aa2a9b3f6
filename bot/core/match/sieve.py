"""Which words of a text may be among many others, told in a few operations on arrays.

A dictionary look-up for each word of an article costs more than all the rest of matching, most of
it in making the words. `Grid` finds the words of a folded text as numbers; a `Sieve` says which of
them may be looked for. It is made of Bloom filters (Bloom 1970) with two slots for each: they never
miss one, and pass a few too many, which the dictionary behind them refuses. Pairs of words are
sifted by one word of each first: the last, as surnames are rarer than first names, or one that is
much longer. Nothing else in the engine
knows of numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_HEAD = 8
"""Bytes of a word that are looked at: a number has as many."""
_SPACE = 32
_FULL = (1 << 64) - 1
# Odd constants with well mixed bits (splitmix64, wyhash); products wrap at 64 bits.
_BY_HEAD, _BY_FIRST = 0x9E3779B97F4A7C15, 0xA0761D6478BD642F
_MULTIPLIER, _PAIRED = np.uint64(_BY_HEAD), np.uint64(_BY_FIRST)
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_HEAD + 1)], np.uint64)
_FEWEST_BITS, _MOST_BITS = 16, 21
_ROOM = 96
"""Slots for each thing that is looked for, as long as a table may grow."""
_SECOND = 23
"""Bits of a number that choose its first slot at most; its second slot is chosen by the others."""
_MANY = 255
"""A slot that is used so often stays."""
_SHIFT = np.uint64(_SECOND)
_FEW = 20
"""So few are cheaper to look up one by one than in arrays, with a second slot."""

WORD, PAIR = 0, 1
BEGINNINGS = (7, 5, 3)
"""Kinds of what is looked for; those of beginnings are their sizes in bytes."""
_LONGER, _SHORTER = 5, 3
"""Bytes by which beginnings are sifted: those of at least so many."""

# The last bits of a product are made by the last bits of a number alone: its first bytes.
_BUT_LONGER, _BUT_SHORTER = np.uint64(64 - 8 * _LONGER), np.uint64(64 - 8 * _SHORTER)

# What a slot of the first table says: a word, the first or the second of a pair is looked for.
_WHOLE, _FIRST, _LAST = 1, 2, 4
_ANY = 1
_MUCH = 2
"""Letters by which the first word of a pair must be longer to stand for it."""


class Grid:
    """The words of a folded text (a space at either end at least, and between them).

    Attributes:
        data: the text in UTF-8.
        before: for each word the offset in `data` of the space before it.
        last: for each word the offset of its last byte.
        heads: the first 8 bytes of each word, as one number.
    """

    __slots__ = ("before", "data", "heads", "last")

    def __init__(self, text: str) -> None:
        self.data = data = text.encode("utf-8", "surrogatepass") + b" " * _HEAD
        inside = np.frombuffer(data, np.uint8) != _SPACE
        edges = (inside[1:] != inside[:-1]).nonzero()[0]
        self.before, self.last = before, last = edges[::2], edges[1::2]
        # Every offset read as the number that begins there: overlapping, so no copy of the text.
        numbers: Any = np.ndarray((len(data) - _HEAD,), "<u8", data, 1, (1,))
        self.heads = numbers.take(before)
        self.heads &= _MASKS.take(last - before, mode="clip")


class _Filter:
    """A Bloom filter over numbers, each with a flag that says what it is looked for as.

    Its two slots stand in two tables: what is few after the first is not asked of the second.

    Args:
        everything: gives all numbers and flags there are, for when it has to grow.
        bits: size of its tables at first, as a power of two.
    """

    __slots__ = (
        "_bits", "_counts", "_everything", "_limit", "_second", "_table", "held", "seconds",
        "slots", "unused",
    )  # fmt: skip

    def __init__(self, everything: Callable[[], tuple[Any, Any]], bits: int) -> None:
        self.held = 0
        self._everything = everything
        self._resize(bits)

    def _resize(self, bits: int) -> None:
        self._bits = bits
        self._limit = (1 << bits) // _ROOM if bits < _MOST_BITS else 1 << 62
        self._table, self._second, self._counts = (bytearray(1 << bits) for _ in range(3))
        self.unused = np.uint64(64 - bits)
        self.slots = np.frombuffer(self._table, np.uint8)
        self.seconds = np.frombuffer(self._second, np.uint8)

    def add(self, number: int, flag: int) -> None:
        """Let a number pass."""
        self.held += 1
        if self.held > self._limit:
            self._grow()
        unused = 64 - self._bits
        slot = number >> unused
        self._table[slot] |= flag
        self._second[(number << _SECOND & _FULL) >> unused] |= flag
        if self._counts[slot] < _MANY:
            self._counts[slot] += 1

    def drop(self, number: int) -> None:
        """Let a number pass no more that was added once."""
        self.held -= 1
        slot, counts = number >> 64 - self._bits, self._counts
        if counts[slot] < _MANY:
            counts[slot] -= 1
            if not counts[slot]:
                self._table[slot] = 0

    def _grow(self) -> None:
        """Make room for some more."""
        numbers, flags = self._everything()
        self.held = len(numbers) + 1
        bits = self._bits
        while bits < _MOST_BITS and (1 << bits) // _ROOM < 2 * self.held:
            bits += 1
        self._resize(bits)
        places = (numbers >> self.unused).view(np.int64)
        np.bitwise_or.at(self.slots, places, flags)
        second = (numbers << _SHIFT) >> self.unused
        np.bitwise_or.at(self.seconds, second.view(np.int64), flags)
        taken, times = np.unique(places, return_counts=True)
        np.frombuffer(self._counts, np.uint8)[taken] = np.minimum(times, _MANY)

    def sift(self, numbers: Any) -> tuple[Any, Any]:  # noqa: ANN401 - arrays
        """Give the indexes of the numbers that pass, and their flags."""
        flags = self.slots.take((numbers >> self.unused).view(np.int64))
        passed = (flags != 0).nonzero()[0]
        flags = flags.take(passed)
        if len(passed) > _FEW:
            second = (numbers.take(passed) << _SHIFT) >> self.unused
            flags &= self.seconds.take(second.view(np.int64))
            kept = (flags != 0).nonzero()[0]
            return passed.take(kept), flags.take(kept)
        return passed, flags


class Sieve:
    """Words, pairs of words and beginnings of words that are looked for.

    It says where in a text one of them may stand. Kinds (`WORD` and so on) tell them apart.

    Args:
        everything: gives all there is of a kind, for when a table has to grow; what is being added
            need not be among it.
    """

    __slots__ = ("_everything", "_long", "_pairs", "_short", "_words")

    def __init__(self, everything: Callable[[int], Iterable[str]]) -> None:
        self._everything = everything
        self._words = _Filter(self._all_words, _FEWEST_BITS)
        self._pairs = _Filter(self._all_pairs, _FEWEST_BITS)
        # Rules seldom look for beginnings, so their tables are small at first, and fast.
        self._long = _Filter(lambda: self._all_beginnings(_LONGER), _FEWEST_BITS - 4)
        self._short = _Filter(lambda: self._all_beginnings(_SHORTER), _FEWEST_BITS - 4)

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
            self._pairs.add(_number_of_pair(first, second), _ANY)
            if len(first) - len(second) > _MUCH:
                self._words.add(_number(first), _FIRST)
            else:
                self._words.add(_number(second), _LAST)
        elif kind >= _LONGER:
            self._long.add(_number_of_beginning(data, _LONGER), _ANY)
        else:
            self._short.add(_number_of_beginning(data, _SHORTER), _ANY)

    def drop(self, kind: int, text: str) -> None:
        """Look for something no more that was added once."""
        data = text.encode("utf-8", "surrogatepass")
        if kind == WORD:
            self._words.drop(_number(data))
        elif kind == PAIR:
            first, second = data.split(b" ")
            self._pairs.drop(_number_of_pair(first, second))
            lead = first if len(first) - len(second) > _MUCH else second
            self._words.drop(_number(lead))
        elif kind >= _LONGER:
            self._long.drop(_number_of_beginning(data, _LONGER))
        else:
            self._short.drop(_number_of_beginning(data, _SHORTER))

    def _all_words(self) -> tuple[Any, Any]:
        whole = Grid(f" {' '.join(self._everything(WORD))} ").heads
        first, second, lead = self._halves()
        numbers = np.concatenate([whole, np.where(lead, first, second)])
        flags = np.full(len(numbers), _WHOLE, np.uint8)
        flags[len(whole) :] = np.where(lead, _FIRST, _LAST)
        return numbers * _MULTIPLIER, flags

    def _all_pairs(self) -> tuple[Any, Any]:
        first, second, _ = self._halves()
        return (first * _PAIRED + second) * _MULTIPLIER, np.full(len(first), _ANY, np.uint8)

    def _halves(self) -> tuple[Any, Any, Any]:
        """Give the heads of the words of all pairs, and where the first is much the longer."""
        grid = Grid(f" {' '.join(self._everything(PAIR))} ")
        sizes = grid.last - grid.before
        return grid.heads[::2], grid.heads[1::2], sizes[::2] - sizes[1::2] > _MUCH

    def _all_beginnings(self, size: int) -> tuple[Any, Any]:
        kinds = [kind for kind in BEGINNINGS if (kind >= _LONGER) == (size == _LONGER)]
        texts = [text for kind in kinds for text in self._everything(kind)]
        but = _BUT_LONGER if size == _LONGER else _BUT_SHORTER
        numbers = (Grid(f" {' '.join(texts)} ").heads * _MULTIPLIER) << but
        return numbers, np.full(len(numbers), _ANY, np.uint8)

    def sift(self, grid: Grid) -> tuple[Spans, Spans, Spans]:
        """Give where words, pairs and words with a beginning may stand.

        Returns:
            For each, starts and ends in `grid.data`, ascending by start.
        """
        heads = grid.heads
        words = pairs = begun = _NOWHERE
        if not len(heads):
            return words, pairs, begun
        numbers = heads * _MULTIPLIER
        if self._words.held:
            passed, flags = self._words.sift(numbers)
            if len(passed) > _FEW:
                words = _spans(grid, passed[(flags & _WHOLE) != 0])
                pairs = self._sift_pairs(grid, passed, flags)
            elif len(passed):
                words, pairs = _told_apart(grid, passed.tolist(), flags.tolist())
        if self._long.held:
            passed, _ = self._long.sift(numbers << _BUT_LONGER)
            begun = _spans(grid, passed.tolist() if len(passed) <= _FEW else passed)
        if self._short.held:
            passed, _ = self._short.sift(numbers << _BUT_SHORTER)
            more = _spans(grid, passed)
            begun = [*begun[0], *more[0]], [*begun[1], *more[1]]
        return words, pairs, begun

    def _sift_pairs(self, grid: Grid, passed: Any, flags: Any) -> Spans:  # noqa: ANN401 - arrays
        """Give where pairs may stand, by which of their words passed as what."""
        heads = grid.heads
        at = np.concatenate([passed[(flags & _FIRST) != 0], passed[(flags & _LAST) != 0] - 1])
        at = at[(at >= 0) & (at < len(heads) - 1)]
        numbers = heads.take(at) * _PAIRED
        numbers += heads.take(at + 1)
        numbers *= _MULTIPLIER
        at = at.take(self._pairs.sift(numbers)[0])
        at.sort()
        return _spans(grid, at, 1)


Spans = tuple[Sequence[int], Sequence[int]]
"""Starts and ends."""

_NOWHERE: Spans = ((), ())


def _told_apart(grid: Grid, passed: list[int], flags: list[int]) -> tuple[Spans, Spans]:
    """Give the words and the pairs among a few that passed."""
    words, pairs = [], []
    final = len(grid.heads) - 1
    for at, flag in zip(passed, flags, strict=True):
        if flag & _LAST and at:
            pairs.append(at - 1)
        if flag & _FIRST and at < final:
            pairs.append(at)
        if flag & _WHOLE:
            words.append(at)
    return _spans(grid, words), _spans(grid, pairs, 1)


def _spans(grid: Grid, at: Any, further: int = 0) -> Spans:  # noqa: ANN401 - an array or a list
    """Give where words stand, or those that begin with them and end so many words further."""
    if not len(at):
        return _NOWHERE
    if isinstance(at, list):
        before, last = grid.before.item, grid.last.item
        return [before(one) + 1 for one in at], [last(one + further) + 1 for one in at]
    starts, ends = grid.before.take(at), grid.last.take(at + further if further else at)
    starts += 1
    ends += 1
    return starts.tolist(), ends.tolist()


def _number(word: bytes) -> int:
    return int.from_bytes(word[:_HEAD], "little") * _BY_HEAD & _FULL


def _number_of_beginning(word: bytes, size: int) -> int:
    return _number(word[:size]) << (64 - 8 * size) & _FULL


def _number_of_pair(first: bytes, second: bytes) -> int:
    head = int.from_bytes(first[:_HEAD], "little") * _BY_FIRST
    return (head + int.from_bytes(second[:_HEAD], "little")) * _BY_HEAD & _FULL
