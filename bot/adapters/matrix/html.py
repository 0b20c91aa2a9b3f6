"""Text from outside into a plain body and into HTML of the allow-list, both at once.

Matrix HTML: https://spec.matrix.org/latest/client-server-api/#mroommessage-msgtypes; of its list
only p a b i del blockquote ul li br code are written here.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from bot.core.model import Excerpt

_JOINERS = "\u200c\u200d"
_FIXED_SPACE = "\u00a0"
_BREAKS = "\u2028\u2029\x85\x0b\x0c"
_SAFE_IN_URL = "%/:=&?~#+!$,;'@()*[]-._"
_HOST = re.compile(r"[a-z0-9._:-]+")
_FORBIDDEN_HOSTS = ("matrix.to",)
_LONGEST_URL = 2000


@dataclass(frozen=True, slots=True)
class Rich:
    """The same words twice.

    Attributes:
        plain: for the body.
        html: for the formatted body.
    """

    plain: str
    html: str

    def __add__(self, other: Rich) -> Rich:
        return Rich(self.plain + other.plain, self.html + other.html)


NOTHING = Rich("", "")


def clean(text: str) -> str:
    """Take out what can deceive or break: controls, bidi controls, zero-width characters.

    Joiners stay between two letters of a script that needs them (Persian, Indic, emoji). Newlines
    stay, other breaks and tabs become spaces; lone surrogates become U+FFFD.
    """
    kept = []
    for at, char in enumerate(text):
        if char in _JOINERS:
            around = text[at - 1 : at] + text[at + 1 : at + 2]
            keep = len(around) == 2 and not around.isascii() and not _hidden(around)  # noqa: PLR2004 -- both neighbours
            kept.append(char if keep else "")
        elif char == "\n":
            kept.append(char)
        elif char in _BREAKS or char == "\t":
            kept.append(" ")
        elif unicodedata.category(char) == "Cs":
            kept.append("\ufffd")
        elif unicodedata.category(char) not in ("Cc", "Cf"):
            kept.append(char)
    return "".join(kept)


def _hidden(chars: str) -> bool:
    return any(unicodedata.category(char) in ("Cc", "Cf", "Zs") for char in chars)


def said(text: str) -> Rich:
    """Take text from outside, on one line."""
    line = " ".join(clean(text).split())
    return Rich(line, html.escape(line))


def lines(text: str) -> Rich:
    """Take text of several lines; indented ones (tables, carets) keep their columns."""
    cleaned = clean(text).strip("\n")
    return Rich(cleaned, "<br>".join(_line(line) for line in cleaned.split("\n")))


def _line(line: str) -> str:
    escaped = html.escape(line)
    if "  " not in line:
        return escaped
    return "<code>" + escaped.replace(" ", _FIXED_SPACE) + "</code>"


def wrapped(tag: str, inner: Rich) -> Rich:
    """Put an element around the HTML; the plain words stay."""
    return Rich(inner.plain, f"<{tag}>{inner.html}</{tag}>")


def marked(excerpt: Excerpt, tag: str = "b") -> Rich:
    """Take an excerpt with its highlighted words in `tag`; on one line."""
    whole = NOTHING
    at = 0
    for start, end in sorted(excerpt.marks):
        if start < at or end > len(excerpt.text) or start >= end:
            continue
        whole += _piece(excerpt.text[at:start]) + wrapped(tag, _piece(excerpt.text[start:end]))
        at = end
    whole += _piece(excerpt.text[at:])
    return Rich(whole.plain.strip(), whole.html.strip())


def _piece(text: str) -> Rich:
    """Fold runs of white space into one space, but keep it at the edges."""
    cleaned = clean(text)
    line = " ".join(cleaned.split())
    if cleaned[:1].isspace():
        line = f" {line}"
    if line.strip() and cleaned[-1:].isspace():
        line += " "
    return Rich(line, html.escape(line))


def safe_url(url: str) -> str:
    """Give an address fit for `href`, "" for one that is not a plain web link.

    Refused: other schemes, credentials, backslashes (browsers and parsers disagree on the host),
    and links that Matrix clients turn into mentions.
    """
    url = clean(url).strip()
    host = _host(url)
    if not host or host in _FORBIDDEN_HOSTS:
        return ""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port is not None else ""
    netloc = f"[{host}]{port}" if ":" in host else f"{host}{port}"
    encoded = quote(parts._replace(netloc=netloc).geturl(), safe=_SAFE_IN_URL)
    return encoded if len(encoded) <= _LONGEST_URL else ""


def _host(url: str) -> str:
    """Give the host of a plain web link in ASCII (punycode), "" for anything odd."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        return ""
    plain = parts.scheme in ("http", "https") and "@" not in parts.netloc and "\\" not in url
    return ascii_host if plain and _HOST.fullmatch(ascii_host) else ""


def true_domain(url: str) -> str:
    """Give the host a link leads to, in ASCII, so that look-alikes show; "" without a link."""
    return _host(clean(url).strip()).removeprefix("www.") if safe_url(url) else ""


def link(url: str, inner: Rich) -> Rich:
    """Make a link of the HTML; the plain words stay. Without a safe address, no link."""
    address = safe_url(url)
    if not address:
        return inner
    return Rich(inner.plain, f'<a href="{html.escape(address)}">{inner.html}</a>')
