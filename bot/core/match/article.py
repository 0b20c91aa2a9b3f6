"""The document of a whole article: title and text, with what its rules also ask for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from bot.core import fold
from bot.core.match.document import JOIN, Document, searched_text
from bot.core.model import Highlight

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.match.document import Piece
    from bot.core.match.pattern import Stretch
    from bot.core.model import Article, Field, Quote

_mark = tuple.__new__
"""Makes a named tuple of a tuple: its own way there is a call in Python, four times as long."""


class ArticleDocument(Document):
    """An article's title and text, with what its rules also ask for."""

    def __init__(self, article: Article, quotes: Sequence[Quote] | None) -> None:
        self.article = article
        self.quotes = quotes
        title = len(article.title)
        self.body_start = body = title + len(JOIN)
        whole = f"{article.title}{JOIN}{article.text}"
        folded = fold.Folded(whole)
        if folded.text.find(fold.BARRIER, folded.text.index(fold.BARRIER) + 1) >= 0:
            whole = searched_text(article.title, article.text)
            folded = fold.Folded(whole)
        pieces: tuple[Piece, ...] = ((0, title, "title", 0), (body, len(whole), "text", 0))
        super().__init__(whole, pieces, None, folded)
        self._fields: dict[str, Document] = {}
        self._values: dict[str, str] = {}
        self._quotes: dict[int, Document] = {}

    @cached_property
    def barrier(self) -> int:
        """Offset of the barrier between title and text in the folded text."""
        return self.text.index(fold.BARRIER)

    @cached_property
    def _title(self) -> str:
        """The folded title."""
        return self.text[: self.barrier]

    def titled(self, word: str) -> bool:
        """Say whether a word stands in the title."""
        return f" {word} " in self._title

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

    def value(self, field: str) -> str:
        """Give the source (with its domain), lang, section or author."""
        known = self._values.get(field)
        if known is None:
            value: str = getattr(self.article, field)
            known = f"{value}{JOIN}{self.article.domain}" if field == "source" else value
            self._values[field] = known
        return known

    def of_field(self, field: str) -> Document:
        """Give the document of such a field."""
        if field not in self._fields:
            size = len(getattr(self.article, field))
            pieces: list[Piece] = [(0, size, field, 0)]  # type: ignore[list-item]
            self._fields[field] = Document(self.value(field), pieces, self)
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
