"""The compiled query: nodes that are asked about a document.

A node says whether it `holds`. Before the quotes of an article are known, it says whether it
`could` and whether it `must` hold whatever they turn out to be. Its `part` of a match are the
clauses that were met with their highlights.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.match.article import ArticleDocument
    from bot.core.match.compiled import CompiledRule
    from bot.core.match.document import Document, Place
    from bot.core.match.frequency import Frequency
    from bot.core.model import Highlight

_FIELDS = {"title": 0, "text": 1, "source": 2, "author": 3, "section": 4, "lang": 5}


Part = tuple[tuple[str, ...], tuple["Highlight", ...], tuple[int, ...]]
"""What a match tells of a node: clauses, highlights, quotes; as in `Match`."""

NOTHING: Part = ((), (), ())

Triggers = tuple[float, tuple["Leaf", ...]]
"""Leaves of which one must hold, and the share of articles in which one is guessed to."""


class Node(ABC):
    """A part of a compiled query.

    Attributes:
        clause: the part in canonical form; "" for AND and OR, which show their children's.
    """

    __slots__ = ("__weakref__", "clause")

    def __init__(self, clause: str) -> None:
        self.clause = clause

    @abstractmethod
    def holds(self, document: Document) -> bool:
        """Say whether the document meets it; without known quotes no `said:` is met."""

    def could(self, document: Document) -> bool:
        """Say whether it may hold once the quotes are known."""
        return self.holds(document)

    def must(self, document: Document) -> bool:
        """Say whether it holds whatever the quotes are."""
        return self.holds(document)

    def may(self, document: Document) -> bool:  # noqa: ARG002 - some nodes ask it
        """Say whether it may hold once more of the article's text is known."""
        return True

    @abstractmethod
    def part(self, document: Document) -> Part:
        """Give what a match tells of it; called only where it holds."""

    @abstractmethod
    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Give leaves of which one must hold where the node holds, with their cost.

        Args:
            frequency: tells how rare words are.
            gates: True for what triggers while the quotes are not known yet.

        Returns:
            None where there are no such leaves (NOT).
        """


_FEW = 8
"""Rules that a tuple holds: it takes a third of a dictionary's memory, and less to look at."""

Watchers = tuple["CompiledRule", ...] | dict["CompiledRule", None]
"""Rules that wait for a leaf; of many a dictionary, which loses one at no cost."""


class Leaf(Node):
    """A node that can be looked up; shared by all rules that hold it.

    Attributes:
        told: the rules that are met where it holds.
        watchers: the rules that are to be asked where it holds.
    """

    __slots__ = ("told", "watchers")

    def __init__(self, clause: str) -> None:
        super().__init__(clause)
        self.told: Watchers = ()
        self.watchers: Watchers = ()

    @property
    def idle(self) -> bool:
        """Say whether no rule waits for it."""
        return not (self.told or self.watchers)

    def watch(self, rule: CompiledRule, *, met: bool) -> None:
        """Trigger a rule that it does not trigger yet.

        Args:
            rule: which.
            met: True where nothing else is asked for.
        """
        if met:
            self.told = _with(self.told, rule)
        else:
            self.watchers = _with(self.watchers, rule)

    def unwatch(self, rule: CompiledRule) -> None:
        """Trigger a rule no more."""
        self.told = _without(self.told, rule)
        self.watchers = _without(self.watchers, rule)

    def cost(self, frequency: Frequency) -> float:  # noqa: ARG002 - some leaves ask it
        """Guess the share of articles it triggers on."""
        return 1.0

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:  # noqa: ARG002
        """Trigger on itself."""
        return self.cost(frequency), (self,)

    def part(self, document: Document) -> Part:
        """Give what a match tells of it; remembered: many rules may ask for the same."""
        known = document.parts.get(self)
        if known is None:
            known = document.parts[self] = self._part(document)
        return known

    @abstractmethod
    def _part(self, document: Document) -> Part: ...


def _with(rules: Watchers, rule: CompiledRule) -> Watchers:
    if isinstance(rules, dict):
        rules[rule] = None
        return rules
    return (*rules, rule) if len(rules) < _FEW else dict.fromkeys((*rules, rule))


def _without(rules: Watchers, rule: CompiledRule) -> Watchers:
    if isinstance(rules, dict):
        rules.pop(rule, None)
        return rules
    return tuple(other for other in rules if other is not rule) if rules else rules


class Positional(Leaf):
    """A leaf with places in the text."""

    __slots__ = ()

    @abstractmethod
    def places(self, document: Document) -> Sequence[Place]:
        """Give its places, sorted; none of them inside another."""

    def holds(self, document: Document) -> bool:
        """Hold where it has a place."""
        return bool(self.places(document))

    def marks(self, document: Document) -> tuple[Highlight, ...]:
        """Give its highlights."""
        return document.marks(self.places(document))

    def _part(self, document: Document) -> Part:
        return (self.clause,), self.marks(document), ()


def joined(parts: Sequence[Part]) -> Part:
    """Give what a match tells of several nodes: each clause, highlight and quote once."""
    if len(parts) < 2:  # noqa: PLR2004 - nothing to join
        return parts[0] if parts else NOTHING
    clauses, marks, quotes = parts[0]
    for told, found, spoken in parts[1:]:
        clauses += told
        marks += found
        quotes += spoken
    if len(set(clauses)) < len(clauses):
        clauses = tuple(dict.fromkeys(clauses))
    return clauses, tidy(marks), tuple(sorted(set(quotes))) if quotes else ()


def tidy(highlights: Sequence[Highlight]) -> tuple[Highlight, ...]:
    """Sort by field and start, and leave out what lies inside another highlight."""
    if len(highlights) < 2:  # noqa: PLR2004 - nothing to sort
        return tuple(highlights)
    marks, end = sorted(highlights), 0
    for field, start, behind, _ in marks:
        if start < end or field != marks[0].field:
            return _outermost(highlights)
        end = behind
    # Most lie apart, in one field.
    return tuple(marks)


def _outermost(highlights: Iterable[Highlight]) -> tuple[Highlight, ...]:
    kept: list[Highlight] = []
    for mark in sorted(highlights, key=_order):
        if not kept or kept[-1].field != mark.field or mark.end > kept[-1].end:
            kept.append(mark)
    return tuple(kept)


def _order(mark: Highlight) -> tuple[int, int, int, bool]:
    return _FIELDS[mark.field], mark.start, -mark.end, not mark.entity


def outermost(places: list[Place]) -> list[Place]:
    """Sort places and leave out those that lie inside others."""
    places.sort(key=lambda place: (place[0], -place[1], not place[2]))
    kept: list[Place] = []
    for place in places:
        if not kept or place[1] > kept[-1][1]:
            kept.append(place)
    return kept


def in_scope(document: Document, places: Iterable[Place], scope: str) -> list[Place]:
    """Keep the places of one field; "" keeps all."""
    return [place for place in places if not scope or document.field(place[0]) == scope]


def article_of(document: Document) -> ArticleDocument:
    """Give the document of the whole article."""
    return document.root  # type: ignore[return-value]


def least_of(nodes: Iterable[Node], frequency: Frequency, *, gates: bool) -> Triggers | None:
    """Give the rarest of the triggers of nodes that must all hold."""
    known = [
        found for node in nodes if (found := node.triggers(frequency, gates=gates)) is not None
    ]
    return min(known, key=lambda found: found[0]) if known else None


def sum_of(nodes: Iterable[Node], frequency: Frequency, *, gates: bool) -> Triggers | None:
    """Give all triggers of nodes of which one must hold; None if one has none."""
    total, leaves = 0.0, dict[Leaf, None]()
    for node in nodes:
        found = node.triggers(frequency, gates=gates)
        if found is None:
            return None
        total += found[0]
        leaves.update(dict.fromkeys(found[1]))
    return total, tuple(leaves)
