"""The ledger of statements: one row for words that somebody said once, however often printed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bot.core.model import digest
from bot.core.story import same_words, statement
from bot.core.story.common import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from bot.core.model import Article, Quote
    from bot.core.story import Statement

WORDINGS: Final = 4
"""Forms of one statement that later ones are compared with."""

COMPARED: Final = 6
"""Statements that are compared with a new one: those that share most of its words."""

POSTINGS: Final = 300
"""Newest statements that are looked up for a word."""

COLUMNS: Final = (
    *("statement", "words", "speaker", "entity", "office", "first_seen", "outlet", "title", "url"),
    *("outlets", "reports", "kind", "cue", "confidence", "article", "sha256", "start", "end"),
    "via",
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Report:
    """A quote where an article prints it; its offsets are those of the article's text."""

    article: Article
    quote: Quote

    @property
    def words(self) -> str:
        """The words as this article has them."""
        return self.quote.words(self.article.text)

    @property
    def outlet(self) -> str:
        """Who printed it."""
        return self.article.source or self.article.domain


@dataclass(frozen=True, slots=True)
class Said:
    """One statement.

    Attributes:
        first: the earliest report of it.
        others: later reports, in order of time.
    """

    first: Report
    others: tuple[Report, ...] = ()

    @property
    def when(self) -> datetime:
        """When it was first reported."""
        return self.first.article.when

    @property
    def seen(self) -> datetime:
        """When we first saw it; what counts as lately goes by this, for dates of feeds may err."""
        return min(report.article.arrived for report in self.reports)

    @property
    def reports(self) -> tuple[Report, ...]:
        """All of them, the first one first."""
        return (self.first, *self.others)

    @property
    def outlets(self) -> int:
        """How many outlets have it."""
        return len({report.outlet.casefold() for report in self.reports})


@dataclass(slots=True)
class _Group:
    """A statement in the making."""

    reports: list[Report]
    wordings: list[Statement] = field(default_factory=list)


def gather(reports: Iterable[Report]) -> list[Said]:
    """Bring the reports of one speaker's quotes together to statements, the newest first.

    Which quotes are one statement is told in `bot.core.story.statements`. Quotes are looked up by
    the words that they share, so a thousand of them are not compared with each other.
    """
    groups: list[_Group] = []
    by_word: dict[str, list[int]] = {}
    for report in sorted(reports, key=lambda one: (one.article.when, one.article.arrived)):
        words = statement(report.words)
        if not words.words:
            continue
        telling = _telling(words)
        at = _find(words, telling, groups, by_word)
        if at is None:
            at = len(groups)
            groups.append(_Group([]))
        group = groups[at]
        group.reports.append(report)
        if len(group.wordings) < WORDINGS and words not in group.wordings:
            group.wordings.append(words)
            for word in telling:
                posting = by_word.setdefault(word, [])
                if not posting or posting[-1] != at:
                    posting.append(at)
    found = [Said(group.reports[0], tuple(group.reports[1:])) for group in groups]
    return sorted(found, key=lambda said: said.when, reverse=True)


def _telling(words: Statement) -> frozenset[str]:
    """Give the words by which a statement is looked up; all of them where all are common."""
    return frozenset(words.words) - FUNCTION_WORDS or frozenset(words.words)


def _find(
    words: Statement,
    telling: frozenset[str],
    groups: Sequence[_Group],
    by_word: dict[str, list[int]],
) -> int | None:
    shared = Counter(at for word in sorted(telling) for at in by_word.get(word, ())[-POSTINGS:])
    for at, _ in shared.most_common(COMPARED):
        if any(same_words(words, wording) for wording in groups[at].wordings):
            return at
    return None


def to_json(found: Iterable[Said]) -> str:
    """Write statements with all their reports, exact to the letter.

    `sha256` is that of the article's text in UTF-8; offsets are code points in it, so that
    `text[start:end]` can be checked by whoever has the text.
    """
    rows = [_row(said) | {"all": [_printed(report) for report in said.reports]} for said in found]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def to_csv(found: Iterable[Said]) -> str:
    """Write one line for each statement, with where its first report has it (RFC 4180).

    A cell that a spreadsheet would take for a formula gets an apostrophe before it; exact words
    are in the JSON.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for said in found:
        writer.writerow({name: _cell(value) for name, value in _row(said).items()})
    return out.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _row(said: Said) -> dict[str, Any]:
    first = said.first
    article, quote = first.article, first.quote
    return {
        "statement": digest("statement", article.id, str(quote.start), first.words),
        "words": first.words,
        "speaker": quote.speaker or "",
        "entity": quote.entity,
        "office": quote.office,
        "first_seen": said.when.isoformat(),
        "outlet": first.outlet,
        "title": article.title,
        "url": article.url,
        "outlets": said.outlets,
        "reports": len(said.reports),
        "kind": quote.kind,
        "cue": quote.cue,
        "confidence": quote.confidence,
        "article": article.id,
        "sha256": _sha256(article),
        "start": quote.start,
        "end": quote.end,
        "via": quote.via or "",
    }


def _printed(report: Report) -> dict[str, Any]:
    article, quote = report.article, report.quote
    return {
        "outlet": report.outlet,
        "url": article.url,
        "when": article.when.isoformat(),
        "arrived": article.arrived.isoformat(),
        "words": report.words,
        "article": article.id,
        "sha256": _sha256(article),
        "parts": [list(part) for part in quote.parts],
    }


def _sha256(article: Article) -> str:
    return hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest()
