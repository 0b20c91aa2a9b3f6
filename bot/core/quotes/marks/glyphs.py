"""One quotation mark: whether it may open or close, by its neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MARKS: Final = re.compile(r"''|``|’’|‘‘|[\"“”„‟«»「」『』״＂‘’‚'`‹›]")
DOUBLE: Final = frozenset(("''", "``", "’’", "‘‘", '"', "“", "”", "„", "‟", "״", "＂"))
SINGLE: Final = frozenset("‘’‚'`‹›")
_PAIRS: Final = {"「": "」", "『": "』"}
_CLIPPED: Final = re.compile(
    r"(?:\d\ds?|em|tis|twas|til|till|cause|bout|round|n|cos|cuz|ere|neath|gainst)\b", re.IGNORECASE
)


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
        return self.glyph in DOUBLE


def read_mark(text: str, match: re.Match[str], start: int, end: int) -> Mark:
    """Tell what a mark may do in the paragraph from `start` to `end`."""
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
    if glyph in SINGLE:
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


def pairs(opening: str, closing: str) -> bool:
    """Tell whether two marks may form a pair; wrong and mixed ones of one family may."""
    if opening in _PAIRS:
        return closing == _PAIRS[opening]
    if opening in "«»":
        return closing in "«»" and closing != opening
    if opening in ("‹", "›"):
        return closing in "‹›" and closing != opening
    if opening in SINGLE:
        return closing in "’'‘`´"
    return closing in DOUBLE and closing != "„"
