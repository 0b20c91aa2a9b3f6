"""Rows of articles, their quotes and matches as the nouns that they are, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.model import Article, Highlight, Match, Place, Placement, Quote, StoredArticle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row


def article_row(stored: StoredArticle) -> dict[str, Any]:
    """Write an article, its quotes and matches left aside."""
    article, placement = stored.article, stored.placement
    return {
        "id": article.id,
        "feed_id": article.feed_id,
        "key": article.key,
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "published": article.published,
        "arrived": article.arrived,
        "source": article.source,
        "lang": article.lang,
        "author": article.author,
        "section": article.section,
        "full": article.full,
        "story": placement.story if placement else None,
        "place": placement.place.value if placement else None,
        "outcome": stored.outcome,
        "analyzed": stored.analyzed,
    }


def quote_rows(stored: StoredArticle) -> list[dict[str, Any]]:
    """Write the quotes of an article."""
    return rows_of_quotes(stored.article.id, stored.quotes)


def rows_of_quotes(article_id: str, found: Sequence[Quote]) -> list[dict[str, Any]]:
    """Write quotes in their order."""
    return [
        {
            "article_id": article_id,
            "position": position,
            "start": quote.start,
            "end": quote.end,
            "parts": [list(part) for part in quote.parts],
            "speaker": quote.speaker,
            "entity": quote.entity,
            "office": quote.office,
            "cue": quote.cue,
            "kind": quote.kind,
            "confidence": quote.confidence,
            "via": quote.via,
        }
        for position, quote in enumerate(found)
    ]


def match_rows(stored: StoredArticle) -> list[dict[str, Any]]:
    """Write the matches of an article."""
    return [
        {
            "article_id": stored.article.id,
            "rule_id": match.rule,
            "clauses": list(match.clauses),
            "highlights": [[h.field, h.start, h.end, h.entity] for h in match.highlights],
            "quotes": list(match.quotes),
        }
        for match in stored.matches
    ]


def stored_of(
    row: Row[Any], its_quotes: Iterable[Row[Any]], its_matches: Iterable[Row[Any]]
) -> StoredArticle:
    """Read an article."""
    return StoredArticle(
        article=Article(
            feed_id=row.feed_id,
            key=row.key,
            url=row.url,
            title=row.title,
            text=row.text,
            published=row.published,
            arrived=row.arrived,
            source=row.source,
            lang=row.lang,
            author=row.author,
            section=row.section,
            full=row.full,
        ),
        quotes=tuple(
            Quote(
                start=q.start,
                end=q.end,
                parts=tuple((s, e) for s, e in q.parts),
                speaker=q.speaker,
                entity=q.entity,
                office=q.office,
                cue=q.cue,
                kind=q.kind,
                confidence=q.confidence,
                via=q.via,
            )
            for q in its_quotes
        ),
        matches=tuple(
            Match(
                rule=m.rule_id,
                clauses=tuple(m.clauses),
                highlights=tuple(Highlight(*highlight) for highlight in m.highlights),
                quotes=tuple(m.quotes),
            )
            for m in its_matches
        ),
        placement=Placement(row.story, Place(row.place)) if row.story else None,
        outcome=row.outcome,
        analyzed=row.analyzed,
        seq=row.seq,
    )
