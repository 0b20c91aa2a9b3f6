"""One new article against those on the shelf, each question asked of a pair once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from bot.core.story.reprints import (
    BRIEF,
    COPIED,
    SHORT,
    SILENT,
    carries,
    copied,
    is_copy,
    occasions_differ,
)
from bot.core.story.resemblance import RARE, likeness
from bot.core.story.weights import STORY, STORY_BIAS

if TYPE_CHECKING:
    from bot.core.story.reading import Reading
    from bot.core.story.shelf import Shelf

MOST: Final = 6.0
"""Log odds are capped here, so that no single comparison decides over all others."""

COPY_ODDS: Final = 2.0
"""Log odds at least, for two reports that carry one text."""

TEXT_SHARE: Final = 0.9
SAME_TEXT: Final = 0.75
TEXT_MARGIN: Final = 0.35
"""A copy belongs where its text is, whatever else its story holds: there the member with the text
counts nine tenths, the mean over the compared members one."""

DAY: Final = 86_400.0
LONG_QUIET: Final = 3.0
OLD: Final = 5.0
"""Days from which on it makes no difference how long ago a story was told last, and first."""


BARE: Final = 6
"""Words below which an entry is next to nothing but its headline."""

SCRAP: Final = 2
BARE_HEADLINE: Final = 3
"""Rare words that entries with so little text must share: one name in common is no event."""

STRANGERS: Final = ((BRIEF, 5), (100, 8))
"""Those that texts of fewer words than so many must share whose headlines name nothing in common:
the place is the same and so is the deed, but it was done by others to others."""


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

    def belongs(self, near: list[int], members: list[int], *, size: int, rival: float) -> float:
        """Give the log odds that the article belongs to a story.

        Args:
            near: the members by which the story was found.
            members: its opener and the newest, in order.
            size: how many members it has.
            rival: the best log odds of any member of another story.
        """
        asked = {*near, *members}
        measures = self.told_by(near, members, size=size, rival=rival)
        odds = STORY_BIAS + sum(
            [weight * value for weight, value in zip(STORY, measures, strict=True)]
        )
        if any(map(self._holds, asked)):
            top, mean, *_ = measures
            return max(odds, TEXT_SHARE * top + (1 - TEXT_SHARE) * mean - TEXT_MARGIN)
        return odds

    def told_by(
        self, near: list[int], members: list[int], *, size: int, rival: float
    ) -> tuple[float, ...]:
        """Give the measures that decide whether an article belongs to a story; see `STORY`."""
        chances = [self.odds(serial) for serial in members]
        return (
            max(map(self.odds, {*near, *members})),
            sum(chances) / len(chances),
            chances[0],
            min(chances),
            math.log(size),
            math.log(len(near)),
            min(self._days(members[-1]), LONG_QUIET),
            min(self._days(members[0]), OLD),
            rival,
        )

    def _days(self, serial: int) -> float:
        """Give the time between the article and that one, in days."""
        return abs(self._reading.when - self._shelf.when(serial)) / DAY

    def is_copy(self, serial: int) -> bool:
        """Say whether the article is that one again, so that nobody needs to hear of it."""
        reading = self._reading
        share = self._share(serial)
        if share < SILENT and min(reading.length, self._shelf.length(serial)) >= SHORT:
            return False  # as `is_copy` would say, but nothing more is unpacked for it
        return is_copy(reading, self._shelf.get(serial), share)

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
        least = _least_shared(reading, other, shorter)
        if least and _shared(reading, other) < least:
            return -MOST
        odds = max(-MOST, min(MOST, likeness(reading, other)))
        if odds < COPY_ODDS and share >= COPIED and shorter >= BRIEF:
            return COPY_ODDS if carries(reading, other, share) else odds
        return odds


def _least_shared(new: Reading, old: Reading, shorter: int) -> int:
    """Give how many rare words two reports must have in common at least."""
    for words, least in STRANGERS:
        if shorter < words and _strangers(new, old):
            return least
    if shorter < BARE:
        return BARE_HEADLINE
    return SCRAP if shorter < BRIEF else 0


def _shared(new: Reading, old: Reading) -> int:
    """Count the rare words that two reports have in common."""
    return sum([new.terms[term] > RARE for term in new.known & old.known])


def _strangers(new: Reading, old: Reading) -> bool:
    """Say whether both headlines have names or numbers, and neither report any of the other's."""
    return (
        bool(new.marks and old.marks)
        and new.marks.isdisjoint(old.known)
        and old.marks.isdisjoint(new.known)
    )
