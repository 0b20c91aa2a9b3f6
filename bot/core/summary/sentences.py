"""Sentences of a text, as offsets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.core.quotes.marks import find_blocks
from bot.core.quotes.reading import ABBREVIATIONS, DATELINE

if TYPE_CHECKING:
    from bot.core.model import Span

_END: Final = re.compile(
    r"[.!?…؟۔]+[\"”’'»)\]]*(?=\s+[\"“„‘'«(\[—–-]*[^\Wa-z_]|\s*$)|[。！？][」』”]?"
)
_TAIL: Final = re.compile(r"[\w.]+$")


def split_sentences(text: str, limit: int = 1000) -> list[Span]:
    """Split a text into sentences.

    Args:
        text: paragraphs separated by line breaks.
        limit: stop after so many.

    Returns:
        Spans without the white space around them; a dateline (`GENEVA (Wire) —`) belongs to none.
    """
    out: list[Span] = []
    for start, end in find_blocks(text):
        if len(out) >= limit:
            break
        at = start
        dateline = DATELINE.match(text, start, end) if len(out) < 3 else None  # noqa: PLR2004
        if dateline is not None and dateline.end() < end:
            at = dateline.end()
        for match in _END.finditer(text, at, end):
            if match.start() < at or _abbreviated(text, at, match.start()):
                continue
            out.append((at, match.end()))
            at = match.end()
            while at < end and text[at].isspace():
                at += 1
        if at < end:
            out.append((at, end))
    return out[:limit]


def _abbreviated(text: str, start: int, dot: int) -> bool:
    """Tell whether a full stop ends `Mr.`, `J.` or `U.S.` rather than a sentence."""
    if text[dot] != ".":
        return False
    word = _TAIL.search(text[max(start, dot - 15) : dot])
    if word is None:
        return False
    last = word.group()
    return (
        (len(last) == 1 and last.isupper())
        or ("." in last and last[-1].isupper())
        or (last[0].isupper() and last.lower() in ABBREVIATIONS)
    )
