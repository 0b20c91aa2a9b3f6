"""RuleSet: rules that are added, removed and asked about articles, without ever a rebuild."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.core.match.article import ArticleDocument
from bot.core.match.asking import matches_of
from bot.core.match.compiled import CompiledRule
from bot.core.match.compiler import Compiler, has_said
from bot.core.match.explain import MatchReceipt, names_in, nearest
from bot.core.match.frequency import Frequency
from bot.core.match.index import Index
from bot.core.query import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.core.match.asking import Hits
    from bot.core.model import Article, Match, Quote, Rule
    from bot.core.officials import Officials

_YOUNG = 500
"""Rules after which what parsing leaves behind is collected while many are added."""
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
        hits = self._hits(document, gates=False)
        matches, tired = matches_of(hits, document) if hits else ([], [])
        if tired or self._frequency.learning:
            self._learn(document, tired)
        return matches

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

    def _hits(self, document: ArticleDocument, *, gates: bool) -> Hits:
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
