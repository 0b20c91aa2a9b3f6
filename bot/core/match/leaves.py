"""Leaves: words, phrases, names, patterns and fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.match.base import NOTHING, Leaf, Node, Part, Positional, article_of, in_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.match.article import ArticleDocument
    from bot.core.match.document import Document, Place
    from bot.core.match.entities import Names
    from bot.core.match.frequency import Frequency
    from bot.core.match.pattern import Pattern, Stretch
    from bot.core.model import Highlight

_TOO_MANY = 1000
"""So many highlights of one pattern are enough for anybody."""
_REMEMBERED, _LONG = 16, 300
"""Values of a field whose answers are remembered, and how long one may be for that."""


class TermLeaf(Positional):
    """A word or phrase.

    Attributes:
        pattern: what to look for.
        scope: "title", "text" or "" for both.
        text: its one or two words, where these alone decide (whole, any case, any field), else "".
    """

    __slots__ = ("pattern", "scope", "text")

    def __init__(self, clause: str, pattern: Pattern, scope: str) -> None:
        super().__init__(clause)
        self.pattern, self.scope = pattern, scope
        self.text = " ".join(pattern.words) if pattern.direct and not scope else ""

    def cost(self, frequency: Frequency) -> float:
        """Count on its rarest word."""
        words = self.pattern.words
        share = frequency.of_phrase(words) / len(words)
        return 3 * share if self.pattern.prefix else share

    def holds(self, document: Document) -> bool:
        """Look up the word, or search for the phrase."""
        if self in document.hits:
            return True
        if document.sought and not self.idle:
            return False
        if self.scope:
            return bool(self.places(document))
        pattern = self.pattern
        return document.has(pattern.words[0]) if pattern.plain else pattern.present(document)

    def may(self, document: Document) -> bool:
        """May, unless it is looked for in the title, which is known."""
        return self.scope != "title" or self.holds(document)

    def _stretches(self, document: Document) -> Sequence[Stretch]:
        """Give its places in any field: as the index found them, or by a search."""
        return document.hits.get(self) or self.pattern.stretches(document)

    def places(self, document: Document) -> Sequence[Place]:
        """Find it everywhere in its scope."""
        known = document.memo.get(self)
        if known is None:
            if self.scope == "title" and not self._titled(document):
                return ()
            found = [(start, end, "") for start, end in self._stretches(document)]
            known = in_scope(document, found, self.scope) if self.scope else found
            document.memo[self] = known
        return known

    def _titled(self, document: Document) -> bool:
        """Say whether it may stand in the title, which is soon seen."""
        anchors = self.pattern.anchors
        return not anchors or document.titled(anchors[0])

    def part(self, document: Document) -> Part:
        """Give what a match tells of it, the short way where it may stand in any field."""
        known = document.parts.get(self)
        if known is None:
            places = document.hits.get(self)
            if places:
                marks = document.marks_of(places)
            elif self.scope:
                marks = self.marks(document)
            else:
                marks = document.marks_of(self.pattern.stretches(document))
            known = document.parts[self] = (self.clause,), marks, ()
        return known


class EntityLeaf(Positional):
    """`@id`: any name of an entity."""

    __slots__ = ("names", "scope")

    def __init__(self, clause: str, names: Names, scope: str) -> None:
        super().__init__(clause)
        self.names, self.scope = names, scope

    def cost(self, frequency: Frequency) -> float:  # noqa: ARG002
        """Guess: entities are named more often than most words."""
        return 0.3

    def may(self, document: Document) -> bool:
        """May, unless it is looked for in the title, which is known."""
        return self.scope != "title" or self.holds(document)

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

    def _part(self, document: Document) -> Part:  # noqa: ARG002
        """Tell nothing: it triggers a rule, but is no part of the query."""
        return NOTHING


class PatternLeaf(Positional):
    """`/re2/` on the text as written; its places are spans of `Document.original`."""

    __slots__ = ("compiled", "scope")

    def __init__(self, clause: str, compiled: Any, scope: str) -> None:  # noqa: ANN401 - re2
        super().__init__(clause)
        self.compiled, self.scope = compiled, scope

    def may(self, document: Document) -> bool:
        """May, unless it is looked for in the title, which is known."""
        return self.scope != "title" or self.holds(document)

    def places(self, document: Document) -> Sequence[Place]:
        """Search every piece of the document for itself."""
        known = document.memo.get(self)
        if known is None:
            known = document.memo[self] = self._search(document)
        return known

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
    """`source:`, `lang:`, `section:`, `author:` with what is asked of the field.

    Many articles have the same source, so what was answered is remembered by the field's value:
    fields take words only, no entities, whose names depend on more of an article.
    """

    __slots__ = ("_answers", "child", "name")

    def __init__(self, clause: str, name: str, child: Node) -> None:
        super().__init__(clause)
        self.name, self.child = name, child
        self._answers: dict[str, Part | None] = {}

    def cost(self, frequency: Frequency) -> float:  # noqa: ARG002
        """A field is the same in many articles."""
        return 2.0

    def holds(self, document: Document) -> bool:
        """Ask the field's own document."""
        return self._answer(article_of(document)) is not None

    def may(self, document: Document) -> bool:
        """Depend on the field, which is known."""
        return self.holds(document)

    def _part(self, document: Document) -> Part:
        """Tell of itself with the highlights of the field."""
        answer = self._answer(article_of(document))
        assert answer is not None, "asked where it holds"  # noqa: S101
        return answer

    def _answer(self, article: ArticleDocument) -> Part | None:
        """Give what a match tells of it, or None where it does not hold."""
        answers, value = self._answers, article.value(self.name)
        if value in answers:
            return answers[value]
        field = article.of_field(self.name)
        answer = None
        if self.child.holds(field):
            answer = (self.clause,), self.child.part(field)[1], ()
        if len(value) <= _LONG:
            if len(answers) >= _REMEMBERED:
                answers.clear()
            answers[value] = answer
        return answer
