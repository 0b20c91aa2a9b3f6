"""Which words an article must have for a query to match: what a search of old articles asks for.

The engine decides; words only spare it the articles that cannot match. So whatever is not sure to
be needed is left out: NOT, patterns, fields other than the text, the speaker of a quote (who may be
named by an office).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core import fold
from bot.core.match.document import searched_text
from bot.core.match.entities import Directory, Names
from bot.core.query import (
    About,
    And,
    AtLeast,
    EntityRef,
    Near,
    Or,
    Query,
    Said,
    Scoped,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.officials import Officials

_MOST = 400
"""Words in one search; a query that needs more is asked of every article."""


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word that must stand in the article, or one that begins so.

    Attributes:
        text: folded.
        prefix: True where the word may go on.
    """

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of at least two."""

    parts: tuple[Needs, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of at least two."""

    parts: tuple[Needs, ...]


Needs = Word | AllOf | AnyOf


def words_of(title: str, text: str) -> set[str]:
    """Give the folded words that an article can be searched by: those of its title and text."""
    found = set(fold.Folded(searched_text(title, text)).text.split())
    found.discard(fold.BARRIER)
    return found


def needs_of(query: Query, officials: Officials) -> Needs | None:
    """Give the words without which no article matches; None where there are no such words."""
    needs = _Reader(officials).read(query)
    return None if needs is None or _count(needs) > _MOST else needs


class _Reader:
    def __init__(self, officials: Officials) -> None:
        self._officials = officials
        self._directory: Directory | None = None

    def read(self, query: Query) -> Needs | None:  # noqa: PLR0911 - a kind each
        match query:
            case Term():
                return _phrase(fold.words(query.text), prefix=query.prefix)
            case EntityRef():
                return self._entity(query.id)
            case And():
                return _all(self.read(child) for child in query.children)
            case Near():
                return _all((self.read(query.left), self.read(query.right)))
            case Or():
                return _any([self.read(child) for child in query.children])
            case AtLeast() | About():
                return self.read(query.child)
            case Scoped() if query.field in ("title", "body"):
                return self.read(query.child)
            case Said() if query.query is not None:
                return self.read(query.query)
            case _:
                return None

    def _entity(self, entity_id: str) -> Needs | None:
        entity = self._officials.get(entity_id)
        if entity is None:
            return None
        if self._directory is None:
            self._directory = Directory(self._officials)
        patterns = Names(entity, self._directory).patterns
        return _any([_phrase(pattern.words, prefix=False) for pattern in patterns])


def _phrase(words: tuple[str, ...], *, prefix: bool) -> Needs | None:
    last = len(words) - 1
    return _all(Word(word, prefix and at == last) for at, word in enumerate(words))


def _all(parts: Iterable[Needs | None]) -> Needs | None:
    known = tuple(dict.fromkeys(part for part in parts if part is not None))
    return AllOf(known) if len(known) > 1 else next(iter(known), None)


def _any(parts: list[Needs | None]) -> Needs | None:
    known = tuple(dict.fromkeys(part for part in parts if part is not None))
    if not known or None in parts:
        return None
    return AnyOf(known) if len(known) > 1 else known[0]


def _count(needs: Needs) -> int:
    if isinstance(needs, Word):
        return 1
    return sum(map(_count, needs.parts))
