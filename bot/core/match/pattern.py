"""Patterns: a folded word or phrase that can be looked up in a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import fold

if TYPE_CHECKING:
    from bot.core.match.document import Document
    from bot.core.query import Term

Stretch = tuple[int, int]
"""Half-open offsets in the folded text of a document."""

# Words that stand in most English articles make poor anchors, whatever rules there are.
_COMMON = frozenset(
    "a about after again against all also an and any are as at be because been before being but by"
    " can could day did do during first for from had has have he her him his how i if in into is"
    " it its just last made may more most mr mrs my new news no not now of on one only or other our"
    " out over people s said say says she should since so some such than that the their them then"
    " there these they this those three time to told two under until up us was we week were what"
    " when where which while who will with would year years you your".split()
)


class Pattern:
    """What to look for. Equal patterns are interchangeable; never changed once made.

    Attributes:
        words: folded, at least one.
        prefix: True when the last word may go on.
        exact: the words as they must be written (`fold.exact_words`), or () for any way.
        needle: the words as they stand in `Document.joined`.
    """

    __slots__ = ("_hash", "exact", "needle", "prefix", "words")

    def __init__(
        self, words: tuple[str, ...], *, prefix: bool = False, exact: tuple[str, ...] = ()
    ) -> None:
        self.words, self.prefix, self.exact = words, prefix, exact
        self.needle = f" {' '.join(words)}" + ("" if prefix else " ")
        self._hash = hash((words, prefix, exact))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and (self.words, self.prefix, self.exact) == (
            other.words,
            other.prefix,
            other.exact,
        )

    def __repr__(self) -> str:
        return f"Pattern({self.words!r}, prefix={self.prefix}, exact={self.exact!r})"

    def anchors(self) -> tuple[str, ...]:
        """Give the words of which each must stand in a document that holds the pattern, as is."""
        return self.words[:-1] if self.prefix else self.words

    def present(self, document: Document) -> bool:
        """Say whether the pattern stands anywhere in the document."""
        if self.exact:
            return bool(self.stretches(document))
        return self.needle in document.joined

    def stretches(self, document: Document) -> tuple[Stretch, ...]:
        """Find every place of the pattern, in order; remembered by the document."""
        known = document.places.get(self)
        if known is None:
            known = document.places[self] = tuple(self._find(document))
        return known

    def _find(self, document: Document) -> list[Stretch]:
        text = document.text
        found = _single(self, text) if len(self.words) == 1 else _several(self, text)
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


def _single(pattern: Pattern, text: str) -> list[Stretch]:
    needle = pattern.needle
    size = len(pattern.words[0])
    found = []
    at = text.find(needle)
    while at >= 0:
        end = text.find(" ", at + 1 + size) if pattern.prefix else at + 1 + size
        found.append((at + 1, end))
        at = text.find(needle, end)
    return found


def _several(pattern: Pattern, text: str) -> list[Stretch]:
    first, rest = pattern.words[0], pattern.words[1:]
    needle = f" {first} "
    found = []
    at = text.find(needle)
    while at >= 0:
        end = at + 1 + len(first)
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
            found.append((at + 1, end))
        at = text.find(needle, at + 1)
    return found


def pattern_of(term: Term) -> Pattern:
    """Give the pattern of a query's term."""
    return Pattern(
        fold.words(term.text),
        prefix=term.prefix,
        exact=fold.exact_words(term.text) if term.as_written else (),
    )


def commonness(word: str) -> float:
    """Guess how many articles hold a word: 0 for nearly none, 1 for nearly all."""
    return 1.0 if word in _COMMON else 0.5 / (1 + len(word))
