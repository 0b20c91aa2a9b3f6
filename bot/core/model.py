"""The nouns: frozen dataclasses. Offsets are Unicode code points; datetimes are aware and UTC."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from urllib.parse import urlsplit

Span = tuple[int, int]
"""Half-open `[start, end)` in code points of the text it belongs to."""

FullText = Literal["matched", "always", "never"]


def digest(*parts: str, size: int = 16) -> str:
    """Give a stable identifier of `size` hex digits for a sequence of strings.

    Parts are length-prefixed, so `("a", "bc")` and `("ab", "c")` differ.
    """
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:size]


# ---------------------------------------------------------------- feeds and articles


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
    """

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()
    full_text: FullText = "matched"
    every: float | None = None
    backfill: bool = False
    origin: str = ""

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
    """

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


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
    """

    feed: Feed
    validators: Validators = Validators()
    next_poll: datetime | None = None
    failures: int = 0
    error: str | None = None
    last_success: datetime | None = None
    primed: bool = False
    paused: bool = False


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
        host = urlsplit(self.url).hostname or ""
        return host.removeprefix("www.")

    @property
    def content_hash(self) -> str:
        """Changes when a reader would see another title or text."""
        return digest(self.title, self.text)

    @property
    def when(self) -> datetime:
        """When it was published, else when it arrived."""
        return self.published or self.arrived


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What `parse_feed` read from a body.

    Attributes:
        title: the feed's own title, one line.
        lang: the feed's declared language, ISO 639-1, or "".
        articles: one for each entry, in the feed's order.
        problems: what was odd but survivable, one line each.
    """

    title: str
    lang: str
    articles: tuple[Article, ...]
    problems: tuple[str, ...] = ()


# ---------------------------------------------------------------- rules and entities


@dataclass(frozen=True, slots=True)
class Alias:
    """One way to write an entity's name.

    Attributes:
        text: the name.
        exact: True when case and accents must be as written.
        context: words of which one must stand in the article; empty for no condition.
        unless: words of which none may stand in the article.
    """

    text: str
    exact: bool = False
    context: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Office:
    """An office somebody held.

    Attributes:
        title: lower-case words, such as "prime minister".
        of: country or body, such as "Israel"; may be empty.
        demonym: adjective of `of`, such as "Israeli"; may be empty.
        start: first day, or None when unknown.
        end: last day, or None while it is held.
    """

    title: str
    of: str = ""
    demonym: str = ""
    start: date | None = None
    end: date | None = None

    @property
    def label(self) -> str:
        """As printed beside a speaker: "prime minister of Israel"."""
        return f"{self.title} of {self.of}" if self.of else self.title

    def held(self, when: date | None) -> bool:
        """Say whether it was held on a day; without a day, whether it is held still."""
        if when is None:
            return self.end is None
        return (self.start is None or self.start <= when) and (self.end is None or when <= self.end)


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, institution or place that rules name with `@id`.

    Attributes:
        id: lower-case identifier, unique.
        name: full name as printed.
        kind: person, institution or place.
        gender: male, female or "" (helps pronouns).
        aliases: further ways to write it; `name` itself is always one.
        offices: in any order, dated.
    """

    id: str
    name: str
    kind: Literal["person", "institution", "place"] = "person"
    gender: Literal["male", "female", ""] = ""
    aliases: tuple[Alias, ...] = ()
    offices: tuple[Office, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A named watch.

    Attributes:
        id: unique key: the name for rules of files, `chat/channel/name` for those made in a chat.
        name: as people see it.
        query: the expression (design, section 4).
        channels: where its alerts go, each `chat` or `chat:channel`, such as `console`.
        origin: `path:line` of a file, or `chat:channel` with the author for rules made there.
        paused: True while it must not alert.
    """

    id: str
    name: str
    query: str
    channels: tuple[str, ...] = ()
    origin: str = ""
    paused: bool = False


Field = Literal["title", "text", "source", "lang", "section", "author"]


@dataclass(frozen=True, slots=True)
class Highlight:
    """Words of an article that met a term.

    Attributes:
        field: which text of the article the span lies in (the JSON key of `wirewatch match`).
        start: code-point offset.
        end: code-point offset, exclusive.
        entity: id when an entity's alias was met, else "".
    """

    field: Field
    start: int
    end: int
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule met by an article.

    Attributes:
        rule: `Rule.id`.
        clauses: the parts of the query that were met, in canonical form.
        highlights: sorted by field (title first) and start, without repeats.
        quotes: indexes into the article's quotes that met a `said:` clause.
    """

    rule: str
    clauses: tuple[str, ...]
    highlights: tuple[Highlight, ...]
    quotes: tuple[int, ...] = ()


# ---------------------------------------------------------------- quotes and stories


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that an article puts into somebody's mouth.

    Attributes:
        start: first code point of the content in the article's text, quotation marks excluded.
        end: end of the content, exclusive.
        parts: the pieces; more than one where a said-clause or a paragraph break splits it. The
            first starts at `start`, the last ends at `end`; pieces never overlap.
        speaker: full name where the article or the officials files give it; None for unattributed.
        entity: id of the speaker in the officials files, or "".
        office: what to print beside the name, or "".
        cue: the reporting words ("said", "according to"), or "".
        kind: direct (in marks), indirect (reported without marks).
        confidence: 0 to 1, that the speaker is right.
    """

    start: int
    end: int
    parts: tuple[Span, ...]
    speaker: str | None = None
    entity: str = ""
    office: str = ""
    cue: str = ""
    kind: Literal["direct", "indirect"] = "direct"
    confidence: float = 0.0

    def words(self, text: str) -> str:
        """Give the content without interrupting clauses: the pieces, joined by " … "."""
        return " … ".join(text[start:end] for start, end in self.parts)


class Place(StrEnum):
    """What an article is to its story."""

    NEW = "new"
    FOLLOW_UP = "follow-up"
    REPRINT = "reprint"
    REVISION = "revision"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article belongs.

    Attributes:
        story: id of the story: the id of the article that opened it.
        place: what the article is to it.
        new_quotes: indexes into the article's quotes that nobody in the story had before.
        sources: number of outlets that carry the story, this one included.
    """

    story: str
    place: Place
    new_quotes: tuple[int, ...] = ()
    sources: int = 1


# ---------------------------------------------------------------- alerts and deliveries


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A verbatim piece of an article.

    Attributes:
        text: the words.
        marks: spans inside `text` that the rule highlights.
        start: offset of `text` in the article's text (or title), for those who check.
    """

    text: str
    marks: tuple[Span, ...] = ()
    start: int = 0


@dataclass(frozen=True, slots=True)
class KeyQuote:
    """A quote as an alert prints it.

    Attributes:
        parts: the pieces, in order; between two of them the article says something else.
        speaker: full name, or None for unattributed.
        office: printed beside the name, or "".
    """

    parts: tuple[Excerpt, ...]
    speaker: str | None
    office: str = ""

    @property
    def text(self) -> str:
        """The pieces joined by an ellipsis."""
        return " … ".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Alert:
    """What people read.

    Attributes:
        kind: alert (first report), follow-up (news in a story that was alerted), correction.
        rule: the rule's name.
        why: one line for each clause that was met, with the words that met it.
        title: the headline.
        url: link to the article, may be empty.
        source: the outlet.
        domain: host of the link.
        published: the article's time.
        summary: chosen sentences.
        quotes: key quotes, best first.
        more_quotes: how many further quotes the article has.
        story: id of the story.
        sources: outlets that carry it so far.
        article: `Article.id`.
        teaser: True when only the feed's teaser could be read.
        changes: for a correction, each change as (words before, words after); either may be "".
    """

    kind: Literal["alert", "follow-up", "correction"]
    rule: str
    why: tuple[str, ...]
    title: Excerpt
    url: str
    source: str
    domain: str
    published: datetime
    summary: tuple[Excerpt, ...]
    quotes: tuple[KeyQuote, ...]
    more_quotes: int
    story: str
    article: str
    sources: int = 1
    teaser: bool = False
    changes: tuple[tuple[str, str], ...] = ()


class DeliveryState(StrEnum):
    """Where a delivery stands (design, section 6)."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    BLOCKED = "blocked"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert for one channel.

    Attributes:
        id: stable over restarts, see `bot.core.alert.delivery_id`.
        chat: console, slack or matrix.
        channel: within that chat; "" for the console.
        rule_id: `Rule.id`.
        state: see `DeliveryState`.
        attempt: how many times it was tried.
        since: when the current attempt began, or None.
        parent_ref: `Delivered.ref` of the story's first alert in the channel, for follow-ups and
            corrections that belong below it; "" for none.
    """

    id: str
    chat: str
    channel: str
    rule_id: str
    alert: Alert
    state: DeliveryState = DeliveryState.PENDING
    attempt: int = 0
    since: datetime | None = None
    parent_ref: str = ""


# ---------------------------------------------------------------- what is stored


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article with everything that was found out about it.

    Attributes:
        placement: None while no rule could match it.
        outcome: where it stopped, one line for people ("no rule matched").
        analyzed: True when `quotes` were looked for.
        seq: order of arrival; 0 before it is stored.
    """

    article: Article
    quotes: tuple[Quote, ...] = ()
    matches: tuple[Match, ...] = ()
    placement: Placement | None = None
    outcome: str = ""
    analyzed: bool = False
    seq: int = 0


@dataclass(frozen=True, slots=True)
class PollRecord:
    """Everything that a successful poll of a feed brought; stored in one transaction.

    Attributes:
        seen: entries as the feed gave them, so that they are known next time.
        title: the feed's name where it is known only now, else "".
        next_poll: when the feed is due again.
    """

    feed_id: str
    now: datetime
    validators: Validators
    next_poll: datetime
    seen: tuple[Article, ...] = ()
    articles: tuple[StoredArticle, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change: who did what, and the state before and after, as text."""

    at: datetime
    who: str
    what: str
    before: str = ""
    after: str = ""
