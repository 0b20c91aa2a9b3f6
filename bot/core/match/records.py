"""`wirewatch match`: one JSON record in, one for each match out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.core.model import Article

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.core.match.rules import RuleSet
    from bot.core.model import Quote

    FindQuotes = Callable[..., Sequence[Quote]]

_EPOCH = datetime.fromtimestamp(0, UTC)


def article_of(record: Mapping[str, Any]) -> Article:
    """Read a record; keys that are absent or null are empty.

    Args:
        record: `id`, `title`, `text`, and optionally `source`, `lang`, `author`, `section`, `url`.
    """
    text = {
        key: str(record.get(key) or "")
        for key in ("id", "url", "title", "text", "source", "lang", "author", "section")
    }
    key = text.pop("id")
    return Article(feed_id="", key=key, published=None, arrived=_EPOCH, full=True, **text)


def match_record(
    rules: RuleSet, record: Mapping[str, Any], find_quotes: FindQuotes | None = None
) -> list[dict[str, Any]]:
    """Match one record.

    Args:
        rules: what is asked.
        record: see `article_of`.
        find_quotes: `bot.core.quotes.find_quotes` or the like, called as
            `find_quotes(text, title=…, lang=…)` and only where a rule may need it. Without it
            no `said:` is met.

    Returns:
        `{"id", "rule", "clauses": […], "highlights": [[field, start, end], …]}` for each match,
        with offsets in code points of the record's own field.
    """
    article = article_of(record)
    quotes = _asked(find_quotes, article) if find_quotes and rules.needs_quotes(article) else None
    return [
        {
            "id": record.get("id"),
            "rule": match.rule,
            "clauses": list(match.clauses),
            "highlights": [[mark.field, mark.start, mark.end] for mark in match.highlights],
        }
        for match in rules.find_matches(article, quotes)
    ]


def _asked(find_quotes: FindQuotes, article: Article) -> Sequence[Quote]:
    return find_quotes(article.text, title=article.title, lang=article.lang or "en")
