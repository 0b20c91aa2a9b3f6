"""The articles of the look-back, found again by the terms that they share with a new one."""

from __future__ import annotations

import sys
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.core.story.kept import Kept

if TYPE_CHECKING:
    from bot.core.story.reading import Reading
    from bot.core.story.reprints import Wording

POSTINGS: Final = 64
"""Newest articles that are remembered for a term. What all articles have tells nothing apart."""

ASKED: Final = 18
"""Of the terms under which an article is filed, those that are looked up for a new one."""

FOUND: Final = 8
"""Articles that are looked at closely, at most."""

ALWAYS: Final = 5
ENOUGH: Final = 0.05
"""Share of what is rare in the new article that any but the first few must have as well."""

UNPACKED: Final = 256
"""Readings kept unpacked, the latest used."""


SERIAL: Final = 4
"""Bytes of a serial in a posting."""

LONGEST: Final = SERIAL * (POSTINGS - 1)
"""Bytes of a posting that are kept when one more comes."""


class Shelf:
    """Holds readings under serial numbers; forgets them by age."""

    def __init__(self) -> None:
        self._kept: dict[int, Kept] = {}
        # The serials of a term as bytes: nothing that the garbage collector has to look at.
        self._postings: dict[int, bytes] = {}
        self._order: deque[tuple[float, int]] = deque()
        self._unpacked: OrderedDict[int, Reading] = OrderedDict()
        self._next = 0

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, serial: int) -> bool:
        return serial in self._kept

    def add(self, reading: Reading, arrived: float) -> int:
        """Keep a reading; give its serial."""
        serial = self._next
        self._next += 1
        self._kept[serial] = Kept(reading)
        self._order.append((arrived, serial))
        own = serial.to_bytes(SERIAL, sys.byteorder)
        postings = self._postings
        for term in reading.keys:
            posting = postings.get(term)
            postings[term] = own if posting is None else posting[-LONGEST:] + own
        return serial

    def remove(self, serial: int) -> None:
        """Forget one; its postings fall out with time."""
        self._kept.pop(serial, None)
        self._unpacked.pop(serial, None)

    def expire(self, before: float) -> list[int]:
        """Forget what arrived earlier than `before`; give the serials."""
        gone = []
        while self._order and self._order[0][0] < before:
            _, serial = self._order.popleft()
            if serial in self._kept:
                self.remove(serial)
                gone.append(serial)
        if gone and self._order and self._order[0][1] // SWEEP != gone[0] // SWEEP:
            self._sweep(self._order[0][1])
        return gone

    def _sweep(self, oldest: int) -> None:
        """Let go the postings of terms that only forgotten articles had."""
        dead = [
            term
            for term, posting in self._postings.items()
            if int.from_bytes(posting[-SERIAL:], sys.byteorder) < oldest
        ]
        for term in dead:
            del self._postings[term]

    def get(self, serial: int) -> Reading:
        """Give a reading.

        Raises:
            KeyError: it was forgotten.
        """
        reading = self._unpacked.get(serial)
        if reading is None:
            reading = self._kept[serial].reading()
            self._unpacked[serial] = reading
            if len(self._unpacked) > UNPACKED:
                self._unpacked.popitem(last=False)
        return reading

    def when(self, serial: int) -> float:
        """Give the time of an article, without unpacking it."""
        return self._kept[serial].when

    def length(self, serial: int) -> int:
        """Give the length of its text in words, without unpacking it."""
        return self._kept[serial].length

    def wording(self, serial: int) -> Wording:
        """Give what of it tells copied text, without unpacking the rest."""
        return self._unpacked.get(serial) or self._kept[serial].wording()

    def find(self, reading: Reading, enough: float = ENOUGH) -> list[int]:
        """Give the serials of the articles that share most of what is rare, best first.

        Any but the first few must share `enough` of it, 0 to 1.
        """
        postings, worths = [], []
        whole = 0.0
        for term in reading.keys[:ASKED]:
            worth = reading.terms[term] ** 2
            whole += worth
            posting = self._postings.get(term)
            if posting is not None:
                postings.append(posting)
                worths.append(worth)
        kept = self._kept
        best = _best(postings, worths) if postings else []
        there = [(worth, serial) for worth, serial in best if serial in kept][:FOUND]
        return [
            serial
            for rank, (worth, serial) in enumerate(there)
            if rank < ALWAYS or worth >= enough * whole
        ]


SWEEP: Final = 5_000
"""Articles forgotten between two sweeps of the postings."""


def _best(postings: list[bytes], worths: list[float]) -> list[tuple[float, int]]:
    """Sum for each serial the worths of its postings; give the best few, best first.

    Serials are places in a row of sums: most postings are of the look-back, and zeroing a row is
    cheaper than to look a thousand serials up.
    """
    serials = np.frombuffer(b"".join(postings), dtype=np.uint32)
    worth = np.repeat(worths, [len(posting) // SERIAL for posting in postings])
    low = int(serials.min())
    places = serials.astype(np.intp) - low
    if int(serials.max()) - low > SPAN:
        known, places = np.unique(serials, return_inverse=True)
        sums = np.bincount(places, worth)
    else:
        sums = np.bincount(places, worth)
        order = np.arange(len(places))
        latest = np.empty(len(sums), dtype=np.intp)
        latest[places] = order
        places = places[latest[places] == order]  # each once
        known, sums = places + low, sums[places]
    if len(sums) > 2 * FOUND:  # few are sorted
        few = np.flatnonzero(sums >= np.partition(sums, -2 * FOUND)[-2 * FOUND])
        known, sums = known[few], sums[few]
    return sorted(zip(sums.tolist(), known.tolist(), strict=True), reverse=True)[: 2 * FOUND]


SPAN: Final = 200_000
"""Serials from the oldest to the newest, beyond which they are sorted instead."""
