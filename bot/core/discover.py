"""Feeds that an HTML page announces."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from bot.core.feed.fields import web_link
from bot.core.model import Feed
from bot.core.text import one_line

MAX_FOUND = 20

_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json",
          "application/rdf+xml", "application/x.atom+xml"}  # fmt: skip
_NAMED = re.compile(r"(?:^|[/._=?-])(?:rss2?|atom|feeds?|rdf)(?:$|[/._?=&-])", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|replies", re.IGNORECASE)


def announced_feeds(html: str, url: str) -> tuple[Feed, ...]:
    """Give the feeds that a page announces, the likeliest first, comment feeds last.

    A `<link rel="alternate">` of a feed's type counts (https://www.rssboard.org/rss-autodiscovery);
    only on a page without any are links of its text tried whose address looks like a feed's.
    """
    tree = LexborHTMLParser(html)
    base = tree.css_first("base[href]")
    root = web_link(base.attributes.get("href"), url) if base is not None else url
    found: dict[str, Feed] = {}
    for node in tree.css("link[rel][href]"):
        relations = (node.attributes.get("rel") or "").lower().split()
        kind = (node.attributes.get("type") or "").partition(";")[0].strip().lower()
        if kind in _TYPES and ("alternate" in relations or "feed" in relations):
            _add(found, node.attributes, root or url, node.attributes.get("title") or "")
    if not found:
        for node in tree.css("a[href]"):
            if _NAMED.search(_path(node.attributes.get("href") or "")):
                _add(found, node.attributes, root or url, node.text())
    feeds = list(found.values())
    feeds.sort(key=lambda feed: bool(_COMMENTS.search(f"{feed.url} {feed.title}")))
    return tuple(feeds[:MAX_FOUND])


def _path(link: str) -> str:
    """Give a link's path and query, "" where it is unreadable."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _add(found: dict[str, Feed], attributes: dict[str, str | None], base: str, title: str) -> None:
    link = web_link(attributes.get("href"), base)
    if link and link not in found:
        found[link] = Feed(link, one_line(title)[:200])
