"""A rule, ready to be asked, and the matches of those that were met."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from bot.core.match.grid import ANY_WORD, slot_of
from bot.core.match.leaves import TermLeaf
from bot.core.match.logic import AllNode, AnyNode
from bot.core.match.places import NearNode
from bot.core.model import Match

if TYPE_CHECKING:
    from bot.core.match.base import Leaf, Node, Part
    from bot.core.match.document import ArticleDocument
    from bot.core.match.frequency import Frequency
    from bot.core.model import Rule

_PATIENCE = 8
_number = attrgetter("number")
_match = tuple.__new__
"""Makes a named tuple of a tuple, see document.py."""


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
        simple: True when any of `leaves` holding is all that the query asks for.
    """

    __slots__ = (
        "gates", "id", "in_vain", "leaves", "needs", "node", "number", "patience", "rule",
        "simple", "speaks",
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
        self.needs = _needs(node, self.leaves)

    def match(self, document: ArticleDocument) -> Match:
        """Give its match; called only where it is met."""
        return Match(self.id, *self.node.part(document))


def _leaves(node: Node, frequency: Frequency, *, gates: bool) -> tuple[Leaf, ...]:
    found = node.triggers(frequency, gates=gates)
    assert found is not None, "the grammar refuses queries that ask for nothing"  # noqa: S101
    return found[1]


def _needs(node: Node, leaves: tuple[Leaf, ...]) -> int:
    """Give the slot of a word that a node needs beside its triggers."""
    if isinstance(node, AllNode | NearNode):
        parts = node.children if isinstance(node, AllNode) else (node.left, node.right)
        for part in parts:
            if isinstance(part, TermLeaf) and part.pattern.plain and part not in leaves:
                return slot_of(part.pattern.words[0])
    return ANY_WORD


def matches_of(
    met: list[CompiledRule], parts: list[Part], document: ArticleDocument
) -> list[Match]:
    """Give the matches of rules, of each the part that a leaf tells, in the order of adding."""
    if not met:
        return []
    if len(met) > len(set(met)):
        # Several leaves met a rule: all of them tell.
        met = [*dict.fromkeys(met)]
        parts = [rule.node.part(document) for rule in met]
    numbers = [*map(_number, met)]
    return [
        _match(Match, (met[at].id, *parts[at]))
        for at in sorted(range(len(met)), key=numbers.__getitem__)
    ]
