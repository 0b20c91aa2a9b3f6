"""Why a rule matched an article, or what it lacked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.match.lacking import NOT_FOUND, reason_of
from bot.core.match.logic import AllNode, AnyNode, NotNode
from bot.core.match.said import SaidLeaf

if TYPE_CHECKING:
    from bot.core.match.article import ArticleDocument
    from bot.core.match.base import Node
    from bot.core.model import Article, Match, Quote


@dataclass(frozen=True, slots=True)
class Naming:
    """A name of an entity that was met.

    Attributes:
        entity: its id.
        written: the name as the article has it.
    """

    entity: str
    written: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What kept a rule from matching.

    Attributes:
        clause: the part of the query, in canonical form.
        reason: why it was not met, in words.
    """

    clause: str
    reason: str


@dataclass(frozen=True, slots=True)
class MatchReceipt:
    """What became of one rule and one article.

    Attributes:
        rule: `Rule.id`.
        match: the match with clauses and highlights, or None.
        names: the entities that were named, as written, each once.
        quotes: those that met a `said:`.
        missing: where nothing matched, the shortest list of clauses that would have had to be met.
    """

    rule: str
    match: Match | None
    names: tuple[Naming, ...] = ()
    quotes: tuple[Quote, ...] = ()
    missing: tuple[Missing, ...] = ()


def names_in(match: Match, article: Article) -> tuple[Naming, ...]:
    """Give the names that a match highlights, each way of writing once."""
    found = (
        Naming(mark.entity, getattr(article, mark.field)[mark.start : mark.end])
        for mark in match.highlights
        if mark.entity
    )
    return tuple(dict.fromkeys(found))


def nearest(node: Node, document: ArticleDocument) -> tuple[Missing, ...]:
    """Give the least that is missing for a node that does not hold."""
    match node:
        case AllNode():
            failed = [child for child in node.children if not child.holds(document)]
            return tuple(missing for child in failed for missing in nearest(child, document))
        case AnyNode():
            return min((nearest(child, document) for child in node.children), key=_distance)
        case NotNode():
            return (Missing(node.clause, "what it excludes is there"),)
        case SaidLeaf():
            return (Missing(node.clause, _unsaid(node, document)),)
        case _:
            return (Missing(node.clause, reason_of(node, document)),)


def _distance(missing: tuple[Missing, ...]) -> tuple[int, bool]:
    """Rank ways in which a rule could have matched: of equals first what half stands there."""
    return len(missing), all(lack.reason == NOT_FOUND for lack in missing)


def _unsaid(node: SaidLeaf, document: ArticleDocument) -> str:
    if document.quotes is None:
        return "the quotes of the article are not known"
    if not document.quotes:
        return "the article has no quotes"
    if not any(map(node.by_speaker, document.quotes)):
        return "no quote by the speaker"
    return "no quote by the speaker has these words"
