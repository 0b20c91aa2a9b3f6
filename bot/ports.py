"""What the jobs need from the outside, as small protocols; each documents what it raises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Sequence

    from bot.core.model import (
        Article,
        AuditEntry,
        Chart,
        Delivery,
        Feed,
        Feedback,
        FeedState,
        ParsedFeed,
        PollRecord,
        Quote,
        Rule,
        StoredArticle,
        Validators,
    )


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


@dataclass(frozen=True, slots=True)
class Incoming:
    """A command that a person typed.

    Attributes:
        text: what stands behind `/watch`.
        chat: where it was typed: console, slack, matrix or shell.
        channel: within that chat.
        who: the person, as the audit log shall name them.
        may_change: False for people who may only look.
    """

    text: str
    chat: str
    channel: str = ""
    who: str = ""
    may_change: bool = True


@dataclass(frozen=True, slots=True)
class Offer:
    """A further command that goes with an answer: one click, where a chat has buttons.

    Attributes:
        label: what the button says, short.
        command: what is carried out, as if it were typed; rights are checked then.
    """

    label: str
    command: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes:
        text: plain text of one or more lines; each chat escapes it for itself.
        public: True when something changed and the whole channel should see it.
        ok: False when the command could not be carried out.
        chart: a picture that goes with it where the chat can show one; the text says it all too.
        offers: what people may want next; chats without buttons leave them out.
    """

    text: str
    public: bool = False
    ok: bool = True
    chart: Chart | None = None
    offers: tuple[Offer, ...] = ()


class Chat(Protocol):
    """A place where alerts are read. It never retries on its own."""

    name: str

    doubt: timedelta
    """How long after an unknown outcome the chat may still take the alert; then it is asked."""

    async def post(self, delivery: Delivery) -> Outcome:
        """Post once. Never raises for what the outside did: the outcome says it."""

    async def revise(self, delivery: Delivery, ref: str) -> Outcome:
        """Edit a delivered alert in place, so that it reads as `delivery` says now; idempotent."""

    async def find(self, delivery: Delivery) -> str | None:
        """Look for a delivery that may have been posted; give its ref.

        Raises:
            OSError: the chat could not be asked; ask again later.
        """


class FeedStore(Protocol):
    """What is remembered of feeds. Every method raises StoreError."""

    async def add_feeds(self, wanted: Iterable[Feed]) -> None:
        """Insert feeds or refresh what a file says of them; their state stays."""

    async def remove_feeds(self, ids: Collection[str]) -> None:
        """Forget feeds; their articles stay."""

    async def feed_states(self) -> list[FeedState]:
        """Give all feeds, by URL."""

    async def feed_failed(self, feed_id: str, reason: str, next_poll: datetime) -> None:
        """Note a failed poll and give the claim back."""

    async def feed_unchanged(
        self, feed_id: str, validators: Validators, now: datetime, next_poll: datetime
    ) -> None:
        """Note a poll that brought nothing new and give the claim back."""

    async def pause_feed(self, feed_id: str, *, paused: bool) -> None:
        """Stop or resume polling a feed."""


class Archive(Protocol):
    """Stored articles. Every method raises StoreError."""

    async def unseen(self, feed_id: str, found: Sequence[Article]) -> list[Article]:
        """Give the articles whose entry was never seen with this content."""

    async def record(self, record: PollRecord) -> None:
        """Store everything a poll brought, in one transaction."""

    async def alerted(self, story: str) -> set[tuple[str, str, str]]:
        """Give where a story was alerted or will be: (rule id, chat, channel)."""

    async def article(self, article_id: str) -> StoredArticle | None:
        """Give a stored article."""

    async def articles_at(self, url: str) -> list[StoredArticle]:
        """Give the stored articles of a link, oldest first."""

    def articles_since(
        self, since: datetime, *, only_stories: bool = False
    ) -> AsyncIterator[StoredArticle]:
        """Iterate over what arrived since a time, in order of arrival."""

    async def save_quotes(self, article_id: str, found: Sequence[Quote]) -> None:
        """Store the quotes of an article that was not analyzed when it arrived."""


class Outbox(Protocol):
    """Deliveries and their states. Every method raises StoreError."""

    async def waiting_channels(self, chats: Iterable[str]) -> list[tuple[str, str]]:
        """Give the (chat, channel) pairs that have something to deliver."""

    async def enqueue(self, wanted: Sequence[Delivery], now: datetime) -> None:
        """Put deliveries into the outbox that no poll brought; known ids are left alone."""

    async def next_delivery(
        self, chat: str, channel: str
    ) -> tuple[Delivery, datetime | None] | None:
        """Give the oldest open delivery of a channel and when it may be tried."""

    async def start_sending(self, delivery: Delivery, now: datetime) -> Delivery:
        """Mark a delivery as being sent, committed before the chat is called."""

    async def delivered(self, delivery_id: str, ref: str, now: datetime) -> None:
        """Note that the chat has it."""

    async def postpone(self, delivery_id: str, until: datetime, reason: str) -> None:
        """Put a delivery that was surely not accepted back into the queue."""

    async def doubt(self, delivery_id: str, until: datetime, reason: str) -> None:
        """Keep it as being sent; after `until` the chat is asked."""

    async def block(self, delivery_id: str, reason: str, now: datetime) -> None:
        """Set a delivery aside that the chat will not take."""

    async def count_deliveries(self) -> dict[str, int]:
        """Count deliveries by state."""

    async def deliveries_of(self, article_id: str) -> list[tuple[Delivery, str]]:
        """Give an article's deliveries, each with the reason it stands where it does."""


class RuleStore(Protocol):
    """Rules made in chats and the audit log. Every method raises StoreError."""

    async def stored_rules(self) -> list[Rule]:
        """Give them; one without query is a pause of a file's rule."""

    async def put_rule(self, rule: Rule, entry: AuditEntry) -> None:
        """Insert or replace a rule, with its line in the audit log."""

    async def drop_rule(self, rule_id: str, entry: AuditEntry) -> None:
        """Remove a rule, with its line in the audit log."""

    async def note(self, entry: AuditEntry) -> None:
        """Write a line of the audit log for a change that is stored elsewhere."""

    async def audit_log(self, limit: int = 20) -> list[AuditEntry]:
        """Give the newest changes, newest first."""


class OpinionStore(Protocol):
    """What people thought of alerts, and what rules brought. Every method raises StoreError."""

    async def put_feedback(self, feedback: Feedback, entry: AuditEntry) -> None:
        """Note an opinion, in place of an earlier one of the same person, and its audit line."""

    async def drop_feedback(self, feedback: Feedback, entry: AuditEntry) -> bool:
        """Take a person's opinion back, whatever its reason; False where there was none."""

    async def feedback_on(self, rule_id: str, since: datetime) -> list[Feedback]:
        """Give the opinions on a rule's alerts since a time, oldest first."""

    async def articles_alerted(self, rule_id: str, since: datetime) -> list[str]:
        """Give the ids of the articles that a rule's alerts told of since a time, oldest first."""


class ChannelStore(Protocol):
    """What people set for a channel. Every method raises StoreError."""

    async def threads(self, chat: str, channel: str) -> str:
        """Give where a channel's follow-ups go: on, both, off; "" where nothing was set."""

    async def set_threads(self, chat: str, channel: str, way: str, entry: AuditEntry) -> None:
        """Set it, with its line in the audit log."""


class Survey(Protocol):
    """Several rules or channels at once. Every method raises StoreError."""

    async def hits_since(
        self, rule_ids: Collection[str], since: datetime
    ) -> list[tuple[str, datetime]]:
        """Give (rule id, arrival) of each article that met one of these rules since a time."""

    async def latest_alerts(
        self, chat: str, channels: Collection[str], limit: int
    ) -> list[Delivery]:
        """Give the newest alerts that arrived in these channels, newest first."""


class Store(FeedStore, Archive, Outbox, RuleStore, OpinionStore, ChannelStore, Survey, Protocol):
    """Everything that must survive."""


class Clock(Protocol):
    """The time, so that tests can turn it."""

    def now(self) -> datetime:
        """Give the time now, aware, UTC."""
