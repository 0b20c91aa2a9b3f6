"""Query tree to nodes; leaves that mean the same are one object in a rule set."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakValueDictionary

from bot.core.match.base import Leaf, Node, Positional
from bot.core.match.entities import Directory, Names
from bot.core.match.leaves import EntityLeaf, FieldLeaf, GateLeaf, PatternLeaf, TermLeaf
from bot.core.match.logic import AllNode, AnyNode, NotNode
from bot.core.match.pattern import pattern_of
from bot.core.match.places import AboutNode, AtLeastNode, Group, NearNode
from bot.core.match.said import SaidLeaf
from bot.core.query import (
    About,
    And,
    AtLeast,
    EntityRef,
    Near,
    Not,
    Or,
    Query,
    Regex,
    Said,
    Scoped,
    Term,
)
from bot.core.query.patterns import compile_pattern
from bot.core.query.tree import children
from bot.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.officials import Officials

L = TypeVar("L", bound=Leaf)

_TEXTS = {"title": "title", "body": "text"}


class Compiler:
    """Compiles the queries of one rule set.

    Attributes:
        leaves: those that a rule holds, by what they mean.
    """

    def __init__(self, officials: Officials) -> None:
        self.officials = officials
        self.leaves: WeakValueDictionary[Any, Leaf] = WeakValueDictionary()
        self._names: dict[str, Names] = {}

    @cached_property
    def _directory(self) -> Directory:
        return Directory(self.officials)

    def compile(self, query: Query, text: str) -> Node:
        """Compile a query.

        Args:
            query: the tree.
            text: what it was parsed from, for errors.

        Raises:
            QueryError: it names an entity that nobody knows.
        """
        return self._node(query, text, "")

    def _node(self, query: Query, text: str, scope: str) -> Node:  # noqa: PLR0911 - a kind each
        if isinstance(query, Term | EntityRef | Regex):
            return self._leaf(query, text, scope)
        if isinstance(query, And):
            return AllNode([self._node(part, text, scope) for part in query.children])
        if isinstance(query, Or):
            return AnyNode([self._node(part, text, scope) for part in query.children])
        if isinstance(query, Not):
            return NotNode(str(query), self._node(query.child, text, scope))
        if isinstance(query, Scoped):
            return self._scoped(query, text)
        if isinstance(query, Said):
            return self._said(query, text)
        return self._positional(query, text, scope)

    def _positional(self, query: Query, text: str, scope: str) -> Positional:
        clause = _clause(query, scope)
        match query:
            case Or():
                parts = [self._positional(part, text, scope) for part in query.children]
                return Group(clause, parts)
            case Near():
                left = self._positional(query.left, text, scope)
                right = self._positional(query.right, text, scope)
                return NearNode(clause, left, right, query.distance)
            case AtLeast():
                return AtLeastNode(clause, query.count, self._positional(query.child, text, scope))
            case About():
                return AboutNode(clause, self._positional(query.child, text, scope))
            case _:
                return self._leaf(cast("Term | EntityRef | Regex", query), text, scope)

    def _leaf(self, query: Term | EntityRef | Regex, text: str, scope: str) -> Positional:
        clause = _clause(query, scope)
        if isinstance(query, Term):
            # A canonical clause says all: what is looked for, and in which field.
            return self._shared(clause, lambda: TermLeaf(clause, pattern_of(query), scope))
        if isinstance(query, Regex):
            compiled = compile_pattern(query.pattern, ignore_case=query.ignore_case)
            return self._shared((query, scope), lambda: PatternLeaf(clause, compiled, scope))
        names = self.names(query, text)
        return self._shared((query, scope), lambda: EntityLeaf(clause, names, scope))

    def _shared(self, key: object, build: Callable[[], L]) -> L:
        leaf = self.leaves.get(key)
        if leaf is None:
            leaf = self.leaves[key] = build()
        return cast("L", leaf)

    def names(self, reference: EntityRef, text: str) -> Names:
        """Give the names of an entity.

        Raises:
            QueryError: nobody knows it.
        """
        entity = self.officials.get(reference.id)
        if entity is None:
            close = self.officials.suggest(reference.id)
            raise QueryError(
                text,
                reference.at,
                f"unknown entity @{reference.id}",
                suggestion=f"@{close}" if close else None,
            )
        if reference.id not in self._names:
            self._names[reference.id] = Names(entity, self._directory)
        return self._names[reference.id]

    def _scoped(self, query: Scoped, text: str) -> Node:
        if query.field in _TEXTS:
            return self._node(query.child, text, _TEXTS[query.field])
        child = self._node(_in_any_case(query.child), text, "")
        return self._shared(query, lambda: FieldLeaf(str(query), query.field, child))

    def _said(self, query: Said, text: str) -> Node:
        inner = None if query.query is None else self._node(query.query, text, "")
        speaker = query.speaker
        if isinstance(speaker, EntityRef):
            names = self.names(speaker, text)
            gate = self._shared(
                ("gate", speaker), lambda: GateLeaf(f"gate {speaker}", names.gate())
            )
            return self._shared(
                query,
                lambda: SaidLeaf(
                    str(query),
                    speaker=speaker.id,
                    names=names.folded(),
                    inner=inner,
                    gate=gate,
                    mentions=self._leaf(speaker, text, ""),
                ),
            )
        if speaker is None:
            return self._shared(query, lambda: SaidLeaf(str(query), inner=inner))
        pattern = pattern_of(speaker)
        mentions = self._leaf(speaker, text, "")
        gate = self._shared(("gate", pattern.key), lambda: GateLeaf(f"gate {speaker}", (pattern,)))
        return self._shared(
            query,
            lambda: SaidLeaf(
                str(query), pattern=pattern, inner=inner, gate=gate, mentions=mentions
            ),
        )


def _in_any_case(query: Query) -> Query:
    """Take the capitals off acronyms: outlets, sections and languages are labels, not prose."""
    match query:
        case Term() if query.acronym and not query.exact:
            return replace(query, text=query.text.lower())
        case And() | Or():
            return replace(query, children=tuple(map(_in_any_case, query.children)))
        case Not() | AtLeast():
            return replace(query, child=_in_any_case(query.child))
        case Near():
            left, right = _in_any_case(query.left), _in_any_case(query.right)
            return replace(query, left=left, right=right)
        case _:
            return query


def _clause(query: Query, scope: str) -> str:
    """Write a clause with the field it stands in."""
    if not scope:
        return str(query)
    name = "body" if scope == "text" else scope
    return str(Scoped(name, query))  # type: ignore[arg-type]


def has_said(query: Query) -> bool:
    """Say whether a query has a `said:`."""
    pending = [query]
    while pending:
        node = pending.pop()
        if isinstance(node, Said):
            return True
        pending.extend(children(node))
    return False
