"""The words of a text as numbers, all at once in arrays; words are made of a few of them only.

Nothing in the engine but this, sieve.py and bloom.py knows of numpy.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from bot.core.match.bloom import BY_HEAD, FEW, FULL, MULTIPLIER

HEAD = 8
"""Bytes of a word that are looked at: a number has as many."""
_BLANK = np.array(ord(" "), np.uint8)
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(HEAD + 1)], np.uint64)
_SLOT_BITS = 14
"""Slots by which words are asked for one by one, as a power of two: a core can cache them."""
_FULL = 1 << 16
_INDEX = np.dtype(np.intp)
_UNUSED = np.array(64 - _SLOT_BITS, np.uint64)
ANY_WORD = 1 << _SLOT_BITS
"""A slot that is always taken."""
_SLOTS = tuple(range(ANY_WORD))
"""Numbers are objects: many rules share these."""

Passed = tuple[list[str], list[int], list[int]]
"""Texts that pass, their starts and their ends."""
NONE: Passed = ([], [], [])


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
        self._slots: memoryview | None = None
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
    def slots(self) -> memoryview:
        """For every slot of a word (`slot_of`) the number of one that may stand there, from 1.

        Where none does it is 0: of a hundred words that stand nowhere, this says so of 98.
        """
        if self._slots is None:
            slots = np.zeros(ANY_WORD + 1, np.uint16 if len(self.heads) < _FULL else np.uint32)
            at = (self.heads * MULTIPLIER) >> _UNUSED
            slots[at.view(_INDEX)] = np.arange(1, len(at) + 1, dtype=slots.dtype)
            slots[ANY_WORD] = 1
            self._slots = memoryview(slots)  # type: ignore[arg-type]
        return self._slots

    def has(self, word: str) -> bool | None:
        """Say whether a word stands in the text; None where its slot cannot tell."""
        at = self.slots[slot_of(word)]
        if not at:
            return False
        text, start = self._text, self.before.item(at - 1) + 1
        if text.startswith(word, start) and text[start + len(word)] == " ":
            return True
        return None

    def starts(self, word: str) -> list[int]:
        """Give the offsets of a word, ascending; of an ASCII text only."""
        data = word.encode("utf-8", "surrogatepass")
        at = (self.heads == np.uint64(number_of(data))).nonzero()[0]
        before = self.before.item
        starts = [before(one) + 1 for one in at.tolist()]
        if len(data) < HEAD:
            return starts
        text, size = self._text, len(word)
        return [at for at in starts if text.startswith(word, at) and text[at + size] == " "]

    def words(self, at: Any, further: int = 0) -> Passed:  # noqa: ANN401 - an array
        """Give words, or what begins with them and ends so many words further."""
        if len(at) <= FEW:
            return self.few(at.tolist(), further)
        before = self.before.take(at)
        last = (self.last[further:] if further else self.last).take(at)
        before += 1
        last += 1
        starts, ends, text = before.tolist(), last.tolist(), self._text
        spans = zip(starts, ends, strict=True)
        if text:
            return [text[start:end] for start, end in spans], starts, ends
        return [self.cut(start, end) for start, end in spans], starts, ends

    def few(self, at: list[int], further: int = 0) -> Passed:
        """Give a few words likewise."""
        texts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for one in at:
            start, end = self.before.item(one) + 1, self.last.item(one + further) + 1
            texts.append(self.cut(start, end))
            starts.append(start)
            ends.append(end)
        return texts, starts, ends

    def cut(self, start: int, end: int) -> str:
        """Give a stretch of the text."""
        if self._text:
            return self._text[start:end]
        return self._data[start:end].decode("utf-8", "surrogatepass")


@lru_cache(maxsize=8192)
def slot_of(word: str) -> int:
    """Give the slot of a word, see `Grid.slots`."""
    number = number_of(word.encode("utf-8", "surrogatepass"))
    return _SLOTS[(number * BY_HEAD & FULL) >> 64 - _SLOT_BITS]


def number_of(word: bytes) -> int:
    """Give the head of a word, see `Grid`."""
    return int.from_bytes(word[:HEAD], "little")
