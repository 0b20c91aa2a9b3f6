"""NOT, AND, OR."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.match.base import NOTHING, Node, Part, Triggers, joined, least_of, sum_of
from bot.core.match.leaves import FieldLeaf, PatternLeaf, TermLeaf
from bot.core.match.said import SaidLeaf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.match.document import Document
    from bot.core.match.frequency import Frequency


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

    def may(self, document: Document) -> bool:
        """May, unless a word that is excluded stands there already."""
        return not (isinstance(self.child, TermLeaf) and self.child.holds(document))

    def part(self, document: Document) -> Part:  # noqa: ARG002
        """Tell nothing: what is absent has no place."""
        return NOTHING

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:  # noqa: ARG002
        """Trigger on nothing."""
        return None


class AllNode(Node):
    """Every child holds; the cheapest is asked first."""

    __slots__ = ("_order", "_telling", "children")

    def __init__(self, children: Sequence[Node]) -> None:
        super().__init__("")
        self.children = tuple(children)
        telling = [child for child in children if not isinstance(child, NotNode)]
        # Most have the same tuple thrice, which costs nothing.
        self._telling = self.children if len(telling) == len(children) else tuple(telling)
        order = sorted(self.children, key=_effort)
        self._order = self.children if order == [*children] else tuple(order)

    def holds(self, document: Document) -> bool:
        """Hold where all do."""
        for child in self._order:  # noqa: SIM110 - asked most of all, and all() takes twice as long
            if not child.holds(document):
                return False
        return True

    def could(self, document: Document) -> bool:
        """Could where all could."""
        return all(child.could(document) for child in self._order)

    def must(self, document: Document) -> bool:
        """Must where all must."""
        return all(child.must(document) for child in self._order)

    def may(self, document: Document) -> bool:
        """May where all may."""
        return all(child.may(document) for child in self._order)

    def part(self, document: Document) -> Part:
        """Tell of all."""
        return joined([child.part(document) for child in self._telling])

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on the rarest child."""
        return least_of(self.children, frequency, gates=gates)


class AnyNode(Node):
    """One child holds at least."""

    __slots__ = ("children",)

    def __init__(self, children: Sequence[Node]) -> None:
        super().__init__("")
        self.children = tuple(children)

    def holds(self, document: Document) -> bool:
        """Hold where any does."""
        for child in self.children:  # noqa: SIM110 - see above
            if child.holds(document):
                return True
        return False

    def could(self, document: Document) -> bool:
        """Could where any could."""
        return any(child.could(document) for child in self.children)

    def must(self, document: Document) -> bool:
        """Must where any must."""
        return any(child.must(document) for child in self.children)

    def may(self, document: Document) -> bool:
        """May where any may."""
        return any(child.may(document) for child in self.children)

    def part(self, document: Document) -> Part:
        """Tell of those that hold."""
        return joined([child.part(document) for child in self.children if child.holds(document)])

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on any child."""
        return sum_of(self.children, frequency, gates=gates)


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
