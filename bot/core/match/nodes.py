"""The compiled query: nodes that are asked about a document.

A node says whether it `holds`. Before the quotes of an article are known, it says whether it
`could` and whether it `must` hold whatever they turn out to be. `collect` gathers the clauses that
were met with their highlights.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.core import fold
from bot.core.model import Highlight

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.match.document import ArticleDocument, Document, Place
    from bot.core.match.entities import Names
    from bot.core.match.frequency import Frequency
    from bot.core.match.pattern import Pattern
    from bot.core.match.rules import CompiledRule
    from bot.core.model import Quote

_TOO_MANY = 1000
"""So many highlights of one pattern are enough for anybody."""


@dataclass(slots=True)
class Found:
    """What a match consists of, as it is gathered."""

    clauses: list[str] = field(default_factory=list)
    highlights: list[Highlight] = field(default_factory=list)
    quotes: list[int] = field(default_factory=list)


Triggers = tuple[float, tuple["Leaf", ...]]
"""Leaves of which one must hold, and the share of articles in which one is guessed to."""


class Node:
    """A part of a compiled query.

    Attributes:
        clause: the part in canonical form.
    """

    __slots__ = ("__weakref__", "clause")

    def __init__(self, clause: str) -> None:
        self.clause = clause

    def holds(self, document: Document) -> bool:
        """Say whether the document meets it; without known quotes no `said:` is met."""
        raise NotImplementedError

    def could(self, document: Document) -> bool:
        """Say whether it may hold once the quotes are known."""
        return self.holds(document)

    def must(self, document: Document) -> bool:
        """Say whether it holds whatever the quotes are."""
        return self.holds(document)

    def collect(self, document: Document, found: Found) -> None:
        """Add clauses and highlights; called only where it holds."""
        raise NotImplementedError

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Give leaves of which one must hold where the node holds, with their cost.

        Args:
            frequency: tells how rare words are.
            gates: True for what triggers while the quotes are not known yet.

        Returns:
            None where there are no such leaves (NOT).
        """
        raise NotImplementedError


class Leaf(Node):
    """A node that can be looked up; shared by all rules that hold it.

    Attributes:
        watchers: the rules it triggers, by id.
    """

    __slots__ = ("watchers",)

    def __init__(self, clause: str) -> None:
        super().__init__(clause)
        self.watchers: dict[str, CompiledRule] = {}

    def cost(self, frequency: Frequency) -> float:
        """Guess the share of articles it triggers on."""
        return 1.0

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on itself."""
        return self.cost(frequency), (self,)


class Positional(Leaf):
    """A leaf with places in the text."""

    __slots__ = ()

    def places(self, document: Document) -> Sequence[Place]:
        """Give its places, sorted; none of them inside another."""
        raise NotImplementedError

    def holds(self, document: Document) -> bool:
        """Hold where it has a place."""
        return bool(self.places(document))

    def marks(self, document: Document) -> tuple[Highlight, ...]:
        """Give its highlights, remembered by the document."""
        key = (self, "marks")
        known = document.memo.get(key)
        if known is None:
            known = document.memo[key] = document.marks(self.places(document))
        return known  # type: ignore[no-any-return]

    def collect(self, document: Document, found: Found) -> None:
        """Add itself with all its places."""
        found.clauses.append(self.clause)
        found.highlights.extend(self.marks(document))


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


class TermLeaf(Positional):
    """A word or phrase.

    Attributes:
        pattern: what to look for.
        scope: "title", "text" or "" for both.
        start: the first word.
        word: the word, where that alone decides (one whole word, any case, any field), else "".
    """

    __slots__ = ("pattern", "scope", "start", "word")

    def __init__(self, clause: str, pattern: Pattern, scope: str) -> None:
        super().__init__(clause)
        self.pattern, self.scope = pattern, scope
        plain = len(pattern.words) == 1 and not (pattern.prefix or pattern.exact or scope)
        self.start = pattern.words[0]
        self.word = pattern.words[0] if plain else ""

    def cost(self, frequency: Frequency) -> float:
        """Count on its rarest word."""
        words = self.pattern.words
        share = frequency.of_phrase(words) / len(words)
        return 3 * share if self.pattern.prefix else share

    def holds(self, document: Document) -> bool:
        """Look up the word, or search for the phrase."""
        if self.word:
            return self.word in document.words
        if self.scope:
            return bool(self.places(document))
        return self.pattern.present(document)

    def places(self, document: Document) -> Sequence[Place]:
        """Find it everywhere in its scope."""
        known = document.memo.get(self)
        if known is None:
            found = [(start, end, "") for start, end in self.pattern.stretches(document)]
            known = in_scope(document, found, self.scope) if self.scope else found
            document.memo[self] = known
        return known


class EntityLeaf(Positional):
    """`@id`: any name of an entity."""

    __slots__ = ("names", "scope")

    def __init__(self, clause: str, names: Names, scope: str) -> None:
        super().__init__(clause)
        self.names, self.scope = names, scope

    def cost(self, frequency: Frequency) -> float:
        """Guess: entities are named more often than most words."""
        return 0.3

    def places(self, document: Document) -> Sequence[Place]:
        """Find its names."""
        found = self.names.places(document)
        return in_scope(document, found, self.scope) if self.scope else found


class GateLeaf(Leaf):
    """The names and offices of a speaker: where none stands, no quote can be by them."""

    __slots__ = ("patterns",)

    def __init__(self, clause: str, patterns: tuple[Pattern, ...]) -> None:
        super().__init__(clause)
        self.patterns = patterns

    def holds(self, document: Document) -> bool:
        """Look for any of them."""
        return any(pattern.present(document) for pattern in self.patterns)


class PatternLeaf(Positional):
    """`/re2/` on the text as written; its places are spans of `Document.original`."""

    __slots__ = ("compiled", "scope")

    def __init__(self, clause: str, compiled: Any, scope: str) -> None:  # noqa: ANN401 - re2
        super().__init__(clause)
        self.compiled, self.scope = compiled, scope

    def places(self, document: Document) -> Sequence[Place]:
        """Search every piece of the document for itself."""
        known = document.memo.get(self)
        if known is None:
            known = document.memo[self] = self._search(document)
        return known  # type: ignore[no-any-return]

    def _search(self, document: Document) -> list[Place]:
        found: list[Place] = []
        for first, last, name, _ in document.pieces:
            if self.scope and name != self.scope:
                continue
            for match in self.compiled.finditer(document.original[first:last]):
                start, end = match.span()
                if end > start:
                    found.append((first + start, first + end, ""))
                if len(found) >= _TOO_MANY:
                    return found
        return found

    def marks(self, document: Document) -> tuple[Highlight, ...]:
        """Give its highlights; its places need no unfolding."""
        return tuple(
            mark
            for start, end, _ in self.places(document)
            for mark in document.originals(start, end)
        )


class FieldLeaf(Leaf):
    """`source:`, `lang:`, `section:`, `author:` with what is asked of the field."""

    __slots__ = ("child", "name", "words")

    def __init__(self, clause: str, name: str, child: Node, words: frozenset[str]) -> None:
        super().__init__(clause)
        self.name, self.child, self.words = name, child, words

    def cost(self, frequency: Frequency) -> float:
        """A field is the same in many articles."""
        return 2.0

    def holds(self, document: Document) -> bool:
        """Ask the field's own document."""
        return self.child.holds(_article(document).of_field(self.name))

    def collect(self, document: Document, found: Found) -> None:
        """Add itself with the highlights of the field."""
        inner = Found()
        self.child.collect(_article(document).of_field(self.name), inner)
        found.clauses.append(self.clause)
        found.highlights.extend(inner.highlights)


class SaidLeaf(Leaf):
    """`said:x(query)`: one quote by x meets the query.

    Attributes:
        speaker: id of the entity, or "".
        names: folded names of the entity.
        pattern: the name, where it is no entity; None for anybody.
        inner: what one quote must meet, or None.
        gate: stands for it while the quotes are not known.
        mentions: highlights the speaker, or None.
    """

    __slots__ = ("gate", "inner", "mentions", "names", "pattern", "speaker")

    def __init__(  # noqa: PLR0913 - one argument for each part of the clause
        self,
        clause: str,
        *,
        speaker: str = "",
        names: frozenset[str] = frozenset(),
        pattern: Pattern | None = None,
        inner: Node | None = None,
        gate: Leaf | None = None,
        mentions: Positional | None = None,
    ) -> None:
        super().__init__(clause)
        self.speaker, self.names, self.pattern = speaker, names, pattern
        self.inner, self.gate, self.mentions = inner, gate, mentions

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on a quote by the speaker; while quotes are unknown, on the speaker's names."""
        if self.gate is not None:
            return (self.gate.cost(frequency), (self.gate,)) if gates else (0.01, (self,))
        assert self.inner is not None  # noqa: S101 - `said:` alone is refused by the grammar
        return self.inner.triggers(frequency, gates=gates) or (9.0, (self,))

    def _by_speaker(self, quote: Quote) -> bool:
        if self.speaker:
            if quote.entity:
                return quote.entity == self.speaker
            return bool(quote.speaker) and _folded(quote.speaker) in self.names
        if self.pattern is None:
            return True
        return bool(quote.speaker) and self.pattern.needle in f" {_folded(quote.speaker)} "

    def _met(self, document: Document) -> list[int]:
        known = document.memo.get(self)
        if known is None:
            article = _article(document)
            known = document.memo[self] = [
                index
                for index, quote in enumerate(article.quotes or ())
                if self._by_speaker(quote)
                and (self.inner is None or self.inner.holds(article.of_quote(index)))
            ]
        return known  # type: ignore[no-any-return]

    def holds(self, document: Document) -> bool:
        """Hold where one quote meets it."""
        return bool(self._met(document))

    def could(self, document: Document) -> bool:
        """Depend on the names, or for anybody on the words."""
        if self.gate is not None:
            return self.gate.holds(document)
        return self.inner is None or self.inner.could(document)

    def must(self, document: Document) -> bool:
        """Nobody knows before the quotes are there."""
        return False

    def collect(self, document: Document, found: Found) -> None:
        """Add the quotes, their words that were met, and the speaker's names."""
        article = _article(document)
        found.clauses.append(self.clause)
        for index in self._met(document):
            found.quotes.append(index)
            if self.inner is not None:
                inner = Found()
                self.inner.collect(article.of_quote(index), inner)
                found.highlights.extend(inner.highlights)
        if self.mentions is not None:
            found.highlights.extend(self.mentions.marks(document))


def _folded(name: str | None) -> str:
    return " ".join(fold.words(name or ""))


def _article(document: Document) -> ArticleDocument:
    return document.root  # type: ignore[return-value]


class Group(Positional):
    """OR between positional nodes where their places count: in NEAR, ATLEAST, about."""

    __slots__ = ("children",)

    def __init__(self, clause: str, children: Sequence[Positional]) -> None:
        super().__init__(clause)
        self.children = children

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on any."""
        return _sum_of(self.children, frequency, gates=gates)

    def places(self, document: Document) -> Sequence[Place]:
        """Give the places of all."""
        return outermost([place for child in self.children for place in child.places(document)])


class NearNode(Positional):
    """Two positional nodes that stand close; its places are those of both that have a partner."""

    __slots__ = ("distance", "left", "right")

    def __init__(self, clause: str, left: Positional, right: Positional, distance: int) -> None:
        super().__init__(clause)
        self.left, self.right, self.distance = left, right, distance

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on the rarer side."""
        return _least_of((self.left, self.right), frequency, gates=gates)

    def places(self, document: Document) -> Sequence[Place]:
        """Give the places on both sides that have the other side near."""
        left, right = self.left.places(document), self.right.places(document)
        if not left or not right:
            return ()
        near = _having_near(document, left, right, self.distance)
        return outermost(near + _having_near(document, right, left, self.distance))


def _having_near(
    document: Document, places: Sequence[Place], others: Sequence[Place], distance: int
) -> list[Place]:
    """Keep the places that have one of the others at most so many words before or behind them.

    Starts and ends both ascend, because no place lies inside another of its kind, so it is enough
    to look at the nearest on either side.
    """
    starts = [start for start, _, _ in others]
    ends = [end for _, end, _ in others]
    barrier = document.text.find(fold.BARRIER)
    kept = []
    for place in places:
        behind = bisect_left(starts, place[1])
        ahead = bisect_right(ends, place[0]) - 1
        gaps = []
        if behind < len(starts):
            gaps.append((place[1], starts[behind]))
        if ahead >= 0:
            gaps.append((ends[ahead], place[0]))
        if any(
            not end <= barrier < start and not document.apart(end, start, distance)
            for end, start in gaps
        ):
            kept.append(place)
    return kept


class AtLeastNode(Positional):
    """A positional node that stands a number of times."""

    __slots__ = ("child", "count")

    def __init__(self, clause: str, count: int, child: Positional) -> None:
        super().__init__(clause)
        self.count, self.child = count, child

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on the child."""
        return self.child.triggers(frequency, gates=gates)

    def places(self, document: Document) -> Sequence[Place]:
        """Give the child's places where there are enough."""
        found = outermost(list(self.child.places(document)))
        return found if len(found) >= self.count else ()


class AboutNode(Positional):
    """A positional node in the title or the first paragraph, or three times."""

    __slots__ = ("child",)
    _OFTEN = 3

    def __init__(self, clause: str, child: Positional) -> None:
        super().__init__(clause)
        self.child = child

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on the child."""
        return self.child.triggers(frequency, gates=gates)

    def places(self, document: Document) -> Sequence[Place]:
        """Give the child's places where they say what the article is about."""
        found = outermost(list(self.child.places(document)))
        if len(found) >= self._OFTEN:
            return found
        paragraph = _article(document).first_paragraph
        prominent = any(
            mark.field == "title" or mark.start < paragraph for mark in document.marks(found)
        )
        return found if prominent else ()


class NotNode(Node):
    """The child does not hold."""

    __slots__ = ("child",)

    def __init__(self, clause: str, child: Node) -> None:
        super().__init__(clause)
        self.child = child

    def holds(self, document: Document) -> bool:
        """Hold where the child does not."""
        return not self.child.holds(document)

    def could(self, document: Document) -> bool:
        """Could, unless the child must."""
        return not self.child.must(document)

    def must(self, document: Document) -> bool:
        """Must, unless the child could."""
        return not self.child.could(document)

    def collect(self, document: Document, found: Found) -> None:
        """Add nothing: what is absent has no place."""

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on nothing."""
        return None


class AllNode(Node):
    """Every child holds; the cheapest is asked first."""

    __slots__ = ("_order", "children")

    def __init__(self, clause: str, children: Sequence[Node]) -> None:
        super().__init__(clause)
        self.children = tuple(children)
        self._order = tuple(sorted(self.children, key=_effort))

    def holds(self, document: Document) -> bool:
        """Hold where all do."""
        return all(child.holds(document) for child in self._order)

    def could(self, document: Document) -> bool:
        """Could where all could."""
        return all(child.could(document) for child in self._order)

    def must(self, document: Document) -> bool:
        """Must where all must."""
        return all(child.must(document) for child in self._order)

    def collect(self, document: Document, found: Found) -> None:
        """Add all."""
        for child in self.children:
            child.collect(document, found)

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on the rarest child."""
        return _least_of(self.children, frequency, gates=gates)


class AnyNode(Node):
    """One child holds at least."""

    __slots__ = ("children",)

    def __init__(self, clause: str, children: Sequence[Node]) -> None:
        super().__init__(clause)
        self.children = tuple(children)

    def holds(self, document: Document) -> bool:
        """Hold where any does."""
        return any(child.holds(document) for child in self.children)

    def could(self, document: Document) -> bool:
        """Could where any could."""
        return any(child.could(document) for child in self.children)

    def must(self, document: Document) -> bool:
        """Must where any must."""
        return any(child.must(document) for child in self.children)

    def collect(self, document: Document, found: Found) -> None:
        """Add those that hold."""
        for child in self.children:
            if child.holds(document):
                child.collect(document, found)

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on any child."""
        return _sum_of(self.children, frequency, gates=gates)


def _least_of(nodes: Iterable[Node], frequency: Frequency, *, gates: bool) -> Triggers | None:
    known = [
        found for node in nodes if (found := node.triggers(frequency, gates=gates)) is not None
    ]
    return min(known, key=lambda found: found[0]) if known else None


def _sum_of(nodes: Iterable[Node], frequency: Frequency, *, gates: bool) -> Triggers | None:
    total, leaves = 0.0, dict[Leaf, None]()
    for node in nodes:
        found = node.triggers(frequency, gates=gates)
        if found is None:
            return None
        total += found[0]
        leaves.update(dict.fromkeys(found[1]))
    return total, tuple(leaves)


def _effort(node: Node) -> int:
    """Order the questions: fields, words, the rest, quotes."""
    match node:
        case FieldLeaf():
            return 0
        case TermLeaf():
            return 1
        case SaidLeaf():
            return 4
        case PatternLeaf():
            return 3
        case _:
            return 2
