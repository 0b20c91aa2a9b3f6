"""Windows, and what all of them are made of. Pure.

Limits: https://docs.slack.dev/reference/views (100 blocks, title and buttons 24 characters,
`private_metadata` 3,000).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.adapters.slack.parts import Block, context, mrkdwn, plain, quote_block
from bot.adapters.slack.replies import reply_blocks
from bot.adapters.slack.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.model import KeyQuote
    from bot.ports import Reply

MOST_BLOCKS = 100
MOST_METADATA = 3000
MOST_BYTES = 200_000
"""Of a view's blocks as they are sent; a view may have 250 KB in all."""


def quotes_view(title: str, quotes: Sequence[KeyQuote]) -> dict[str, Any]:
    """Show every quote of an article."""
    blocks: list[Block] = [{"type": "header", "text": plain(one_line(title) or "Untitled", 150)}]
    size = 0
    for number, quote in enumerate(quotes):
        block = quote_block(quote, 2500, 0)
        size += bytes_of(block)
        if len(blocks) >= MOST_BLOCKS - 1 or size > MOST_BYTES:
            blocks.append(note(f"… and {len(quotes) - number} more"))
            break
        blocks.append(block)
    if not quotes:
        blocks.append(note("No quotes were found in this article."))
    return modal("quotes", "All quotes", blocks)


def text_view(title: str, reply: Reply) -> dict[str, Any]:
    """Show an answer in a window of its own."""
    return modal("text", title, reply_blocks(reply))


def bytes_of(blocks: object) -> int:
    """Count what blocks take as they are sent."""
    return len(json.dumps(blocks))


def modal(
    callback: str, title: str, blocks: list[Block], *, submit: str = "", metadata: str = ""
) -> dict[str, Any]:
    """Make a window; with `submit` it can be sent off, and brings its metadata back."""
    view = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, 24),
        "blocks": blocks[:MOST_BLOCKS],
        "close": plain("Cancel" if submit else "Close", 24),
    }
    if submit:
        view |= {"submit": plain(submit, 24), "private_metadata": metadata}
    return view


def field(
    name: str, label: str, element: Block, *, hint: str = "", optional: bool = False
) -> Block:
    """Make a field of a form; its block and its action have the same id."""
    made = {
        "type": "input",
        "block_id": name,
        "label": plain(label, 150),
        "element": {**element, "action_id": name},
        "optional": optional,
    }
    return {**made, "hint": plain(hint, 150)} if hint else made


def text_input(example: str, longest: int, *, initial: str = "", multiline: bool = False) -> Block:
    """Make a field's line (or lines) to type in."""
    made: Block = {
        "type": "plain_text_input",
        "multiline": multiline,
        "max_length": longest,
        "placeholder": plain(example, 150),
    }
    return {**made, "initial_value": initial[:longest]} if initial else made


def select(options: Sequence[tuple[str, str]], initial: str) -> Block:
    """Make a field's choice among (value, label)."""
    made = [{"text": plain(label, 75), "value": value} for value, label in options]
    first = next(one for one, (value, _) in zip(made, options, strict=True) if value == initial)
    return {"type": "static_select", "options": made, "initial_option": first}


def note(text: str) -> Block:
    """Make a line of small print, of our own words."""
    return context(mrkdwn(text))


def heading(text: str) -> Block:
    """Make a paragraph of our own words."""
    return {"type": "section", "text": mrkdwn(text)}
