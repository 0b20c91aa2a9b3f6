"""A feed's body to articles: `parse_feed`.

The way: bytes are decoded and cleaned (`decode`), entries that were seen before are left out
(`split`), the rest is read (`xmlfeed` by feedparser, `jsonfeed`), judged and joined with what the
feed says of itself (here and `fields`, `language`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.core.feed.decode import decode, document
from bot.core.feed.fields import (
    MAX_TEXT,
    MAX_TITLE,
    RawEntry,
    entry_keys,
    sane,
    shortened,
)
from bot.core.feed.jsonfeed import read_json
from bot.core.feed.language import detected
from bot.core.feed.split import Outline, outline
from bot.core.feed.xmlfeed import XmlFeed
from bot.core.model import Article, Feed, ParsedFeed
from bot.errors import FeedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = ["MAX_ENTRIES", "parse_feed"]

MAX_ENTRIES = 5_000
"""Of a longer feed the first ones are read; it says so in its problems."""

_XML_START = re.compile(r"\s*<")
_SAMPLES = 5


def parse_feed(
    body: bytes, *, feed: Feed, url: str, content_type: str = "", now: datetime
) -> ParsedFeed:
    """Read a body: RSS 0.9x to 2.0, RSS 1.0, Atom or JSON Feed.

    Args:
        body: the bytes as received, decompressed.
        feed: what is polled; gives the articles' feed id and outlet.
        url: where the body came from after redirects, base of relative links.
        content_type: the header as sent; its charset is a hint only.
        now: the articles' time of arrival, aware.

    Raises:
        FeedError: it is no feed; the reason says what it seems to be. Nothing else is raised.
    """
    try:
        return _parse(body, feed, url, content_type, now)
    except FeedError:
        raise
    except Exception as error:
        raise FeedError(f"not readable as a feed ({type(error).__name__})") from error


@dataclass(frozen=True, slots=True)
class _About:
    """What a feed says of itself, and where it came from."""

    url: str
    title: str
    lang: str

    def outlet(self, feed: Feed) -> str:
        """Name the outlet: as the reader named the feed, as it calls itself, or its domain."""
        return feed.title or self.title or (urlsplit(self.url).hostname or "").removeprefix("www.")


def _parse(body: bytes, feed: Feed, url: str, content_type: str, now: datetime) -> ParsedFeed:
    text = decode(body, content_type)
    if not text.strip():
        raise FeedError("the body is empty")
    problems: list[str] = []
    if text.lstrip()[:1] == "{":
        title, lang, entries = read_json(text, url)
    else:
        xml = _read_xml(text, url, problems)
        title, lang, entries = xml.title, xml.lang, xml.entries()
    about = _About(url, shortened(title, MAX_TITLE), lang)
    if len(entries) > MAX_ENTRIES:
        problems.append(f"only the first {MAX_ENTRIES} of {len(entries)} entries are read")
        entries = entries[:MAX_ENTRIES]
    articles = _articles(entries, feed, about, now)
    if repeats := len(entries) - len(articles):
        problems.append(f"{repeats} of {len(entries)} entries repeat others of the same body")
    return ParsedFeed(about.title, about.lang, articles, tuple(problems))


def _read_xml(text: str, url: str, problems: list[str]) -> XmlFeed:
    content, root = document(text)
    if root == "html":
        raise FeedError("this is an HTML page, not a feed")
    if not root and not _XML_START.match(content):
        raise FeedError("this is neither XML nor JSON")
    try:
        pieces: Outline | None = outline(content)
    except ValueError as error:
        pieces = None
        problems.append(str(error))
    if pieces and len(pieces.spans) > MAX_ENTRIES:
        problems.append(f"only the first {MAX_ENTRIES} of {len(pieces.spans)} entries are read")
        xml = XmlFeed(pieces.only(frozenset(range(MAX_ENTRIES))), url)
    else:
        xml = XmlFeed(pieces.body if pieces else content.encode("utf-8", "replace"), url)
    if not xml.count and not xml.version:
        raise FeedError(f"this is no feed: its root element is <{root[:40]}>")
    return xml


def _articles(
    entries: Sequence[RawEntry], feed: Feed, about: _About, now: datetime
) -> tuple[Article, ...]:
    """Join entries with their feed; of those with one key the first counts, as the newest."""
    source = about.outlet(feed)
    lang = about.lang or _looks(entries)
    articles: dict[str, Article] = {}
    for key, entry in zip(entry_keys(entries), entries, strict=True):
        if key in articles:
            continue
        articles[key] = Article(
            feed_id=feed.id,
            key=key,
            url=entry.link,
            title=shortened(entry.title, MAX_TITLE),
            text=shortened(entry.text, MAX_TEXT),
            published=sane(entry.date, now),
            arrived=now,
            source=source,
            lang=entry.lang or lang,
            author=shortened(entry.author, MAX_TITLE),
            section=shortened(entry.section, MAX_TITLE),
        )
    return tuple(articles.values())


def _looks(entries: Sequence[RawEntry]) -> str:
    """Guess the language of the entries that do not declare one, from the first few of them."""
    silent = [entry for entry in entries if not entry.lang][:_SAMPLES]
    return detected(f"{entry.title} {entry.text[:400]}" for entry in silent) if silent else ""
