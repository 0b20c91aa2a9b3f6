"""Documents: an article, or words of it, folded once and asked many times."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot.core import fold
from bot.core.match.grid import Grid
from bot.core.model import Highlight

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.match.base import Leaf, Part
    from bot.core.match.grid import Passed
    from bot.core.match.pattern import Pattern, Stretch
    from bot.core.match.sieve import Sieve
    from bot.core.model import Field

JOIN = f" {fold.BARRIER} "

_WORD = 40
"""Characters that a word and the space before it hardly ever exceed."""

_ASKED = 3
"""Words asked for, one by one, beyond which it is cheaper to have the heads of all at hand."""

Place = tuple[int, int, str]
"""Start and end in the folded text, and the id of the entity that is named there, or ""."""

Piece = tuple[int, int, "Field", int]
"""Where a piece of a field stands in a document: start, end, field, offset within the field."""


def searched_text(title: str, text: str) -> str:
    """Give an article's title and text as one, with a barrier between them."""
    if fold.BARRIER in title or fold.BARRIER in text:
        title, text = title.replace(fold.BARRIER, " "), text.replace(fold.BARRIER, " ")
    return f"{title}{JOIN}{text}"


class Document:
    """Pieces of an article's fields, folded as one text.

    Attributes:
        text: the folded text; pieces that must not run together stand on both sides of a barrier.
        hits: the leaves that the index found in it, and where; no places: they were not counted.
        sought: True once the index has found all that it holds.
        places: what `Pattern.stretches` found already.
        parts: what matches tell of leaves.
        sifted: words of which the index found all places.
        memo: what else was worked out for this document, by the object that did.
    """

    def __init__(
        self,
        original: str,
        pieces: Sequence[Piece],
        root: Document | None = None,
        folded: fold.Folded | None = None,
    ) -> None:
        self.original = original
        self.pieces = pieces
        self._root = root
        self._folded = folded or fold.Folded(original)
        self.text = self._folded.text
        self.hits: dict[Leaf, Sequence[Stretch]] = {}
        self.sought = False
        self.places: dict[Pattern, Sequence[Stretch]] = {}
        self.memo: dict[Any, Any] = {}
        self.parts: dict[Leaf, Part] = {}
        self._offsets: dict[str, list[int]] = {}
        self._has: dict[str, bool] = {}
        self._grid: Grid | None = None
        self.sifted: dict[str, Sequence[Stretch]] = {}

    @property
    def root(self) -> Document:
        """The document of the whole article.

        Held by its parts only: a document that held itself would stay until the collector comes.
        """
        return self._root or self

    @property
    def words(self) -> set[str]:
        """The words, each once."""
        return set(self.text.split())

    @property
    def grid(self) -> Grid:
        """Its words, as numbers."""
        if self._grid is None:
            self._grid = Grid(self.text)
        return self._grid

    def has(self, word: str) -> bool:
        """Say whether a word stands in it."""
        if word in self.sifted:
            return True
        known = self._has.get(word)
        if known is None:
            # Most words that are asked for stand in no article: their heads tell soonest.
            if len(self._has) >= _ASKED:
                known = self.grid.has(word)
            if known is None:
                known = self.text.rfind(f" {word} ") >= 0
            self._has[word] = known
        return known

    def sift(self, sieve: Sieve) -> tuple[Passed, Passed, Passed]:
        """Give what a sieve lets through: words, pairs of words, words with a beginning.

        Returns:
            For each, all texts with their starts and ends, see `Sieve.sift`; the offsets are of
            use only where the folded text is `plain`: else they count bytes.
        """
        return sieve.sift(self.grid)

    @property
    def plain(self) -> bool:
        """Whether the folded text is ASCII."""
        return self.text.isascii()

    def stretches(self, word: str) -> Sequence[Stretch]:
        """Give the places of a word: as they were sifted, or by a search."""
        size = len(word)
        return self.sifted.get(word) or [(at, at + size) for at in self.offsets(word)]

    @cached_property
    def starts(self) -> list[int]:
        """Offsets of the words in `text`, ascending."""
        return [start for start, _ in fold.word_spans(self.text)]

    def apart(self, end: int, start: int, distance: int) -> bool:
        """Say whether a stretch starts more than so many words behind the end of another."""
        reach = end + _WORD * distance
        between = len(self.text[end : min(start, reach)].split(None, distance))
        if between < distance and start > reach:
            between = bisect_left(self.starts, start) - bisect_left(self.starts, end)
        return between >= distance

    def offsets(self, word: str) -> list[int]:
        """Give the offsets of a word in `text`, ascending."""
        known = self._offsets.get(word)
        if known is not None:
            return known
        sifted = self.sifted.get(word)
        if sifted:
            found = self._offsets[word] = [start for start, _ in sifted]
            return found
        if self._grid is not None and self.plain:
            found = self._grid.starts(word)
        else:
            found = self._search(word)
        self._offsets[word] = found
        return found

    def _search(self, word: str) -> list[int]:
        found = []
        needle, size = f" {word} ", len(word) + 1
        text = self.text
        at = text.find(needle)
        while at >= 0:
            found.append(at + 1)
            at = text.find(needle, at + size)
        return found

    def exact(self, start: int, end: int) -> str:
        """Give a word as written, see `fold.Folded.exact`."""
        return self._folded.exact(start, end)

    def standing(self, stretches: Sequence[Stretch], word: str) -> list[Stretch]:
        """Keep the stretches where a word stands as it is written."""
        return self._folded.standing(stretches, word)

    def titled(self, word: str) -> bool:  # noqa: ARG002 - the whole article's asks
        """Say whether a word may stand in the title."""
        return True

    def field(self, start: int) -> Field:
        """Give the field that a stretch lies in."""
        first, _ = self._folded.span(start, start + 1)
        return next(piece[2] for piece in self.pieces if first < piece[1])

    def marks(self, places: Iterable[Place]) -> tuple[Highlight, ...]:
        """Give the original spans of places: for each one in every piece that it touches."""
        return tuple(
            mark for start, end, entity in places for mark in self.marks_of([(start, end)], entity)
        )

    def marks_of(self, stretches: Iterable[Stretch], entity: str = "") -> tuple[Highlight, ...]:
        """Give the original spans of stretches that mean one thing."""
        return tuple(
            mark
            for first, last in self._folded.spans(stretches)
            for mark in self.originals(first, last, entity=entity)
        )

    def originals(self, start: int, end: int, entity: str = "") -> list[Highlight]:
        """Give highlights for a span of `original`."""
        return [
            Highlight(
                field, max(start, first) - first + offset, min(end, last) - first + offset, entity
            )
            for first, last, field, offset in self.pieces
            if start < last and first < end
        ]
