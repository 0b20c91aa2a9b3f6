"""Answers, greetings and what the bot itself has to say, as Matrix message contents. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.adapters.matrix.html import Rich, clean, lines, said, wrapped
from bot.adapters.matrix.parts import CUT, LARGEST, joined, notice, quoted, shortened, size
from bot.core.model import Excerpt, KeyQuote

if TYPE_CHECKING:
    from bot.core.model import Quote, StoredArticle

_LONGEST = 12_000
"""Characters of a reply; two bodies of at most 4 bytes each stay below the limit of an event."""

_LONGEST_ALT = 2_000
"""Characters of a picture's description."""


def reply_content(text: str) -> dict[str, Any]:
    """Build the content of an answer or a greeting from plain text."""
    short = shortened(text, _LONGEST)
    while True:
        content = notice(lines(short))
        if size(content) <= LARGEST:
            return content
        short = short[: len(short) * 2 // 3] + CUT


def quotes_content(stored: StoredArticle) -> dict[str, Any]:
    """Build the content that shows every quote of an article; of very many, the first ones."""
    text = stored.article.text
    quotes = [quoted(_key_quote(quote, text)) for quote in stored.quotes if quote.kind == "direct"]
    head = wrapped("b", said(stored.article.title))
    count = said(f"{len(quotes)} quote{'' if len(quotes) == 1 else 's'}")
    title = Rich(f"{head.plain}\n{count.plain}", f"<p>{head.html}<br>{count.html}</p>")
    shown = len(quotes)
    while True:
        left = [said(f"and {len(quotes) - shown} more")] if shown < len(quotes) else []
        content = notice(joined([title, *quotes[:shown], *left]))
        if shown == 0 or size(content) <= LARGEST:
            return content
        shown = shown * 2 // 3


def _key_quote(quote: Quote, text: str) -> KeyQuote:
    parts = tuple(Excerpt(text[start:end], (), start) for start, end in quote.parts)
    return KeyQuote(parts, quote.speaker, quote.office, quote.via)


def picture_content(
    place: dict[str, Any], alt: str, *, width: int, height: int, size: int
) -> dict[str, Any]:
    """Build the content that shows a PNG.

    Args:
        place: `url` or, for an encrypted one, `file`, as the upload gave it.
        alt: the picture in words; shown as its caption.
        width: in pixels.
        height: in pixels.
        size: in bytes, before encryption.

    Source: https://spec.matrix.org/latest/client-server-api/#mimage
    """
    return {
        "msgtype": "m.image",
        "body": shortened(clean(alt), _LONGEST_ALT),
        "filename": "chart.png",
        "info": {"mimetype": "image/png", "w": width, "h": height, "size": size},
        "m.mentions": {},
        **place,
    }
