"""`according to Smith`, before or behind a quote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.clauses import Found, Reader, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator


REACH: Final = 45
_OBJECTS: Final = {"him": "he", "her": "she", "them": "they"}


def find_according(reader: Reader, at: int) -> Found | None:
    """Find the source that a quote's sentence names by `according to`."""
    for i in _indexes(reader, at):
        if reader.low(i) == "according" and reader.low(i + 1) == "to":
            return according_at(reader, i, touches=abs(i - at) < 4)
    return None


def _indexes(reader: Reader, at: int) -> Iterator[int]:
    yield from range(at + 1, min(len(reader.tokens), at + REACH))
    yield from range(max(0, at - REACH), at)


def according_at(reader: Reader, i: int, *, touches: bool) -> Found | None:
    """Read the source behind `according to`.

    Args:
        reader: the sentence.
        i: the place of `according` or `per`.
        touches: whether it stands right beside the quote.
    """
    start = i + 1 if reader.low(i) == "according" else i
    subject = reader.subject_after(start)
    if subject is None or subject.head in _OBJECTS:
        return _pronoun(reader, i, start + 1, touches=touches)
    if (
        reader.cover[subject.first] is not None
        and subject.kind == "name"
        and subject.mention
        and subject.mention.owns
    ):
        return None
    return Found(subject, (i, start + 1), "according", 0.93 if touches else 0.86)


def _pronoun(reader: Reader, i: int, at: int, *, touches: bool) -> Found | None:
    """Read `according to him`."""
    head = _OBJECTS.get(reader.low(at))
    if head is None or (at + 1 < len(reader.tokens) and reader.tokens[at + 1].kind == "w"):
        return None
    subject = Subject("pron", at, at + 1, head=head)
    return Found(subject, (i, at), "according", 0.93 if touches else 0.86)
