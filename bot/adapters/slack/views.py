"""Forms and the Home tab. Pure.

Limits: https://docs.slack.dev/reference/views (100 blocks, title and buttons 24 characters,
`private_metadata` 3,000).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.adapters.slack.parts import Block, mrkdwn, plain, quote_block
from bot.adapters.slack.replies import reply_blocks
from bot.adapters.slack.text import clean, one_line, straight
from bot.core.command import LONGEST_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.model import KeyQuote
    from bot.ports import Reply

ADD = "add_rule"
SAVE = "save_rule"
OPEN_ADD = "open_add"
QUERY, NAME, CHANNEL = "query", "name", "channel"
"""Block ids and action ids of the form's fields."""
LONGEST_QUERY = 2000
MOST_BLOCKS = 100
MOST_METADATA = 3000
_MOST_BYTES = 200_000
"""Of a view's blocks as they are sent; a view may have 250 KB in all."""
_EXAMPLE = 'said:@netanyahu("ceasefire" OR deal) -cricket'


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as far as it is written in the form.

    Attributes:
        channel: id of the channel that the form was opened in; "" when it is chosen in the form.
    """

    channel: str
    query: str = ""
    name: str = ""

    def pack(self) -> str:
        """Give it as a view's `private_metadata`."""
        packed = {"channel": self.channel, "query": self.query, "name": self.name}
        return json.dumps(packed, ensure_ascii=False)

    @property
    def command(self) -> str:
        """The command that adds it."""
        name = f" as {self.name}" if self.name else ""
        return f"add {' '.join(self.query.split())}{name}"


def unpack(metadata: str) -> Draft:
    """Read a draft back; an empty one where there is nothing readable."""
    try:
        found = json.loads(metadata)
        return Draft(str(found["channel"]), str(found["query"]), str(found["name"]))
    except (ValueError, KeyError, TypeError):
        return Draft("")


def drafted(view: Mapping[str, Any]) -> Draft:
    """Read what was typed into the form."""
    values = view.get("state", {}).get("values", {})
    opened = unpack(view.get("private_metadata", ""))
    chosen = values.get(CHANNEL, {}).get(CHANNEL, {}).get("selected_conversation")
    return Draft(
        channel=chosen or opened.channel,
        query=straight(values.get(QUERY, {}).get(QUERY, {}).get("value") or "").strip(),
        name=(values.get(NAME, {}).get(NAME, {}).get("value") or "").strip(),
    )


def add_view(draft: Draft) -> dict[str, Any]:
    """Make the form for a new rule; without a channel it asks for one."""
    blocks: list[Block] = [
        _input(QUERY, "Watch for", _text(QUERY, _EXAMPLE, LONGEST_QUERY, multiline=True)),
        _input(NAME, "Name", _text(NAME, "ceasefire-talks", LONGEST_NAME), optional=True),
    ]
    if draft.channel:
        blocks.append(_context(f"Alerts go to <#{draft.channel}>."))
    else:
        only = {"include": ["public", "private"], "exclude_external_shared_channels": False}
        select = {"type": "conversations_select", "action_id": CHANNEL, "filter": only}
        blocks.insert(0, _input(CHANNEL, "Channel", select))
    blocks.append(
        _context(
            'Words, `OR`, `-not`, `"a phrase"`, `@person`, `said:@person(words)`; '
            "`/watch help query` has it all."
        )
    )
    return _modal(ADD, "Watch the news", blocks, submit="Preview", metadata=draft.pack())


def preview_view(draft: Draft, preview: Reply | None, external_id: str) -> dict[str, Any]:
    """Show what a draft would have found; `preview` is None while it is still being counted."""
    shown = [_context("Counting the matches of the last 7 days …")]
    if preview is not None:
        shown = reply_blocks(preview)
    query = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_preformatted",
                "elements": [{"type": "text", "text": clean(draft.query) or " "}],
            }
        ],
    }
    blocks = [query, *shown, _context(f"Alerts go to <#{draft.channel}>.")]
    view = _modal(SAVE, "Save this rule?", blocks, submit="Save", metadata=draft.pack())
    return {**view, "close": plain("Back", 24), "external_id": external_id}


def quotes_view(title: str, quotes: Sequence[KeyQuote]) -> dict[str, Any]:
    """Show every quote of an article."""
    blocks: list[Block] = [{"type": "header", "text": plain(one_line(title) or "Untitled", 150)}]
    size = 0
    for number, quote in enumerate(quotes):
        block = quote_block(quote, 2500, 0)
        size += _bytes(block)
        if len(blocks) >= MOST_BLOCKS - 1 or size > _MOST_BYTES:
            blocks.append(_context(f"… and {len(quotes) - number} more"))
            break
        blocks.append(block)
    if not quotes:
        blocks.append(_context("No quotes were found in this article."))
    return _modal("quotes", "All quotes", blocks)


def text_view(title: str, reply: Reply) -> dict[str, Any]:
    """Show an answer in a window of its own."""
    return _modal("text", title, reply_blocks(reply))


def home_view(
    listed: Sequence[tuple[str, Reply]], status: Reply, *, may_add: bool
) -> dict[str, Any]:
    """Make the Home tab: the rules of each channel, and how the bot is.

    Args:
        listed: (channel id, answer to `list` there).
        status: answer to `status`.
        may_add: False for people who may only look.
    """
    blocks: list[Block] = [{"type": "header", "text": plain("Rules in your channels", 150)}]
    if may_add:
        button = {"type": "button", "action_id": OPEN_ADD, "text": plain("Add a rule", 75)}
        blocks.append({"type": "actions", "elements": [{**button, "style": "primary"}]})
    if not listed:
        blocks.append(
            _context("The bot is in none of your channels yet: type /invite @Wirewatch in one.")
        )
    end: list[Block] = [{"type": "divider"}, *reply_blocks(status)]
    size = _bytes(end)
    for channel, reply in listed:
        shown = [_section(f"<#{channel}>"), *reply_blocks(reply)]
        size += _bytes(shown)
        if len(blocks) + len(shown) + len(end) >= MOST_BLOCKS or size > _MOST_BYTES:
            blocks.append(_context("… type /watch list in the other channels"))
            break
        blocks += shown
    return {"type": "home", "blocks": [*blocks, *end]}


def _bytes(blocks: object) -> int:
    return len(json.dumps(blocks))


def _modal(
    callback: str, title: str, blocks: list[Block], *, submit: str = "", metadata: str = ""
) -> dict[str, Any]:
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


def _input(name: str, label: str, element: Block, *, optional: bool = False) -> Block:
    return {
        "type": "input",
        "block_id": name,
        "label": plain(label, 150),
        "element": element,
        "optional": optional,
    }


def _text(name: str, example: str, longest: int, *, multiline: bool = False) -> Block:
    return {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": multiline,
        "max_length": longest,
        "placeholder": plain(example, 150),
    }


def _context(text: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text)]}


def _section(text: str) -> Block:
    return {"type": "section", "text": mrkdwn(text)}
