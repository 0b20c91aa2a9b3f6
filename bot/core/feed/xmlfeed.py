"""RSS, RDF and Atom through feedparser: the one file that imports it.

feedparser only ever gets `io.BytesIO`: bytes and strings can be taken for a path or an address.
"""

from __future__ import annotations

import io
import re
from typing import Any

from bot.core.feed.fields import RawEntry, moment, web_link
from bot.core.feed.language import declared
from bot.core.text import html_to_text, one_line, plain_line, plain_paragraphs
from bot.errors import FeedError

_PLAIN = "text/plain"
_DATES = ("published_parsed", "updated_parsed", "created_parsed")
_TEXTUAL = re.compile(r"text/|application/xhtml|^x?html$|^text$|^$")


class XmlFeed:
    """A document as feedparser reads it, with our reading of its entries.

    Attributes:
        version: feedparser's name of the format, "" when it saw none.
        count: number of entries.
        complaint: why it is not well-formed, or "".
    """

    def __init__(self, body: bytes, url: str) -> None:
        """Read a UTF-8 document without prolog.

        Raises:
            FeedError: feedparser fails on it.
        """
        import feedparser  # noqa: PLC0415 - 0.1 s and 20 MB that only workers need

        try:
            self._parsed = feedparser.parse(
                io.BytesIO(b"<?xml version='1.0' encoding='utf-8'?>\n" + body),
                response_headers={"content-type": "application/xml; charset=utf-8"},
                sanitize_html=False,
                resolve_relative_uris=False,
            )
        except Exception as error:  # noqa: BLE001 - its loose parser raises what it likes
            raise FeedError(f"not readable as a feed ({type(error).__name__})") from None
        self._feed: dict[str, Any] = self._parsed["feed"]
        self.version = str(self._parsed["version"] or "")
        self.count = len(self._parsed["entries"])
        bozo = self._parsed["bozo"]
        self.complaint = one_line(str(self._parsed["bozo_exception"]))[:200] if bozo else ""
        home = web_link(_get(self._feed, "link"), url)
        # Atom resolves against xml:base or the document (RFC 4287, section 2); what writes
        # relative links into RSS means the site.
        self._base = url if self.version.startswith("atom") else home or url

    @property
    def title(self) -> str:
        """The feed's own title, one line."""
        return _line(self._feed, "title")

    @property
    def lang(self) -> str:
        """The declared language, or ""."""
        title = _get(self._feed, "title_detail") or {}
        return declared(_get(self._feed, "language"), _get(title, "language"))

    def entries(self) -> list[RawEntry]:
        """Read every entry, in the feed's order."""
        return [self._entry(entry) for entry in self._parsed["entries"]]

    def _entry(self, entry: dict[str, Any]) -> RawEntry:
        text, lang = _text(entry)
        source = _get(entry, "source") or {}
        title = _get(entry, "title_detail") or {}
        return RawEntry(
            id=one_line(str(_get(entry, "id") or "")),
            link=self._link(entry),
            title=_line(entry, "title"),
            text=text,
            date=next(filter(None, (moment(_get(entry, name)) for name in _DATES)), None),
            author=plain_line(str(_get(entry, "author") or "")),
            section=_section(entry),
            lang=declared(_get(entry, "language"), lang, _get(title, "language")),
            source=_line(source, "title"),
        )

    def _link(self, entry: dict[str, Any]) -> str:
        # FeedBurner wraps links and gives the publisher's own beside it.
        candidates = (_get(entry, "feedburner_origlink"), _get(entry, "link"))
        return next(filter(None, (web_link(link, self._base) for link in candidates)), "")


def _get(fields: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - as untyped as feedparser
    """Read a field as it is: FeedParserDict's own look-up falls back to other fields, and warns."""
    return dict.get(fields, name)


def _line(fields: dict[str, Any], name: str) -> str:
    value = _get(fields, name)
    if not isinstance(value, str):
        return ""
    detail = _get(fields, f"{name}_detail") or {}
    return one_line(value) if _get(detail, "type") == _PLAIN else plain_line(value)


def _text(entry: dict[str, Any]) -> tuple[str, str]:
    """Give an entry's text, content before summary, and the language declared for it."""
    details = [*(_get(entry, "content") or ()), _get(entry, "summary_detail") or {}]
    for detail in details:
        kind = str(_get(detail, "type") or "")
        value = _get(detail, "value")
        if not isinstance(value, str) or not _TEXTUAL.search(kind):
            continue
        text = plain_paragraphs(value) if kind == _PLAIN else html_to_text(value)
        if text:
            return text, str(_get(detail, "language") or "")
    value = _get(entry, "summary")
    return (html_to_text(value), "") if isinstance(value, str) else ("", "")


def _section(entry: dict[str, Any]) -> str:
    terms = (plain_line(str(_get(tag, "term") or "")) for tag in _get(entry, "tags") or ())
    return ", ".join(dict.fromkeys(filter(None, terms)))
