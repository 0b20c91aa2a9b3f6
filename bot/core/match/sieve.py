"""Which words of a text may be among many others, told in a few operations on arrays.

A dictionary look-up for each word of an article costs more than all the rest of matching, most of
it in making the words. `Grid` finds the words of a folded text as numbers; a `Sieve` says which of
them may be looked for. It is a Bloom filter (Bloom 1970) with two slots for each: it never misses
one, and passes a few too many, which the dictionary behind it refuses. Nothing else in the engine
knows of numpy.
"""

from __future__ import annotations

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
_FEWEST_BITS, _MOST_BITS = 15, 22
_ROOM = 64
"""Slots for each thing that is looked for, as long as the table may grow."""
_SECOND = 23
"""Bits of a number that choose its first slot at most; its second slot is chosen by the others."""
_MANY = 255
"""A slot that is used so often stays."""
_SHIFT = np.uint64(_SECOND)
_FEW = 12
"""So few are cheaper to look up than to sift again."""

WORD, PAIR = 0, 1
BEGINNINGS = (7, 5, 3)
"""Kinds of what is looked for; those of beginnings are their sizes in bytes."""


class Grid:
    """The words of a folded text (spaces between them, and one at either end at least).

    Attributes:
        data: the text in UTF-8.
        starts, ends: offsets of the words in `data`.
        heads: the first 8 bytes of each word, as one number.
    """

    __slots__ = ("data", "ends", "heads", "starts")

    def __init__(self, text: str) -> None:
        self.data = data = text.encode("utf-8", "surrogatepass") + b" " * _HEAD
        inside = np.frombuffer(data, np.uint8) != _SPACE
        edges = (inside[1:] != inside[:-1]).nonzero()[0]
        edges += 1
        self.starts, self.ends = starts, ends = edges[::2], edges[1::2]
        # Every offset read as the number that begins there: overlapping, so no copy of the text.
        numbers: Any = np.ndarray((len(data) - _HEAD + 1,), "<u8", data, 0, (1,))
        self.heads = numbers[starts]
        self.heads &= _MASKS.take(ends - starts, mode="clip")


class Sieve:
    """Words, pairs of words and beginnings of words that are looked for.

    It says where in a text one of them may stand. Kinds (`WORD` and so on) tell them apart.

    Attributes:
        kinds: those that something was added of.
    """

    __slots__ = ("_bits", "_counts", "_held", "_limit", "_slots", "_table", "_unused", "kinds")

    def __init__(self) -> None:
        self._held = 0
        self.kinds: tuple[int, ...] = ()
        self._resize(_FEWEST_BITS)

    def _resize(self, bits: int) -> None:
        self._bits = bits
        self._limit = (1 << bits) // _ROOM if bits < _MOST_BITS else 1 << 62
        self._table, self._counts = bytearray(1 << bits), bytearray(1 << bits)
        self._unused = np.uint64(64 - bits)
        self._slots = np.frombuffer(self._table, np.bool_)

    def add(self, kind: int, text: str, everything: Callable[[int], Iterable[str]]) -> None:
        """Look for something more.

        Args:
            kind: what it is.
            text: a word, two words with one space, or a beginning; folded.
            everything: gives all there is of a kind, if the table has to grow; `text` need not be
                among it.
        """
        self._held += 1
        if kind not in self.kinds:
            self.kinds = tuple(sorted((*self.kinds, kind)))
        if self._held > self._limit:
            self._grow(everything)
        for slot in self._slots_of(kind, text):
            self._table[slot] = 1
            if self._counts[slot] < _MANY:
                self._counts[slot] += 1

    def drop(self, kind: int, text: str) -> None:
        """Look for something no more that was added once."""
        self._held -= 1
        for slot in self._slots_of(kind, text):
            if self._counts[slot] < _MANY:
                self._counts[slot] -= 1
                self._table[slot] = self._counts[slot] > 0

    def _slots_of(self, kind: int, text: str) -> tuple[int, int]:
        number = _number(kind, text.encode("utf-8", "surrogatepass"))
        unused = 64 - self._bits
        return number >> unused, (number << _SECOND & _FULL) >> unused

    def _grow(self, everything: Callable[[int], Iterable[str]]) -> None:
        """Make room for some more."""
        found = {kind: list(everything(kind)) for kind in self.kinds}
        self._held = sum(map(len, found.values()))
        bits = _FEWEST_BITS
        while bits < _MOST_BITS and (1 << bits) // _ROOM < 2 * self._held:
            bits += 1
        self._resize(bits)
        numbers = [
            _numbers(kind, Grid(f" {' '.join(texts)} "))[:: 2 if kind == PAIR else 1]
            for kind, texts in found.items()
        ]
        products = np.concatenate(numbers) * _MULTIPLIER
        taken = np.concatenate([products >> self._unused, self._second(products)])
        slots, times = np.unique(taken.view(np.int64), return_counts=True)
        self._slots[slots] = True
        np.frombuffer(self._counts, np.uint8)[slots] = np.minimum(times, _MANY)

    def _second(self, numbers: Any) -> Any:  # noqa: ANN401 - arrays
        """Give the other slot of each, by other bits of its number."""
        return (numbers << _SHIFT) >> self._unused

    def sift(self, grid: Grid) -> Iterable[tuple[int, int, int]]:
        """Give what may be looked for: number of its kind in `kinds`, start and end in `grid.data`.

        Words are given whole where their beginnings are looked for.
        """
        size = len(grid.heads)
        if not self.kinds or not size:
            return ()
        numbers = np.concatenate([_numbers(kind, grid) for kind in self.kinds])
        numbers *= _MULTIPLIER
        passed = self._slots.take((numbers >> self._unused).view(np.int64)).nonzero()[0]
        if len(passed) > _FEW:
            passed = passed[self._slots.take(self._second(numbers[passed]))]
        if not len(passed):
            return ()
        order, at = np.divmod(passed, size)
        starts = grid.starts[at].tolist()
        if PAIR in self.kinds:
            at += order == self.kinds.index(PAIR)
        ends = grid.ends.take(at, mode="clip").tolist()
        return zip(order.tolist(), starts, ends, strict=True)


def _head(word: bytes) -> int:
    return int.from_bytes(word[:_HEAD], "little")


def _number(kind: int, text: bytes) -> int:
    if kind == WORD:
        number = _head(text)
    elif kind == PAIR:
        first, second = text.split(b" ")
        number = _head(first) * _BY_FIRST + _head(second)
    else:
        number = _head(text[:kind])
    return number * _BY_HEAD & _FULL


def _numbers(kind: int, grid: Grid) -> Any:  # noqa: ANN401 - an array
    """Give what `_number` multiplies, for every word of a text (and the one behind it)."""
    if kind == WORD:
        return grid.heads
    if kind == PAIR:
        numbers = grid.heads * _PAIRED
        numbers[:-1] += grid.heads[1:]
        return numbers
    return grid.heads & _MASKS[kind]
