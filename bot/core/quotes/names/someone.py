"""Somebody who is named: a person or an institution, with titles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.quotes.reading import Token

FEW: Final = 40
_ROLE_KEYS: Final = {
    "sen": "senator",
    "rep": "representative",
    "congressman": "representative",
    "congresswoman": "representative",
    "gov": "governor",
    "gen": "general",
    "col": "colonel",
    "capt": "captain",
    "prof": "professor",
    "dr": "doctor",
    "rev": "reverend",
    "premier": "minister",
    "pm": "minister",
}


@dataclass(slots=True, eq=False)
class Someone:
    """A person or an institution of the article.

    Attributes:
        name: the fullest name.
        person: whether it is a person.
        gender: M, F or "".
        count: mentions.
        first: offset of the first mention.
        roles: role noun, the words of the title phrase, the phrase's span, offset of the mention.
        entity: id in the officials files.
        latest: offset of the mention read last.
        bodies: what the article calls an institution: group, agency.
        parts: the words of the name, lower case.
    """

    name: str
    person: bool
    parts: tuple[str, ...]
    first: int
    gender: str = ""
    count: int = 0
    roles: list[Role] = field(default_factory=list)
    entity: str = ""
    latest: int = -1
    bodies: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Role:
    """A title that the article gives to somebody."""

    noun: str
    words: frozenset[str]
    start: int
    end: int
    caps: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Mention:
    """A name in a sentence.

    Attributes:
        who: whom it names.
        first: index of its first token (titles included).
        name_at: index of the first token of the name itself.
        last: index behind its last token.
        title: offset span of the title before the name, or None.
        owns: whether a possessive ending follows.
    """

    who: Someone
    first: int
    name_at: int
    last: int
    start: int
    owns: bool
    sentence: int
    honorific: str = ""


def add_few(people: list[Someone], someone: Someone) -> None:
    """Note one more bearer of a name, as long as there are few."""
    if len(people) < FEW:
        people.append(someone)


def written(tokens: Sequence[Token]) -> str:
    """Give a name as the article writes it: `Teachers’ Union`."""
    if len(tokens) == 1:
        return tokens[0].word
    return " ".join([*(t.word + t.tail for t in tokens[:-1]), tokens[-1].word])


def role_key(noun: str) -> str:
    """Give one word for a role noun and its short or other forms."""
    return _ROLE_KEYS.get(noun, noun)


def plain_parts(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Drop initials, Jr. and the like."""
    kept = tuple(
        p
        for p in parts
        if not (len(p.rstrip(".")) == 1 or p in ("jr.", "sr.", "jr", "sr", "ii", "iii", "iv"))
    )
    return kept or parts
