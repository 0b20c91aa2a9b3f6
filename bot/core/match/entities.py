"""Names of entities in documents: aliases and their conditions, prefixes, namesakes."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core import fold
from bot.core.match.base import outermost
from bot.core.match.grid import slot_of
from bot.core.match.joined import joined_forms
from bot.core.match.pattern import Pattern, pattern_of
from bot.core.query import Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.core.match.article import ArticleDocument
    from bot.core.match.document import Document, Place
    from bot.core.model import Alias, Entity
    from bot.core.officials import Officials


@dataclass(frozen=True, slots=True)
class Name:
    """An alias, compiled.

    Attributes:
        alias: as the officials file has it.
        patterns: the alias, and with one-letter prefixes where its script writes them.
        context: one of these must stand in the article; empty for no condition.
        unless: none of these may.
        surname: the folded word of a person's one-word alias, which namesakes may bear; else "".
    """

    alias: Alias | str
    patterns: tuple[Pattern, ...]
    context: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    surname: str = ""


def condition_pattern(word: str) -> Pattern:
    """Give the pattern of a `context` or `unless` word, which may end in `*`."""
    return pattern_of(Term(word.rstrip("*"), prefix=word.endswith("*")))


def _patterns(text: str, kind: str, *, exact: bool) -> tuple[Pattern, ...]:
    pattern = pattern_of(Term(text, exact=exact))
    if pattern.exact:
        return (pattern,)
    first, *rest = pattern.words
    # What a person is called begins with no article, but a title may.
    forms = joined_forms(first, article=kind != "person" or bool(rest))
    return (pattern, *(Pattern((form, *rest)) for form in forms))


class Directory:
    """What the names of all entities say about one another; built once for a rule set."""

    def __init__(self, officials: Officials) -> None:
        self.officials = officials
        self._bearers: dict[str, list[tuple[str, Pattern]]] = defaultdict(list)
        self._beginners: dict[str, list[tuple[str, Pattern]]] = defaultdict(list)
        for entity in officials:
            if entity.kind == "person":
                for pattern in _full_names(entity):
                    self._bearers[pattern.words[-1]].append((entity.id, pattern))
                    self._beginners[pattern.words[0]].append((entity.id, pattern))

    def full_names(self, surname: str, entity_id: str) -> tuple[list[Pattern], list[Pattern]]:
        """Give the full names that end in a surname: an entity's own, and its namesakes'."""
        own = [pattern for bearer, pattern in self._bearers[surname] if bearer == entity_id]
        ours = {pattern.key for pattern in own}
        others = [
            pattern
            for bearer, pattern in self._bearers[surname]
            if bearer != entity_id and pattern.key not in ours
        ]
        return own, others

    def longer_names(self, names: Iterable[Pattern], entity_id: str) -> list[Pattern]:
        """Give the names of others that begin with one of a person's: `John Doe Jr.`."""
        return [
            pattern
            for name in names
            for bearer, pattern in self._beginners.get(name.words[0], ())
            if bearer != entity_id
            and len(pattern.words) > len(name.words)
            and pattern.words[: len(name.words)] == name.words
        ]


def _texts(entity: Entity) -> Iterable[tuple[str, bool]]:
    yield entity.name, False
    for alias in entity.aliases:
        yield alias.text, alias.exact


def _full_names(entity: Entity) -> Iterator[Pattern]:
    for text, exact in _texts(entity):
        for pattern in _patterns(text, entity.kind, exact=exact):
            if len(pattern.words) > 1:
                yield pattern


class Names:
    """All names of one entity."""

    def __init__(self, entity: Entity, directory: Directory) -> None:
        self.entity = entity
        aliases = {alias.text: alias for alias in entity.aliases}
        self.names = tuple(
            self._name(text, aliases.get(text)) for text in dict.fromkeys([entity.name, *aliases])
        )
        self._offices = frozenset(
            fold.words(office.title)[-1] for office in entity.offices if fold.words(office.title)
        )
        self.slots = tuple({slot_of(pattern.words[0]) for pattern in self.patterns})
        full = _full_names(entity) if entity.kind == "person" else ()
        self._longer = directory.longer_names(full, entity.id)
        surnames = {name.surname for name in self.names if name.surname}
        self._namesakes = {
            surname: directory.full_names(surname, entity.id) for surname in surnames
        }

    def _name(self, text: str, alias: Alias | None) -> Name:
        exact = alias is not None and alias.exact
        patterns = _patterns(text, self.entity.kind, exact=exact)
        bare = self.entity.kind == "person" and len(patterns[0].words) == 1
        return Name(
            alias or text,
            patterns,
            tuple(condition_pattern(word) for word in alias.context) if alias else (),
            tuple(condition_pattern(word) for word in alias.unless) if alias else (),
            patterns[0].words[0] if bare else "",
        )

    @property
    def patterns(self) -> list[Pattern]:
        """Every pattern of every name."""
        return [pattern for name in self.names for pattern in name.patterns]

    def gate(self) -> tuple[Pattern, ...]:
        """Give the patterns of which one stands wherever the entity can be quoted."""
        offices = (pattern_of(Term(office.title)) for office in self.entity.offices)
        return tuple({pattern.key: pattern for pattern in [*self.patterns, *offices]}.values())

    def folded(self) -> frozenset[str]:
        """Give the names, folded, as a quote's speaker may have them."""
        return frozenset(" ".join(name.patterns[0].words) for name in self.names)

    def places(self, document: Document) -> Sequence[Place]:
        """Find the entity in a document, whose article decides on conditions and namesakes."""
        known = document.memo.get(self)
        if known is None:
            known = document.memo[self] = self._find(document)
        return known

    def _find(self, document: Document) -> list[Place]:
        found: list[Place] = []
        if document is document.root:
            # Most articles have no first word of its names, which is soon seen.
            words = document.grid.slots
            if not any(words[slot] for slot in self.slots):
                return found
        for name in self.names:
            places = [
                (start, end, self.entity.id)
                for pattern in name.patterns
                if document.has(pattern.words[0])
                for start, end in pattern.stretches(document)
            ]
            if places and self._allowed(name, document.root):
                found += self._own(name.surname, places, document) if name.surname else places
        if found and self._longer:
            found = _outside_longer(
                found, [place for pattern in self._longer for place in pattern.stretches(document)]
            )
        return outermost(found)

    def _allowed(self, name: Name, article: Document) -> bool:
        if name.context and not any(pattern.present(article) for pattern in name.context):
            return False
        return not any(pattern.present(article) for pattern in name.unless)

    def _own(self, surname: str, places: list[Place], document: Document) -> list[Place]:
        """Keep the bare surnames that mean this entity and no namesake."""
        own, others = self._namesakes[surname]
        taken = [place for pattern in others for place in pattern.stretches(document)]
        article: ArticleDocument = document.root  # type: ignore[assignment]
        if not taken and (document is article or not _stand(others, article)):
            return places
        free = _outside(places, taken)
        if self._default_holder(surname, own, others, article):
            return free
        return [place for place in free if self._after_office(place, document)]

    def _default_holder(
        self, surname: str, own: list[Pattern], others: list[Pattern], article: ArticleDocument
    ) -> bool:
        """Say whether a bare surname means this entity in an article with namesakes.

        The title's first full name decides; without one, whoever the text names first, be it in
        full or, as everybody's default, by the bare surname.
        """
        ours = [start for pattern in own for start, _ in pattern.stretches(article)]
        theirs = [place for pattern in others for place in pattern.stretches(article)]
        barrier = article.barrier
        titled = [(start, True) for start in ours if start < barrier]
        titled += [(start, False) for start, _ in theirs if start < barrier]
        if titled:
            return min(titled)[1]
        bare = [(start, end, "") for start, end in Pattern((surname,)).stretches(article)]
        mentions = [(start, True) for start in ours]
        mentions += [(start, True) for start, _, _ in _outside(bare, theirs) if start > barrier]
        mentions += [(start, False) for start, _ in theirs]
        return min(mentions)[1]

    def _after_office(self, place: Place, document: Document) -> bool:
        before = document.text[: place[0]].rstrip()
        return before[before.rfind(" ") + 1 :] in self._offices


def _stand(patterns: Iterable[Pattern], document: Document) -> bool:
    return any(pattern.present(document) for pattern in patterns)


def _outside_longer(places: list[Place], longer: Sequence[tuple[int, int]]) -> list[Place]:
    """Keep the places that are no part of one of the longer ones."""
    # Of the outermost starts and ends both ascend: the last to start before a place ends last.
    known = outermost([(start, end, "") for start, end in longer])
    starts = [start for start, _, _ in known]
    kept = []
    for place in places:
        at = bisect_right(starts, place[0]) - 1
        if at < 0 or known[at][1] < place[1] or known[at][:2] == place[:2]:
            kept.append(place)
    return kept


def _outside(places: Sequence[Place], taken: Sequence[tuple[int, int]]) -> list[Place]:
    """Keep the places that lie in none of the taken ones; linear, as taken ones are few words."""
    ends: dict[int, int] = {}
    for start, end in taken:
        ends[end] = min(start, ends.get(end, start))
    # A surname ends a full name, so the two end at the same place.
    return [place for place in places if not (place[1] in ends and ends[place[1]] <= place[0])]
