"""Pieces that Slack messages are made of. Pure.

Words of an article stand only in `plain_text` and `rich_text`, where Slack interprets nothing;
`mrkdwn` holds nothing but our own words, dates and checked links.

Limits: https://docs.slack.dev/reference/block-kit/blocks (50 blocks, header 150, context 10
elements, actions 25, button text 75 and value 2,000) and, for all blocks together, some 13,200
characters of JSON before `msg_blocks_too_long` (reported in slackapi/bolt-js, 2509 and 2867).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.adapters.slack.text import cut, escape, link_of, one_line, pieces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.core.model import Excerpt, KeyQuote

Block = dict[str, Any]

MOST_BLOCKS = 50
MOST_CHARACTERS = 12_500
"""Of all blocks as JSON; a margin below the reported limit."""
LONGEST_HEADER = 150
LONGEST_TEXT = 3000
LONGEST_VALUE = 2000
"""Of what a button sends back."""
REPEAT = "possible repeat: Slack did not confirm an earlier try"


def fits(blocks: Sequence[Block]) -> bool:
    """Say whether Slack takes these blocks in one message."""
    return len(blocks) <= MOST_BLOCKS and size_of(blocks) <= MOST_CHARACTERS


def size_of(blocks: Sequence[Block]) -> int:
    """Count the characters of blocks as JSON."""
    return len(json.dumps(list(blocks), ensure_ascii=False))


def plain(text: str, limit: int) -> Block:
    """Make a text object in which Slack interprets nothing, not even `:smile:`."""
    return {"type": "plain_text", "text": cut(text, limit) or " ", "emoji": False}


def mrkdwn(text: str) -> Block:
    """Make a text object for our own words; `verbatim` keeps Slack from linking by itself."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def context(*texts: Block) -> Block:
    """Make a line of small print."""
    return {"type": "context", "elements": list(texts)}


def actions(*buttons: Block) -> list[Block]:
    """Make a row of buttons, or nothing where there are none."""
    return [{"type": "actions", "elements": list(buttons)}] if buttons else []


def button(action: str, label: str, value: str = "", style: str = "") -> Block:
    """Make a button; `value` is what Slack sends back with it."""
    made: Block = {"type": "button", "action_id": action, "text": plain(label, 75)}
    if value:
        made["value"] = value
    return {**made, "style": style} if style else made


def words(text: str, *styles: str) -> Block:
    """Make words of a rich text, plain or with styles such as bold, italic, strike."""
    style = dict.fromkeys(styles, True)
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def section(elements: list[Block]) -> Block:
    """Make a paragraph of a rich text."""
    return {"type": "rich_text_section", "elements": elements}


def rich(*elements: Block) -> Block:
    """Make a rich text."""
    return {"type": "rich_text", "elements": list(elements)}


def excerpt(given: Excerpt, limit: int, most_marks: int) -> list[Block]:
    """Make a verbatim piece with its highlighted words in bold."""
    return [
        words(text, *(["bold"] if marked else []))
        for text, marked in pieces(given, limit, most_marks)
    ]


def quoted(quote: KeyQuote, limit: int, most_marks: int) -> list[Block]:
    """Make a quote's words: its pieces, joined by an ellipsis."""
    found: list[Block] = []
    room = limit
    for number, part in enumerate(quote.parts):
        if room <= 0:
            break
        shown = excerpt(part, room, most_marks)
        found += [words(" … "), *shown] if number and shown else shown
        room -= len(part.text)
    return found or [words("…")]


def quote_block(quote: KeyQuote, limit: int, most_marks: int) -> Block:
    """Render a quote: the speaker with the office, then the words as a quotation."""
    style = "bold" if quote.speaker is not None else "italic"
    line = [words(cut(speaker_of(quote), 120), style)]
    if quote.office:
        line.append(words(f", {cut(one_line(quote.office), 150)}"))
    if quote.told_by:
        line.append(words(f", {cut(one_line(quote.told_by), 150)}"))
    said = {"type": "rich_text_quote", "elements": quoted(quote, limit, most_marks)}
    return rich(section(line), said)


def speaker_of(quote: KeyQuote) -> str:
    """Give the name that is printed beside a quote."""
    return (one_line(quote.speaker) if quote.speaker else "") or "Unattributed"


def attribution(quote: KeyQuote, limit: int) -> str:
    """Give who said it, and who told of it where that is another, for a line that has no room."""
    told = f", {cut(one_line(quote.told_by), limit)}" if quote.told_by else ""
    return f"{cut(speaker_of(quote), limit)}{told}"


def date(when: datetime) -> str:
    """Give a time as Slack shows it in the reader's own zone, for `mrkdwn`.

    Source: https://docs.slack.dev/messaging/formatting-message-text/#date-formatting.
    """
    written = f"{when:%Y-%m-%d %H:%M} UTC"
    seconds = int(when.timestamp())
    return (
        f"<!date^{seconds}^{{date_short_pretty}}, {{time}}|{written}>" if seconds > 0 else written
    )


def link_text(url: str) -> str:
    """Give a link for `mrkdwn`, shown as the host it leads to; "" for one that is not safe."""
    link = link_of(url)
    return f"<{escape(link[0])}|{escape(link[1])}>" if link else ""


def link_part(url: str) -> Block | None:
    """Give a link of a rich text, shown as the host it leads to; None for one that is not safe."""
    link = link_of(url)
    return {"type": "link", "url": link[0], "text": link[1]} if link else None
