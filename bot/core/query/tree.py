"""The query tree: frozen nodes. `str(node)` is canonical: it parses to an equal tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Scope = Literal["title", "body", "source", "lang", "section", "author"]

_BARE = re.compile(r'[^\s()"*:!@/\-–—][^\s()"*:]*(?::[0-9][^\s()"*:]*)*')
_OPERATORS = re.compile(r"AND|OR|NOT|(?:NEAR|ATLEAST)(?:/.*)?|near/.*|atleast/.*", re.DOTALL)
_INITIALS = re.compile(r"(?:[^\W\d_]\.){2,}|(?:[^\W\d_]\.)+[^\W\d_]")
_MIN_CAPITALS, _MAX_CAPITALS = 2, 6


def _at() -> int:
    """Give a field for the node's place in the query's text: not part of its identity."""
    return field(default=0, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase.

    Attributes:
        text: as typed, without quotation marks.
        exact: True for `!text`: case and accents count.
        prefix: True for `text*`: the last word may go on.
        at: 0-based offset in the query.
    """

    text: str
    exact: bool = False
    prefix: bool = False
    at: int = _at()

    @property
    def acronym(self) -> bool:
        """2 to 6 capitals (`ICC`, `U.S.`), whose case counts without being told."""
        letters = self.text.replace(".", "") if _INITIALS.fullmatch(self.text) else self.text
        return (
            not self.prefix
            and _MIN_CAPITALS <= len(letters) <= _MAX_CAPITALS
            and letters.isalpha()
            and letters.isupper()
        )

    @property
    def as_written(self) -> bool:
        """Case and accents count."""
        return self.exact or self.acronym

    def __str__(self) -> str:
        bare = _BARE.fullmatch(self.text) and not _OPERATORS.fullmatch(self.text)
        words = self.text if bare else f'"{self.text}"'
        star = "*" if self.prefix else ""
        quoted = f'"{self.text}*"' if self.prefix and not bare else f"{words}{star}"
        return f"{'!' if self.exact else ''}{quoted}"


@dataclass(frozen=True, slots=True)
class EntityRef:
    """`@id`: any alias of an entity."""

    id: str
    at: int = _at()

    def __str__(self) -> str:
        return f"@{self.id}"


@dataclass(frozen=True, slots=True)
class Regex:
    """`/pattern/`, or `/pattern/i` to ignore case, on the text as written."""

    pattern: str
    ignore_case: bool = False
    at: int = _at()

    def __str__(self) -> str:
        return f"/{self.pattern}/{'i' if self.ignore_case else ''}"


@dataclass(frozen=True, slots=True)
class Near:
    """Both, at most `distance` words apart, in either order, in the same text."""

    left: Query
    right: Query
    distance: int
    at: int = _at()

    def __str__(self) -> str:
        left, right = _inner(self.left, _NEAR), _inner(self.right, _UNARY)
        return f"{left} NEAR/{self.distance} {right}"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`ATLEAST/n x`: x stands n times or more."""

    count: int
    child: Query
    at: int = _at()

    def __str__(self) -> str:
        return f"ATLEAST/{self.count} {_inner(self.child, _UNARY)}"


@dataclass(frozen=True, slots=True)
class Scoped:
    """`title:x`: x is looked for in one field."""

    field: Scope
    child: Query
    at: int = _at()

    def __str__(self) -> str:
        return f"{self.field}:{_inner(self.child, _ATOM)}"


@dataclass(frozen=True, slots=True)
class About:
    """`about:x`: x stands in the title or the first paragraph, or three times."""

    child: Query
    at: int = _at()

    def __str__(self) -> str:
        return f"about:{_inner(self.child, _ATOM)}"


@dataclass(frozen=True, slots=True)
class Said:
    """`said:x(query)`: one quote by x meets the query.

    Attributes:
        speaker: an entity, a name, or None for anybody.
        query: what one quote must meet, or None for any quote.
        at: 0-based offset in the query.
    """

    speaker: EntityRef | Term | None
    query: Query | None = None
    at: int = _at()

    def __str__(self) -> str:
        speaker = "" if self.speaker is None else str(self.speaker)
        return f"said:{speaker}" + (f"({self.query})" if self.query is not None else "")


@dataclass(frozen=True, slots=True)
class Not:
    """`NOT x` or `-x`."""

    child: Query
    at: int = _at()

    def __str__(self) -> str:
        return f"NOT {_inner(self.child, _UNARY)}"


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two; never directly inside another And."""

    children: tuple[Query, ...]
    at: int = _at()

    def __str__(self) -> str:
        return " AND ".join(_inner(child, _NEAR) for child in self.children)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of at least two; never directly inside another Or."""

    children: tuple[Query, ...]
    at: int = _at()

    def __str__(self) -> str:
        return " OR ".join(_inner(child, _AND) for child in self.children)


Query = Term | EntityRef | Regex | Near | AtLeast | Scoped | About | Said | Not | And | Or

_OR, _AND, _NEAR, _UNARY, _ATOM = range(5)
_BINDING: dict[type, int] = {Or: _OR, And: _AND, Near: _NEAR, Not: _UNARY, AtLeast: _UNARY}


def _inner(node: Query, least: int) -> str:
    """Write a node for a place where only those that bind at least so tightly stand bare."""
    return str(node) if _BINDING.get(type(node), _ATOM) >= least else f"({node})"


def children(node: Query) -> tuple[Query, ...]:
    """Give the nodes directly below one, in the order they are written."""
    match node:
        case And() | Or():
            return node.children
        case Near():
            return node.left, node.right
        case Not() | AtLeast() | Scoped() | About():
            return (node.child,)
        case Said():
            return tuple(part for part in (node.speaker, node.query) if part is not None)
        case _:
            return ()
