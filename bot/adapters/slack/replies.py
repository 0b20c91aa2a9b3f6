"""The answer to a command as Slack blocks. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.adapters.slack.parts import (
    LONGEST_VALUE,
    MOST_BLOCKS,
    Block,
    actions,
    button,
    context,
    fits,
    mrkdwn,
    words,
)
from bot.adapters.slack.text import clean, cut, escape, link_of

if TYPE_CHECKING:
    from bot.ports import Reply

LONGEST_PART = 2500
OFFER = "offer_"
"""Begins the action ids of buttons that carry out a command."""
_MOST_OFFERS = 10
_LONGEST_REPLY = 9000
_CHANNEL = re.compile(r"\bslack:(?:T[A-Z0-9]+/)?([CG][A-Z0-9]{5,})\b")
_URL = re.compile(r"https?://[^\s<>\"|]+[^\s<>\"|.,;:!?)\]}'’”]")
_CARET = re.compile(r"^[ \t]*\^[ \t]*$")
_COLUMNS = re.compile(r"\S {2,}\S")


def reply_blocks(reply: Reply, by: str = "") -> list[Block]:
    """Render an answer; what is too long for Slack is cut with a line that says so.

    Args:
        reply: the answer.
        by: id of the person who caused a change, shown below a public answer.
    """
    longest = _LONGEST_REPLY
    while True:
        blocks = [_part(part) for part in _parts(_shortened(clean(reply.text), longest))]
        if by and reply.public:
            blocks.append(context(mrkdwn(f"by <@{by}>")))
        blocks += _offers(reply)
        if fits(blocks) or longest < LONGEST_PART:
            return blocks[:MOST_BLOCKS]
        longest //= 2


def _offers(reply: Reply) -> list[Block]:
    """Make a button of each command that goes with an answer."""
    usable = [offer for offer in reply.offers if len(offer.command) <= LONGEST_VALUE]
    return actions(
        *(
            button(f"{OFFER}{number}", offer.label, offer.command)
            for number, offer in enumerate(usable[:_MOST_OFFERS])
        )
    )


def reply_text(reply: Reply) -> str:
    """Give the plain form of an answer, escaped, for notifications."""
    return cut(escape(cut(clean(reply.text), 1500)), 3000) or "Done."


def at_field(text: str, limit: int = 600) -> str:
    """Give an error as it stands below a form's field.

    There the type is proportional and a caret on a line of its own points nowhere, so it moves
    into the line above, before the place it points at.
    """
    lines = clean(text).rstrip().split("\n")
    if len(lines) > 1 and _CARET.match(lines[-1]):
        column = lines[-1].index("^")
        shown = lines[-2]
        lines[-2:] = [f"{shown[:column].lstrip()}▸{shown[column:]}"]
        if len(lines) > 1:  # lines may run together there
            lines[-2] += ":"
    return cut("\n".join(lines), limit) or "This does not work."


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    kept = text[:longest].rpartition("\n")[0] or text[:longest]
    left = text[len(kept) :].count("\n")
    return f"{kept}\n… {left} more lines" if left else f"{kept}…"


def _parts(text: str) -> list[str]:
    """Split a text into parts that fit into a block each, at line ends where possible."""
    parts = [""]
    for line in text.split("\n"):
        for start in range(0, max(len(line), 1), LONGEST_PART):
            piece = line[start : start + LONGEST_PART]
            if len(parts[-1]) + len(piece) + 1 > LONGEST_PART:
                parts.append(piece)
            else:
                parts[-1] = f"{parts[-1]}\n{piece}" if parts[-1] else piece
    return [part for part in parts if part.strip()] or ["Done."]


def _part(text: str) -> Block:
    if any(_CARET.match(line) or _COLUMNS.search(line.strip()) for line in text.split("\n")):
        element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
    else:
        element = {"type": "rich_text_section", "elements": _linked(text)}
    return {"type": "rich_text", "elements": [element]}


def _linked(text: str) -> list[Block]:
    """Make the URLs of a text clickable, shown as they are, and name the channels of rules."""
    elements: list[Block] = []
    at = 0
    for found in sorted([*_URL.finditer(text), *_CHANNEL.finditer(text)], key=re.Match.start):
        shown = _active(found)
        if shown is None or found.start() < at:
            continue
        if found.start() > at:
            elements.append(words(text[at : found.start()]))
        elements.append(shown)
        at = found.end()
    if at < len(text):
        elements.append(words(text[at:]))
    return elements


def _active(found: re.Match[str]) -> Block | None:
    if found.re is _CHANNEL:
        return {"type": "channel", "channel_id": found[1]}
    link = link_of(found[0])
    return {"type": "link", "url": link[0], "text": found[0]} if link else None
