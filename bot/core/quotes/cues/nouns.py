"""Nouns that hold words: `Smith's claim that Q`, `an appeal from the envoy to Q`."""

from __future__ import annotations

from typing import Final

from bot.core.quotes.clauses import Found, Reader, Subject
from bot.core.quotes.grammar import (
    DETERMINERS,
    PREPOSITIONS,
)

_WITHIN: Final = frozenset("in with through via on at during".split())
_OPENERS: Final = frozenset((":", "to", "that", "for", "saying", "reading"))
_OWNERS: Final = {"his": "he", "her": "she", "its": "it", "their": "they"}


def find_cue_noun(reader: Reader, i: int, at: int, crossed: float) -> Found | None:
    """Read `Smith's claim that "…"` and `a statement from the ministry: "…"`."""
    sourced = _sourced(reader, i, at, crossed)
    if sourced is not None:
        return sourced
    if at - i > 14:
        return None
    told = _described(reader, i, at, crossed)
    if told is not None:
        return told
    if reader.low(i + 1) in ("is", "are", "was", "were"):
        return None
    direct = (
        at - i <= 2
        or reader.low(i + 1) in ("that", ":", "to")
        or (at - i == 3 and reader.low(i + 1) in ("of", "for", "about", "as"))
    )
    if not direct:
        return None
    cue = (i, i + 1)
    for k in range(i - 1, max(-1, i - 5), -1):
        mention = reader.cover[k]
        if mention is not None:
            if mention.owns and mention.last == k + 1:
                return Found(
                    Subject("name", mention.first, mention.last, mention),
                    cue,
                    "noun",
                    0.82 - crossed,
                )
            break
        if reader.tokens[k].kind != "w":
            break
        if reader.low(k) in _OWNERS:
            head = _OWNERS[reader.low(k)]
            return Found(Subject("pron", k, k + 1, head=head), cue, "noun", 0.78 - crossed)
        if reader.tokens[k].owns:
            found = reader.phrase_ending(k + 1)
            return Found(found, cue, "noun", 0.75 - crossed) if found else None
    for k in range(i + 1, min(i + 4, at)):
        if reader.low(k) in ("from", "by", "of"):
            subject = reader.subject_after(k)
            if subject is not None and subject.kind != "noun" and subject.last <= at:
                return Found(
                    subject, cue, "noun", (0.8 if reader.low(k) != "of" else 0.6) - crossed
                )
    return None


def _sourced(reader: Reader, i: int, at: int, crossed: float) -> Found | None:
    """Read `read out an appeal from the envoy, Name, to "…"`: the words are their source's.

    Not where the noun is only the place of somebody's words: `said in a note from the ministry`.
    """
    if reader.low(i + 1) not in ("from", "by") or at - i > 24:
        return None
    first = i
    while first > 0 and i - first < 4 and reader.low(first - 1) not in PREPOSITIONS:
        first -= 1
    if reader.low(first - 1) in _WITHIN:
        return None
    subject = reader.subject_after(i + 1)
    if subject is None or subject.kind == "pron":
        return None
    if subject.kind == "noun" and reader.low(subject.first) not in DETERMINERS:
        return None
    rest = [reader.low(k) for k in range(subject.last, at)]
    if rest[:1] == [","]:
        rest = rest[1:]
    if rest[-1:] in (["a"], ["an"], ["the"]):
        rest = rest[:-1]
    if len(rest) > 1 or (rest and rest[0] not in _OPENERS):
        return None
    return Found(subject, (i, i + 1), "source", 0.9 - crossed)


def _described(reader: Reader, i: int, at: int, crossed: float) -> Found | None:
    """Read `His message was blunt: "…"` and `The reply from the ministry was shorter: "…"`."""
    if reader.low(at - 1) != ":" or any(reader.tokens[k].kind != "w" for k in range(i, at - 1)):
        return None
    verb = next((k for k in range(i + 1, at) if reader.low(k) in ("is", "was", "were", "are")), 0)
    if not verb or at - verb > 5:
        return None
    subject: Subject | None = None
    if reader.low(i + 1) in ("from", "of"):
        subject = reader.subject_after(i + 1)
    elif reader.low(i - 1) in _OWNERS:
        subject = Subject("pron", i - 1, i, head=_OWNERS[reader.low(i - 1)])
    elif i and reader.tokens[i - 1].owns:
        subject = reader.phrase_ending(i)
    if subject is None or subject.first >= verb:
        return None
    return Found(subject, (i, i + 1), "noun", 0.88 - crossed)
