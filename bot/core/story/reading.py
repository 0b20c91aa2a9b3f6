"""What is read off an article once, when it arrives, and the little that is kept of it."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.core.story.words import Word, is_number, opens_sentence, read_words

if TYPE_CHECKING:
    from collections.abc import Set

    from bot.core.story.frequencies import Frequencies

TITLE_WORDS: Final = 60
LEAD_WORDS: Final = 60
BODY_WORDS: Final = 250
"""Words of the text that say what it is about; a report puts its event first."""

TEXT_WORDS: Final = 1500
"""Words that are looked at for copied passages."""

TOP_TERMS: Final = 12
KEY_TERMS: Final = 28
"""The heaviest terms, by which an article is found again."""

TERMS: Final = 200
FEW: Final = 80
"""Names and numbers that are kept of an article."""

SHINGLES: Final = 96
OPENING_WORDS: Final = 72
NAME_BOOST: Final = 1.3


@dataclass(slots=True)
class Reading:
    """An article as it is compared: sets of terms and their weights.

    Attributes:
        when: seconds since the epoch.
        length: tokens of the text that were read.
        terms: terms of headline and text with their rarity, the weightiest of this article first.
        title: terms of the headline.
        title_names: names in it.
        title_numbers: numbers in it.
        lead: terms of the headline and the first words.
        names: capitalised terms of headline and text.
        numbers: numbers of headline and text.
        shingles: sampled hashes of three words in a row.
        level: how thinly they are sampled: one of `2 ** level`.
        opening: hashes of three words in a row of the first words, all of them.
        top: the few weightiest terms.
        total: sum of all rarities.
        lead_total: the same of the lead's.
    """

    when: float
    length: int
    terms: dict[int, float]
    title: frozenset[int]
    title_names: frozenset[int]
    title_numbers: frozenset[int]
    lead: frozenset[int]
    names: frozenset[int]
    numbers: frozenset[int]
    shingles: frozenset[int]
    opening: frozenset[int]
    level: int
    top: tuple[int, ...] = field(init=False)
    total: float = field(init=False)
    lead_total: float = field(init=False)

    def __post_init__(self) -> None:
        self.top = tuple(self.terms)[:TOP_TERMS]
        self.total = sum(self.terms.values())
        self.lead_total = sum([self.terms.get(term, 0.0) for term in self.lead])

    @property
    def keys(self) -> tuple[int, ...]:
        """The terms by which it is found again."""
        return tuple(self.terms)[:KEY_TERMS]


class Kept:
    """A reading packed for the look-back: one array, and where each of its sets ends."""

    __slots__ = ("_cuts", "_numbers", "_packed")

    def __init__(self, reading: Reading) -> None:
        packed = array("I")
        cuts = bytearray()
        for terms in (
            reading.terms,
            reading.title,
            reading.title_names,
            reading.title_numbers,
            reading.lead,
            reading.names,
            reading.numbers,
            reading.shingles,
            reading.opening,
        ):
            kept = sorted(terms) if isinstance(terms, frozenset) else terms
            packed.extend(kept)
            cuts.append(len(kept))
        self._packed = packed
        self._cuts = bytes(cuts)
        self._numbers = (reading.when, reading.length, reading.level)

    @property
    def when(self) -> float:
        """Seconds since the epoch."""
        return self._numbers[0]

    def reading(self, frequencies: Frequencies) -> Reading:
        """Unpack it; rarities are today's."""
        packed, start = self._packed, 0
        parts = []
        for size in self._cuts:
            parts.append(packed[start : start + size])
            start += size
        weight = frequencies.weight
        when, length, level = self._numbers
        return Reading(
            when,
            length,
            {term: weight(term) for term in parts[0]},
            *(frozenset(part) for part in parts[1:]),  # type: ignore[arg-type]
            level=level,
        )


def read(title: str, text: str, when: float, frequencies: Frequencies) -> Reading:
    """Read an article. The frequencies are consulted, not changed."""
    heading = read_words(title, TITLE_WORDS)
    body = read_words(text, TEXT_WORDS)
    about = body[:BODY_WORDS]
    capitals, small = _capitals(text, about)
    titled = frozenset(word.term for word in heading if word.term)
    title_numbers = frozenset(word.term for word in heading if is_number(word.text))
    title_names = _title_names(heading, capitals, small, frequencies)
    names = capitals | title_names
    counts = Counter(word.term for word in about if word.term)
    counts.update(titled)
    rarity = {term: frequencies.weight(term) for term in counts}
    ranked = sorted(
        counts,
        key=lambda term: (
            -rarity[term]
            * (1 + math.log(counts[term]))
            * (NAME_BOOST if term in names else 1)
            * (1.5 if term in titled else 1),
            term,
        ),
    )[:TERMS]
    shingles, level = _sample(body or heading)
    return Reading(
        when=when,
        length=len(body),
        terms={term: rarity[term] for term in ranked},
        title=titled,
        title_names=title_names,
        title_numbers=title_numbers,
        lead=titled.union(word.term for word in about[:LEAD_WORDS] if word.term),
        names=_first(names, rarity),
        numbers=_first(
            title_numbers.union(word.term for word in body if is_number(word.text)), rarity
        ),
        shingles=shingles,
        opening=frozenset(_shingles(body[:OPENING_WORDS])),
        level=level,
    )


def _first(terms: frozenset[int], rarity: dict[int, float]) -> frozenset[int]:
    """Keep the FEW rarest."""
    if len(terms) <= FEW:
        return terms
    return frozenset(sorted(terms, key=lambda term: (-rarity.get(term, 0.0), term))[:FEW])


def _capitals(text: str, words: list[Word]) -> tuple[frozenset[int], frozenset[int]]:
    """Find the terms with a capital inside a sentence, and those that are also written small."""
    capitals: set[int] = set()
    small: set[int] = set()
    for word in words:
        if not word.term:
            continue
        if not word.text[0].isupper():
            small.add(word.term)
        elif not opens_sentence(text, word.start):
            capitals.add(word.term)
    return frozenset(capitals), frozenset(small)


def _title_names(
    heading: list[Word],
    capitals: frozenset[int],
    small: frozenset[int],
    frequencies: Frequencies,
) -> frozenset[int]:
    """Find the names of a headline, also where it capitalises every word.

    The text tells: a name is written with a capital there too. Where the text does not have the
    word, a capital counts if the headline writes other words small.
    """
    upper = sum(word.text[0].isupper() for word in heading)
    lower = sum(word.text[0].islower() and len(word.text) > 3 for word in heading)  # noqa: PLR2004
    telling = upper <= 1.5 * lower or not small
    names = set()
    for i, word in enumerate(heading):
        if not word.term or not word.text[0].isupper():
            continue
        strange = word.term not in small and not frequencies.common(word.term)
        if word.term in capitals or (i and telling and strange):
            names.add(word.term)
    return frozenset(names)


def _shingles(words: list[Word]) -> set[int]:
    """Hash each three words in a row; function words count by their length."""
    terms = [word.term or len(word.text) for word in words]
    return {
        (a * 0x9E3779B1 + b * 0x85EBCA77 + c * 0xC2B2AE3D) & 0xFFFFFFFF
        for a, b, c in zip(terms, terms[1:], terms[2:], strict=False)
    }


def _sample(words: list[Word]) -> tuple[frozenset[int], int]:
    """Keep at most SHINGLES of a text's shingles, by their value, so that copies keep the same."""
    hashes = _shingles(words)
    level = 0
    while len(hashes) > SHINGLES:
        level += 1
        hashes = set(thin(hashes, level))
    return frozenset(hashes), level


def thin(shingles: Set[int], level: int) -> Set[int]:
    """Keep one of `2 ** level` shingles."""
    mask = ((1 << level) - 1) << 7
    return {value for value in shingles if not value & mask} if mask else shingles
