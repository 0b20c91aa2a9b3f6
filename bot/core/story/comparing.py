"""One new article against those on the shelf, each question asked of a pair once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.story.reprints import BRIEF, COPIED, SHORT, carries, copied, is_copy, occasions_differ
from bot.core.story.resemblance import RARE, likeness

if TYPE_CHECKING:
    from bot.core.story.reading import Reading
    from bot.core.story.shelf import Shelf

MOST: Final = 6.0
"""Log odds are capped here, so that no single comparison decides over all others."""

COPY_ODDS: Final = 2.0
"""Log odds at least, for two reports that carry one text."""

BEST_SHARE: Final = 0.25
"""How much the most similar member counts; the rest is the mean over the compared members."""

TEXT_SHARE: Final = 0.9
SAME_TEXT: Final = 0.75
"""A copy belongs where its text is, whatever else its story holds."""


BARE: Final = 6
"""Words below which an entry is next to nothing but its headline."""

SCRAP: Final = 2
BARE_HEADLINE: Final = 3
"""Rare words that entries with so little text must share: one name in common is no event."""


class Comparisons:
    """Compares a new article with kept ones, given by their serials on the shelf."""

    __slots__ = ("_odds", "_reading", "_shares", "_shelf")

    def __init__(self, reading: Reading, shelf: Shelf) -> None:
        self._reading = reading
        self._shelf = shelf
        self._odds: dict[int, float] = {}
        self._shares: dict[int, float] = {}

    def odds(self, serial: int) -> float:
        """Give the log odds that both tell of one event."""
        odds = self._odds.get(serial)
        if odds is None:
            self._odds[serial] = odds = self._compare(serial)
        return odds

    def belongs(self, near: list[int], members: list[int]) -> float:
        """Give the log odds that the article belongs to a story.

        Args:
            near: the members by which the story was found.
            members: its opener and the newest.
        """
        asked = {*near, *members}
        chances = [self.odds(serial) for serial in members]
        top = max(map(self.odds, asked))
        share = TEXT_SHARE if any(map(self._holds, asked)) else BEST_SHARE
        return share * top + (1 - share) * sum(chances) / len(chances)

    def is_copy(self, serial: int) -> bool:
        """Say whether the article is that one again, so that nobody needs to hear of it."""
        return is_copy(self._reading, self._shelf.get(serial), self._share(serial))

    def carries(self, serial: int) -> bool:
        """Say whether one carries the text of the other."""
        reading = self._reading
        share = self._share(serial)
        if share < COPIED and min(reading.length, self._shelf.length(serial)) >= BRIEF:
            return False
        return carries(reading, self._shelf.get(serial), share)

    def _share(self, serial: int) -> float:
        share = self._shares.get(serial)
        if share is None:
            self._shares[serial] = share = copied(self._reading, self._shelf.wording(serial))
        return share

    def _holds(self, serial: int) -> bool:
        """Say whether that member has this very text."""
        return (
            self.odds(serial) >= COPY_ODDS
            and self._share(serial) >= SAME_TEXT
            and min(self._reading.length, self._shelf.length(serial)) >= SHORT
        )

    def _compare(self, serial: int) -> float:
        reading, other = self._reading, self._shelf.get(serial)
        share = self._shares[serial] = copied(reading, other)
        if occasions_differ(reading, other, share):
            return -MOST
        shorter = min(reading.length, other.length)
        if shorter < BRIEF and _little_shared(
            reading, other, BARE_HEADLINE if shorter < BARE else SCRAP
        ):
            return -MOST
        odds = max(-MOST, min(MOST, likeness(reading, other)))
        if odds < COPY_ODDS and share >= COPIED and shorter >= BRIEF:
            return COPY_ODDS if carries(reading, other, share) else odds
        return odds


def _little_shared(new: Reading, old: Reading, least: int) -> bool:
    common = new.terms.keys() & old.terms.keys()
    return sum([new.terms[term] > RARE for term in common]) < least
