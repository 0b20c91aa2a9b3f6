"""What reading a sentence gives: the subject of a clause, and a reported quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from bot.core.quotes.grammar import DAYS

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

_DATED: Final = 2


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
    """A reported quote: who is the subject, by which words, and how it was found.

    Attributes:
        subject: of the reporting verb.
        cue: first token of the reporting words, and the one behind the last.
        path: how it was found.
        score: 0 to 1.
        via: the subject of a further clause that reports the whole: `Lee told police Q, Falk said`.
    """

    subject: Subject
    cue: tuple[int, int]
    path: Path
    score: float
    via: Subject | None = None


def phrase_text(text: str, tokens: list[Token], subject: Subject) -> str:
    """Give a noun phrase as said, without its article."""
    first = subject.first
    if tokens[first].low in ("the", "a", "an") and first + 1 < subject.last:
        first += 1
    last = subject.last
    if last - first > _DATED and tokens[last - 1].low in DAYS and tokens[last - 2].low == "on":
        last -= 2  # `The rights chief on Friday urged`
    return " ".join(text[tokens[first].start : tokens[last - 1].end].split())
