"""Quotation marks: which stretches of a text stand inside them.

A state machine reads the marks of one paragraph after the other. It knows curly and straight double
marks, two single marks typed as a double one, British single marks among apostrophes, German,
French, and East Asian marks. It never gives up on odd counts: a mark that cannot be paired costs
itself, not the paragraph. A paragraph that ends inside a quote hands it on to the next one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bot.core.model import Span

MARKS: Final = re.compile(r"''|``|’’|‘‘|[\"“”„‟«»「」『』״＂‘’‚'`‹›]")
_DOUBLE: Final = frozenset(("''", "``", "’’", "‘‘", '"', "“", "”", "„", "‟", "״", "＂"))
_SINGLE: Final = frozenset("‘’‚'`‹›")
_PAIRS: Final = {"「": "」", "『": "』"}
_CLIPPED: Final = re.compile(
    r"(?:\d\ds?|em|tis|twas|til|till|cause|bout|round|n|cos|cuz|ere|neath|gainst)\b", re.IGNORECASE
)
_SAID: Final = re.compile(
    r",\s+(?:(?:he|she|they|it|I|(?:[A-Z][\w'’-]+\s+){1,3})\s*(?:said|says|told|added|wrote|asked)\b"
    r"|(?:said|says|added|wrote|asked)\s+\w)"
)
_CAPTION_WORDS: Final = 30
_MAX_SKIPPED: Final = 2


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


@dataclass(frozen=True, slots=True)
class Mark:
    """One quotation mark with what its neighbours allow."""

    at: int
    end: int
    glyph: str
    opens: bool
    closes: bool

    @property
    def double(self) -> bool:
        """Whether it belongs to the double marks."""
        return self.glyph in _DOUBLE


def find_blocks(text: str) -> list[Span]:
    """Give the paragraphs: lines with words, without the white space around them.

    A line break before a lower-case letter is a soft wrap, unless a blank line stands there.
    """
    blocks: list[Span] = []
    wrapped = False
    for match in re.finditer(r"[^\n\r\u2028\u2029\x0b\x0c]+", text):
        raw = match.group()
        line = raw.strip()
        if not line:
            continue
        start = match.start() + len(raw) - len(raw.lstrip())
        end = start + len(line)
        if blocks:
            gap = text[blocks[-1][1] : start]
            blank = gap.count("\n") + gap.count("\u2029") > 1
            soft = line[0].islower() and text[blocks[-1][1] - 1] not in ".!?:\"”’'"
            wrapped = not blank and (soft or wrapped)
            if wrapped:
                blocks[-1] = (blocks[-1][0], end)
                continue
        blocks.append((start, end))
    return blocks


def find_marked(text: str, blocks: list[Span]) -> list[Marked]:
    """Give the stretches inside outermost quotation marks, in order."""
    found: list[Marked] = []
    pending: Marked | None = None
    skipped = 0
    for number, (start, end) in enumerate(blocks):
        marks = [_mark(text, match, start, end) for match in MARKS.finditer(text, start, end)]
        marks = [mark for mark in marks if mark.opens or mark.closes]
        reader = _Block(text, start, end, number, marks)
        if pending is None:
            rows = reader.read()
        else:
            rows, pending, skipped = _carry_on(reader, pending, skipped)
        if rows and not rows[-1].closed:
            if _next_takes_up(text, blocks, number, rows[-1]):
                pending, skipped = rows[-1], 0
            elif not _settle_open(text, rows[-1], reader.marks):
                rows.pop()
        elif rows:
            pending = None
        found.extend(rows)
    return [row for row in found if _trim(text, row)]


def _carry_on(
    reader: _Block, pending: Marked, skipped: int
) -> tuple[list[Marked], Marked | None, int]:
    """Read a paragraph after one that ended inside a quote."""
    first = next((m for m in reader.marks if _same_family(m, pending)), None)
    if first is not None and first.opens and not reader.text[reader.start : first.at].strip():
        rows = reader.read()
        if rows:
            rows[0].goes_on = True
        return rows, None, 0
    if first is not None and first.closes and not first.opens:
        return reader.read(inside=pending), None, 0
    if reader.marks or skipped >= _MAX_SKIPPED:
        return reader.read(), None, 0
    return [], pending, skipped + 1


def _same_family(mark: Mark, marked: Marked) -> bool:
    return (mark.glyph in _SINGLE) == marked.single


def _next_takes_up(text: str, blocks: list[Span], number: int, row: Marked) -> bool:
    """Tell whether one of the next paragraphs continues a quote left open."""
    for start, end in blocks[number + 1 : number + 2 + _MAX_SKIPPED]:
        marks = [_mark(text, match, start, end) for match in MARKS.finditer(text, start, end)]
        first = next((m for m in marks if (m.opens or m.closes) and _same_family(m, row)), None)
        if first is not None:
            at_start = first.at == start
            return (first.opens and at_start) or (first.closes and not first.opens)
        if len(text[start:end].split(maxsplit=_CAPTION_WORDS)) > _CAPTION_WORDS:
            return False
    return False


def _settle_open(text: str, row: Marked, marks: list[Mark]) -> bool:
    """End a quote that nobody closes: before a said-clause, else with its paragraph."""
    if row.single:
        return False
    said = _SAID.search(text, row.start, row.end)
    if said:
        row.end = row.close = said.start() + 1
        return True
    alone = sum(mark.double for mark in marks) == 1
    at_start = not text[max(row.open - 1, 0) : row.open].strip() or row.open == 0
    return at_start and (not alone or len(text[row.start : row.end].split()) > 2)


def _trim(text: str, row: Marked) -> bool:
    while row.start < row.end and text[row.start].isspace():
        row.start += 1
    while row.end > row.start and text[row.end - 1].isspace():
        row.end -= 1
    return row.end > row.start and any(char.isalnum() for char in text[row.start : row.end])


def _mark(text: str, match: re.Match[str], start: int, end: int) -> Mark:
    at, stop, glyph = match.start(), match.end(), match.group()
    before = text[at - 1] if at > start else ""
    after = text[stop] if stop < end else ""
    left_free = not before or before.isspace() or before in "([{—–-―/…:¿¡\u200f\u200e"
    if before and not left_free and MARKS.match(before):
        left_free = at < start + 2 or text[at - 2].isspace() or text[at - 2] in "([—–"
    right_free = not after or after.isspace() or after in ".,;:!?)]}—–-―/…،؛؟"
    if after and not right_free and MARKS.match(after):
        right_free = stop + 1 >= end or text[stop + 1].isspace() or text[stop + 1] in ".,;:!?)]"
    if before == "=" or after == ">":
        return Mark(at, stop, glyph, opens=False, closes=False)
    if glyph in ('"', "״", "＂") and _hebrew(before) and _hebrew(after):
        # Before the last letter it marks an acronym; after a prefix it opens a quote.
        inside = stop + 1 >= end or not _hebrew(text[stop + 1])
        return Mark(at, stop, glyph, opens=not inside, closes=False)
    if glyph in _SINGLE:
        return _single(text, at, stop, glyph, before, after, left_free=left_free)
    opens, closes = _double(glyph, before, after, left_free=left_free, right_free=right_free)
    return Mark(at, stop, glyph, opens, closes)


def _double(
    glyph: str, before: str, after: str, *, left_free: bool, right_free: bool
) -> tuple[bool, bool]:
    """Tell whether a double mark may open and may close."""
    if glyph in ("„", "「", "『"):
        return True, False
    if glyph in ("」", "』"):
        return False, True
    if glyph in "«»":
        return (True, glyph == "«") if glyph == "«" else (left_free and not right_free, True)
    if glyph in ("“", "‟", "``", "‘‘"):
        return True, not left_free and right_free
    if glyph == "”":
        return left_free and not right_free, True
    if before.isdigit() and (not after or after.isspace()):
        return False, True
    if left_free and not right_free:
        return True, False
    if right_free and not left_free:
        return False, True
    return True, True


def _hebrew(char: str) -> bool:
    return "\u05d0" <= char <= "\u05ea"


def _single(
    text: str, at: int, stop: int, glyph: str, before: str, after: str, *, left_free: bool
) -> Mark:
    """Tell whether a single mark may open and may close; apostrophes do neither."""
    inside_word = before.isalnum() and after.isalnum()
    opens = left_free and bool(after) and not after.isspace() and glyph != "›"
    if opens and glyph != "‘" and _CLIPPED.match(text, stop):
        opens = False
    if glyph == "’" and opens and not before:
        opens = True
    closes = bool(before) and not before.isspace() and not after.isalnum() and glyph not in "‘‹‚"
    if inside_word:
        opens = closes = False
    return Mark(at, stop, glyph, opens, closes and not (opens and not before.isalnum()))


class _Block:
    """Reads the marks of one paragraph."""

    def __init__(self, text: str, start: int, end: int, number: int, marks: list[Mark]) -> None:
        self.text, self.start, self.end, self.number, self.marks = text, start, end, number, marks
        # Remaining marks to the right, so that a nested mark is told from a forgotten one.
        self._balance = [0] * (len(marks) + 1)
        for i in range(len(marks) - 1, -1, -1):
            mark = marks[i]
            step = 0
            if mark.glyph not in _SINGLE and mark.opens != mark.closes:
                step = 1 if mark.closes else -1
            self._balance[i] = self._balance[i + 1] + step
        # The next sure closing single mark (after punctuation) and the next opening one.
        self._sure_close = _next_index(marks, self._is_sure_single)
        self._next_close = _next_index(marks, lambda m: m.glyph in _SINGLE and m.closes)
        self._next_open = _next_index(marks, lambda m: m.glyph in _SINGLE and m.opens)

    def _is_sure_single(self, mark: Mark) -> bool:
        before = self.text[mark.at - 1] if mark.at > self.start else ""
        return mark.glyph in _SINGLE and mark.closes and before in ".,!?…;"

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
        single = mark.glyph in _SINGLE
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
            other.closes and _pairs(mark.glyph, other.glyph)
            for other in self.marks[index + 1 : index + 40]
        )

    def _nested(self, opener: Mark, mark: Mark, index: int) -> bool:
        """Tell a mark inside a quote from one after a forgotten closing mark."""
        if opener.glyph != mark.glyph and not (opener.glyph in '"״' and mark.glyph in '"״'):
            return self._closes_later(mark, index)
        return self._balance[index] > 0

    def _ends_inner(self, opener: Mark, mark: Mark) -> bool:
        return (
            mark.closes
            and _pairs(opener.glyph, mark.glyph)
            and not (mark.opens and not mark.closes)
        )

    def _ends(self, opener: Mark, mark: Mark, index: int, inner: list[Mark]) -> bool:
        if not mark.closes or not _pairs(opener.glyph, mark.glyph):
            return False
        if opener.glyph not in _SINGLE:
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


def _pairs(opening: str, closing: str) -> bool:
    """Tell whether two marks may form a pair; wrong and mixed ones of one family may."""
    if opening in _PAIRS:
        return closing == _PAIRS[opening]
    if opening in "«»":
        return closing in "«»" and closing != opening
    if opening in ("‹", "›"):
        return closing in "‹›" and closing != opening
    if opening in _SINGLE:
        return closing in "’'‘`´"
    return closing in _DOUBLE and closing != "„"


def _close(row: Marked, mark: Mark, nested: list[Span]) -> Marked:
    row.end, row.close, row.inner = mark.at, mark.end, tuple(nested)
    return row


def _close_before(text: str, row: Marked, mark: Mark) -> None:
    """End a quote whose closing mark was forgotten: at a said-clause, else a sentence end."""
    said = _SAID.search(text, row.start, mark.at)
    if said:
        row.end = row.close = said.start() + 1
        return
    end = max(text.rfind(sign, row.start, mark.at) for sign in ".!?")
    row.end = row.close = end + 1 if end > row.start else mark.at
