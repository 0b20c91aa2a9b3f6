"""Feeds, their entries, and our reading of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from bot.core.model.base import FullText, digest
from bot.core.model.habits import Habits


@dataclass(frozen=True, slots=True)
class Feed:
    """A URL that is polled.

    Attributes:
        url: what is requested.
        title: the outlet's name as people know it; empty until known.
        tags: folders of the OPML file it came from, outermost first.
        full_text: when article pages are fetched for it.
        every: fixed seconds between polls, or None for the setting's pace.
        backfill: True when entries of its first sight shall alert (else they are primed silently).
        origin: the file, or `chat:channel`, that asked for it.
        address: where it is asked after it moved for good, "" for `url`, which stays its name.
    """

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()
    full_text: FullText = "matched"
    every: float | None = None
    backfill: bool = False
    origin: str = ""
    address: str = ""

    @property
    def id(self) -> str:
        """Stable over restarts: a digest of the URL."""
        return digest("feed", self.url)


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes the next request of a feed conditional (RFC 9110, sections 8.8 and 13.1).

    Attributes:
        etag: the `ETag` as sent, quotes included.
        last_modified: the `Last-Modified` as sent.
        body_hash: SHA-256 of the last body that was parsed, against servers without validators.
        entries: hashes of that body's entries (`ParsedFeed.entries`): they need no second reading.
    """

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed and what is remembered of it.

    Attributes:
        next_poll: when it is due.
        failures: failed polls in a row.
        error: reason of the last failure, or None after a success.
        last_success: of the last poll that gave a feed (or 304).
        primed: False until its first sight was stored.
        paused: True while a person or a 410 has stopped it.
        habits: what polls have taught of it.
        pushed_until: until when its hub has promised to call us, or None.
        gone: True when the server said that it is gone for good (410); then it is paused.
        told: True when its channels were told that it fails, or is gone.
    """

    feed: Feed
    validators: Validators = Validators()
    next_poll: datetime | None = None
    failures: int = 0
    error: str | None = None
    last_success: datetime | None = None
    primed: bool = False
    paused: bool = False
    habits: Habits = field(default_factory=Habits)
    pushed_until: datetime | None = None
    gone: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class Article:
    """Our reading of one entry.

    Attributes:
        feed_id: `Feed.id` of the feed it came by.
        key: identity within the feed: the entry's id, else its link, else a hash of its content.
        url: link as the feed gives it, absolute; may be empty.
        title: one line of plain text.
        text: plain text, paragraphs separated by a blank line. The feed's own text, or the page's
            once `full` is True.
        published: the entry's own date, clamped to a sane range; None when it has none.
        arrived: when we first saw it.
        source: the outlet's name ("The Harbour Times"); falls back to the domain.
        lang: ISO 639-1 code, "" when unknown.
        author: as given, may be empty.
        section: category or tag as given, comma-separated, may be empty.
        full: True when `text` is the article page's text.
    """

    feed_id: str
    key: str
    url: str
    title: str
    text: str
    published: datetime | None
    arrived: datetime
    source: str = ""
    lang: str = ""
    author: str = ""
    section: str = ""
    full: bool = False

    @property
    def id(self) -> str:
        """Stable over restarts: a digest of feed and key."""
        return digest("article", self.feed_id, self.key)

    @property
    def domain(self) -> str:
        """Host of the link without `www.`; "" without a link."""
        return domain_of(self.url)

    @property
    def content_hash(self) -> str:
        """Changes when a reader would see another title or text."""
        return digest(self.title, self.text)

    @property
    def when(self) -> datetime:
        """When it was published, else when it arrived."""
        return self.published or self.arrived


def domain_of(url: str) -> str:
    """Give a link's host without `www.`; "" without one."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What `parse_feed` read from a body.

    Attributes:
        title: the feed's own title, one line.
        lang: the feed's declared language, ISO 639-1, or "".
        articles: one for each entry that was not known already, in the feed's order.
        problems: what was odd but survivable, one line each.
        entries: hashes of all entries, to be kept in `Validators.entries`; empty where entries
            cannot be told apart without reading all of them.
        every: seconds between polls that the feed asks for, or None.
        skip_hours: hours of the day (UTC) in which it asks not to be polled.
        skip_days: days of the week (UTC, 0 for Monday) on which it asks not to be polled.
        head: False when only entries were compared; then nothing above but them is known.
        hub: WebSub hub that it announces, or "".
        topic: the address that it is known by there (`rel=self`), or "".
    """

    title: str
    lang: str
    articles: tuple[Article, ...]
    problems: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    every: float | None = None
    skip_hours: tuple[int, ...] = ()
    head: bool = True
    hub: str = ""
    topic: str = ""
    skip_days: tuple[int, ...] = ()
