"""Documents: an article, or words of it, folded once and asked many times."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot.core import fold
from bot.core.match.grid import Grid, slot_of
from bot.core.model import Highlight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.match.base import Leaf, Part
    from bot.core.match.grid import Passed
    from bot.core.match.pattern import Pattern, Stretch
    from bot.core.match.sieve import Sieve
    from bot.core.model import Article, Field, Quote

_JOIN = f" {fold.BARRIER} "

_WORD = 40
"""Characters that a word and the space before it hardly ever exceed."""

_ASKED = 3
"""Words asked for, one by one, beyond which it is cheaper to have the heads of all at hand."""

_mark = tuple.__new__
"""Makes a named tuple of a tuple: its own way there is a call in Python, four times as long."""

Place = tuple[int, int, str]
"""Start and end in the folded text, and the id of the entity that is named there, or ""."""

Piece = tuple[int, int, "Field", int]
"""Where a piece of a field stands in a document: start, end, field, offset within the field."""


def searched_text(title: str, text: str) -> str:
    """Give an article's title and text as one, with a barrier between them."""
    if fold.BARRIER in title or fold.BARRIER in text:
        title, text = title.replace(fold.BARRIER, " "), text.replace(fold.BARRIER, " ")
    return f"{title}{_JOIN}{text}"


class Document:
    """Pieces of an article's fields, folded as one text.

    Attributes:
        text: the folded text; pieces that must not run together stand on both sides of a barrier.
        hits: the leaves that the index found in it, and where; no places: they were not counted.
        places: what `Pattern.stretches` found already.
        parts: what matches tell of leaves.
        sifted: words that the index found in it, and where; no places: they were not counted.
        memo: what else was worked out for this document, by the object that did.
    """

    def __init__(
        self, original: str, pieces: Sequence[Piece], root: Document | None = None
    ) -> None:
        self.original = original
        self.pieces = pieces
        self._root = root
        self._folded = fold.Folded(original)
        self.text = self._folded.text
        self.hits: dict[Leaf, Sequence[Stretch]] = {}
        self.places: dict[Pattern, Sequence[Stretch]] = {}
        self.memo: dict[Any, Any] = {}
        self.parts: dict[Leaf, Part] = {}
        self._offsets: dict[str, list[int]] = {}
        self._has: dict[str, bool] = {}
        self._grid: Grid | None = None
        self.sifted: Mapping[str, Sequence[Stretch]] = {}

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
            maybe = len(self._has) < _ASKED or self.grid.slots[slot_of(word)]
            known = self._has[word] = bool(maybe) and f" {word} " in self.text
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
        between = len(self.text[end : min(start, reach)].split())
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
        found = []
        needle, size = f" {word} ", len(word) + 1
        text = self.text
        at = text.find(needle)
        while at >= 0:
            found.append(at + 1)
            at = text.find(needle, at + size)
        self._offsets[word] = found
        return found

    def exact(self, start: int, end: int) -> str:
        """Give a word as written, see `fold.Folded.exact`."""
        return self._folded.exact(start, end)

    def standing(self, stretches: Sequence[Stretch], word: str) -> list[Stretch]:
        """Keep the stretches where a word stands as it is written."""
        return self._folded.standing(stretches, word)

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


class ArticleDocument(Document):
    """An article's title and text, with what its rules also ask for."""

    def __init__(self, article: Article, quotes: Sequence[Quote] | None) -> None:
        self.article = article
        self.quotes = quotes
        whole, title = searched_text(article.title, article.text), len(article.title)
        self.body_start = title + len(_JOIN)
        super().__init__(whole, ((0, title, "title", 0), (self.body_start, len(whole), "text", 0)))
        self._fields: dict[str, Document] = {}
        self._quotes: dict[int, Document] = {}

    @cached_property
    def barrier(self) -> int:
        """Offset of the barrier between title and text in the folded text."""
        return self.text.index(fold.BARRIER)

    def field(self, start: int) -> Field:
        """Give the field that a stretch lies in."""
        return "title" if start < self.barrier else "text"

    def marks_of(self, stretches: Iterable[Stretch], entity: str = "") -> tuple[Highlight, ...]:
        """Give the original spans of stretches; a barrier keeps each in one field."""
        body, folded, marks = self.body_start, self._folded, []
        plain, ends = folded.one_to_one, folded.ends
        for start, end in stretches:
            if plain and end not in ends:
                first, last = start - 1, end - 1
            else:
                first, last = folded.span(start, end)
            if first < body:
                marks.append(_mark(Highlight, ("title", first, last, entity)))
            else:
                marks.append(_mark(Highlight, ("text", first - body, last - body, entity)))
        return tuple(marks)

    @cached_property
    def first_paragraph(self) -> int:
        """Offset in the article's text behind its first paragraph."""
        text = self.article.text
        begin = len(text) - len(text.lstrip())
        end = text.find("\n\n", begin)
        return len(text) if end < 0 else end

    def of_field(self, field: str) -> Document:
        """Give the document of the source (with its domain), lang, section or author."""
        if field not in self._fields:
            value: str = getattr(self.article, field)
            original = f"{value}{_JOIN}{self.article.domain}" if field == "source" else value
            pieces: list[Piece] = [(0, len(value), field, 0)]  # type: ignore[list-item]
            self._fields[field] = Document(original, pieces, self)
        return self._fields[field]

    def of_quote(self, index: int) -> Document:
        """Give the document of one quote's words; its pieces run on from one to the next."""
        if index not in self._quotes:
            assert self.quotes is not None  # noqa: S101 - asked for a quote of this document
            pieces: list[Piece] = []
            words: list[str] = []
            at = 0
            for start, end in self.quotes[index].parts:
                pieces.append((at, at + end - start, "text", start))
                words.append(self.article.text[start:end].replace(fold.BARRIER, " "))
                at += end - start + 1
            self._quotes[index] = Document(" ".join(words), pieces, self)
        return self._quotes[index]
