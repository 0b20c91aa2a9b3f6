"""Nodes that ask where and how often: OR between places, NEAR, ATLEAST, about."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from bot.core import fold
from bot.core.match.base import Positional, Triggers, article_of, least_of, outermost, sum_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.match.document import Document, Place
    from bot.core.match.frequency import Frequency


class Group(Positional):
    """OR between positional nodes where their places count: in NEAR, ATLEAST, about."""

    __slots__ = ("children",)

    def __init__(self, clause: str, children: Sequence[Positional]) -> None:
        super().__init__(clause)
        self.children = children

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on any."""
        return sum_of(self.children, frequency, gates=gates)

    def places(self, document: Document) -> Sequence[Place]:
        """Give the places of all."""
        return outermost([place for child in self.children for place in child.places(document)])

    def every(self, document: Document) -> Sequence[Place]:
        """Give the places of all, also those inside others, by start."""
        found = {place for child in self.children for place in _every(child, document)}
        return sorted(found)


def _every(node: Positional, document: Document) -> Sequence[Place]:
    """Give all places: beside which one something stands must not hang on the others."""
    return node.every(document) if isinstance(node, Group) else node.places(document)


class NearNode(Positional):
    """Two positional nodes that stand close; its places are those of both that have a partner."""

    __slots__ = ("distance", "left", "right")

    def __init__(self, clause: str, left: Positional, right: Positional, distance: int) -> None:
        super().__init__(clause)
        self.left, self.right, self.distance = left, right, distance

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on the rarer side."""
        return least_of((self.left, self.right), frequency, gates=gates)

    def places(self, document: Document) -> Sequence[Place]:
        """Give the places on both sides that have the other side near."""
        if not (self.left.holds(document) and self.right.holds(document)):
            return ()
        left, right = _every(self.left, document), _every(self.right, document)
        near = _having_near(document, left, right, self.distance)
        return outermost(near + _having_near(document, right, left, self.distance))


def _having_near(
    document: Document, places: Sequence[Place], others: Sequence[Place], distance: int
) -> list[Place]:
    """Keep the places that have one of the others at most so many words before or behind them.

    It is enough to look at the nearest start behind each, and at the nearest end before it.
    """
    starts = [start for start, _, _ in others]
    ends = sorted(end for _, end, _ in others)
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
        paragraph = article_of(document).first_paragraph
        prominent = any(
            mark.field == "title" or mark.start < paragraph for mark in document.marks(found)
        )
        return found if prominent else ()
