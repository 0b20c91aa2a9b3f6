"""Entities, rules and matches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple


@dataclass(frozen=True, slots=True)
class Alias:
    """One way to write an entity's name.

    Attributes:
        text: the name.
        exact: True when case and accents must be as written.
        context: words of which one must stand in the article; empty for no condition.
        unless: words of which none may stand in the article.
    """

    text: str
    exact: bool = False
    context: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Office:
    """An office somebody held.

    Attributes:
        title: lower-case words, such as "prime minister".
        of: country or body, such as "Israel"; may be empty.
        demonym: adjective of `of`, such as "Israeli"; may be empty.
        start: first day, or None when unknown.
        end: last day, or None while it is held.
    """

    title: str
    of: str = ""
    demonym: str = ""
    start: date | None = None
    end: date | None = None

    @property
    def label(self) -> str:
        """As printed beside a speaker: "prime minister of Israel"."""
        return f"{self.title} of {self.of}" if self.of else self.title

    def held(self, when: date | None) -> bool:
        """Say whether it was held on a day; without a day, whether it is held still."""
        if when is None:
            return self.end is None
        return (self.start is None or self.start <= when) and (self.end is None or when <= self.end)


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, institution or place that rules name with `@id`.

    Attributes:
        id: lower-case identifier, unique.
        name: full name as printed.
        kind: person, institution or place.
        gender: male, female or "" (helps pronouns).
        aliases: further ways to write it; `name` itself is always one.
        offices: in any order, dated.
    """

    id: str
    name: str
    kind: Literal["person", "institution", "place"] = "person"
    gender: Literal["male", "female", ""] = ""
    aliases: tuple[Alias, ...] = ()
    offices: tuple[Office, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A named watch.

    Attributes:
        id: unique key: the name for rules of files, `chat/channel/name` for those made in a chat.
        name: as people see it.
        query: the expression (design, section 4).
        channels: where its alerts go, each `chat` or `chat:channel`, such as `console`.
        origin: `path:line` of a file, or `chat:channel` with the author for rules made there.
        paused: True while it must not alert.
    """

    id: str
    name: str
    query: str
    channels: tuple[str, ...] = ()
    origin: str = ""
    paused: bool = False


Field = Literal["title", "text", "source", "lang", "section", "author"]


# Matching makes these two by the hundred for an article: a tuple is made in a fifth of the time.


class Highlight(NamedTuple):
    """Words of an article that met a term.

    Attributes:
        field: which text of the article the span lies in (the JSON key of `wirewatch match`).
        start: code-point offset.
        end: code-point offset, exclusive.
        entity: id when an entity's alias was met, else "".
    """

    field: Field
    start: int
    end: int
    entity: str = ""


class Match(NamedTuple):
    """A rule met by an article.

    Attributes:
        rule: `Rule.id`.
        clauses: the parts of the query that were met, in canonical form.
        highlights: sorted by field (title first) and start, without repeats.
        quotes: indexes into the article's quotes that met a `said:` clause.
    """

    rule: str
    clauses: tuple[str, ...]
    highlights: tuple[Highlight, ...]
    quotes: tuple[int, ...] = ()
