"""White space as the rules read it: one space between words, a line feed between lines.

Articles come with doubled spaces, tabs, no-break spaces and the line ends of Windows. Every rule
would have to allow for each of them; so they are read as one, and what is found is told by the
offsets of the text as it came.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bot.core.quotes.hints import Hints

if TYPE_CHECKING:
    from bot.core.model import Quote, Span

_ODD: Final = re.compile(r"\r|  |[^\S\n\x0b\x0c\u2028\u2029 ]")
_RUN: Final = re.compile(r"\r\n?|[^\S\n\r\x0b\x0c\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A text with single spaces, and the way between its offsets and those of the original.

    Attributes:
        text: the text with single spaces.
        ours: offsets in `text` from which on it lies further behind the original, ascending.
        theirs: the offset in the original of each of them.
    """

    text: str
    ours: tuple[int, ...] = ()
    theirs: tuple[int, ...] = ()

    def original(self, at: int) -> int:
        """Give the offset in the original of a code point of the text."""
        found = bisect_right(self.ours, at) - 1
        return at if found < 0 else self.theirs[found] + at - self.ours[found]

    def squeezed(self, at: int) -> int:
        """Give the offset in the text of a code point of the original that is no white space."""
        found = bisect_right(self.theirs, at) - 1
        return at if found < 0 else self.ours[found] + at - self.theirs[found]

    def quote(self, quote: Quote) -> Quote:
        """Give a quote found in the text by the offsets of the original."""
        if not self.ours:
            return quote
        parts = tuple(self._span(part) for part in quote.parts)
        return replace(quote, start=parts[0][0], end=parts[-1][1], parts=parts)

    def _span(self, span: Span) -> Span:
        start, end = span  # the last code point of a piece is no white space, the one behind may be
        return self.original(start), self.original(end - 1) + 1

    def hints(self, hints: Hints) -> Hints:
        """Give what was found in the original by the offsets of the text."""
        if not self.ours:
            return hints

        def span(start: int, end: int) -> Span:
            return self.squeezed(start), self.squeezed(end - 1) + 1

        return Hints(
            tuple((*span(start, end), label) for start, end, label in hints.names),
            {self.squeezed(verb): span(*subject) for verb, subject in hints.subjects.items()},
        )


def squeeze(text: str) -> Squeezed:
    """Read every run of white space within a line as one space, and every line end as one sign."""
    if _ODD.search(text) is None:
        return Squeezed(text)
    pieces: list[str] = []
    ours: list[int] = []
    theirs: list[int] = []
    at = length = 0
    for match in _RUN.finditer(text):
        start, end = match.span()
        pieces += (text[at:start], "\n" if text[start] == "\r" else " ")
        length += start - at + 1
        at = end
        if end - start > 1:
            ours.append(length)
            theirs.append(end)
    pieces.append(text[at:])
    return Squeezed("".join(pieces), tuple(ours), tuple(theirs))
