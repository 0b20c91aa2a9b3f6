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
        if reader.low(i) == "words":
            found = _in_words(reader, i)
            if found is not None:
                return found
    return None


def _in_words(reader: Reader, i: int) -> Found | None:
    """Read `in the senator's words` and `in the words of the senator`."""
    if reader.low(i + 1) == "of":
        subject = reader.subject_after(i + 1) if reader.low(i - 2) == "in" else None
    elif i and reader.tokens[i - 1].owns:
        start = next((k for k in range(i - 2, max(-1, i - 8), -1) if reader.low(k) == "in"), None)
        mention = reader.cover[i - 1]
        if start is None:
            return None
        subject = reader.phrase_in(start + 1, i)
        if mention is not None:
            subject = Subject("name", mention.first, mention.last, mention)
    elif reader.low(i - 1) in ("his", "her", "their") and reader.low(i - 2) == "in":
        head = {"his": "he", "her": "she", "their": "they"}[reader.low(i - 1)]
        subject = Subject("pron", i - 1, i, head=head)
    else:
        subject = None
    if subject is None:
        return None
    unnamed = subject.kind == "noun" and reader.low(i + 1) == "of"  # too little for a single word
    return Found(subject, (i, i + 1), "according", 0.62 if unnamed else 0.9)


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
