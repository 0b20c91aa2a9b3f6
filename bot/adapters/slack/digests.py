"""Digests and notices as Slack blocks. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from bot.adapters.slack.parts import (
    LONGEST_HEADER,
    REPEAT,
    Block,
    attribution,
    context,
    fits,
    link_part,
    link_text,
    plain,
    quoted,
    rich,
    section,
    words,
)
from bot.adapters.slack.text import cut, escape, one_line

if TYPE_CHECKING:
    from bot.core.model import Digest, DigestLine

LONGEST_MESSAGE = 39_000
"""Characters of a message's text; Slack cuts what is over 40,000.

Source: https://docs.slack.dev/reference/methods/chat.postMessage/#truncating-content
"""


@dataclass(frozen=True, slots=True)
class _Room:
    """How much of each line is printed, in characters; 0 leaves it out."""

    title: int
    outlet: int
    quote: int


_ROOMS = (
    _Room(title=150, outlet=60, quote=300),
    _Room(title=150, outlet=60, quote=140),
    _Room(title=120, outlet=40, quote=0),
    _Room(title=70, outlet=0, quote=0),
    _Room(title=35, outlet=0, quote=0),
    _Room(title=0, outlet=0, quote=0),
)


def digest_blocks(digest: Digest, *, repeat: bool = False) -> list[Block] | None:
    """Render a digest, with every link that it stands for; None where blocks cannot hold them.

    The more lines there are, the less is printed of each: first its quote goes, then the outlet,
    then the title is cut; the links stay.
    """
    for room in _ROOMS:
        blocks = _digest(digest, room, repeat=repeat)
        if fits(blocks):
            return blocks
    return None


def digest_fallback(digest: Digest) -> str:
    """Give the line that phones show: the digest's title and the first headlines."""
    titles = [cut(one_line(line.title), 100) for line in digest.lines[:3]]
    text = " · ".join([one_line(digest.title) or "Digest", *filter(None, titles)])
    return cut(escape(text), 600)


def digest_text(digest: Digest) -> str | None:
    """Give a digest whose links are too long for blocks, as text; None where that is too long, too.

    Titles are left out: in a message's text Slack would interpret them.
    """
    lines = [escape(cut(one_line(digest.title), LONGEST_HEADER))]
    for line in digest.lines:
        links = [link_text(url) for url in urls_of(line)]
        lines += [f"• {link}" for link in links if link]
    text = "\n".join(lines)
    return text if len(text) <= LONGEST_MESSAGE else None


def urls_of(line: DigestLine) -> list[str]:
    """Give the links of a line, its own first, each once."""
    return list(dict.fromkeys([line.url, *(url for _, url in line.links)]))


def _digest(digest: Digest, room: _Room, *, repeat: bool) -> list[Block]:
    title = one_line(digest.title) or "Digest"
    blocks: list[Block] = [{"type": "header", "text": plain(title, LONGEST_HEADER)}]
    by_rule = [(rule, list(lines)) for rule, lines in groupby(digest.lines, lambda line: line.rule)]
    for rule, lines in by_rule:
        elements: list[Block] = []
        if len(by_rule) > 1 or one_line(rule) not in title:
            elements.append(words(cut(one_line(rule) or "watch", 80), "bold"))
        for line in lines:
            elements += _line(line, room, first=not elements)
        blocks.append(rich(section(elements)))
    if repeat:
        blocks.append(context(plain(REPEAT, 150)))
    if len(blocks) > 25:  # noqa: PLR2004 -- many rules: one block for all keeps within 50
        return [blocks[0], _joined(blocks[1:]), *([blocks[-1]] if repeat else [])]
    return blocks


def _joined(blocks: list[Block]) -> Block:
    """Put the rules of a long digest into one rich text."""
    found: list[Block] = []
    for block in blocks:
        if block["type"] == "rich_text":
            inner = block["elements"][0]["elements"]
            found += [words("\n"), *inner] if found else inner
    return rich(section(found))


def _line(line: DigestLine, room: _Room, *, first: bool) -> list[Block]:
    start = "• " if first else "\n• "
    said = cut(one_line(line.title), room.title) if room.title else ""
    outlet = cut(one_line(line.source), room.outlet) if room.outlet else ""
    if outlet == one_line(line.domain) and link_part(line.url):
        outlet = ""  # the link says it
    elements = [words(start + "".join(f"{part} · " for part in (said, outlet) if part))]
    links = [part for url in urls_of(line) if (part := link_part(url))]
    for number, link in enumerate(links):
        elements += [words(", "), link] if number else [link]
    if not links:
        elements.append(words(cut(one_line(line.domain), 100) or "no link"))
    if line.more_links:
        elements.append(words(f" and {line.more_links} more"))
    if line.quote and room.quote:
        elements += [
            words(f"\n    {attribution(line.quote, 80)}: ", "italic"),
            *quoted(line.quote, room.quote, 5),
        ]
    return elements
