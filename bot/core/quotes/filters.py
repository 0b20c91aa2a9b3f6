"""What stands in marks and is no quote: titles of works, nicknames, scare quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.quotes.sieve import Attribution


def keep(text: str, row: Attribution) -> bool:
    """Tell whether a marked stretch is somebody's words."""
    content = text[row.marked.start : row.marked.end]
    words = content.split()
    if row.bare or row.marked.goes_on:
        return len(words) > 1 or row.speaker is not None
    if row.speaker is None and row.found is None:
        return len(words) >= 3 and not _titled(words)
    if len(words) <= 2:
        return row.confidence >= 0.6
    if _titled(words):
        return row.path in ("after", "inverted") 
    return True


def _titled(words: list[str]) -> bool:
    long = [w for w in words if len(w) > 3 and w[0].isalpha()]
    caps = sum(w[0].isupper() for w in long)
    return bool(long) and caps == len(long) and len(words) < 9 and words[-1][-1] not in ",.?!"
