"""Blocks that messages are made of, and how large a message may be. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.adapters.matrix.html import Rich, marked, said, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.model import KeyQuote

LARGEST = 40_000
"""Bytes of a content. An event may have 65,536; encryption adds a third, signatures the rest."""

CUT = " [cut]"


def notice(rich: Rich) -> dict[str, Any]:
    """Build the content of a message of ours: a notice that mentions nobody."""
    return {
        "msgtype": "m.notice",
        "body": rich.plain,
        "format": "org.matrix.custom.html",
        "formatted_body": rich.html,
        "m.mentions": {},
    }


def size(content: dict[str, Any]) -> int:
    """Count the bytes of a content as it is judged by homeservers."""
    return len(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def shortened(text: str, longest: int) -> str:
    """Cut what is monstrous; what was cut says so."""
    return text if len(text) <= longest else text[:longest] + CUT


def joined(blocks: Iterable[Rich]) -> Rich:
    """Put blocks below each other."""
    blocks = list(blocks)
    return Rich("\n".join(block.plain for block in blocks), "".join(block.html for block in blocks))


def bullets(parts: Iterable[Rich]) -> Rich:
    """Make a list; further lines of a part are indented in the plain body."""
    parts = list(parts)
    return Rich(
        "\n".join("- " + part.plain.replace("\n", "\n  ") for part in parts),
        "<ul>" + "".join(f"<li>{part.html}</li>" for part in parts) + "</ul>",
    )


def paragraph(parts: Iterable[Rich]) -> Rich:
    """Make a paragraph, one line for each part."""
    parts = list(parts)
    html = "<br>".join(part.html for part in parts)
    return Rich("\n".join(part.plain for part in parts), f"<p>{html}</p>")


def quoted(quote: KeyQuote) -> Rich:
    """Show a quote and who said it."""
    parts = [marked(part) for part in quote.parts]
    words = Rich(" … ".join(p.plain for p in parts), " … ".join(p.html for p in parts))
    who = said(quote.speaker or "unattributed")
    name = wrapped("b" if quote.speaker else "i", who)
    office = said(f", {quote.office}") if quote.speaker and quote.office else said("")
    via = said(f", {quote.told_by}" if quote.told_by else "")
    return Rich(
        f"> “{words.plain}”\n> — {who.plain}{office.plain}{via.plain}",
        f"<blockquote>“{words.html}”<br>— {name.html}{office.html}{via.html}</blockquote>",
    )
