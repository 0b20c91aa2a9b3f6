"""What a clause that was not met lacked, in words: often something of it stands there after all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.match.leaves import EntityLeaf, FieldLeaf, TermLeaf
from bot.core.match.pattern import Pattern
from bot.core.match.places import AboutNode, AtLeastNode, Group, NearNode
from bot.core.model import Alias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.match.article import ArticleDocument
    from bot.core.match.base import Node, Positional
    from bot.core.match.entities import Name

NOT_FOUND = "not found"
_SHOWN = 3
"""Words of a context that are named."""
_FIELDS = {"title": "the title", "text": "the text"}


def reason_of(node: Node, document: ArticleDocument) -> str:  # noqa: PLR0911 - a kind each
    """Say why a node other than AND, OR, NOT and `said:` does not hold."""
    match node:
        case TermLeaf():
            return _term(node, document)
        case EntityLeaf():
            return _entity(node, document)
        case FieldLeaf():
            value = getattr(document.article, node.name)
            return f"it is {value}" if value else "the article does not tell it"
        case NearNode():
            return _near(node, document)
        case AtLeastNode():
            found = len(node.child.places(document))
            return f"{found} of {node.count}" if found else reason_of(node.child, document)
        case AboutNode():
            if node.child.holds(document):
                return "stands there, but not in title or first paragraph, nor three times"
            return reason_of(node.child, document)
        case Group():
            return _most_telling(node.children, document)
        case _:
            return NOT_FOUND


def _term(node: TermLeaf, document: ArticleDocument) -> str:
    if node.scope and node.pattern.stretches(document):
        return _elsewhere(node.scope)
    if node.pattern.exact:
        loose = Pattern(node.pattern.words, prefix=node.pattern.prefix)
        if loose.present(document):
            return "stands there, but not so written"
    return NOT_FOUND


def _elsewhere(scope: str) -> str:
    other = next(name for field, name in _FIELDS.items() if field != scope)
    return f"stands in {other}, not in {_FIELDS[scope]}"


def _entity(node: EntityLeaf, document: ArticleDocument) -> str:
    if node.scope and node.names.places(document):
        return _elsewhere(node.scope)
    for name in node.names.names:
        if any(pattern.present(document) for pattern in name.patterns):
            return _refused(name, document)
    return NOT_FOUND


def _refused(name: Name, document: ArticleDocument) -> str:
    """Say why a name that stands in the article does not mean its entity."""
    alias = name.alias if isinstance(name.alias, Alias) else Alias(name.alias)
    if name.context and not any(pattern.present(document) for pattern in name.context):
        more = ", …" if len(alias.context) > _SHOWN else ""
        words = ", ".join(alias.context[:_SHOWN])
        return f"{alias.text} stands there, without its context ({words}{more})"
    for word, pattern in zip(alias.unless, name.unless, strict=True):
        if pattern.present(document):
            return f"{alias.text} stands there, but so does {word}, which rules it out"
    return f"{alias.text} stands there, but means a namesake"


def _near(node: NearNode, document: ArticleDocument) -> str:
    sides = (node.left, node.right)
    lacking = [
        f"{side.clause} {reason_of(side, document)}" for side in sides if not side.holds(document)
    ]
    if lacking:
        return ", ".join(lacking)
    left, right = (
        {document.field(start) for start, _, _ in side.places(document)} for side in sides
    )
    if not left & right:
        return "one stands in the title, the other in the text"
    return f"further apart than {node.distance}"


def _most_telling(children: Sequence[Positional], doc: ArticleDocument) -> str:
    for child in children:
        reason = reason_of(child, doc)
        if reason != NOT_FOUND:
            return f"{child.clause} {reason}"
    return NOT_FOUND
