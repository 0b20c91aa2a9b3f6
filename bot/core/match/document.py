"""Documents: an article, or words of it, folded once and asked many times."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot.core import fold
from bot.core.model import Highlight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.match.pattern import Pattern, Stretch
    from bot.core.model import Article, Field, Quote

_JOIN = f" {fold.BARRIER} "

Piece = tuple[int, int, "Field", int]
"""Where a piece of a field stands in a document: start, end, field, offset within the field."""


class Document:
    """Pieces of an article's fields, folded as one text.

    Attributes:
        text: the folded text; pieces that must not run together stand on both sides of a barrier.
        joined: the same with single spaces.
        words: the set of its words.
        places: what `Pattern.stretches` found already.
        memo: what else was worked out for this document, by the object that did.
        root: the document of the whole article.
    """

    def __init__(
        self, original: str, pieces: Sequence[Piece], root: Document | None = None
    ) -> None:
        self.original = original
        self.pieces = pieces
        self.root: Document = root or self
        self._folded = fold.Folded(original)
        self.text = self._folded.text
        split = self.text.split()
        self.words = set(split)
        self.joined = f" {' '.join(split)} "
        self.places: dict[Pattern, tuple[Stretch, ...]] = {}
        self.memo: dict[Any, Any] = {}

    @cached_property
    def starts(self) -> list[int]:
        """Offsets of the words in `text`, and so each word's number."""
        return [start for start, _ in fold.word_spans(self.text)]

    def number(self, offset: int) -> int:
        """Give the number of the word that starts at an offset of `text` or spans it."""
        return bisect_right(self.starts, offset) - 1

    def exact(self, start: int, end: int) -> str:
        """Give a word as written, see `fold.Folded.exact`."""
        return self._folded.exact(start, end)

    def field(self, start: int) -> Field:
        """Give the field that a stretch lies in."""
        first, _ = self._folded.span(start, start + 1)
        return next(piece[2] for piece in self.pieces if first < piece[1])

    def highlights(self, place: Stretch, entity: str = "") -> list[Highlight]:
        """Give the original spans of a stretch: one for each piece that it touches."""
        return self.originals(*self._folded.span(*place), entity=entity)

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
        title, text = article.title, article.text
        if fold.BARRIER in title or fold.BARRIER in text:
            title, text = title.replace(fold.BARRIER, " "), text.replace(fold.BARRIER, " ")
        self.body_start = len(title) + len(_JOIN)
        whole = f"{title}{_JOIN}{text}"
        super().__init__(
            whole,
            ((0, len(title), "title", 0), (self.body_start, len(whole), "text", 0)),
        )
        self._fields: dict[str, Document] = {}
        self._quotes: dict[int, Document] = {}

    @cached_property
    def barrier(self) -> int:
        """Offset of the barrier between title and text in the folded text."""
        return self.text.index(fold.BARRIER)

    def field(self, start: int) -> Field:
        """Give the field that a stretch lies in."""
        return "title" if start < self.barrier else "text"

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
