"""What the store takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.model.alerts import Delivery
from bot.core.model.articles import Article, Validators
from bot.core.model.habits import Habits
from bot.core.model.quotes import Placement, Quote
from bot.core.model.rules import Match


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
    habits: Habits = Habits()
    present: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change: who did what, and the state before and after, as text."""

    at: datetime
    who: str
    what: str
    before: str = ""
    after: str = ""
