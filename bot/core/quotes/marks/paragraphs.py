"""Paragraphs, and quotes that run over several of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.core.quotes.marks.block import SAID, Block, Marked
from bot.core.quotes.marks.glyphs import MARKS, SINGLE, Mark, read_mark

if TYPE_CHECKING:
    from bot.core.model import Span

_CAPTION_WORDS: Final = 30
_MAX_SKIPPED: Final = 2


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
        marks = [read_mark(text, match, start, end) for match in MARKS.finditer(text, start, end)]
        marks = [mark for mark in marks if mark.opens or mark.closes]
        reader = Block(text, start, end, number, marks)
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
    reader: Block, pending: Marked, skipped: int
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
    return (mark.glyph in SINGLE) == marked.single


def _next_takes_up(text: str, blocks: list[Span], number: int, row: Marked) -> bool:
    """Tell whether one of the next paragraphs continues a quote left open."""
    for start, end in blocks[number + 1 : number + 2 + _MAX_SKIPPED]:
        marks = [read_mark(text, match, start, end) for match in MARKS.finditer(text, start, end)]
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
    said = SAID.search(text, row.start, row.end)
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
