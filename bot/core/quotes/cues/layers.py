"""Layered speech: in `Lee told police Q, Falk said` the words are Lee's, and Falk told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.grammar import BOUNDARY, DAYS, PREPOSITIONS

if TYPE_CHECKING:
    from bot.core.quotes.clauses import Found, Reader, Subject

_SURE: Final = 0.84
_LEADS: Final = 14
_TELLS: Final = frozenset(
    """according said says told reported reports wrote writes testified alleged claimed recalled
    stated announced confirmed disclosed revealed""".split()
)
_WHEN: Final = frozenset("today yesterday later earlier last this afterwards".split())


def find_teller(reader: Reader, at: int, words: Found, told: Found | None) -> Subject | None:
    """Give who tells, in a clause behind, of words that are another's; or None.

    Args:
        reader: the sentence.
        at: the place of the quote.
        words: the clause of whoever says them, before the quote or behind it.
        told: a clause further behind.
    """
    if told is None or told.score < _SURE or reader.low(told.cue[0]) not in _TELLS:
        return None
    first, last = min(told.cue[0], told.subject.first), max(told.cue[1], told.subject.last)
    if first <= at or told.cue == words.cue or first < words.cue[1] <= last:
        return None
    one, other = words.subject.mention, told.subject.mention
    if one is not None and other is not None and one.who is other.who:
        return None
    return told.subject if _main_clause(reader, at, first) and _ends(reader, last) else None


def _main_clause(reader: Reader, at: int, first: int) -> bool:
    """Tell `, Falk said` from `, a view that Falk said …` and `, adding that Falk said …`."""
    for i in range(first - 1, max(at, first - _LEADS), -1):
        token = reader.tokens[i]
        if token.kind in "pq":
            return True
        if token.low in BOUNDARY or (token.low.endswith("ing") and reader.cover[i] is None):
            return False
    return True


def _ends(reader: Reader, last: int) -> bool:
    """Tell `Falk said.` and `Falk said on Friday` from `Falk said he shared it`."""
    low = reader.low(last)
    if last >= len(reader.tokens) or reader.tokens[last].kind == "p":
        return True
    return low in PREPOSITIONS or low in DAYS or low in _WHEN or low.endswith("ly")
