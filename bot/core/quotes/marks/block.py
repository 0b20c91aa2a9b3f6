"""The marks of one paragraph, paired."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.quotes.marks.glyphs import SINGLE, Mark, pairs

if TYPE_CHECKING:
    from bot.core.model import Span

SAID: Final = re.compile(
    r",\s+(?:(?:he|she|they|it|I|(?:[A-Z][\w'’-]+\s+){1,3})\s*(?:said|says|told|added|wrote|asked)\b"
    r"|(?:said|says|added|wrote|asked)\s+\w)"
)


@dataclass(slots=True)
class Marked:
    """A stretch inside quotation marks, of one paragraph.

    Attributes:
        start: first code point of the content.
        end: end of the content.
        open: where its opening mark starts; `start` when it has none.
        close: where its closing mark ends; `end` when it has none.
        block: index of the paragraph.
        closed: False when the paragraph ends inside it.
        goes_on: True when it takes up the unclosed stretch of an earlier paragraph.
        single: True for single marks.
        inner: stretches in further marks inside it.
    """

    start: int
    end: int
    open: int
    close: int
    block: int
    closed: bool = True
    goes_on: bool = False
    single: bool = False
    inner: tuple[Span, ...] = ()


class Block:
    """Reads the marks of one paragraph."""

    def __init__(self, text: str, start: int, end: int, number: int, marks: list[Mark]) -> None:
        self.text, self.start, self.end, self.number, self.marks = text, start, end, number, marks
        # Remaining marks to the right, so that a nested mark is told from a forgotten one.
        self._balance = [0] * (len(marks) + 1)
        for i in range(len(marks) - 1, -1, -1):
            mark = marks[i]
            step = 0
            if mark.glyph not in SINGLE and mark.opens != mark.closes:
                step = 1 if mark.closes else -1
            self._balance[i] = self._balance[i + 1] + step
        # The next sure closing single mark (after punctuation) and the next opening one.
        self._sure_close = _next_index(marks, self._is_sure_single)
        self._next_close = _next_index(marks, lambda m: m.glyph in SINGLE and m.closes)
        self._next_open = _next_index(marks, lambda m: m.glyph in SINGLE and m.opens)

    def _is_sure_single(self, mark: Mark) -> bool:
        before = self.text[mark.at - 1] if mark.at > self.start else ""
        return mark.glyph in SINGLE and mark.closes and before in ".,!?…;"

    def read(self, inside: Marked | None = None) -> list[Marked]:
        """Give the outermost stretches; the last may be unclosed.

        Args:
            inside: the unclosed stretch of an earlier paragraph that runs on without a mark.
        """
        rows: list[Marked] = []
        current: Marked | None = None
        opener: Mark | None = None
        inner: list[Mark] = []
        nested: list[Span] = []
        if inside is not None:
            current = Marked(self.start, self.end, self.start, self.end, self.number, goes_on=True)
            current.single = inside.single
            opener = Mark(self.start, self.start, "'" if inside.single else '"', True, False)
        for index, mark in enumerate(self.marks):
            if current is None or opener is None:
                current = self._open(mark, index)
                opener, inner, nested = (mark if current else None), [], []
                continue
            if inner and self._ends_inner(inner[-1], mark):
                nested.append((inner.pop().end, mark.at))
                continue
            if self._ends(opener, mark, index, inner):
                rows.append(_close(current, mark, nested))
                current = opener = None
                continue
            if mark.opens and mark.double and not opener.glyph.startswith(("«", "「", "『")):
                if opener.double and not self._nested(opener, mark, index):
                    _close_before(self.text, current, mark)
                    rows.append(current)
                    current = self._open(mark, index)
                    opener, inner, nested = (mark if current else None), [], []
                elif opener.double or self._closes_later(mark, index):
                    inner.append(mark)
        if current is not None:
            current.end = current.close = self.end
            current.closed = False
            rows.append(current)
        return rows

    def _open(self, mark: Mark, index: int) -> Marked | None:
        if not mark.opens:
            return None
        single = mark.glyph in SINGLE
        if single and not self._single_is_quote(mark, index):
            return None
        if mark.glyph == '"' and mark.closes and not self._closes_later(mark, index):
            return None
        return Marked(mark.end, self.end, mark.at, self.end, self.number, single=single)

    def _single_is_quote(self, mark: Mark, index: int) -> bool:
        """Take an opening single mark for one only if a closing one can follow."""
        if self._next_close[index + 1] is not None:
            return True
        return mark.at == self.start

    def _closes_later(self, mark: Mark, index: int) -> bool:
        return any(
            other.closes and pairs(mark.glyph, other.glyph)
            for other in self.marks[index + 1 : index + 40]
        )

    def _nested(self, opener: Mark, mark: Mark, index: int) -> bool:
        """Tell a mark inside a quote from one after a forgotten closing mark."""
        if opener.glyph != mark.glyph and not (opener.glyph in '"״' and mark.glyph in '"״'):
            return self._closes_later(mark, index)
        return self._balance[index] > 0

    def _ends_inner(self, opener: Mark, mark: Mark) -> bool:
        return (
            mark.closes and pairs(opener.glyph, mark.glyph) and not (mark.opens and not mark.closes)
        )

    def _ends(self, opener: Mark, mark: Mark, index: int, inner: list[Mark]) -> bool:
        if not mark.closes or not pairs(opener.glyph, mark.glyph):
            return False
        if opener.glyph not in SINGLE:
            return True
        if inner:
            return False
        return self._single_closes(mark, index)

    def _single_closes(self, mark: Mark, index: int) -> bool:
        """Tell a closing single mark from a possessive or clipped word (students', goin')."""
        before = self.text[mark.at - 1]
        if not before.isalpha():
            return True
        if before not in "sSzxn" or (before == "n" and self.text[mark.at - 2 : mark.at] != "in"):
            return True
        after = self.text[mark.end : mark.end + 2]
        if len(after) < 2 or not after[0].isspace():
            return True
        close, opening = self._next_close[index + 1], self._next_open[index + 1]
        if close is None or not (after[1].islower() or after[1].isdigit()):
            return (
                close is None
                or after[1] not in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                or (opening is not None and opening < close)
            )
        return opening is not None and opening < close


def _next_index(marks: list[Mark], test: object) -> list[int | None]:
    """Give for each place the index of the next mark that meets a test."""
    out: list[int | None] = [None] * (len(marks) + 1)
    for i in range(len(marks) - 1, -1, -1):
        out[i] = i if test(marks[i]) else out[i + 1]  # type: ignore[operator]
    return out


def _close(row: Marked, mark: Mark, nested: list[Span]) -> Marked:
    row.end, row.close, row.inner = mark.at, mark.end, tuple(nested)
    return row


def _close_before(text: str, row: Marked, mark: Mark) -> None:
    """End a quote whose closing mark was forgotten: at a said-clause, else a sentence end."""
    said = SAID.search(text, row.start, mark.at)
    if said:
        row.end = row.close = said.start() + 1
        return
    end = max(text.rfind(sign, row.start, mark.at) for sign in ".!?")
    row.end = row.close = end + 1 if end > row.start else mark.at
