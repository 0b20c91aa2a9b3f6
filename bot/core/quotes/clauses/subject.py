"""What reading a sentence gives: the subject of a clause, and a reported quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bot.core.quotes.names import Mention
    from bot.core.quotes.reading import Token

Path = Literal[
    "after",
    "inverted",
    "before",
    "according",
    "label",
    "noun",
    "source",
    "dash",
    "passive",
    "weak",
]


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a clause.

    Attributes:
        kind: name, pron or noun (a common noun phrase).
        first: index of its first token.
        last: index behind its last token.
        mention: the name, for kind name.
        more: further names joined by `and`.
        head: the head noun, for kind noun; the pronoun, for kind pron.
    """

    kind: Literal["name", "pron", "noun"]
    first: int
    last: int
    mention: Mention | None = None
    more: tuple[Mention, ...] = ()
    head: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A reported quote: who is the subject, by which words, and how it was found."""

    subject: Subject
    cue: tuple[int, int]
    path: Path
    score: float


def phrase_text(text: str, tokens: list[Token], subject: Subject) -> str:
    """Give a noun phrase as said, without its article."""
    first = subject.first
    if tokens[first].low in ("the", "a", "an") and first + 1 < subject.last:
        first += 1
    return " ".join(text[tokens[first].start : tokens[subject.last - 1].end].split())
