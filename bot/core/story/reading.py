"""What is read off an article once, when it arrives."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final
from zlib import crc32

import numpy as np

from bot.core.story.words import TOKEN, is_number, opens_sentence, read_words, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from bot.core.story.frequencies import Frequencies

TITLE_WORDS: Final = 60
LEAD_WORDS: Final = 60
BODY_WORDS: Final = 250
"""Words of the text that say what it is about; a report puts its event first."""

TEXT_WORDS: Final = 1000
"""Words that are looked at for copied passages."""

KEY_TERMS: Final = 24
"""The heaviest terms, by which an article is found again."""

TERMS: Final = 200
FEW: Final = 48
"""Names and numbers that are kept of an article."""

SHINGLES: Final = 80
LEVELS: Final = 25
OPENING_WORDS: Final = 50

_BAR: Final = re.compile(r"\s+[|•·»–—-]\s+|[|»]")

NAME_BOOST: Final = 1.3
TITLE_BOOST: Final = 1.5


@dataclass(slots=True)
class Reading:
    """An article as it is compared: sets of terms and their rarities.

    Attributes:
        when: seconds since the epoch.
        length: tokens of the text that were read.
        level: how thinly its shingles are sampled: one of `2 ** level`.
        outlet: hash of the outlet's name; 0 when unknown.
        heading: hash of the headline's words, all of them and as they are, without the site's name.
        terms: terms of headline and text with their rarity, the weightiest of this article first.
        title: terms of the headline.
        marks: names and numbers in it, which tell one occasion from another.
        odd: its words that no list of common words has; marks among them or not.
        lead: terms of the headline and the first words.
        names: capitalised terms of headline and text.
        numbers: numbers of headline and text.
        shingles: sampled hashes of three words in a row.
        opening: hashes of three words in a row of the first words, all of them.
        total: sum of the rarities of all terms.
        lead_total: sum of those of the lead.
        square: sum of all squared rarities.
        known: the terms, without their rarity.
        titled: terms of the headline with their rarity.
        title_total, marks_total: sums of rarities.
    """

    when: float
    length: int
    level: int
    outlet: int
    heading: int
    terms: dict[int, float]
    title: frozenset[int]
    marks: frozenset[int]
    odd: frozenset[int]
    lead: frozenset[int]
    names: frozenset[int]
    numbers: frozenset[int]
    shingles: frozenset[int]
    opening: frozenset[int]
    total: float
    lead_total: float
    square: float
    known: frozenset[int] = field(init=False)
    titled: dict[int, float] = field(init=False)
    title_total: float = field(init=False)
    marks_total: float = field(init=False)

    def __post_init__(self) -> None:
        self.known = frozenset(self.terms)
        self.titled = {term: self.terms[term] for term in self.title}
        self.title_total = self.in_title(self.title)
        self.marks_total = self.in_title(self.marks)

    def in_title(self, terms: Iterable[int]) -> float:
        """Add up the rarities of some terms of the headline."""
        rarity = self.titled
        return sum([rarity[term] for term in terms])

    @property
    def keys(self) -> tuple[int, ...]:
        """The terms by which it is found again."""
        return tuple(islice(self.terms, KEY_TERMS))


def read(
    title: str, text: str, when: float, frequencies: Frequencies, *, outlet: str = ""
) -> Reading:
    """Read an article. The frequencies are consulted, not changed."""
    heading, _ = read_words(title, TITLE_WORDS, TITLE_WORDS)
    body, starts = read_words(text, TEXT_WORDS, BODY_WORDS)
    title_terms = terms_of(heading)
    body_terms = terms_of(body)
    about = body_terms[:BODY_WORDS]
    capitals, small = _capitals(text, body[:BODY_WORDS], about, starts)
    titled = frozenset(filter(None, title_terms))
    marks = _marks(heading, title_terms, capitals, small, frequencies)
    names = capitals | {term for term in marks if not is_number(term)}
    counts = Counter(about)
    counts.update(titled)
    del counts[0]
    rarity = frequencies.weights(counts)
    ranked = sorted(
        [
            (
                -rarity[term]
                * (1 + math.log(count))
                * (NAME_BOOST if term in names else 1)
                * (TITLE_BOOST if term in titled else 1),
                term,
            )
            for term, count in counts.items()
        ]
    )[:TERMS]
    terms = {term: rarity[term] for _, term in ranked}
    numbers = {term for term in body_terms if term & 1}.union(filter(is_number, titled))
    hashes = _shingles(body_terms or title_terms, body or heading)
    shingles, level = _sample(hashes)
    lead = titled.union(about[:LEAD_WORDS]) & terms.keys()
    return Reading(
        when=when,
        length=len(body),
        level=level,
        outlet=crc32(outlet.encode("utf-8", "surrogatepass")),
        heading=_heading(title),
        terms=terms,
        title=titled & terms.keys(),
        marks=marks & terms.keys(),
        odd=frozenset([t for t in titled if t in terms and not frequencies.common(t)]),
        lead=lead,
        names=_first(names, rarity),
        numbers=_first(frozenset(numbers), rarity),
        shingles=shingles,
        opening=frozenset(hashes[: OPENING_WORDS - 2].tolist() if body else ()),
        total=sum(terms.values()),
        lead_total=sum([terms[term] for term in lead]),
        square=sum([weight * weight for weight in terms.values()]),
    )


def _heading(title: str) -> int:
    """Hash the words of a headline's longest part between bars."""
    part = max(_BAR.split(title), key=len)
    return crc32(" ".join(TOKEN.findall(part.casefold())).encode("utf-8", "surrogatepass"))


def _first(terms: frozenset[int], rarity: dict[int, float]) -> frozenset[int]:
    """Keep the FEW rarest."""
    if len(terms) <= FEW:
        return terms
    return frozenset(sorted(terms, key=lambda term: (-rarity.get(term, 0.0), term))[:FEW])


def _capitals(
    text: str, tokens: list[str], terms: list[int], starts: list[int]
) -> tuple[frozenset[int], set[int]]:
    """Find the terms with a capital inside a sentence, and those that are also written small."""
    capitals: set[int] = set()
    small: set[int] = set()
    for token, term, start in zip(tokens, terms, starts, strict=False):
        if not term:
            continue
        if not token[0].isupper():
            small.add(term)
        elif not opens_sentence(text, start):
            capitals.add(term)
    return frozenset(capitals), small


def _marks(
    heading: list[str],
    terms: list[int],
    capitals: frozenset[int],
    small: set[int],
    frequencies: Frequencies,
) -> frozenset[int]:
    """Find the names and numbers of a headline, also where it capitalises every word.

    The text tells: a name is written with a capital there too. Where the text does not have the
    word, a capital counts if the headline writes other words small.
    """
    upper = sum([token[0].isupper() for token in heading])
    lower = sum([token[0].islower() and len(token) > 3 for token in heading])  # noqa: PLR2004
    telling = upper <= 1.5 * lower or not small
    marks = set()
    for i, (token, term) in enumerate(zip(heading, terms, strict=True)):
        if is_number(term):
            marks.add(term)
        elif term and token[0].isupper():
            strange = term not in small and not frequencies.common(term)
            if term in capitals or (i and telling and strange):
                marks.add(term)
    return frozenset(marks)


def _shingles(terms: list[int], tokens: list[str]) -> NDArray[np.uint32]:
    """Hash each three words in a row, in order; function words count by their length."""
    full = [term or len(token) for term, token in zip(terms, tokens, strict=False)]
    words = np.array(full, dtype=np.uint32)
    hashes: NDArray[np.uint32] = words[:-2] * _ONE + words[1:-1] * _TWO + words[2:] * _THREE
    return hashes


_ONE: Final = np.uint32(0x9E3779B1)
_TWO: Final = np.uint32(0x85EBCA77)
_THREE: Final = np.uint32(0xC2B2AE3D)


def _sample(hashes: NDArray[np.uint32]) -> tuple[frozenset[int], int]:
    """Keep at most SHINGLES of a text's shingles, by their value, so that copies keep the same."""
    if len(hashes) > SHINGLES:
        hashes = np.sort(hashes)
        hashes = hashes[np.append(hashes[:-1] != hashes[1:], True)]
    level = 0
    while len(hashes) > SHINGLES and level < LEVELS:
        level += 1
        hashes = hashes[hashes & np.uint32(((1 << level) - 1) << 7) == 0]
    return frozenset(hashes.tolist()), level
