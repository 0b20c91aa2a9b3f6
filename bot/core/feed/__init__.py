"""A feed's body to articles: `parse_feed`.

The way: bytes are decoded and cleaned (`decode`), entries that were seen before are left out
(`split`), the rest is read (`xmlfeed` by feedparser, `jsonfeed`), judged and joined with what the
feed says of itself (here and `fields`, `language`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.core.feed.decode import decode, decoded, document, root_at
from bot.core.feed.fields import (
    MAX_ENTRIES,
    MAX_TEXT,
    MAX_TITLE,
    Document,
    entry_keys,
    sane,
    shortened,
)
from bot.core.feed.jsonfeed import read_json
from bot.core.feed.language import detected
from bot.core.feed.split import outline
from bot.core.feed.xmlfeed import read_xml
from bot.core.model import Article, Feed, ParsedFeed
from bot.errors import FeedError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

__all__ = ["MAX_ENTRIES", "Pruned", "parse_feed", "prune", "speech", "spoken"]

_SAMPLES = 5


def parse_feed(
    body: bytes,
    *,
    feed: Feed,
    url: str,
    content_type: str = "",
    now: datetime,
    known: Collection[str] = (),
    guess: bool = True,
) -> ParsedFeed:
    """Read a body: RSS 0.9x to 2.0, RSS 1.0, Atom or JSON Feed.

    Args:
        body: the bytes as received, decompressed.
        feed: what is polled; gives the articles' feed id and outlet.
        url: where the body came from after redirects, base of relative links.
        content_type: the header as sent; its charset is a hint only.
        now: the articles' time of arrival, aware.
        known: hashes of entries (`ParsedFeed.entries`) that need not be read again.
        guess: False leaves the language of entries that declare none to `speech`.

    Raises:
        FeedError: it is no feed; the reason says what it seems to be. Nothing else is raised.
    """
    try:
        parsed = _joined(_read(body, url, content_type, frozenset(known)), feed, url, now)
    except FeedError:
        raise
    except Exception as error:
        raise FeedError(f"not readable as a feed ({type(error).__name__})") from error
    return spoken(parsed, detected(speech(parsed))) if guess else parsed


def speech(parsed: ParsedFeed) -> list[str]:
    """Give words of the first entries that declare no language, for it to be guessed from."""
    silent = [article for article in parsed.articles if not article.lang][:_SAMPLES]
    return [f"{article.title} {article.text[:400]}" for article in silent]


def spoken(parsed: ParsedFeed, lang: str) -> ParsedFeed:
    """Give the entries that declare no language the one that was guessed."""
    if not lang:
        return parsed
    articles = (a if a.lang else replace(a, lang=lang) for a in parsed.articles)
    return replace(parsed, articles=tuple(articles))


@dataclass(frozen=True, slots=True)
class Pruned:
    """A body without the entries that are known.

    Attributes:
        body: what is left to read.
        count: how many entries that has.
        entries: hashes of all entries of the whole body.
    """

    body: bytes
    count: int
    entries: tuple[str, ...]


def prune(body: bytes, content_type: str, known: Collection[str]) -> Pruned | None:
    """Leave out the entries of an XML body whose hashes are known; None where all must be read.

    Linear in time and memory: fit for the event loop up to a megabyte.
    """
    if not known:
        return None
    try:
        text, same = decoded(body, content_type)
        at = root_at(text)
        if text[at : at + 1] != "<":
            return None
        # The text itself is needed no more, and copies of it would cost as much as all the rest.
        pieces = outline(
            text[at:].encode("utf-8", "replace")
            if same is None
            else same[len(text[:at].encode()) :]
        )
    except (FeedError, ValueError):
        return None
    wanted = pieces.unseen(known)
    if wanted is None or len(wanted) == len(pieces.spans):
        return None
    return Pruned(pieces.only(wanted), len(wanted), pieces.hashes)


def _read(body: bytes, url: str, content_type: str, known: frozenset[str]) -> Document:
    text = decode(body, content_type)
    if not text.strip():
        raise FeedError("the body is empty")
    if text.lstrip()[:1] == "{":
        return read_json(text, url, known)
    content, root = document(text)
    if root == "html":
        raise FeedError("this is an HTML page, not a feed")
    if not content.startswith("<"):
        raise FeedError("this is neither XML nor JSON")
    read = _read_split(content, url, known)
    if not (read.entries or read.version or read.hashes):
        raise FeedError(f"this is no feed: its root element is <{root[:40]}>")
    return read


def _read_split(content: str, url: str, known: frozenset[str]) -> Document:
    """Read the unseen entries of a document, or all where they cannot be told apart."""
    try:
        pieces = outline(content.encode("utf-8", "replace"))
    except ValueError:
        return _bounded(read_xml(content.encode("utf-8", "replace"), url))
    wanted = pieces.unseen(known) if known else None
    if wanted is not None:
        read = read_xml(pieces.only(wanted), url)
        if not read.problems and len(read.entries) == len(wanted):
            return replace(read, hashes=pieces.hashes)
    count = len(pieces.spans)
    if count > MAX_ENTRIES:
        return _bounded(read_xml(pieces.only(range(MAX_ENTRIES)), url), count)
    read = read_xml(pieces.body, url)
    same = not read.problems and len(read.entries) == count
    return replace(read, hashes=pieces.hashes) if same else read


def _bounded(read: Document, count: int = 0) -> Document:
    count = max(count, len(read.entries))
    if count <= MAX_ENTRIES:
        return read
    problem = f"only the first {MAX_ENTRIES} of {count} entries are read"
    return replace(read, entries=read.entries[:MAX_ENTRIES], problems=(*read.problems, problem))


def _joined(read: Document, feed: Feed, url: str, now: datetime) -> ParsedFeed:
    title = shortened(read.title, MAX_TITLE)
    source = feed.title or title or (urlsplit(url).hostname or "").removeprefix("www.")
    articles = _articles(read, feed, source, now)
    problems = read.problems
    if repeats := len(read.entries) - len(articles):
        many = f"{repeats} of {len(read.entries)} entries repeat others of the same body"
        problems = (*problems, many)
    return ParsedFeed(
        title,
        read.lang,
        articles,
        problems,
        read.hashes,
        read.every,
        read.skip_hours,
        hub=read.hub,
        topic=read.topic,
        skip_days=read.skip_days,
    )


def _articles(read: Document, feed: Feed, source: str, now: datetime) -> tuple[Article, ...]:
    """Join entries with their feed; of those with one key the first counts, as the newest."""
    articles: dict[str, Article] = {}
    for key, entry in zip(entry_keys(read.entries), read.entries, strict=True):
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
            lang=entry.lang or read.lang,
            author=shortened(entry.author, MAX_TITLE),
            section=shortened(entry.section, MAX_TITLE),
        )
    return tuple(articles.values())
