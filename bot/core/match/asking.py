"""From the leaves that hold to the matches of rules: what they tell, and who must be asked more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.match.base import joined
from bot.core.model import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.match.article import ArticleDocument
    from bot.core.match.base import Leaf, Part
    from bot.core.match.compiled import CompiledRule
    from bot.core.match.pattern import Stretch

    Hits = Mapping[Leaf, Sequence[Stretch] | None]
    """Leaves that hold, and where; no places: they were not counted."""

_FEW = 1
"""Rules up to which it does not pay to know which words may stand there before they are asked."""

_match = tuple.__new__
"""Makes a named tuple of a tuple, see article.py."""


def matches_of(hits: Hits, document: ArticleDocument) -> tuple[list[Match], list[CompiledRule]]:
    """Give the matches of the rules that are met, in the order of adding.

    Returns:
        The matches, and the rules that were asked in vain once too often.
    """
    found: dict[int, Match] = {}
    asking: list[Leaf] = []
    told = 0
    for leaf, places in hits.items():
        rules = leaf.told
        if rules:
            if places:
                # What `TermLeaf.part` would tell, asked most of all.
                part: Part = (leaf.clause,), document.marks_of(places), ()
                document.parts[leaf] = part
            else:
                part = leaf.part(document)
            clauses, marks, quotes = part
            told += len(rules)
            for rule in rules:
                found[rule.number] = _match(Match, (rule.id, clauses, marks, quotes))
        if leaf.watchers:
            asking.append(leaf)
    if told > len(found):
        for rule in _again(hits):
            parts = [leaf.part(document) for leaf in rule.leaves if leaf in hits]
            found[rule.number] = Match(rule.id, *joined(parts))
    tired = _ask(asking, document, found) if asking else []
    return [found[number] for number in sorted(found)], tired


def _again(hits: Iterable[Leaf]) -> set[CompiledRule]:
    """Give the rules that several leaves tell."""
    seen: set[CompiledRule] = set()
    again: set[CompiledRule] = set()
    for leaf in hits:
        for rule in leaf.told:
            if rule in seen:
                again.add(rule)
            seen.add(rule)
    return again


def _ask(
    leaves: Sequence[Leaf], document: ArticleDocument, found: dict[int, Match]
) -> list[CompiledRule]:
    """Ask the rules that wait for leaves; add the matches of those that are met.

    Returns:
        Rules that were asked in vain once too often.
    """
    many = len(leaves) > _FEW or sum(len(leaf.watchers) for leaf in leaves) > _FEW
    words = document.grid.slots if many else None
    asked: set[CompiledRule] = set()
    tired: list[CompiledRule] = []
    for leaf in leaves:
        for rule in leaf.watchers:
            if words is None or _may(rule, words):
                if rule in asked:
                    continue
                asked.add(rule)
                if words is not None and rule.bars is not None and _none(words, rule.bars):
                    found[rule.number] = _match(Match, (rule.id, *leaf.part(document)))
                    continue
                if rule.node.holds(document):
                    found[rule.number] = _match(Match, (rule.id, *rule.node.part(document)))
                    continue
            rule.in_vain += 1
            if rule.in_vain == rule.patience + 1:
                tired.append(rule)
    return tired


def _may(rule: CompiledRule, words: memoryview) -> bool:
    """Say whether the words that a rule needs may stand there."""
    if not words[rule.needs]:
        return False
    return rule.among is None or not _none(words, rule.among)


def _none(words: memoryview, slots: tuple[int, ...]) -> bool:
    """Say that no slot is taken."""
    for slot in slots:  # noqa: SIM110 - asked often, and any() takes twice as long
        if words[slot]:
            return False
    return True
