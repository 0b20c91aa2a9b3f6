"""What the store takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from bot.core.model.alerts import Delivery
from bot.core.model.articles import Article, Validators
from bot.core.model.habits import Habits
from bot.core.model.quotes import Placement, Quote
from bot.core.model.rules import Match

if TYPE_CHECKING:
    from collections.abc import Mapping


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
        tally: what it adds to the daily account, see `bot.core.account`.
        habits: what polls have taught of the feed, this one included.
        present: keys of all entries of the body, after a census; else None. What no census has
            found since `Habits.forgotten` is forgotten.
    """

    feed_id: str
    now: datetime
    validators: Validators
    next_poll: datetime
    seen: tuple[Article, ...] = ()
    articles: tuple[StoredArticle, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    title: str = ""
    tally: Mapping[str, int] = field(default_factory=dict)
    habits: Habits = field(default_factory=Habits)
    present: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change: who did what, and the state before and after, as text.

    Attributes:
        tenant: where it was done, see `bot.core.tenancy`; "" for the operator.
    """

    at: datetime
    who: str
    what: str
    before: str = ""
    after: str = ""
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """What people asked a channel not to be told, or not now.

    Attributes:
        kind: snooze (for a while) or mute (for good).
        subject: `rule:<Rule.id>`, `story:<story id>` or `all`.
        until: when a snooze ends; None for a mute.
        who: the person.
    """

    chat: str
    channel: str
    kind: Literal["snooze", "mute"]
    subject: str
    until: datetime | None
    who: str


@dataclass(frozen=True, slots=True)
class Silence:
    """A channel wants to know when nobody reports a word of somebody for so long.

    Attributes:
        entity: `Entity.id`.
        topic: query that the words must meet, or "".
        hours: how long.
        since: when it was set.
        told: when the silence that lasts now was told, else None.
        who: the person that set it.
    """

    chat: str
    channel: str
    entity: str
    topic: str
    hours: int
    since: datetime
    told: datetime | None
    who: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """Somebody found an alert not relevant.

    Attributes:
        reason: wrong-sense, not-news, not-them, too-many or unspecified.
        who: the person; one opinion each for a rule's alert of an article in a channel.
    """

    rule_id: str
    article_id: str
    chat: str
    channel: str
    who: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """That an article met a rule.

    Attributes:
        when: the article's time.
        arrived: when we first saw it.
        outlet: who published it.
    """

    rule_id: str
    feed_id: str
    when: datetime
    arrived: datetime
    outlet: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Matches of a rule, or statements of somebody, by day.

    Attributes:
        title: one line.
        days: in order, without gaps.
        counts: for each outlet (the largest ones, then "others"), one number a day.
        spikes: indexes into `days` that stand far above the two weeks before.
        alt: the chart in words, for those who cannot see it.
    """

    title: str
    days: tuple[date, ...]
    counts: tuple[tuple[str, tuple[int, ...]], ...]
    spikes: tuple[int, ...]
    alt: str
