"""What people read, and its way to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bot.core.model.base import Span


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
        via: who told of the words, where that is neither the speaker nor the outlet; else None.
    """

    parts: tuple[Excerpt, ...]
    speaker: str | None
    office: str = ""
    via: str | None = None

    @property
    def text(self) -> str:
        """The pieces joined by an ellipsis."""
        return " … ".join(part.text for part in self.parts)

    @property
    def told_by(self) -> str:
        """What is printed behind the speaker of words that somebody else told of, or ""."""
        return f"according to {self.via}" if self.speaker and self.via else ""


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
        origins: agencies that the story's reports come from, such as "Reuters", most reports first.
        broadcast: for a follow-up, True when an entity of the rule said something new, so that the
            whole channel should see it, not the thread alone.
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
    origins: tuple[str, ...] = ()
    broadcast: bool = False


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One story of a digest.

    Attributes:
        rule: the rule's name.
        title: the headline.
        url: link to the article, may be empty.
        source: the outlet.
        domain: host of the link.
        published: the article's time.
        quote: the best one, or None.
        links: of further held articles of the same story, each (outlet, url).
        more_links: how many more articles of the story stand behind it without a link.
    """

    rule: str
    title: str
    url: str
    source: str
    domain: str
    published: datetime
    quote: KeyQuote | None = None
    links: tuple[tuple[str, str], ...] = ()
    more_links: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """Several alerts in one message: a burst, what quiet hours held, the hour's or the day's.

    Attributes:
        kind: always "digest".
        title: one line, such as "12 more on rafah" or "While it was quiet: 14 alerts".
        lines: by rule, then by story, in the order of arrival.
        alerts: how many alerts it stands for.
    """

    kind: Literal["digest"]
    title: str
    lines: tuple[DigestLine, ...]
    alerts: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence of the bot itself to a channel: a feed fails, somebody fell silent.

    Attributes:
        kind: always "notice".
        text: plain text, one or a few lines.
    """

    kind: Literal["notice"]
    text: str


Message = Alert | Digest | Notice


class DeliveryState(StrEnum):
    """Where a delivery stands (design, section 6).

    POSTPONED ones stand outside the line of their channel: held by quiet hours, a snooze or the
    digest's hour, or waiting for the digest that carries them. MUTED ones are left out for good,
    because somebody muted their story.
    """

    PENDING = "pending"
    SENDING = "sending"
    POSTPONED = "postponed"
    MUTED = "muted"
    DELIVERED = "delivered"
    BLOCKED = "blocked"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one channel.

    Attributes:
        id: stable over restarts, see `bot.core.alert.delivery_id`.
        chat: console, slack or matrix.
        channel: within that chat; "" for the console.
        rule_id: `Rule.id`; "" where a message belongs to no single rule.
        message: an alert, a digest or a notice; tell them apart by type.
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
    message: Message
    state: DeliveryState = DeliveryState.PENDING
    attempt: int = 0
    since: datetime | None = None
    parent_ref: str = ""

    @property
    def alert(self) -> Alert:
        """The message of a delivery that is known to be an alert.

        Raises:
            TypeError: it is a digest or a notice.
        """
        if not isinstance(self.message, Alert):
            raise TypeError(f"a {self.message.kind} is no alert")
        return self.message

    @property
    def article(self) -> str:
        """`Article.id` of an alert, "" of other messages."""
        return self.message.article if isinstance(self.message, Alert) else ""

    @property
    def story(self) -> str:
        """Story of an alert, "" of other messages."""
        return self.message.story if isinstance(self.message, Alert) else ""
