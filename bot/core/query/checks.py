"""What the grammar alone cannot refuse: limits, what may stand inside what, patterns."""

from __future__ import annotations

from typing import NoReturn

from bot.core.query.languages import CODES, code_meant
from bot.core.query.patterns import PatternError, compile_pattern
from bot.core.query.tree import (
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
    children,
)
from bot.errors import QueryError

MAX_DEPTH = 20
MAX_TERMS = 200
MAX_DISTANCE = 100
MAX_COUNT = 1000

_TEXTS = ("title", "body")


def checked(query: Query, text: str) -> Query:
    """Give the query back if nothing is wrong with it; without recursion, so any depth is safe.

    Raises:
        QueryError: see `bot.core.query.parse`.
    """
    terms = 0
    pending: list[tuple[Query, int, Query | None]] = [(query, 1, None)]
    while pending:
        node, depth, inside = pending.pop()
        if depth > MAX_DEPTH:
            _refuse(text, node, f"the query is nested deeper than {MAX_DEPTH} levels")
        terms += isinstance(node, Term | EntityRef | Regex)
        if terms > MAX_TERMS:
            _refuse(text, node, f"the query has more than {MAX_TERMS} terms")
        _check_place(text, node, inside)
        if isinstance(node, Regex):
            _check_pattern(text, node)
        if isinstance(node, Term) and isinstance(inside, Scoped) and inside.field == "lang":
            _check_language(text, node)
        within = node if isinstance(node, Scoped | About | Said | Near | AtLeast) else inside
        below = children(node)
        if isinstance(node, Said) and node.query is not None:
            below = (node.query,)
        elif isinstance(node, Said):
            below = ()
            terms += 1
        pending.extend((child, depth + 1, within) for child in reversed(below))
    _check_asks(text, query)
    return query


def _refuse(text: str, node: Query, reason: str) -> NoReturn:
    raise QueryError(text, node.at, reason)


def _check_place(text: str, node: Query, inside: Query | None) -> None:
    if inside is None:
        return
    if isinstance(inside, Near | AtLeast | About):
        if not isinstance(node, Term | EntityRef | Or | Near):
            name = {Near: "NEAR", AtLeast: "ATLEAST", About: "about:"}[type(inside)]
            _refuse(text, node, f"{name} takes words, phrases, entities, and OR between them")
    elif isinstance(node, Scoped | About | Said):
        outer = "said:" if isinstance(inside, Said) else f"{_field(inside)}:"
        _refuse(text, node, f"a field cannot stand inside {outer}")
    elif isinstance(inside, Scoped) and inside.field not in _TEXTS and isinstance(node, EntityRef):
        _refuse(text, node, f"{inside.field}: takes words, not entities")


def _field(node: Query) -> str:
    return node.field if isinstance(node, Scoped) else "about"


def _check_pattern(text: str, node: Regex) -> None:
    try:
        compile_pattern(node.pattern, ignore_case=node.ignore_case)
    except PatternError as error:
        raise QueryError(text, node.at + 1 + error.offset, error.reason) from None


def _check_language(text: str, node: Term) -> None:
    """Refuse what no article's language can be, so that a rule does not wait for nothing."""
    code = node.text if node.exact else node.text.casefold()
    if code in CODES and not node.prefix:
        return
    meant = code_meant(node.text)
    reason = f"unknown language {node}"
    if not meant:
        reason += " (languages are two letters, as in lang:en)"
    raise QueryError(text, node.at, reason, suggestion=f"lang:{meant}" if meant else None)


def _check_asks(text: str, query: Query) -> None:
    missing = _asks_nothing(query)
    if missing is not None:
        reason = "this would match nearly every article: ask for something besides what to exclude"
        _refuse(text, missing, reason)


def _asks_nothing(node: Query) -> Query | None:
    """Give the part by which an article matches without holding anything, or None."""
    match node:
        case Not():
            return node
        case And():
            missing = [_asks_nothing(child) for child in node.children]
            return missing[0] if all(part is not None for part in missing) else None
        case Or():
            return next((part for part in map(_asks_nothing, node.children) if part), None)
        case Scoped():
            return _asks_nothing(node.child)
        case Said() if node.speaker is None and node.query is not None:
            # Nearly every article quotes somebody who does not say it.
            return _asks_nothing(node.query)
        case _:
            return None
