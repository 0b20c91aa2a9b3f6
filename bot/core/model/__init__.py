"""The nouns: frozen dataclasses. Offsets are Unicode code points; datetimes are aware and UTC."""

from __future__ import annotations

from bot.core.model.alerts import (
    Alert,
    Delivery,
    DeliveryState,
    Digest,
    DigestLine,
    Excerpt,
    KeyQuote,
    Message,
    Notice,
)
from bot.core.model.articles import (
    Article,
    Feed,
    FeedState,
    ParsedFeed,
    Validators,
    domain_of,
)
from bot.core.model.base import FullText, Span, digest
from bot.core.model.habits import Habits
from bot.core.model.hubs import HubLease
from bot.core.model.outbox import (
    ChannelState,
    Line,
    OutboxEntry,
    OutboxReport,
    Outgrown,
    SetAside,
    Trouble,
    Waiting,
)
from bot.core.model.overview import Overview, RuleWeek
from bot.core.model.quotes import Place, Placement, Quote
from bot.core.model.rules import Alias, Entity, Field, Highlight, Match, Office, Rule
from bot.core.model.stored import (
    AuditEntry,
    Chart,
    Feedback,
    Hold,
    PollRecord,
    Seen,
    Silence,
    StoredArticle,
)
from bot.core.model.vitals import Vitals

__all__ = [
    "Alert",
    "Alias",
    "Article",
    "AuditEntry",
    "ChannelState",
    "Chart",
    "Delivery",
    "DeliveryState",
    "Digest",
    "DigestLine",
    "Entity",
    "Excerpt",
    "Feed",
    "FeedState",
    "Feedback",
    "Field",
    "FullText",
    "Habits",
    "Highlight",
    "Hold",
    "HubLease",
    "KeyQuote",
    "Line",
    "Match",
    "Message",
    "Notice",
    "Office",
    "OutboxEntry",
    "OutboxReport",
    "Outgrown",
    "Overview",
    "ParsedFeed",
    "Place",
    "Placement",
    "PollRecord",
    "Quote",
    "Rule",
    "RuleWeek",
    "Seen",
    "SetAside",
    "Silence",
    "Span",
    "StoredArticle",
    "Trouble",
    "Validators",
    "Vitals",
    "Waiting",
    "digest",
    "domain_of",
]
