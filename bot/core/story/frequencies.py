"""Document frequencies: shipped bands to begin with, then what was read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from bot.core.story.common import BANDS
from bot.core.story.words import term_of

if TYPE_CHECKING:
    from collections.abc import Iterable

PRIOR_DOCUMENTS: Final = 300.0
"""How many articles of one's own reading the shipped bands weigh as much as."""

RARE: Final = 0.7
"""Documents per thousand of a term that no band lists."""

SMOOTH: Final = 0.25

FORGET_AT: Final = 60_000
"""After so many articles all counts are halved: the news of last year is no measure of today's,
and terms that were met once are let go, which bounds the memory."""


def _shipped() -> dict[int, float]:
    shares: dict[int, float] = {}
    for per_thousand, words in BANDS:
        for word in words.split():
            if term := term_of(word):
                shares.setdefault(term, per_thousand / 1000)
    return shares


class Frequencies:
    """How many articles hold a term; weighs terms by their rarity."""

    __slots__ = ("_counts", "_documents", "_shares")

    def __init__(self) -> None:
        self._shares = _shipped()
        self._counts: dict[int, float] = {}
        self._documents = 0.0

    def add(self, terms: Iterable[int]) -> None:
        """Count one article."""
        counts = self._counts
        for term in terms:
            counts[term] = counts.get(term, 0.0) + 1.0
        self._documents += 1
        if self._documents >= FORGET_AT:
            self._documents /= 2
            self._counts = {term: n / 2 for term, n in counts.items() if n > 1}

    def remove(self, terms: Iterable[int]) -> None:
        """Take back one article."""
        for term in terms:
            left = self._counts.get(term, 0.0) - 1.0
            if left > 0:
                self._counts[term] = left
            else:
                self._counts.pop(term, None)
        self._documents = max(0.0, self._documents - 1)

    def common(self, term: int) -> bool:
        """Say whether a term is listed as a common word of English."""
        return term in self._shares

    def weights(self, terms: Iterable[int]) -> dict[int, float]:
        """Give inverse document frequencies: 1 or 2 for a common word, 7 for a rare one."""
        total = PRIOR_DOCUMENTS + self._documents
        share, count, log = self._shares.get, self._counts.get, math.log
        return {
            term: log(
                total / (PRIOR_DOCUMENTS * share(term, RARE / 1000) + count(term, 0.0) + SMOOTH)
            )
            for term in terms
        }
