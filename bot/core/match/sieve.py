"""Which words of a text may be among many others, told in a few operations on arrays.

A dictionary look-up for each word of an article costs more than all the rest of matching, most of it
in making the words. `Grid` finds the words of a folded text as numbers; a `Sieve` says which of them
may be in its set, as a Bloom filter with one hash does: it never misses one, and passes a few too
many, which the dictionary behind it refuses. Nothing else in Wirewatch knows of numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEAD = 8
"""Bytes of a word that are looked at, with its length."""
PADDING = _HEAD
"""Bytes that `Grid.data` has behind the text."""
_SPACE = 32
_FULL = (1 << 64) - 1
_LONGEST = 255
# Odd constants with well mixed bits (splitmix64, wyhash); products wrap at 64 bits.
_BY_HEAD, _BY_LENGTH = 0x9E3779B97F4A7C15, 0xA0761D6478BD642F
_MULTIPLIER, _PAIRED = np.uint64(_BY_HEAD), np.uint64(_BY_LENGTH)
_LENGTHS = np.array([n * _BY_LENGTH & _FULL for n in range(_LONGEST + 1)], np.uint64)
_MASKS = np.array([(1 << 8 * min(n, _HEAD)) - 1 for n in range(_LONGEST + 1)], np.uint64)
_FEWEST_BITS, _MOST_BITS = 14, 22
_ROOM = 32
"""Slots for each word, as long as the table may grow."""


def _key(word: bytes) -> int:
    head = int.from_bytes(word[:_HEAD], "little")
    return (head * _BY_HEAD + min(len(word), _LONGEST) * _BY_LENGTH) & _FULL


class Grid:
    """The words of a folded text (spaces between them, and one at either end at least).

    Attributes:
        data: the text in UTF-8.
        starts, ends: offsets of the words in `data`.
        heads: the first 8 bytes of each word and what follows it, as one number.
        keys: a number for each word, of its first 8 bytes and its length.
    """

    __slots__ = ("data", "ends", "heads", "keys", "starts")

    def __init__(self, text: str) -> None:
        self.data = data = text.encode("utf-8", "surrogatepass") + b" " * PADDING
        inside = np.frombuffer(data, np.uint8) != _SPACE
        edges = (inside[1:] != inside[:-1]).nonzero()[0]
        edges += 1
        self.starts, self.ends = edges[::2], edges[1::2]
        # Every offset read as the number that begins there: overlapping, so no copy of the text.
        numbers: Any = np.ndarray((len(data) - _HEAD + 1,), "<u8", data, 0, (1,))
        self.heads = numbers[self.starts]
        lengths = self.ends - self.starts
        self.keys = self.heads & _MASKS.take(lengths, mode="clip")
        self.keys *= _MULTIPLIER
        self.keys += _LENGTHS.take(lengths, mode="clip")


class Sieve:
    """A set of words that lets through those of a text that may be in it."""

    __slots__ = ("_bits", "_held", "_limit", "_slots", "_table")

    def __init__(self) -> None:
        self._held = 0
        self._resize(_FEWEST_BITS)

    def _resize(self, bits: int) -> None:
        self._bits = bits
        self._limit = (1 << bits) // _ROOM if bits < _MOST_BITS else 1 << 62
        self._table = bytearray(1 << bits)
        self._slots = np.frombuffer(self._table, np.bool_)

    def add(self, word: str, everything: Iterable[str]) -> None:
        """Let a word through.

        Args:
            word: folded; not empty.
            everything: all the words, if the table has to grow; `word` need not be among them.
        """
        self._held += 1
        if self._held > self._limit:
            self._grow(list(everything))
        number = self._number(word.encode("utf-8", "surrogatepass"))
        self._table[number >> (64 - self._bits)] = 1

    def _grow(self, words: list[str]) -> None:
        """Make room for some more words, and forget those that were taken out."""
        self._held = len(words)
        bits = _FEWEST_BITS
        while bits < _MOST_BITS and (1 << bits) // _ROOM < 2 * self._held:
            bits += 1
        self._resize(bits)
        numbers = self._listed(Grid(f" {' '.join(words)} "))
        self._slots[numbers >> np.uint64(64 - bits)] = True

    def _number(self, word: bytes) -> int:
        return _key(word)

    def _numbers(self, grid: Grid) -> Any:  # noqa: ANN401 - an array, as below
        """Give what `_number` would, for whatever in a text could be in the set."""
        return grid.keys

    def _listed(self, grid: Grid) -> Any:  # noqa: ANN401
        """Give the numbers for a text that lists the set itself."""
        return self._numbers(grid)

    def _passed(self, grid: Grid) -> Any:  # noqa: ANN401
        numbers = self._numbers(grid) >> np.uint64(64 - self._bits)
        return self._slots.take(numbers).nonzero()[0]

    def sift(self, grid: Grid) -> list[tuple[int, int]]:
        """Give the offsets (in `grid.data`) of what may be in the set."""
        passed = self._passed(grid)
        if not len(passed):
            return []
        return list(zip(grid.starts[passed].tolist(), grid.ends[passed].tolist(), strict=True))


class PairSieve(Sieve):
    """A set of pairs of words, written with one space, that may follow one another in a text."""

    __slots__ = ()

    def _number(self, word: bytes) -> int:
        first, second = word.split(b" ")
        return (_key(first) * _BY_LENGTH + _key(second)) & _FULL

    def _numbers(self, grid: Grid) -> Any:  # noqa: ANN401
        numbers = grid.keys[:-1] * _PAIRED
        numbers += grid.keys[1:]
        return numbers

    def _listed(self, grid: Grid) -> Any:  # noqa: ANN401
        return self._numbers(grid)[::2]

    def sift(self, grid: Grid) -> list[tuple[int, int]]:
        """Give the offsets from the first word's start to the second one's end."""
        passed = self._passed(grid)
        if not len(passed):
            return []
        return list(zip(grid.starts[passed].tolist(), grid.ends[passed + 1].tolist(), strict=True))


class StartSieve(Sieve):
    """A set of beginnings of words, of a number of bytes; lets whole words through."""

    __slots__ = ("_mask", "_size")

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size, self._mask = size, _MASKS[size]

    def _number(self, word: bytes) -> int:
        return (int.from_bytes(word[: self._size], "little") * _BY_HEAD) & _FULL

    def _numbers(self, grid: Grid) -> Any:  # noqa: ANN401
        numbers = grid.heads & self._mask
        numbers *= _MULTIPLIER
        return numbers
