"""What most queries consist of, read without the grammar's cost.

Words, phrases, entities, fields, brackets, AND, OR, NOT and NEAR of plain ASCII: a hundred thousand
of such queries are read when a bot with as many rules starts. The grammar has the last word on all
else and on every error: `read` gives up where it is not sure, and a test compares the two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast, get_args

from bot.core.query.checks import MAX_DEPTH, MAX_DISTANCE
from bot.core.query.tree import And, EntityRef, Near, Not, Or, Query, Scope, Scoped, Term

if TYPE_CHECKING:
    from collections.abc import Callable

_WORD = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
_END = r"(?=[\s()]|$)"
_TOKEN = re.compile(
    rf"""\s*(?:
    (?P<term>{_WORD}){_END}
    |"(?P<phrase>{_WORD}(?:[ ]{_WORD})*)"{_END}
    |(?P<open>\()
    |(?P<close>\))
    |@(?P<entity>[a-z0-9_-]+)(?=[\s)]|$)
    |(?P<field>{"|".join(get_args(Scope))}):(?=[^\s)])
    |(?P<near>NEAR/[0-9]{{1,3}})(?=[\s(])
    |(?P<prefix>[A-Za-z0-9]{{3,}})\*{_END}
    |(?P<minus>-)(?=[A-Za-z0-9"(@])
    )\s*""",
    re.VERBOSE,
)
_OPERATORS = {"AND": "and", "OR": "or", "NOT": "not", "NEAR": "", "ATLEAST": ""}
_FIRST = frozenset(("term", "phrase", "open", "entity", "field", "prefix", "minus", "not"))
"""Tokens that begin an operand, and so mean AND behind another one."""

Token = tuple[str, str, int]
"""Kind, text, and offset in the query."""


class _UnsureError(Exception):
    """The grammar has to read it."""


def read(text: str) -> Query | None:
    """Read a query; None where it takes the grammar to do so, or to say what is wrong."""
    try:
        tokens = _tokens(text)
        reader = _Reader(tokens)
        query = reader.either(0)
    except _UnsureError:
        return None
    return query if reader.at == len(tokens) - 1 else None


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _UnsureError
        kind = cast("str", found.lastgroup)
        word = found[kind]
        start = found.start(kind)
        if kind == "term" and word in _OPERATORS:
            kind = _OPERATORS[word]
            if not kind or (kind == "not" and text[start + 3 : start + 4] in ("", ")")):
                raise _UnsureError
        elif kind in ("phrase", "entity"):
            start -= 1
        tokens.append((kind, word, start))
        at = found.end()
    tokens.append(("end", "", len(text)))
    return tokens


class _Reader:
    """Reads tokens from left to right; every method reads one level of the grammar."""

    __slots__ = ("at", "tokens")

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.at = tokens, 0

    def _next(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def either(self, depth: int) -> Query:
        return self._list(Or, self.both, depth, "or", frozenset())

    def both(self, depth: int) -> Query:
        return self._list(And, self.near, depth, "and", _FIRST)

    def _list(
        self,
        kind: type[And | Or],
        read_one: Callable[[int], Query],
        depth: int,
        between: str,
        first: frozenset[str],
    ) -> Query:
        """Read operands with an operator between them, or nothing but what begins the next."""
        parts = [read_one(depth)]
        while True:
            following = self.tokens[self.at][0]
            if following == between:
                self.at += 1
            elif following not in first:
                break
            parts.append(read_one(depth))
        if len(parts) == 1:
            return parts[0]
        children: list[Query] = []
        for part in parts:
            children += part.children if isinstance(part, kind) else (part,)
        return kind(tuple(children), at=children[0].at)

    def near(self, depth: int) -> Query:
        left = self.unary(depth)
        while self.tokens[self.at][0] == "near":
            distance = int(self._next()[1][len("NEAR/") :])
            if not 1 <= distance <= MAX_DISTANCE:
                raise _UnsureError
            left = Near(left, self.unary(depth), distance, at=left.at)
        return left

    def unary(self, depth: int) -> Query:
        if depth > MAX_DEPTH:
            raise _UnsureError
        kind, word, at = self._next()
        if kind in ("not", "minus"):
            return Not(self.unary(depth + 1), at=at)
        return self._atom(kind, word, at, depth)

    def _atom(self, kind: str, word: str, at: int, depth: int) -> Query:
        if kind in ("term", "phrase"):
            return Term(word, at=at)
        if kind == "entity":
            return EntityRef(word, at=at)
        if kind == "prefix":
            return Term(word, prefix=True, at=at)
        if kind == "field":
            child = self._atom(*self._next(), depth + 1)
            return Scoped(cast("Scope", word), child, at=at)
        if kind != "open" or depth > MAX_DEPTH:
            raise _UnsureError
        inner = self.either(depth + 1)
        if self._next()[0] != "close":
            raise _UnsureError
        return inner
