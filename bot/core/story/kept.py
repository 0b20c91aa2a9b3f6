"""The little that is kept of an article that was read, until it leaves the look-back."""

from __future__ import annotations

import sys
from array import array
from typing import Final, NamedTuple

from bot.core.story.reading import Reading

HEADER: Final = 9
CUTS: Final = 9
RARITY_STEPS: Final = 28
_RARITY: Final = [step / RARITY_STEPS for step in range(256)]


class Sample(NamedTuple):
    """What of an article tells copied text."""

    level: int
    shingles: frozenset[int]
    opening: frozenset[int]


class Kept:
    """A reading packed for the look-back: one row of numbers, and where each of its sets ends.

    Sets of terms are kept as places in the row of all terms, a byte each. Sums are taken when it is
    packed, and rarities are kept in steps: those of when it was read.
    """

    __slots__ = ("_packed", "_small", "when")

    def __init__(self, reading: Reading) -> None:
        steps = bytes([min(255, round(w * RARITY_STEPS)) for w in reading.terms.values()])
        places = {term: place for place, term in enumerate(reading.terms)}
        small = [steps]
        cuts = [len(steps)]
        for terms in (reading.title, reading.marks, reading.odd, reading.lead):
            small.append(bytes([places[term] for term in terms]))
            cuts.append(len(terms))
        packed = [
            reading.length,
            reading.level,
            reading.outlet,
            reading.heading,
            sum(steps),
            sum([steps[places[term]] for term in reading.lead]),
            sum([step * step for step in steps]),
            sum([steps[places[term]] for term in reading.title]),
            sum([steps[places[term]] for term in reading.marks]),
        ]
        packed += reading.terms
        for hashes in (reading.names, reading.numbers, reading.shingles, reading.opening):
            packed += hashes
            cuts.append(len(hashes))
        self.when = reading.when
        self._packed = array("I", packed).tobytes()  # the garbage collector passes bytes over
        self._small = b"".join([bytes(cuts), *small])

    @property
    def length(self) -> int:
        """Tokens of the text that were read."""
        return int.from_bytes(self._packed[:4], sys.byteorder)

    def wording(self) -> Sample:
        """Unpack what tells copied text: it stands at the end."""
        packed = array("I", self._packed)
        *_, shingles, opening = self._small[1:CUTS]
        middle = len(packed) - opening
        return Sample(
            packed[1],
            frozenset(packed[middle - shingles : middle].tolist()),
            frozenset(packed[middle:].tolist()),
        )

    def reading(self) -> Reading:
        """Unpack it; what few comparisons ask for stays packed until they do."""
        return Unpacked(self.when, self._packed, self._small)


class Unpacked(Reading):
    """A reading that was packed, for a few comparisons."""

    __slots__ = ("_row", "_small")

    def __init__(self, when: float, packed: bytes, small: bytes) -> None:
        self._row = row = array("I", packed)
        self._small = small
        self.when = when
        count, title, marks, odd, lead, _, _, shingles, opening = small[:CUTS]
        (
            self.length,
            self.level,
            self.outlet,
            self.heading,
            total,
            lead_total,
            square,
            title_total,
            marks_total,
        ) = row[:HEADER]
        self.total = total / RARITY_STEPS
        self.lead_total = lead_total / RARITY_STEPS
        self.square = square / RARITY_STEPS**2
        self.title_total = title_total / RARITY_STEPS
        self.marks_total = marks_total / RARITY_STEPS
        terms = row[HEADER : HEADER + count].tolist()
        self.known = frozenset(terms)
        at = CUTS + count
        places = small[at : at + title]
        self.titled = {terms[place]: _RARITY[small[CUTS + place]] for place in places}
        self.title = frozenset(self.titled)
        at += title
        self.marks = frozenset([terms[place] for place in small[at : at + marks]])
        at += marks + odd
        self.lead = frozenset([terms[place] for place in small[at : at + lead]])
        middle = len(row) - opening
        self.shingles = frozenset(row[middle - shingles : middle].tolist())
        self.opening = frozenset(row[middle:].tolist())

    def __getattr__(self, name: str) -> object:
        """Unpack what was not asked for yet."""
        row, small = self._row, self._small
        count, title, marks, odd, _, names, numbers, *_ = small[:CUTS]
        start = HEADER + count
        value: object
        match name:
            case "terms":
                rarities = map(_RARITY.__getitem__, small[CUTS : CUTS + count])
                value = dict(zip(row[HEADER:start], rarities, strict=True))
            case "odd":
                at = CUTS + count + title + marks
                value = frozenset([row[HEADER + place] for place in small[at : at + odd]])
            case "names":
                value = frozenset(row[start : start + names])
            case "numbers":
                start += names
                value = frozenset(row[start : start + numbers])
            case _:
                raise AttributeError(name)
        setattr(self, name, value)
        return value
