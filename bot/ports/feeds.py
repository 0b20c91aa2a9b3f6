"""Where articles come from: feeds, pages, and finding feeds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.core.model import Article, Feed, ParsedFeed, Validators
    from bot.core.opml import FeedList


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body that changed.

    Attributes:
        body: decompressed bytes, at most 10 MB.
        content_type: the header as sent, or "".
        url: where it came from after redirects; base of relative links.
        validators: to be stored in the same transaction as the entries, after their `entries`
            were replaced by those of the parsed feed.
        fresh: seconds for which the server calls the body fresh (RFC 9111), or None.
        moved: where it permanently moved to (301, 308), or "".
        links: `Link` headers as sent (RFC 8288), joined by commas.
        share: held with a large body: when it goes, others may take as much memory.
    """

    body: bytes
    content_type: str
    url: str
    validators: Validators
    fresh: float | None = None
    moved: str = ""
    links: str = ""
    share: object = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The server (304) or the body's hash says that nothing is new; the rest as in `Fetched`."""

    validators: Validators
    fresh: float | None = None
    moved: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """An article page's reading.

    Attributes:
        text: paragraphs separated by a blank line, boilerplate removed.
        url: where it came from after redirects (or the page's canonical link).
    """

    text: str
    url: str


class Feeds(Protocol):
    """Polls feeds."""

    async def fetch(self, feed: Feed, validators: Validators) -> Fetched | Unchanged:
        """Request a feed conditionally.

        Raises:
            FetchError: no answer, an error status, too large, refused by the guard.
        """

    async def parse(self, feed: Feed, fetched: Fetched, now: datetime) -> ParsedFeed:
        """Read a body in bounded time and memory.

        Raises:
            FeedError: the body is no feed, or reading it took too long.
        """


class Finder(Protocol):
    """Finds feeds at addresses that people give."""

    async def discover(self, url: str) -> tuple[Feed, ...]:
        """Give the feed at an address, or those that the page there announces, likeliest first.

        Raises:
            FetchError: the address gave nothing.
            FeedError: it is neither a feed nor a page that announces one.
        """

    async def read_list(self, url: str) -> FeedList:
        """Give the feeds of the OPML document at an address.

        Raises:
            FetchError: the address gave nothing.
            FeedError: it is no OPML, or cannot be read.
        """


class Pages(Protocol):
    """Fetches full texts."""

    async def fetch(self, article: Article) -> Page:
        """Fetch and read an article's page.

        Raises:
            FetchError: no answer, an error status, too large, refused by the guard, no text found.
        """
