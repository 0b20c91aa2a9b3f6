"""Peers for bench/match.py: the same rules and articles, by other means.

`Scanner` peers find the words and phrases that trigger rules with another library; all else
(conditions, AND, NOT, NEAR, fields, spans) is our own verification, so they give the same matches.
`re` and SQLite FTS5 are what a team would write first: one question for each rule and article. They
answer with rule ids only, without spans, which favours them.
"""

from __future__ import annotations

import re
import sqlite3
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from bot.core.match import RuleSet
from bot.core.match.leaves import EntityLeaf, TermLeaf
from bot.core.query import And, AtLeast, EntityRef, Near, Not, Or, Query, Scoped, Term, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.core.match.article import ArticleDocument
    from bot.core.match.base import Leaf
    from bot.core.match.pattern import Pattern
    from bot.core.model import Article, Rule
    from bot.core.officials import Officials


class Scanner(RuleSet, ABC):
    """A rule set whose triggers are found by another library."""

    def __init__(self, officials: Officials, rules: Iterable[Rule]) -> None:
        super().__init__(officials, rules)
        self.triggers: list[tuple[Pattern, Leaf]] = []

    def triggering(self) -> list[tuple[Pattern, Leaf]]:
        """Give every pattern that triggers a rule."""
        leaves = dict.fromkeys(leaf for rule in self._rules.values() for leaf in rule.leaves)
        pairs = []
        for leaf in leaves:
            if isinstance(leaf, TermLeaf):
                pairs.append((leaf.pattern, leaf))
            elif isinstance(leaf, EntityLeaf):
                pairs += [(pattern, leaf) for pattern in leaf.names.patterns]
        return pairs

    @abstractmethod
    def prepare(self) -> None:
        """Build the library's automaton from the rules as they are."""

    @abstractmethod
    def scan(self, document: ArticleDocument) -> set[int]:
        """Give the numbers of the patterns that stand in a document."""

    def _learn(self, document: ArticleDocument, tired: list[Any]) -> None:
        """Learn nothing: the automaton is built once."""

    def _hits(self, document: ArticleDocument, *, gates: bool) -> dict[Leaf, None]:  # noqa: ARG002
        hits: dict[Leaf, None] = {}
        for number in self.scan(document):
            for leaf in self.leaves_of[number]:
                if (isinstance(leaf, TermLeaf) and not (leaf.scope or leaf.pattern.exact)) or (
                    leaf not in hits and leaf.holds(document)
                ):
                    hits[leaf] = None
        for leaf in self._index.always:
            if leaf.holds(document):
                hits[leaf] = None
        return hits


class AhoCorasick(Scanner):
    """ahocorasick_rs over our folded text."""

    def prepare(self) -> None:
        """Build it."""
        from ahocorasick_rs import AhoCorasick as Automaton  # noqa: PLC0415
        from ahocorasick_rs import Implementation, MatchKind  # noqa: PLC0415

        needles: dict[str, list[Leaf]] = {}
        for pattern, leaf in self.triggering():
            needles.setdefault(pattern.needle, []).append(leaf)
        self.leaves_of = list(needles.values())
        kind = Implementation.DFA if len(needles) < 3000 else Implementation.ContiguousNFA
        self.automaton = Automaton(
            list(needles), matchkind=MatchKind.Standard, implementation=kind, store_patterns=False
        )

    def scan(self, document: ArticleDocument) -> set[int]:
        """Run it over the document."""
        found = self.automaton.find_matches_as_indexes(
            f" {' '.join(document.text.split())} ", overlapping=True
        )
        return {number for number, _, _ in found}


class SpacyPhrases(Scanner):
    """spaCy's PhraseMatcher on its own tokens, lower-cased."""

    def prepare(self) -> None:
        """Build it."""
        import spacy  # noqa: PLC0415
        from spacy.matcher import PhraseMatcher  # noqa: PLC0415

        self.nlp = spacy.blank("en")
        self.matcher = PhraseMatcher(self.nlp.vocab, attr="LOWER")
        texts: dict[str, list[Leaf]] = {}
        for pattern, leaf in self.triggering():
            texts.setdefault(" ".join(pattern.words), []).append(leaf)
        self.leaves_of = list(texts.values())
        for number, text in enumerate(texts):
            self.matcher.add(str(number), [self.nlp.make_doc(text)])
        strings = self.nlp.vocab.strings
        self.number_of = {strings[str(number)]: number for number in range(len(texts))}

    def scan(self, document: ArticleDocument) -> set[int]:
        """Run it over the document."""
        article = document.article
        found = self.matcher(self.nlp.make_doc(f"{article.title}\n\n{article.text}"))
        return {self.number_of[key] for key, _, _ in found}


Test = Any


def regexes(rules: Iterable[Rule], officials: Officials) -> Callable[[Article], list[str]]:
    """One compiled regular expression for each term, asked for each rule."""
    compiled = [(rule.id, _regex_test(parse(rule.query), officials)) for rule in rules]

    def find(article: Article) -> list[str]:
        text = f"{article.title}\n\n{article.text}"
        return [rule_id for rule_id, test in compiled if test(text, article)]

    return find


def _regex_test(query: Query, officials: Officials) -> Test:  # noqa: PLR0911
    match query:
        case And():
            parts = [_regex_test(child, officials) for child in query.children]
            return lambda text, article: all(part(text, article) for part in parts)
        case Or():
            parts = [_regex_test(child, officials) for child in query.children]
            return lambda text, article: any(part(text, article) for part in parts)
        case Not():
            inner = _regex_test(query.child, officials)
            return lambda text, article: not inner(text, article)
        case Near():
            left, right = _regex(query.left), _regex(query.right)
            gap = rf"(?:\W+\w+){{0,{query.distance - 1}}}\W+"
            search = re.compile(
                rf"\b(?:{left}{gap}{right}|{right}{gap}{left})\b", re.IGNORECASE
            ).search
            return lambda text, _: search(text)
        case Scoped():
            search = re.compile(rf"\b{_regex(query.child)}\b", re.IGNORECASE).search
            name = query.field
            return lambda _, article: search(getattr(article, name))
        case EntityRef():
            entity = officials.get(query.id)
            names = [entity.name, *(alias.text for alias in entity.aliases)] if entity else []
            joined = "|".join(re.escape(name).replace(r"\ ", r"\W+") for name in names)
            search = re.compile(rf"\b(?:{joined})\b", re.IGNORECASE).search
            return lambda text, _: search(text)
        case Term():
            flags = 0 if query.as_written else re.IGNORECASE
            search = re.compile(rf"\b{_regex(query)}\b", flags).search
            return lambda text, _: search(text)
        case _:
            raise AssertionError(query)


def _regex(term: Query) -> str:
    assert isinstance(term, Term)
    return r"\W+".join(map(re.escape, re.split(r"\W+", term.text)))


def saved_searches(
    rules: Iterable[Rule], officials: Officials, *, whole: bool = False
) -> Callable[[Article], list[str]]:
    """SQLite FTS5: the article is put into a table and every rule's search is run.

    Args:
        rules: all are asked.
        officials: whom they may name.
        whole: empty the table whole before each article, which the table without content allows
            (https://sqlite.org/fts5.html#the_delete_all_command). Else the row is deleted, as one
            writes it: what is deleted stays in the index until it is merged, and every search has
            to look past it.
    """
    database = sqlite3.connect(":memory:")
    content = "content=''," if whole else ""
    database.execute(
        f"CREATE VIRTUAL TABLE article USING fts5(title, body, source, {content}"
        " tokenize='unicode61 remove_diacritics 2')"
    )
    searches = [(rule.id, _fts(parse(rule.query), officials)) for rule in rules]
    empty = "INSERT INTO article(article) VALUES ('delete-all')" if whole else "DELETE FROM article"

    def find(article: Article) -> list[str]:
        database.execute(empty)
        row = (article.title, article.text, article.source)
        database.execute(
            "INSERT INTO article (rowid, title, body, source) VALUES (1, ?, ?, ?)", row
        )
        ask = "SELECT 1 FROM article WHERE article MATCH ?"
        return [
            rule_id for rule_id, search in searches if database.execute(ask, (search,)).fetchone()
        ]

    return find


def _fts(query: Query, officials: Officials) -> str:  # noqa: PLR0911
    match query:
        case And():
            positive = [child for child in query.children if not isinstance(child, Not)]
            negative = [child.child for child in query.children if isinstance(child, Not)]
            text = " AND ".join(f"({_fts(child, officials)})" for child in positive)
            for child in negative:
                text = f"({text}) NOT ({_fts(child, officials)})"
            return text
        case Or():
            return " OR ".join(f"({_fts(child, officials)})" for child in query.children)
        case Near():
            left, right = _fts(query.left, officials), _fts(query.right, officials)
            return f"NEAR({left} {right}, {query.distance})"
        case Scoped():
            return f"{query.field} : {_fts(query.child, officials)}"
        case EntityRef():
            entity = officials.get(query.id)
            names = [entity.name, *(alias.text for alias in entity.aliases)] if entity else []
            return " OR ".join(f'{{title body}} : "{name}"' for name in names)
        case AtLeast():
            return _fts(query.child, officials)
        case Term():
            return f'"{query.text}"'
        case _:
            raise AssertionError(query)
