"""Patterns: a folded word or phrase that can be looked up in a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.match.document import Document
    from bot.core.query import Term

Stretch = tuple[int, int]
"""Half-open offsets in the folded text of a document."""


class Pattern:
    """What to look for; never changed once made.

    Attributes:
        words: folded, at least one.
        prefix: True when the last word may go on.
        exact: the words as they must be written (`fold.exact_words`), or () for any way.
        anchors: words that stand in every document that holds it.
        plain: True where the word decides: one, whole, in any case.
        direct: True where the index knows its places: one or two words, whole, in any case.
    """

    __slots__ = ("anchors", "direct", "exact", "plain", "prefix", "words")

    def __init__(
        self, words: tuple[str, ...], *, prefix: bool = False, exact: tuple[str, ...] = ()
    ) -> None:
        self.words, self.prefix, self.exact = words, prefix, exact
        self.plain = len(words) == 1 and not (prefix or exact)
        self.direct = len(words) <= 2 and not (prefix or exact)  # noqa: PLR2004
        self.anchors = words[:-1] if prefix else words

    @property
    def key(self) -> tuple[object, ...]:
        """What it looks for: patterns of the same key are interchangeable.

        Patterns themselves are told apart by identity, which costs nothing.
        """
        return self.words, self.prefix, self.exact

    def __repr__(self) -> str:
        return f"Pattern({self.words!r}, prefix={self.prefix}, exact={self.exact!r})"

    @property
    def needle(self) -> str:
        """The words with single spaces, and one at either end that is the end of a word."""
        return f" {' '.join(self.words)}" + ("" if self.prefix else " ")

    def present(self, document: Document) -> bool:
        """Say whether the pattern stands anywhere in the document."""
        known = document.places.get(self)
        if known is not None:
            return bool(known)
        for word in self.anchors:
            if not document.has(word):
                return False
        return self.plain or bool(self.stretches(document))

    def stretches(self, document: Document) -> Sequence[Stretch]:
        """Find every place of the pattern, in order; remembered by the document."""
        known = document.places.get(self)
        if known is None:
            known = document.places[self] = self._find(document)
        return known

    def _find(self, document: Document) -> list[Stretch]:
        if len(self.words) == 1 and not self.prefix:
            stretches = document.stretches(self.words[0])
            return document.standing(stretches, self.exact[0]) if self.exact else [*stretches]
        if self.prefix and len(self.words) == 1:
            found = _starting(f" {self.words[0]}", document.text)
        else:
            found = _several(self, document)
        if self.exact and found:
            found = [place for place in found if self._as_written(document, place)]
        return found

    def _as_written(self, document: Document, place: Stretch) -> bool:
        start, end = place
        if len(self.words) == 1:
            written: tuple[str, ...] = (document.exact(start, end),)
        else:
            written = tuple(
                document.exact(start + first, start + last)
                for first, last in fold.word_spans(document.text[start:end])
            )
        if self.prefix:
            return written[:-1] == self.exact[:-1] and written[-1].startswith(self.exact[-1])
        return written == self.exact


def _starting(needle: str, text: str) -> list[Stretch]:
    found = []
    at = text.find(needle)
    while at >= 0:
        end = text.find(" ", at + len(needle))
        found.append((at + 1, end))
        at = text.find(needle, end)
    return found


def _several(pattern: Pattern, document: Document) -> list[Stretch]:
    first, rest, text = pattern.words[0], pattern.words[1:], document.text
    found = []
    for at in document.offsets(first):
        end = at + len(first)
        for word in rest:
            begin = end + 1
            while text.startswith(" ", begin):
                begin += 1
            end = begin + len(word)
            if not text.startswith(word, begin):
                break
            if text[end] != " ":
                if not (pattern.prefix and word is rest[-1]):
                    break
                end = text.find(" ", end)
        else:
            found.append((at, end))
    return found


def pattern_of(term: Term) -> Pattern:
    """Give the pattern of a query's term."""
    return Pattern(
        fold.words(term.text),
        prefix=term.prefix,
        exact=fold.exact_words(term.text) if term.as_written else (),
    )
