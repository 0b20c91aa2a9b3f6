"""The rule language once more, as plainly as it can be said: slow, for comparison only.

It shares the parser and the folding of single characters with the engine and nothing else: words
are cut from the text one character at a time, phrases are compared at every word, conditions are
checked where they are used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.match_oracle_names import entity_hits, outer, term_hits
from bench.match_oracle_text import Case, Hit, Text, cut
from bot.core.fold import BARRIER
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
    parse,
)
from bot.core.query.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.model import Article, Quote
    from bot.core.officials import Officials

FIELDS = ("title", "text", "source", "author", "section", "lang")
Mark = tuple[str, int, int]


def _spans(text: Text, hits: list[Hit]) -> list[Mark]:
    marks: list[Mark] = []
    for first, last in hits:
        start, end = text.words[first].start, text.words[last - 1].end
        if not text.parts:
            marks.append((text.words[first].field, start, end))
        for begin, stop, name, offset in text.parts:
            if start < stop and begin < end:
                low, high = max(start, begin), min(end, stop)
                marks.append((name, low - begin + offset, high - begin + offset))
    return [mark for mark in marks if mark[0]]


def hits(case: Case, text: Text, query: Query, scope: str = "") -> list[Hit]:
    """Find a query that has places."""
    match query:
        case Term():
            found = term_hits(text, query)
        case EntityRef():
            entity = case.officials.get(query.id)
            assert entity is not None
            found = entity_hits(case, text, entity)
        case Or():
            found = outer([h for child in query.children for h in hits(case, text, child)])
        case Near():
            found = _near(case, text, query, scope)
        case AtLeast():
            inner = outer(hits(case, text, query.child, scope))
            return inner if len(inner) >= query.count else []
        case About():
            return _about(case, text, outer(hits(case, text, query.child)))
        case _:
            raise AssertionError(query)
    return [hit for hit in found if not scope or text.words[hit[0]].field == scope]


def _about(case: Case, text: Text, found: list[Hit]) -> list[Hit]:
    body = case.article.text
    start = len(body) - len(body.lstrip())
    paragraph = body.find("\n\n", start)
    end = len(body) if paragraph < 0 else paragraph
    first = [text.words[hit[0]] for hit in found]
    if len(found) >= 3 or any(w.field == "title" or w.start < end for w in first):
        return found
    return []


def _every(case: Case, text: Text, query: Query, scope: str) -> list[Hit]:
    """Find each side of an OR for itself: one inside another may stand nearer."""
    if isinstance(query, Or):
        return [hit for child in query.children for hit in _every(case, text, child, scope)]
    return hits(case, text, query, scope)


def _near(case: Case, text: Text, query: Near, scope: str) -> list[Hit]:
    left, right = _every(case, text, query.left, scope), _every(case, text, query.right, scope)
    barrier = [at for at, word in enumerate(text.words) if word.folded == BARRIER]

    def close(a: Hit, b: Hit) -> bool:
        low, high = sorted((a, b))
        apart = low[1] <= high[0] and high[0] - (low[1] - 1) <= query.distance
        return apart and not any(low[1] <= at < high[0] for at in barrier)

    kept = [a for a in left if any(close(a, b) for b in right)]
    return outer(kept + [b for b in right if any(close(a, b) for a in left)])


@dataclass
class Answer:
    """What the oracle says of a rule and an article."""

    clauses: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    quotes: set[int] = field(default_factory=set)


def _pattern_marks(text: Text, query: Regex, scope: str) -> list[Mark]:
    compiled = compile_pattern(query.pattern, ignore_case=query.ignore_case)
    return [
        (name, offset + match.start(), offset + match.end())
        for name, value, offset in text.originals
        if not scope or name == scope
        for match in compiled.finditer(value)
        if match.end() > match.start()
    ]


def ask(case: Case, text: Text, query: Query, scope: str = "") -> Answer | None:  # noqa: PLR0911
    """Answer a query about a text; None where it is not met."""
    answer = Answer()
    match query:
        case Not():
            return answer if ask(case, text, query.child, scope) is None else None
        case And() | Or():
            parts = [ask(case, text, child, scope) for child in query.children]
            met = [part for part in parts if part is not None]
            if not met or (isinstance(query, And) and len(met) < len(parts)):
                return None
            for part in met:
                answer.clauses += part.clauses
                answer.marks += part.marks
                answer.quotes |= part.quotes
            return answer
        case Scoped() if query.field in ("title", "body"):
            return ask(case, text, query.child, "text" if query.field == "body" else "title")
        case Scoped():
            inner = ask(case, case.field_text(query.field), query.child)
            return inner and Answer([str(query)], inner.marks)
        case Said():
            return _said(case, query)
        case Regex():
            answer.marks = _pattern_marks(text, query, scope)
        case _:
            answer.marks = _spans(text, hits(case, text, query, scope))
            if not hits(case, text, query, scope):
                return None
            answer.clauses = [_clause(query, scope)]
            return answer
    answer.clauses = [_clause(query, scope)]
    return answer if answer.marks else None


def _clause(query: Query, scope: str) -> str:
    name = "body" if scope == "text" else scope
    return str(Scoped(name, query)) if scope else str(query)  # type: ignore[arg-type]


def _said(case: Case, query: Said) -> Answer | None:
    answer = Answer([str(query)])
    for index, quote in enumerate(case.quotes):
        if not _by(case, quote, query.speaker):
            continue
        inner = Answer()
        if query.query is not None:
            met = ask(case, case.quote_text(quote), query.query)
            if met is None:
                continue
            inner = met
        answer.quotes.add(index)
        answer.marks += inner.marks
    if not answer.quotes:
        return None
    if query.speaker is not None:
        answer.marks += _spans(case.whole, hits(case, case.whole, query.speaker))
    return answer


def _by(case: Case, quote: Quote, speaker: EntityRef | Term | None) -> bool:
    if speaker is None:
        return True
    said = [word.folded for word in cut(quote.speaker or "")]
    if isinstance(speaker, Term):
        wanted = [word.folded for word in cut(speaker.text)]
        return any(said[k : k + len(wanted)] == wanted for k in range(len(said)))
    if quote.entity:
        return quote.entity == speaker.id
    entity = case.officials.get(speaker.id)
    assert entity is not None
    return bool(said) and any(
        [word.folded for word in cut(name)] == said
        for name in [entity.name, *(alias.text for alias in entity.aliases)]
    )


def tidied(marks: list[Mark]) -> list[Mark]:
    """Sort marks and leave out those inside others."""
    unique = sorted(set(marks), key=lambda mark: (FIELDS.index(mark[0]), mark[1], mark[2]))
    return [
        mark
        for mark in unique
        if not any(
            o != mark and o[0] == mark[0] and o[1] <= mark[1] and mark[2] <= o[2] for o in unique
        )
    ]


Expected = tuple[tuple[str, ...], tuple[Mark, ...], tuple[int, ...]]


def expected(
    query: str | Query, article: Article, quotes: Sequence[Quote], officials: Officials
) -> Expected | None:
    """Give clauses, highlights and quotes of a match, or None."""
    return expected_of(
        parse(query) if isinstance(query, str) else query, Case(article, quotes, officials)
    )


def expected_of(query: Query, case: Case) -> Expected | None:
    """Do the same for an article that was cut already."""
    answer = ask(case, case.whole, query)
    if answer is None:
        return None
    return (
        tuple(dict.fromkeys(answer.clauses)),
        tuple(tidied(answer.marks)),
        tuple(sorted(answer.quotes)),
    )
