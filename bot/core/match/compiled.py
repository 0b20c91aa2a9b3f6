"""A rule, ready to be asked, and the matches of those that were met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.match.grid import ANY_WORD, slot_of
from bot.core.match.leaves import EntityLeaf, TermLeaf
from bot.core.match.logic import AllNode, AnyNode, NotNode
from bot.core.match.places import Group, NearNode
from bot.core.model import Match

if TYPE_CHECKING:
    from bot.core.match.article import ArticleDocument
    from bot.core.match.base import Leaf, Node
    from bot.core.match.frequency import Frequency
    from bot.core.model import Rule

_PATIENCE = 8


class CompiledRule:
    """A rule, ready to be asked.

    Attributes:
        rule: as added.
        id: the rule's.
        number: ascending in the order of adding.
        node: the compiled query.
        leaves: what triggers it once the quotes are known; one of them must hold.
        gates: what triggers it before that.
        in_vain: how often it was triggered and did not match, since its triggers were chosen.
        patience: how often that may happen before they are chosen anew.
        speaks: True when the query has a `said:`.
        needs: slot of a word without which it is not met (`Grid.slots`).
        among: slots of words one of which it needs, or None where that cannot be said.
        bars: slots of words that alone can keep it from being met where its only leaf holds; None
            where there is more to ask.
        simple: True when any of `leaves` holding is all that the query asks for.
    """

    __slots__ = (
        "among", "bars", "gates", "id", "in_vain", "leaves", "needs", "node", "number", "patience",
        "rule", "simple", "speaks",
    )  # fmt: skip

    def __init__(
        self, rule: Rule, number: int, node: Node, frequency: Frequency, *, speaks: bool
    ) -> None:
        self.rule, self.number, self.node, self.speaks = rule, number, node, speaks
        self.id = rule.id
        self.in_vain, self.patience = 0, _PATIENCE
        self.trigger(frequency)

    def trigger(self, frequency: Frequency) -> None:
        """Choose what triggers it."""
        node = self.node
        self.leaves = _leaves(node, frequency, gates=False)
        self.gates = _leaves(node, frequency, gates=True) if self.speaks else self.leaves
        self.simple = (len(self.leaves) == 1 and node is self.leaves[0]) or (
            isinstance(node, AnyNode) and node.children == self.leaves
        )
        self.needs, self.among = _needs(node, self.leaves)
        self.bars = _bars(node, self.leaves)

    def match(self, document: ArticleDocument) -> Match:
        """Give its match; called only where it is met."""
        return Match(self.id, *self.node.part(document))


def _leaves(node: Node, frequency: Frequency, *, gates: bool) -> tuple[Leaf, ...]:
    found = node.triggers(frequency, gates=gates)
    assert found is not None, "the grammar refuses queries that ask for nothing"  # noqa: S101
    return found[1]


def _needs(node: Node, leaves: tuple[Leaf, ...]) -> tuple[int, tuple[int, ...] | None]:
    """Give the slot of a word that a node needs beside its triggers, and slots one of which."""
    word, among = ANY_WORD, None
    if isinstance(node, AllNode | NearNode):
        for part in node.children if isinstance(node, AllNode) else (node.left, node.right):
            if part in leaves:
                continue
            slots = _slots(part)
            if slots and len(slots) == 1:
                word = slots[0]
            elif slots and not any(leaf in leaves for leaf in getattr(part, "children", ())):
                among = slots
    return word, among


def _slots(part: Node) -> tuple[int, ...] | None:
    """Give slots of words one of which stands wherever a part holds; None where it has no such."""
    if isinstance(part, TermLeaf) and part.pattern.anchors:
        return (slot_of(part.pattern.anchors[-1]),)
    if isinstance(part, EntityLeaf):
        return part.names.slots
    if isinstance(part, AnyNode | Group):
        slots = [_slots(child) for child in part.children]
        return tuple({slot for some in slots if some for slot in some}) if all(slots) else None
    return None


def _bars(node: Node, leaves: tuple[Leaf, ...]) -> tuple[int, ...] | None:
    """Give the slots of the excluded words of a query that asks for one leaf without them."""
    if not (isinstance(node, AllNode) and len(leaves) == 1 and leaves[0] in node.children):
        return None
    slots = []
    for part in node.children:
        term = part.child if isinstance(part, NotNode) else None
        if isinstance(term, TermLeaf) and term.pattern.anchors:
            slots.append(slot_of(term.pattern.anchors[-1]))
        elif part is not leaves[0]:
            return None
    return tuple(slots)
