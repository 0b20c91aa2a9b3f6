"""Adapters of `bot.core.story` to the judge of stories (`eval_story.py`), and its whole table.

`python -m bench.stories` prints the table where the evaluation data lie beside the project.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.core.model import Article
from bot.core.story import Stories, find_correction, is_reprint, same_statement

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def _article(row: Row) -> Article:
    when = datetime.fromtimestamp(row.get("published", _EPOCH.timestamp()), UTC)
    return Article(
        feed_id=row.get("source", ""),
        key=row.get("id", ""),
        url="",
        title=row["title"],
        text=row["text"],
        published=when,
        arrived=when,
        source=row.get("source", ""),
    )


class _Stream:
    def __init__(self) -> None:
        self._stories = Stories()

    def warm(self, rows: Iterable[Row]) -> None:
        self._stories.warm(map(_article, rows))

    def assign(self, row: Row) -> tuple[str, str]:
        article = _article(row)
        placement = self._stories.place(article)
        return placement.story, self._stories.origin(article.id)


class _Pairs:
    def reprint(self, a: Row, b: Row) -> bool:
        return is_reprint(_article(a), _article(b))


class _Quotes:
    def same_quote(self, a: Row, b: Row) -> bool:
        return same_statement(a["quote"], b["quote"])


class _Versions:
    def changed(self, old: Row, new: Row) -> bool:
        return find_correction(_article(old), _article(new)) is not None


def stream() -> _Stream:
    """Give the online clustering."""
    return _Stream()


def pairs() -> _Pairs:
    """Give the judge of copies."""
    return _Pairs()


def quotes() -> _Quotes:
    """Give the judge of repeated statements."""
    return _Quotes()


def versions() -> _Versions:
    """Give the judge of changes."""
    return _Versions()
