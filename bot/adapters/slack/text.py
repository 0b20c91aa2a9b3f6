"""Foreign words made safe for Slack: cleaning, cutting, escaping, links."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from bot.core.model import Excerpt

LONGEST_LINK = 2000
"""Characters of a URL that is made clickable; a button's value takes no more either."""
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls; tab and line feed stay
    "\u00ad\u061c\u180e\u200b\u200e\u200f"  # soft hyphen, zero-width space, direction marks
    "\u202a-\u202e\u2060-\u2069\u206a-\u206f\ufeff\ufff9-\ufffb"  # bidi controls, invisible signs
    "\U000e0000-\U000e007f]"  # tags: invisible copies of ASCII
)
_JOINERS = re.compile("(?<![\u0300-\u1fff\u2190-\uffff\U00010000-\U0010ffff])[\u200c\u200d]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.?", re.IGNORECASE)
_TYPED = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_CURLY = str.maketrans("“”„‟«»", '""""""')


def clean(text: str) -> str:
    """Take out what could disguise a text: controls, bidi controls, zero-width characters.

    Joiners stay where they belong to a script (Persian, Indic, emoji), not between Latin letters.
    """
    text = _UNWANTED.sub("", _BREAKS.sub("\n", text))
    return _SURROGATES.sub("\ufffd", _JOINERS.sub("", text))


def one_line(text: str) -> str:
    """Clean a text and put it on one line."""
    return " ".join(clean(text).split())


def cut(text: str, limit: int) -> str:
    """Shorten a text to at most `limit` characters, between words where possible."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    space = head.rfind(" ")
    if space > limit // 2:
        head = head[:space]
    return head.rstrip() + "…"


def escape(text: str) -> str:
    """Escape Slack's three control characters.

    Source: https://docs.slack.dev/messaging/formatting-message-text/#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def typed(text: str) -> str:
    """Give what a person typed, from a command's text with `should_escape`.

    Slack turns names, channels and links into `<@U1|name>`, `<#C1|name>`, `<http://…|…>`, and its
    editors turn straight quotation marks into curly ones, which a query needs straight.

    Source: https://docs.slack.dev/interactivity/implementing-slash-commands/#escaping
    """
    plain = _TYPED.sub(_as_typed, text)
    return straight(html.unescape(plain)).strip()


def straight(text: str) -> str:
    """Turn curly double quotation marks, which Slack's editors make, into straight ones."""
    return text.translate(_CURLY)


def _as_typed(found: re.Match[str]) -> str:
    sign, target, label = found[1], found[2], found[3]
    if not sign:
        return label or target
    if sign == "!":
        return f"@{(label or target).lstrip('@')}"
    return sign + (label or target).lstrip("@#")


def link_of(url: str) -> tuple[str, str] | None:
    """Give a URL that is safe between `<` and `>` with the host to show for it, or None.

    None for everything that could lead elsewhere than its host says: other schemes than http(s),
    user names, backslashes, hosts that are no names. International hosts are shown in their
    ASCII form, so that look-alike letters show.
    """
    if len(url) > LONGEST_LINK or "\\" in url or any(ord(sign) < 0x20 for sign in url):  # noqa: PLR2004 -- controls
        return None
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    rest = url.strip().partition(parts.netloc)[2]
    safe = quote(rest, safe="/%:@!$&'()*+,;=~-._?#[]", errors="replace")
    link = f"{parts.scheme}://{host}{f':{port}' if port else ''}{safe}"
    return (link, host.removeprefix("www.")) if len(link) <= LONGEST_LINK else None


def pieces(excerpt: Excerpt, limit: int, most_marks: int) -> list[tuple[str, bool]]:
    """Split an excerpt into (words, whether highlighted), cleaned, at most `limit` characters."""
    found: list[tuple[str, bool]] = []
    at = 0
    text = excerpt.text[: 4 * limit]  # enough to lose some to cleaning and still be cut visibly
    for start, end in sorted(excerpt.marks)[:most_marks]:
        if start < at or end <= start or end > len(text):
            continue
        found += [(text[at:start], False), (text[start:end], True)]
        at = end
    found.append((text[at:], False))
    return _shortened([(clean(words), marked) for words, marked in found], limit)


def _shortened(found: list[tuple[str, bool]], limit: int) -> list[tuple[str, bool]]:
    kept: list[tuple[str, bool]] = []
    room = limit
    for words, marked in found:
        if len(words) > room:
            kept.append((cut(words, room) if room > 1 else "…", marked))
            break
        if words:
            kept.append((words, marked))
            room -= len(words)
    return kept
