"""Is a report the text of another one, printed again?

Copies are cut, framed with boilerplate, retitled and lightly edited, so the question is how much of
the shorter text stands in the longer one, word for word. Two forms that were filled in differently
(two earthquakes, two earnings reports) have almost all words in common too; what they do not have in
common is names and numbers, and these decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Container

    from bot.core.story.reading import Reading

COPIED: Final = 0.70
"""Share of the shorter text's three-word sequences that must stand in the longer one."""

NUMBERS_KEPT: Final = 0.55
NAMES_KEPT: Final = 0.30
FORM: Final = 0.45
"""Share of copied text from which two reports are one form, filled in twice or once."""

SHORT: Final = 30
"""Words below which a text proves nothing by itself: then headlines must agree too."""

TITLES_AGREE: Final = 0.75
SHORT_COPIED: Final = 0.85

FEW_SAMPLES: Final = 12
"""Below so many sampled sequences the openings are compared, of which none is left out."""


def copied(one: Reading, other: Reading) -> float:
    """Give the share of the shorter text that stands in the longer one, 0 to 1."""
    both = len(one.shingles & other.shingles)
    level = max(one.level, other.level)
    least = min(_thinned(one, level), _thinned(other, level)) if both >= FEW_SAMPLES / 4 else 0
    if least >= FEW_SAMPLES:
        return both / least
    least = min(len(one.opening), len(other.opening))
    return len(one.opening & other.opening) / least if least else 0.0


def _thinned(reading: Reading, level: int) -> int:
    """Count the shingles that are left at a coarser level."""
    if reading.level == level:
        return len(reading.shingles)
    mask = ((1 << level) - 1) << 7
    return sum([not value & mask for value in reading.shingles])


def is_copy(new: Reading, old: Reading) -> bool:
    """Say whether one is a copy of the other; strict, because a reprint is told to nobody."""
    if occasions_clash(new, old):
        return False
    if min(new.length, old.length) < SHORT:
        return _same_short(new, old)
    return copied(new, old) >= COPIED


def occasions_differ(new: Reading, old: Reading) -> bool:
    """Say whether two reports fill one form differently: almost the same words, other instances."""
    if titles_differ_in_instance(new, old):
        return True
    return copied(new, old) >= FORM and occasions_clash(new, old)


def occasions_clash(new: Reading, old: Reading) -> bool:
    """Say whether names or numbers show two occasions of one kind of event."""
    shorter, longer = sorted((new, old), key=lambda reading: (reading.length, len(reading.terms)))
    if shorter.numbers and _kept(shorter.numbers, longer.numbers) < NUMBERS_KEPT:
        return True
    if shorter.names and _kept(shorter.names, longer.names | longer.terms.keys()) < NAMES_KEPT:
        return True
    return titles_differ_in_instance(new, old)


def titles_differ_in_instance(new: Reading, old: Reading) -> bool:
    """Say whether two headlines are one mould with other names, numbers or rare words in it.

    What only one of them has must be missing in the whole other report, on both sides: a shortened
    headline is no other instance, and neither is one that names what the other's text names.
    """
    alien = [t for t in new.title if t not in old.terms]
    old_alien = [t for t in old.title if t not in new.terms]
    if not alien or not old_alien:
        return False
    if new.marks.isdisjoint(alien) or old.marks.isdisjoint(old_alien):
        return False
    both = len(new.title & old.title)
    return both >= 0.5 * (min(len(new.title), len(old.title)) - 1)


def _same_short(new: Reading, old: Reading) -> bool:
    """Compare where one has a sentence or nothing: headlines, numbers and those words agree."""
    shorter, longer = sorted((new, old), key=lambda reading: reading.length)
    titles = len(new.title & old.title)
    if titles < TITLES_AGREE * max(len(new.title), len(old.title), 1):
        return False
    if not shorter.numbers <= longer.numbers:
        return False
    return shorter.length == 0 or _kept(shorter.opening, longer.opening) >= SHORT_COPIED


def _kept(part: frozenset[int], whole: Container[int]) -> float:
    """Give the share of some terms that stand in others; all of none."""
    return sum([term in whole for term in part]) / len(part) if part else 1.0
