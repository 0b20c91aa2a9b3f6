"""Digests as Matrix message contents: every line with every link, in as many messages as it takes.

A link in a digest is the delivery of its article, so nothing is left out: what does not fit into
one event goes on in the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from bot.adapters.matrix.html import Rich, link, said, true_domain, wrapped
from bot.adapters.matrix.parts import (
    LARGEST,
    bullets,
    joined,
    notice,
    paragraph,
    quoted,
    shortened,
    size,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.model import Digest, DigestLine

_LONGEST_TITLE = 300
_LONGEST_NAME = 200
_LONGEST_ODD_URL = 4_000
_LONGEST_QUOTE = 1_500
"""Characters; a longer one is left to the article: quotes are shown as a whole or not at all."""

_LINKS_TOGETHER = 8
_ROOM_FOR_KEYS = 1_000
"""Bytes for the delivery's key and `(12 of 13)` in the title."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stays together in one message: a line of a rule, or some of its further links."""

    rule: str
    shown: Rich


def digest_contents(digest: Digest) -> list[dict[str, Any]]:
    """Build the contents that show a digest, one or more, in their order."""
    parts = list(_parts(digest.title, list(_pieces(digest))))
    if len(parts) == 1:
        return [notice(_message(digest.title, parts[0]))]
    return [
        notice(_message(digest.title, part, f" ({number} of {len(parts)})"))
        for number, part in enumerate(parts, 1)
    ]


def _parts(title: str, pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """Share the pieces out among messages, as many into each as fit."""
    part: list[_Piece] = []
    for piece in pieces:
        longer = [*part, piece]
        if part and size(notice(_message(title, longer))) > LARGEST - _ROOM_FOR_KEYS:
            yield part
            longer = [piece]
        part = longer
    yield part


def _message(title: str, pieces: list[_Piece], number: str = "") -> Rich:
    head = said(shortened(title, _LONGEST_TITLE))
    head = head if head.plain else said("Digest")
    blocks = [paragraph([wrapped("b", head + Rich(number, number))])]
    for rule, found in groupby(pieces, lambda piece: piece.rule):
        name = said(shortened(rule, _LONGEST_NAME))
        if name.plain:
            blocks.append(paragraph([wrapped("i", name)]))
        blocks.append(bullets(piece.shown for piece in found))
    return joined(blocks)


def _pieces(digest: Digest) -> Iterator[_Piece]:
    for line in digest.lines:
        links = list(dict.fromkeys(line.links))
        first, rest = links[:_LINKS_TOGETHER], links[_LINKS_TOGETHER:]
        yield _Piece(line.rule, _line(line, first, over=not rest))
        while rest:
            some, rest = rest[:_LINKS_TOGETHER], rest[_LINKS_TOGETHER:]
            yield _Piece(line.rule, _more(line, some, over=not rest))


def _line(line: DigestLine, links: list[tuple[str, str]], *, over: bool) -> Rich:
    """Show a story: its headline as link, where it stood, what was said, who else has it."""
    title = said(shortened(line.title, _LONGEST_TITLE))
    title = title if title.plain else said("(no title)")
    domain = true_domain(line.url)
    outlet = said(shortened(line.source, _LONGEST_NAME)).plain
    facts = [outlet, domain, line.published.strftime("%Y-%m-%d %H:%M UTC")]
    about = said(" · ".join(dict.fromkeys(fact for fact in facts if fact)))
    headline = link(line.url, wrapped("b", title))
    rows = [Rich(f"{title.plain}\n{about.plain}", f"{headline.html}<br>{about.html}")]
    address = _address(line.url)
    if domain:
        rows[0] += Rich(f"\n{address.plain}", "")
    elif address.plain:
        rows[0] += Rich(f"\n{address.plain}", f"<br>{address.html}")
    if links:
        rows[0] += _further(line, links, over=over)
    elif line.more_links:
        more = said(f"and {line.more_links} more")
        rows[0] += Rich(f"\n{more.plain}", f"<br>{more.html}")
    if line.quote and len(line.quote.text) <= _LONGEST_QUOTE:
        quote = quoted(line.quote)
        rows.append(Rich(f"\n{quote.plain}", quote.html))
    return Rich("".join(row.plain for row in rows), "".join(row.html for row in rows))


def _further(line: DigestLine, links: list[tuple[str, str]], *, over: bool) -> Rich:
    """List the links of further articles, each with its outlet and its true domain."""
    plain, html = [], []
    for outlet, url in links:
        name = said(shortened(outlet, _LONGEST_NAME))
        domain = said(true_domain(url))
        address = _address(url)
        if domain.plain:
            shown = link(url, name if name.plain else domain)
            beside = f" ({domain.html})" if name.plain not in ("", domain.plain) else ""
            html.append(shown.html + beside)
        else:
            html.append(f"{name.html} {address.html}".strip())
        plain.append(f"{name.plain}: {address.plain}" if name.plain else address.plain)
    if over and line.more_links:
        html.append(f"{line.more_links} more")
        plain.append(f"and {line.more_links} more")
    return Rich("\nalso " + "\n".join(plain), "<br>also " + ", ".join(html))


def _more(line: DigestLine, links: list[tuple[str, str]], *, over: bool) -> Rich:
    title = said(shortened(line.title, _LONGEST_NAME))
    further = _further(line, links, over=over)
    return Rich(f"(more of) {title.plain}", f"<i>more of</i> {title.html}") + further


def _address(url: str) -> Rich:
    """Give an address as text; one that is no plain web link stands as code: nobody links that."""
    if true_domain(url):
        return said(url)
    return wrapped("code", said(shortened(url, _LONGEST_ODD_URL))) if url.strip() else said("")
