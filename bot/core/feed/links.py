"""Links that stand for others: what a header announces, and where an aggregator's link leads."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qs, urlsplit

from bot.core.feed.fields import MAX_LINK, web_link

_LINK = re.compile(
    r"<([^<>]{1,4000})>((?:\s*;\s*[\w*!#$&+.^`|~-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s;,\"]+))?)*)"
)
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)
_MAX_HEADER = 16_000

# Redirectors that carry their target in the query: host, path, names of the parameter.
_CARRIERS = (
    (re.compile(r"(?:www\.)?google\.[a-z.]{2,6}"), "/url", ("url", "q")),
    (re.compile(r"(?:www\.)?bing\.com"), "/news/apiclick.aspx", ("url",)),
    (re.compile(r"(?:l|lm)\.facebook\.com"), "/l.php", ("u",)),
    (re.compile(r"(?:www\.)?youtube\.com"), "/redirect", ("q",)),
    (re.compile(r"out\.reddit\.com"), "", ("url",)),
)
_GOOGLE_NEWS = re.compile(r"/(?:rss/)?(?:articles|read)/([\w-]{20,4000}={0,2})")


def announced(header: str, relation: str, base: str) -> str:
    """Give the first target of a relation in `Link` headers (RFC 8288, section 3), or ""."""
    for target, parameters in _LINK.findall(header[:_MAX_HEADER]):
        found = _REL.search(parameters)
        if found and relation in (found[1] or found[2]).lower().split():
            return web_link(target, base)
    return ""


def publisher_link(link: str) -> str:
    """Give the publisher's own link where an aggregator's link holds it, else the link as it is.

    Nothing is requested: Google News wraps older links into base64 (a protocol buffer with the
    address as a length-prefixed field), others name the target in the query. Google News' newer
    links hold only a key that its own script exchanges; they stay as they are.
    """
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    host = (parts.hostname or "").lower()
    if host == "news.google.com" and (found := _GOOGLE_NEWS.fullmatch(parts.path)):
        return _unwrapped(found[1]) or link
    for name, path, parameters in _CARRIERS:
        if name.fullmatch(host) and parts.path.startswith(path) and parts.query:
            given = parse_qs(parts.query)
            targets = (web_link(given[one][0], "") for one in parameters if one in given)
            return next(filter(None, targets), link)
    return link


def _unwrapped(text: str) -> str:
    """Read the address out of `08 13 22 <length> <address> …`, "" where there is none."""
    try:
        data = base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return ""
    if not data.startswith(b"\x08\x13\x22"):
        return ""
    size, at = _varint(data, 3)
    address = data[at : at + size]
    if not 0 < size <= MAX_LINK or len(address) < size:
        return ""
    if not address.startswith((b"http://", b"https://")):
        return ""
    try:
        return web_link(address.decode("utf-8"), "")
    except UnicodeDecodeError:
        return ""


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a base-128 number (https://protobuf.dev/programming-guides/encoding/#varints)."""
    value, shift = 0, 0
    while at < len(data) and shift < 28:  # noqa: PLR2004 - no address is longer
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:  # noqa: PLR2004 - the continuation bit
            break
    return value, at
