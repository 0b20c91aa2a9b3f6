"""What the jobs need from the outside, as small protocols; each documents what it raises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.core.model import Article, Delivery, Feed, ParsedFeed, Validators


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
    """

    body: bytes
    content_type: str
    url: str
    validators: Validators
    fresh: float | None = None
    moved: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The server (304) or the body's hash says that nothing is new; `fresh` as in `Fetched`."""

    validators: Validators
    fresh: float | None = None


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


class Pages(Protocol):
    """Fetches full texts."""

    async def fetch(self, article: Article) -> Page:
        """Fetch and read an article's page.

        Raises:
            FetchError: no answer, an error status, too large, refused by the guard, no text found.
        """


@dataclass(frozen=True, slots=True)
class Delivered:
    """The chat has it; `ref` finds it again there."""

    ref: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The chat will never take it as things stand (archived channel, revoked token)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """The chat did not take it and says so; `at` is the earliest next try, if it named one."""

    reason: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether the chat took it (time-out, reset, 5xx)."""

    reason: str


Outcome = Delivered | Refused | Later | Unknown


class Chat(Protocol):
    """A place where alerts are read. It never retries on its own."""

    name: str

    async def post(self, delivery: Delivery) -> Outcome:
        """Post once. Never raises for what the outside did: the outcome says it."""

    async def find(self, delivery: Delivery) -> str | None:
        """Look for a delivery that may have been posted; give its ref.

        Raises:
            OSError: the chat could not be asked; ask again later.
        """


class Clock(Protocol):
    """The time, so that tests can turn it."""

    def now(self) -> datetime:
        """Give the time now, aware, UTC."""
