"""RuleSet: rules that are added, removed and asked about articles, without ever a rebuild."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from operator import attrgetter
from typing import TYPE_CHECKING

from bot.core.match.compiler import Compiler, has_said
from bot.core.match.document import ArticleDocument
from bot.core.match.explain import MatchReceipt, names_in, nearest
from bot.core.match.frequency import Frequency
from bot.core.match.index import Index
from bot.core.match.leaves import TermLeaf
from bot.core.match.logic import AllNode, AnyNode
from bot.core.match.places import NearNode
from bot.core.match.sieve import ANY_WORD, slot_of
from bot.core.model import Match
from bot.core.query import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.core.match.base import Leaf, Node
    from bot.core.model import Article, Quote, Rule
    from bot.core.officials import Officials

_YOUNG = 500
"""Rules after which what parsing leaves behind is collected while many are added."""
_PATIENCE = 8
_WORTH_LEARNING = 10
"""Rules from which it pays to learn how common words are."""


@contextmanager
def _young_garbage_only() -> Iterator[None]:
    """Spare the collector looks at everything again and again while much is built to stay."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


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


class RuleSet:
    """Watch rules over one set of officials.

    Args:
        officials: the entities that queries may name.
        rules: added in order.

    Raises:
        QueryError: see `add`.
    """

    def __init__(self, officials: Officials, rules: Iterable[Rule] = ()) -> None:
        self.officials = officials
        self._compiler = Compiler(officials)
        self._rules: dict[str, CompiledRule] = {}
        self._paused: dict[str, Rule] = {}
        self._number = self._speaking = 0
        self._frequency = Frequency()
        self._index = Index(self._frequency)
        with _young_garbage_only():
            for number, rule in enumerate(rules):
                self.add(rule)
                if number % _YOUNG == _YOUNG - 1:
                    gc.collect(0)

    def __len__(self) -> int:
        return len(self._rules) + len(self._paused)

    def __iter__(self) -> Iterator[Rule]:
        """Iterate over the rules; paused ones come last."""
        yield from (compiled.rule for compiled in self._rules.values())
        yield from self._paused.values()

    def rule(self, rule_id: str) -> Rule | None:
        """Give the rule of an id, or None."""
        compiled = self._rules.get(rule_id)
        return compiled.rule if compiled else self._paused.get(rule_id)

    def add(self, rule: Rule) -> None:
        """Add a rule; it replaces the one of the same id. A paused one matches nothing.

        Raises:
            QueryError: the query cannot be read, is beyond the limits, asks for nothing, or names
                an entity that nobody knows. Nothing has changed then.
        """
        query = parse(rule.query)
        node = self._compiler.compile(query, rule.query)
        self.remove(rule.id)
        if rule.paused:
            self._paused[rule.id] = rule
            return
        self._number += 1
        compiled = self._rules[rule.id] = CompiledRule(
            rule,
            self._number,
            node,
            self._frequency,
            speaks="said:" in rule.query and has_said(query),
        )
        self._speaking += compiled.speaks
        self._post(compiled)

    def remove(self, rule_id: str) -> None:
        """Remove a rule; nothing happens when there is none of that id."""
        self._paused.pop(rule_id, None)
        compiled = self._rules.pop(rule_id, None)
        if compiled is None:
            return
        self._speaking -= compiled.speaks
        self._withdraw(compiled)

    def find_matches(self, article: Article, quotes: Sequence[Quote] | None = None) -> list[Match]:
        """Give the rules that an article meets, in the order they were added.

        Args:
            article: title and text are searched; source, domain, lang, section and author by field.
            quotes: of `article.text`; None where they are not known: no `said:` is met then.
        """
        document = ArticleDocument(article, quotes)
        met: dict[CompiledRule, Match | None] = {}  # None: more than one part of it may tell
        asked: set[CompiledRule] = set()
        tired = []
        for leaf in self._hits(document, gates=False):
            if leaf.told:
                clauses, marks, spoken = leaf.part(document)
                for rule in leaf.told:
                    told = None if rule in met else (rule.id, clauses, marks, spoken)
                    met[rule] = told and _match(Match, told)
            if leaf.watchers:
                words = document.grid.slots
                for rule in leaf.watchers:
                    if rule in asked:
                        continue
                    asked.add(rule)
                    if words[rule.needs] and rule.node.holds(document):
                        met[rule] = None
                    else:
                        rule.in_vain += 1
                        if rule.in_vain > rule.patience:
                            tired.append(rule)
        if tired or self._frequency.learning:
            self._learn(document, tired)
        return [met[rule] or rule.match(document) for rule in sorted(met, key=_number)]

    def find_candidates(self, article: Article, *, teaser: bool = False) -> set[str]:
        """Give the ids of rules that match, or could once the quotes of the text are known.

        A `said:` clause could be met where a name or an office of its speaker stands.

        Args:
            article: as far as it is known.
            teaser: True where its text goes on elsewhere: of `Rafah ICC` the rarer word is enough,
                because the other may stand in the rest. What is asked of the title or of fields
                must be met, and what is excluded must not stand there.
        """
        document = ArticleDocument(article, None)
        return {
            compiled.id
            for leaf in self._hits(document, gates=True)
            for compiled in (*leaf.told, *leaf.watchers)
            if leaf in compiled.gates
            and (_could(compiled, document) or (teaser and compiled.node.may(document)))
        }

    def explain(
        self, rule_id: str, article: Article, quotes: Sequence[Quote] | None = None
    ) -> MatchReceipt:
        """Say why a rule matches an article, or what is missing.

        Raises:
            KeyError: there is no rule of that id that is not paused.
        """
        compiled = self._rules[rule_id]
        document = ArticleDocument(article, quotes)
        if not compiled.node.holds(document):
            return MatchReceipt(rule_id, None, missing=nearest(compiled.node, document))
        match = compiled.match(document)
        spoken = tuple(document.quotes[index] for index in match.quotes) if document.quotes else ()
        return MatchReceipt(rule_id, match, names_in(match, article), spoken)

    def needs_quotes(self, article: Article) -> bool:
        """Say whether the article's quotes can change what matches: some `said:` could be met."""
        if not self._speaking:
            return False
        candidates = self.find_candidates(article)
        return any(self._rules[rule_id].speaks for rule_id in candidates)

    def _hits(self, document: ArticleDocument, *, gates: bool) -> Iterable[Leaf]:
        return self._index.hits(document, gates=gates)

    def _post(self, compiled: CompiledRule) -> None:
        for leaf in dict.fromkeys((*compiled.leaves, *compiled.gates)):
            if leaf.idle:
                self._index.add(leaf)
            leaf.watch(compiled, met=compiled.simple and leaf in compiled.leaves)

    def _withdraw(self, compiled: CompiledRule) -> None:
        for leaf in dict.fromkeys((*compiled.leaves, *compiled.gates)):
            leaf.unwatch(compiled)
            if leaf.idle:
                self._index.drop(leaf)

    def _learn(self, document: ArticleDocument, tired: list[CompiledRule]) -> None:
        """Learn words, and let rules that were triggered in vain choose better triggers."""
        learning = self._frequency.learning and len(self._rules) >= _WORTH_LEARNING
        if learning:
            self._frequency.learn(document.words)
        for compiled in tired:
            self._withdraw(compiled)
            compiled.trigger(self._frequency)
            self._post(compiled)
            compiled.in_vain = 0
            compiled.patience *= 4 if learning else 64


def _could(compiled: CompiledRule, document: ArticleDocument) -> bool:
    if compiled.simple and not compiled.speaks:
        return True
    return compiled.node.could(document) if compiled.speaks else compiled.node.holds(document)


_number = attrgetter("number")
_match = tuple.__new__
"""Makes a named tuple of a tuple, see document.py."""
