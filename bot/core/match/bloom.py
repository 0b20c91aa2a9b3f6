"""Bloom filters over numbers (Bloom 1970): they never miss one, and pass a few too many.

They ask in arrays. Each operation on a short array costs half a microsecond, whatever it does, so
all that counts is how few there are. Where numbers are dropped, slots are counted, as far as bytes
count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

FULL = (1 << 64) - 1
# Odd constants with well mixed bits (splitmix64, wyhash); products wrap at 64 bits.
BY_HEAD, BY_FIRST = 0x9E3779B97F4A7C15, 0xA0761D6478BD642F
# Arrays without a dimension: numpy's scalars make each operation take half as long again.
MULTIPLIER, PAIRED = np.array(BY_HEAD, np.uint64), np.array(BY_FIRST, np.uint64)
FEW = 4
"""So few are cheaper to look up one by one than to ask for what tells more."""
COARSE = 5
"""Bytes of a word that are looked at first."""

_INDEX = np.dtype(np.intp)
_FEWEST_BITS, _MOST_BITS = 16, 21
_ROOM = 48
"""Slots for each thing that is looked for, as long as a table may grow."""
_SECOND = 23
"""Bits of a number that choose its first slot at most; its second slot is chosen by the others."""
_SHIFT = np.array(_SECOND, np.uint64)
_COARSER = 2
"""Bits fewer for first bytes: what more passes is cheap to ask again, and tables stay in caches."""
_MANY = 255
"""A slot that is used so often stays."""
# The last bits of a product are made by the last bits of a number alone: its first bytes.
_BY_BEGINNING = BY_HEAD << 64 - 8 * COARSE & FULL
_FIRST_BYTES = np.array(_BY_BEGINNING, np.uint64)


def _bits_for(held: int, bits: int) -> int:
    while bits < _MOST_BITS and (1 << bits) // _ROOM < 2 * held:
        bits += 1
    return bits


def _limit(bits: int) -> int:
    return (1 << bits) // _ROOM if bits < _MOST_BITS else 1 << 62


def _up(counts: bytearray, slot: int) -> None:
    if counts[slot] < _MANY:
        counts[slot] += 1


def _down(counts: bytearray, slot: int) -> bool:
    """Count down; say whether nothing is left."""
    if counts[slot] < _MANY:
        counts[slot] -= 1
    return not counts[slot]


def _count(counts: bytearray, places: Any) -> Any:  # noqa: ANN401 - arrays
    """Count how often each place is used; give those that are."""
    used, times = np.unique(places, return_counts=True)
    np.frombuffer(counts, np.uint8)[used] = np.minimum(times, _MANY)
    return used


class Bloom:
    """Numbers, with two slots for each.

    Args:
        everything: gives all numbers there are, for when it has to grow.
        bits: size of its tables at first, as a power of two.
    """

    __slots__ = (
        "_bits", "_counts", "_everything", "_limit", "_second", "_seconds", "_taken", "_takens",
        "_unused", "held",
    )  # fmt: skip

    def __init__(self, everything: Callable[[], Any], bits: int = _FEWEST_BITS) -> None:
        self.held = 0
        self._everything = everything
        self._resize(bits)

    def _resize(self, bits: int) -> None:
        self._bits, self._limit = bits, _limit(bits)
        self._taken, self._second, self._counts = (bytearray(1 << bits) for _ in range(3))
        self._unused = np.array(64 - bits, np.uint64)
        # Of truths numpy finds the true ones fastest.
        self._takens = np.frombuffer(self._taken, np.bool_)
        self._seconds = np.frombuffer(self._second, np.bool_)

    def add(self, number: int) -> None:
        """Let a number pass."""
        self.held += 1
        if self.held > self._limit:
            self._grow()
        unused = 64 - self._bits
        slot = number >> unused
        self._taken[slot] = self._second[(number << _SECOND & FULL) >> unused] = 1
        _up(self._counts, slot)

    def drop(self, number: int) -> None:
        """Let a number pass no more that was added once."""
        self.held -= 1
        slot = number >> 64 - self._bits
        if _down(self._counts, slot):
            self._taken[slot] = 0

    def _grow(self) -> None:
        """Make room for some more."""
        numbers = self._everything()
        self.held = len(numbers) + 1
        self._resize(_bits_for(self.held, self._bits))
        self._takens[_count(self._counts, (numbers >> self._unused).view(_INDEX))] = True
        self._seconds[((numbers << _SHIFT) >> self._unused).view(_INDEX)] = True

    def sift(self, numbers: Any) -> Any:  # noqa: ANN401 - arrays
        """Give the indexes of the numbers that pass."""
        passed = self._takens.take((numbers >> self._unused).view(_INDEX)).nonzero()[0]
        if len(passed) <= FEW:
            return passed
        second = numbers.take(passed)
        second <<= _SHIFT
        second >>= self._unused
        return passed.take(self._seconds.take(second.view(_INDEX)).nonzero()[0])


class Heads:
    """The first bytes of words, as numbers: at first `COARSE` of them, then all eight.

    What is looked for as a whole word, or as one of two, has a flag that says so; what is looked
    for as a beginning, of at least `COARSE` bytes, stands by these alone.

    Args:
        everything: gives the heads and flags of all words there are, and the heads of all
            beginnings, for when it has to grow.
    """

    __slots__ = (
        "_begins", "_begun", "_bits", "_coarsely", "_counts", "_everything", "_fine", "_fines",
        "_flags", "_limit", "_taken", "_takens", "_unused", "beginnings", "held",
    )  # fmt: skip

    def __init__(self, everything: Callable[[], tuple[Any, Any, Any]]) -> None:
        self.held = self.beginnings = 0
        self._everything = everything
        self._resize(_FEWEST_BITS)

    def _resize(self, bits: int) -> None:
        self._bits, self._limit = bits, _limit(bits)
        # Coarse slots: whether taken, how often, how often by beginnings; fine: flags, how often.
        self._taken, self._counts, self._begun = (bytearray(1 << bits - _COARSER) for _ in range(3))
        self._fine, self._fines = bytearray(1 << bits), bytearray(1 << bits)
        self._coarsely = np.array(64 - bits + _COARSER, np.uint64)
        self._unused = np.array(64 - bits, np.uint64)
        self._takens = np.frombuffer(self._taken, np.bool_)
        self._begins = np.frombuffer(self._begun, np.uint8)
        self._flags = np.frombuffer(self._fine, np.uint8)

    def add(self, head: int, flag: int) -> None:
        """Let a word pass; a flag of 0 makes it a beginning."""
        self.held += 1
        self.beginnings += not flag
        if self.held > self._limit:
            self._grow()
        unused = 64 - self._bits
        slot = (head * _BY_BEGINNING & FULL) >> unused + _COARSER
        self._taken[slot] = 1
        _up(self._counts, slot)
        if flag:
            fine = (head * BY_HEAD & FULL) >> unused
            self._fine[fine] |= flag
            _up(self._fines, fine)
        else:
            _up(self._begun, slot)

    def drop(self, head: int, flag: int) -> None:
        """Let pass no more what was added once."""
        self.held -= 1
        self.beginnings -= not flag
        unused = 64 - self._bits
        slot = (head * _BY_BEGINNING & FULL) >> unused + _COARSER
        if _down(self._counts, slot):
            self._taken[slot] = 0
        if not flag:
            _down(self._begun, slot)
            return
        fine = (head * BY_HEAD & FULL) >> unused
        if _down(self._fines, fine):
            self._fine[fine] = 0

    def _grow(self) -> None:
        """Make room for some more."""
        words, flags, begun = self._everything()
        self.held, self.beginnings = len(words) + len(begun) + 1, len(begun) + 1
        self._resize(_bits_for(self.held, self._bits))
        coarse = (np.concatenate([words, begun]) * _FIRST_BYTES >> self._coarsely).view(_INDEX)
        self._takens[_count(self._counts, coarse)] = True
        _count(self._begun, coarse[len(words) :])
        fine = ((words * MULTIPLIER) >> self._unused).view(_INDEX)
        np.bitwise_or.at(self._flags, fine, flags)
        _count(self._fines, fine)

    def sift(self, heads: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401 - arrays
        """Give the indexes of the words that pass, their flags (0: after all not), and begun ones.

        Returns:
            The begun ones are None where no beginning is looked for.
        """
        slots = heads * _FIRST_BYTES
        slots >>= self._coarsely
        slots = slots.view(_INDEX)
        passed = self._takens.take(slots).nonzero()[0]
        if not len(passed):
            return passed, passed, None
        begun = None
        if self.beginnings:
            begun = passed.take(self._begins.take(slots.take(passed)).nonzero()[0])
        fine = heads.take(passed)
        fine *= MULTIPLIER
        fine >>= self._unused
        flags = self._flags.take(fine.view(_INDEX))
        if len(passed) > FEW:
            kept = flags.nonzero()[0]
            passed, flags = passed.take(kept), flags.take(kept)
        return passed, flags, begun
