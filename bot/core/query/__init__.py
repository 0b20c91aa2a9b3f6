"""The rule language: text to tree and back (design, section 4; docs/rules.md is for people).

`parse` reads a query or raises `QueryError` with place, reason and suggestion; `str(query)` is its
canonical form, which parses to the same tree.
"""

from bot.core.query.parser import MAX_CHARACTERS, MAX_DEPTH, MAX_PATTERN, MAX_TERMS, parse
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
)

__all__ = [
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "MAX_PATTERN",
    "MAX_TERMS",
    "About",
    "And",
    "AtLeast",
    "EntityRef",
    "Near",
    "Not",
    "Or",
    "Query",
    "Regex",
    "Said",
    "Scoped",
    "Term",
    "parse",
]
