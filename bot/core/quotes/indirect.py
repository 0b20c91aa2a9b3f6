"""Reported speech without marks: `Abbas said that …`, `…, officials said`, `according to …`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.grammar import DAYS, DETERMINERS, PRONOUNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.quotes.clauses import Reader, Subject

_LEAST_WORDS: Final = 4
_TIMES: Final = frozenset(
    """on in at last this late early earlier later also again today yesterday tomorrow during
    monday's week month year night morning afternoon evening""".split()
)
_CLAUSE_STARTS: Final = frozenset("that there if whether when why how what many some most".split())


def find_reported(reader: Reader) -> Iterator[tuple[Subject, tuple[int, int], int, int]]:
    """Find reported speech in a sentence without quotes.

    Yields:
        The subject, the tokens of the cue, and the first and last token (exclusive) of the content.
    """
    tokens = reader.tokens
    end = len(tokens)
    while end and tokens[end - 1].kind == "p":
        end -= 1
    for i in range(end):
        if reader.low(i) == "according" and reader.low(i + 1) == "to":
            subject = reader.subject_after(i + 1)
            if subject is not None:
                yield from _around(reader, subject, i, end)
            return
        if not reader.is_finite(i) or tokens[i].low in reader.lex.weak:
            continue
        subject = reader.subject_before(i)
        if subject is None or subject.head in ("i", "we"):
            continue
        if i + 1 >= end and reader.low(subject.first - 1) == ",":
            yield subject, (i, i + 1), 0, subject.first - 1
            return
        first = _content(reader, i + 1, end)
        if first is not None and end - first >= _LEAST_WORDS:
            yield subject, (i, i + 1), first, end
            return
        if (
            first is None
            and reader.low(subject.first - 1) == ","
            and _only_time(reader, i + 1, end)
        ):
            yield subject, (i, i + 1), 0, subject.first - 1
            return


def _around(
    reader: Reader, subject: Subject, at: int, end: int
) -> Iterator[tuple[Subject, tuple[int, int], int, int]]:
    cue = (at, at + 2)
    if at == 0:
        comma = next((k for k in range(subject.last, end) if reader.low(k) == ","), None)
        if comma is not None and end - comma > _LEAST_WORDS:
            yield subject, cue, comma + 1, end
    elif at > _LEAST_WORDS:
        yield subject, cue, 0, at - (reader.low(at - 1) == ",")


def _content(reader: Reader, start: int, end: int) -> int | None:
    """Find where the clause behind a reporting verb starts, or None."""
    i = start
    while i < end and i - start < 14:
        low = reader.low(i)
        if low == "that":
            return i + 1
        if i > start and reader.tokens[i].kind == "p":
            return None
        cover = reader.cover[i]
        if low in DAYS or low in _TIMES or (low.endswith("ly") and cover is None):
            i += 1
            continue
        told = reader.low(start - 1) in ("told", "tells", "warned", "warns", "assured", "reminded")
        if told:
            # `told reporters that …`: without `that` the end of the object cannot be seen.
            i += 1
            continue
        opens = cover is not None or low in PRONOUNS or low in _CLAUSE_STARTS or low in DETERMINERS
        if opens and i == start:
            return i
        if opens and reader.low(i - 1) in DAYS:
            return i
        if i == start and low.isalpha() and low.endswith("s"):
            return i
        i += 1
    return None


def _only_time(reader: Reader, start: int, end: int) -> bool:
    """Tell whether nothing but a time or a place follows: `officials said on Friday`."""
    return end - start <= 8 and all(reader.tokens[k].kind != "p" for k in range(start, end))
