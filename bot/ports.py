"""What the jobs need from the outside, as small protocols; each documents what it raises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Collection, Iterable, Sequence

    from bot.core.account import Account
    from bot.core.match.needs import Needs
    from bot.core.model import (
        Article,
        AuditEntry,
        ChannelState,
        Chart,
        Delivery,
        DeliveryState,
        Feed,
        Feedback,
        FeedState,
        Habits,
        Hold,
        Line,
        Message,
        OutboxEntry,
        OutboxReport,
        Outgrown,
        ParsedFeed,
        PollRecord,
        Quote,
        Rule,
        Seen,
        SetAside,
        Silence,
        StoredArticle,
        Validators,
        Waiting,
    )
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
    """

    body: bytes
    content_type: str
    url: str
    validators: Validators
    fresh: float | None = None
    moved: str = ""
    links: str = ""


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


@runtime_checkable
class Connects(Protocol):
    """A chat that can tell whether it is connected; deliveries that wait are hurried then."""

    @property
    def connected(self) -> asyncio.Event | None:
        """Set while the connection stands; None where there is none to speak of."""


class FeedStore(Protocol):
    """What is remembered of feeds. Every method raises StoreError."""

    async def add_feeds(self, wanted: Iterable[Feed]) -> None:
        """Insert feeds or refresh what a file says of them; their state stays."""

    async def remove_feeds(self, ids: Collection[str]) -> None:
        """Forget feeds; their articles stay."""

    async def feed_states(self) -> list[FeedState]:
        """Give all feeds, by URL."""

    async def feed_failed(
        self,
        feed_id: str,
        reason: str,
        next_poll: datetime,
        habits: Habits | None = None,
        *,
        gone: bool = False,
    ) -> None:
        """Note a failed poll and give the claim back; a feed that is gone is paused."""

    async def feed_unchanged(
        self,
        feed_id: str,
        validators: Validators,
        now: datetime,
        next_poll: datetime,
        habits: Habits = ...,
    ) -> None:
        """Note a poll that brought nothing new and give the claim back."""

    async def pause_feed(self, feed_id: str, *, paused: bool) -> None:
        """Stop or resume polling a feed."""

    async def entries_since(self, since: datetime) -> dict[str, int]:
        """Count each feed's articles that arrived since a time, those of first sights excluded."""


class Archive(Protocol):
    """Stored articles. Every method raises StoreError."""

    async def unseen(self, feed_id: str, found: Sequence[Article]) -> list[Article]:
        """Give the articles whose entry was never seen with this content."""

    async def record(self, record: PollRecord) -> None:
        """Store everything a poll brought, in one transaction."""

    async def alerted(self, story: str) -> set[tuple[str, str, str]]:
        """Give where a story was alerted or will be: (rule id, chat, channel)."""

    async def told_of(self, article_ids: Collection[str], since: datetime) -> tuple[bool, int]:
        """Say whether an article was alerted, and how often it was corrected in one channel."""

    async def named_in(self, story: str, rule_id: str) -> set[str]:
        """Give the entities by which the reports of a story met a rule."""

    async def matches_since(self, since: datetime, rule_id: str = "") -> list[Seen]:
        """Give the matches of articles that arrived since a time, of one rule or of all."""

    async def first_arrival(self) -> datetime | None:
        """Give when the oldest stored article arrived; None before there is one."""

    async def article(self, article_id: str) -> StoredArticle | None:
        """Give a stored article."""

    async def articles_at(self, url: str) -> list[StoredArticle]:
        """Give the stored articles of a link, oldest first."""

    def articles_since(
        self, since: datetime, *, only_stories: bool = False, unread: bool = False
    ) -> AsyncIterator[StoredArticle]:
        """Iterate over what arrived since a time, in order of arrival.

        Args:
            since: the first moment that counts.
            only_stories: leave out what was never placed in a story.
            unread: only articles whose quotes were not looked for.
        """

    def articles_quoting(
        self, entity: str, name: str, since: datetime
    ) -> AsyncIterator[StoredArticle]:
        """Iterate over the articles since a time that quote an entity, in order of arrival."""

    async def count_articles(self, since: datetime) -> int:
        """Count what arrived since a time."""

    def articles_with(self, needs: Needs, since: datetime) -> AsyncIterator[StoredArticle]:
        """Iterate over what arrived since a time and has certain words, in order of arrival.

        Some may come along that do not have them; none that has them is missing.
        """

    async def save_quotes(self, article_id: str, found: Sequence[Quote]) -> None:
        """Store the quotes of an article that was not analyzed when it arrived."""


class Outbox(Protocol):
    """Deliveries and their states. Every method raises StoreError."""

    async def waiting_channels(
        self, chats: Iterable[str], now: datetime | None = None
    ) -> list[tuple[str, str]]:
        """Give the (chat, channel) pairs that have something to deliver."""

    async def enqueue(self, wanted: Sequence[Delivery], now: datetime) -> None:
        """Put deliveries into the outbox that no poll brought; known ids are left alone."""

    async def next_delivery(
        self, chat: str, channel: str
    ) -> tuple[Delivery, datetime | None] | None:
        """Give the first open delivery of a channel's line and when it may be tried."""

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """Give one delivery, ready to be sent."""

    async def start_sending(self, delivery: Delivery, now: datetime) -> Delivery | None:
        """Mark a delivery as being sent, committed before the chat is called; None: it is gone."""

    async def delivered(self, delivery_id: str, ref: str, now: datetime) -> None:
        """Note that the chat has it, and what it carries."""

    async def postpone(
        self,
        delivery_id: str,
        until: datetime,
        reason: str,
        *,
        earliest: datetime | None = None,
        attempt: int | None = None,
    ) -> None:
        """Put a delivery that was surely not accepted back into the line.

        Here and below, where the attempt is named, what a later one came to stands.
        """

    async def doubt(
        self,
        delivery_id: str,
        until: datetime,
        reason: str,
        *,
        earliest: datetime | None = None,
        since: datetime | None = None,
        attempt: int | None = None,
    ) -> None:
        """Keep it as being sent; after `until` the chat is asked."""

    async def latest_try(self) -> datetime | None:
        """Give when the last of the open deliveries was tried, or None."""

    async def turn_back(self, by: timedelta) -> None:
        """Move what waits after a try with a clock that was turned back."""

    async def block(
        self, delivery_id: str, reason: str, now: datetime, *, attempt: int | None = None
    ) -> None:
        """Set a delivery aside that the chat will not take."""

    async def bury(self, delivery_id: str, reason: str, now: datetime, entry: AuditEntry) -> None:
        """Give a delivery up."""

    async def unblock(self, chat: str, channel: str) -> None:
        """Give what a channel refused another chance, once the reason is mended."""

    async def hurry(self, chat: str | None, channel: str | None, until: datetime) -> None:
        """Let what waits after a failure be tried by `until`, never before what was named."""

    async def pauses(self, now: datetime) -> dict[str, datetime]:
        """Give until when each chat told us to wait."""

    async def count_deliveries(self) -> dict[str, int]:
        """Count deliveries by state."""

    async def deliveries_of(self, article_id: str) -> list[tuple[Delivery, str]]:
        """Give an article's deliveries, each with the reason it stands where it does."""


class Lines(Protocol):
    """The lines of channels. Every method raises StoreError."""

    async def line(self, chat: str, channel: str, now: datetime, limit: int) -> Line:
        """Give the head of a channel's line and what is set for the channel."""

    async def released(self, chat: str, channel: str, now: datetime, limit: int) -> list[Waiting]:
        """Give the postponed deliveries that may go now, in order of arrival."""

    async def messages(self, ids: Sequence[str]) -> dict[str, Message]:
        """Give what deliveries say."""

    async def set_aside(self, changes: Collection[SetAside], now: datetime) -> None:
        """Take deliveries out of the line, in one transaction."""

    async def rejoin(self, ids: Sequence[str]) -> None:
        """Put postponed deliveries back into the line."""

    async def carry(self, digests: Sequence[tuple[Delivery, Sequence[str]]], now: datetime) -> None:
        """Put digests into the outbox with the marks of what they carry, in one transaction."""

    async def stop_channel(
        self,
        delivery_id: str,
        chat: str,
        channel: str,
        *,
        reason: str,
        now: datetime,
        probe_at: datetime,
        entry: AuditEntry | None,
        others: int = 0,
    ) -> None:
        """Note that a channel takes nothing, and when that is tried again."""

    async def resume_channel(self, chat: str, channel: str, entry: AuditEntry) -> None:
        """Note that a channel takes something again."""

    async def probe_all(self, now: datetime) -> None:
        """Let every stopped channel be tried again now."""


class Holds(Protocol):
    """What channels wish. Every method raises StoreError."""

    async def channel_state(self, chat: str, channel: str) -> ChannelState:
        """Give what is set for a channel."""

    async def set_quiet(
        self, chat: str, channel: str, quiet: str, now: datetime, entry: AuditEntry
    ) -> None:
        """Set a channel's quiet hours, "" for none."""

    async def set_digest(
        self, chat: str, channel: str, schedule: str, hour: datetime, entry: AuditEntry
    ) -> None:
        """Set a channel's digest, "" for none; `hour` is when what is held by now comes."""

    async def put_hold(self, hold: Hold, entry: AuditEntry) -> None:
        """Set a snooze or a mute."""

    async def drop_hold(self, hold: Hold, now: datetime, entry: AuditEntry) -> None:
        """End a snooze or a mute."""

    async def last_alert(self, chat: str, channel: str) -> tuple[str, str] | None:
        """Give story and article of the alert that a channel got last."""


class OutboxDesk(Protocol):
    """What people see of the outbox and do to it by hand. Every method raises StoreError."""

    async def outbox_report(self, now: datetime, most: int = 10) -> OutboxReport:
        """Say how the outbox stands."""

    async def outbox_entries(
        self, states: Collection[DeliveryState] = (), limit: int = 50
    ) -> list[OutboxEntry]:
        """List deliveries, the oldest first."""

    async def retry(self, subject: str, now: datetime, entry: AuditEntry) -> int:
        """Let deliveries be tried again now; give how many."""

    async def discard(self, subject: str, reason: str, now: datetime, entry: AuditEntry) -> int:
        """Give deliveries up; give how many."""

    async def outgrown(self, since: datetime, limit: int = 30) -> list[Outgrown]:
        """Find delivered alerts whose stories more outlets carry by now than they say."""

    async def texts_of(self, story: str, limit: int = 50) -> list[str]:
        """Give the texts of a story's articles, the oldest first."""

    async def shown(self, delivery_id: str, sources: int) -> None:
        """Note how many outlets a delivered alert names by now."""


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


class Accounts(Protocol):
    """The daily account and the canary. Every method raises StoreError."""

    async def account(self, day: date) -> Account:
        """Give the account of a UTC day."""

    async def reported(self) -> date | None:
        """Give the last day that was reported."""

    async def note_reported(self, day: date) -> None:
        """Note that a day was reported."""

    async def canary_out(self) -> datetime | None:
        """Give when a canary last came out."""

    async def forget_canaries(self, before: datetime) -> None:
        """Remove the traces of canaries that arrived before a time."""


class SilenceStore(Protocol):
    """Whose silence channels want to be told of. Every method raises StoreError."""

    async def silences(self) -> list[Silence]:
        """Give all of them, by channel and entity."""

    async def put_silence(self, silence: Silence, entry: AuditEntry) -> None:
        """Insert or replace one, with its line in the audit log."""

    async def drop_silence(self, silence: Silence, entry: AuditEntry) -> None:
        """Forget one, with its line in the audit log."""

    async def silence_told(self, silence: Silence, told: datetime | None) -> None:
        """Note when it was told, or None once somebody spoke again."""


class Store(
    FeedStore,
    Archive,
    Outbox,
    Lines,
    Holds,
    OutboxDesk,
    RuleStore,
    SilenceStore,
    Accounts,
    OpinionStore,
    ChannelStore,
    Survey,
    Protocol,
):
    """Everything that must survive."""


class Clock(Protocol):
    """The time, so that tests can turn it."""

    def now(self) -> datetime:
        """Give the time now, aware, UTC."""
