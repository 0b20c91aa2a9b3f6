"""Is a report the text of another one, printed again?

Copies are cut, framed with boilerplate, retitled and lightly edited, so the question is how much of
the shorter text stands in the longer one, word for word. Two forms that were filled in differently
(two earthquakes, two earnings reports) have almost all words in common too; what they do not have
in common is names and numbers, and these decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from bot.core.story.words import is_number

if TYPE_CHECKING:
    from collections.abc import Container

    from bot.core.story.reading import Reading

COPIED: Final = 0.70
"""Share of the shorter text's three-word sequences that must stand in the longer one."""

LONG: Final = 100
SHORT_LOST: Final = 0.3
LOST: Final = 0.45
LOST_PER_WORD: Final = 0.02
"""Numbers that a copy may lose, as a share of the shorter text's, and in longer texts by its length
too: an edited report changes a few, a form changes all."""

NAMES_KEPT: Final = 0.30
MOULD: Final = 0.67
"""Share of what is left of two headlines, without such names and numbers, that agrees in a form."""

FORM: Final = 0.45
"""Share of copied text from which two reports are one form, filled in twice or once."""

BRIEF: Final = 30
SHORT: Final = 60
"""Words below which a text proves little by itself: then headlines must agree too."""

RETITLED: Final = 0.5
OPENED: Final = 0.25
OPENED_ALIKE: Final = 0.4

TITLES_AGREE: Final = 0.75
RARE: Final = 2.0
"""Rarity from which a word makes a short entry one of its own."""

SILENT: Final = 0.78
LONGER: Final = 1.15
FRAME: Final = 60
"""What a silent copy may add: a frame of so many words, and a little by its length."""

SHORT_COPIED: Final = 0.85

FEW_SAMPLES: Final = 12
"""Below so many sampled sequences the openings are compared, of which none is left out."""


class Wording(Protocol):
    """What of a reading tells copied text; see `Reading`."""

    @property
    def level(self) -> int:
        """How thinly the shingles are sampled."""

    @property
    def shingles(self) -> frozenset[int]:
        """Sampled hashes of three words in a row."""

    @property
    def opening(self) -> frozenset[int]:
        """All of those of the first words."""


def copied(one: Wording, other: Wording) -> float:
    """Give the share of the shorter text that stands in the longer one, 0 to 1."""
    both = len(one.shingles & other.shingles)
    level = max(one.level, other.level)
    least = min(_thinned(one, level), _thinned(other, level)) if both >= FEW_SAMPLES / 4 else 0
    if least >= FEW_SAMPLES:
        return both / least
    least = min(len(one.opening), len(other.opening))
    return len(one.opening & other.opening) / least if least else 0.0


def _thinned(reading: Wording, level: int) -> int:
    """Count the shingles that are left at a coarser level."""
    if reading.level == level:
        return len(reading.shingles)
    mask = ((1 << level) - 1) << 7
    return sum([not value & mask for value in reading.shingles])


def carries(new: Reading, old: Reading, share: float | None = None) -> bool:
    """Say whether one carries the text of the other, cut, framed, retitled or lightly edited.

    `share` is what `copied` gives, where it is known; so it is below.
    """
    if min(new.length, old.length) < BRIEF:
        titles = len(new.title & old.title)
        agree = titles >= TITLES_AGREE * max(len(new.title), len(old.title), 1)
        return agree and _contained(new, old)
    return (
        (copied(new, old) if share is None else share) >= COPIED
        and not _occasions_clash(new, old)
        and not (new.length > old.length and _retitled(new, old) and _opened(new, old) < OPENED)
    )


def _retitled(new: Reading, old: Reading) -> bool:
    return len(new.title & old.title) < RETITLED * max(len(new.title), len(old.title))


def _opened(new: Reading, old: Reading) -> float:
    """Give the share of the newer report's opening that stands in the opening of the older one.

    A follow-up that ends with the background of the day before has a beginning of its own.
    """
    return _kept(new.opening, old.opening)


def is_copy(new: Reading, old: Reading, share: float | None = None) -> bool:
    """Say whether one is the other again, so surely that nobody needs to hear of it.

    Short texts prove little: there the headlines must be the same, word for word. A number at the
    beginning that the other lacks is news.
    """
    if not (new.lead & new.numbers) <= old.numbers:
        return False
    if min(new.length, old.length) < SHORT:
        return new.heading == old.heading and _contained(new, old) and not _apart(new, old)
    if new.length > old.length * LONGER + FRAME:
        return False
    if (copied(new, old) if share is None else share) < SILENT:
        return False
    if new.heading != old.heading and _opened(new, old) < OPENED_ALIKE:
        return False
    return _kept(new.numbers, old.numbers) >= 1 - LOST and not _occasions_clash(new, old)


def _contained(new: Reading, old: Reading) -> bool:
    """Say whether the shorter text, a few sentences or none, opens the longer one."""
    shorter, longer = sorted((new, old), key=lambda reading: reading.length)
    if not shorter.numbers <= longer.numbers:
        return False
    return shorter.length == 0 or _kept(shorter.opening, longer.opening) >= SHORT_COPIED


def occasions_differ(new: Reading, old: Reading, share: float | None = None) -> bool:
    """Say whether two reports fill one form differently: almost the same words, other instances."""
    if _one_mould(new, old, _marks(new, old), _marks(old, new)) or _numbered(new, old):
        return True
    if new.outlet == old.outlet and _entries_apart(new, old):
        return True
    if share is None:
        share = copied(new, old)
    return share >= FORM and _occasions_clash(new, old)


def _entries_apart(new: Reading, old: Reading) -> bool:
    """Say whether one outlet's two short entries under one headline each have words of their own.

    An outlet that gives its entries one headline, or one form of it, means each of them.
    """
    return (
        max(new.length, old.length) < SHORT
        and len(new.title & old.title) >= MOULD * max(len(new.title), len(old.title))
        and _apart(new, old)
    )


def _apart(new: Reading, old: Reading) -> bool:
    """Say whether each has a word, not of the commonest, that the other lacks."""
    mine, theirs = new.terms, old.terms
    return any(rarity > RARE for term, rarity in mine.items() if term not in theirs) and any(
        rarity > RARE for term, rarity in theirs.items() if term not in mine
    )


def _numbered(new: Reading, old: Reading) -> bool:
    """Say whether two headlines are the same but for their numbers: parts 3 and 4 of a series."""
    numbers = {term for term in new.marks ^ old.marks if is_number(term)}
    return (
        not numbers.isdisjoint(new.title)
        and not numbers.isdisjoint(old.title)
        and new.title - numbers == old.title - numbers
    )


def _occasions_clash(new: Reading, old: Reading) -> bool:
    """Say whether names or numbers show two occasions of one kind of event."""
    shorter, longer = sorted((new, old), key=lambda reading: (reading.length, len(reading.known)))
    lost = len(shorter.numbers - longer.numbers)
    if shorter.length < LONG:
        clash = lost > SHORT_LOST * len(shorter.numbers)
    else:
        clash = lost > max(LOST * len(shorter.numbers), LOST_PER_WORD * shorter.length)
    if clash:
        return True
    if _kept(shorter.names, longer.names | longer.known) < NAMES_KEPT:
        return True
    if any(is_number(term) for term in new.marks & old.marks):
        return False
    return _one_mould(new, old, _strange(new, old), _strange(old, new))


def _one_mould(
    new: Reading, old: Reading, alien: frozenset[int], old_alien: frozenset[int]
) -> bool:
    """Say whether two headlines are one form, filled in with other words.

    What only one of them has must be missing in the whole other report, on both sides: a shortened
    headline is no other occasion, and neither is one that names what the other's text names.
    """
    if not alien or not old_alien:
        return False
    one, other = new.title - alien, old.title - old_alien
    return len(one & other) >= MOULD * max(len(one), len(other))


def _marks(one: Reading, other: Reading) -> frozenset[int]:
    """Find the names and numbers of a headline that the other report lacks."""
    return one.marks - other.known


def _strange(one: Reading, other: Reading) -> frozenset[int]:
    """Find its names, numbers and uncommon words that the other report lacks."""
    return (one.marks | one.odd) - other.known


def _kept(part: frozenset[int], whole: Container[int]) -> float:
    """Give the share of some terms that stand in others; all of none."""
    return sum([term in whole for term in part]) / len(part) if part else 1.0
