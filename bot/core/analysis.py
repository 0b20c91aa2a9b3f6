"""analyze: one record of `wirewatch analyze --jsonl`, the interface of outside judges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.quotes import find_quotes
from bot.core.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.core.model import Quote
    from bot.core.officials import Officials
    from bot.core.quotes.hints import Pipeline


def analyze(
    record: Mapping[str, Any],
    officials: Officials | None = None,
    *,
    when: date | None = None,
    lang: str = "en",
    nlp: Pipeline | None = None,
) -> dict[str, Any]:
    """Give the summary and the quotes of a record.

    Args:
        record: `id`, `text` and perhaps `title`; what is missing or no string counts as empty.
        officials: the people known from the officials files.
        when: the day of the article, for offices; None for those held still.
        lang: ISO 639-1 code of the text.
        nlp: a statistical spaCy pipeline that shall help, or None.

    Returns:
        `id`, `summary` and `quotes`, ready for JSON; offsets are code points of `text`.
    """
    text = _string(record.get("text"))
    title = _string(record.get("title"))
    quotes = find_quotes(
        text, title=title, officials=officials, when=when, lang=lang, nlp=nlp, indirect=True
    )
    summary = summarize(text, title=title, lang=lang)
    return {
        "id": record.get("id"),
        "summary": [{"text": text[s:e], "start": s, "end": e} for s, e in summary],
        "quotes": [_quote(text, quote) for quote in quotes],
    }


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _quote(text: str, quote: Quote) -> dict[str, Any]:
    return {
        "text": text[quote.start : quote.end],
        "start": quote.start,
        "end": quote.end,
        "parts": [list(part) for part in quote.parts],
        "speaker": quote.speaker,
        "office": quote.office,
        "cue": quote.cue,
        "kind": quote.kind,
        "confidence": quote.confidence,
        "via": quote.via,
    }
