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
from bot.core.model.articles import Article, Feed, FeedState, ParsedFeed, Validators
from bot.core.model.base import FullText, Span, digest
from bot.core.model.overview import Overview, RuleWeek
from bot.core.model.quotes import Place, Placement, Quote
from bot.core.model.rules import Alias, Entity, Field, Highlight, Match, Office, Rule
from bot.core.model.stored import AuditEntry, Chart, Feedback, Hold, PollRecord, StoredArticle

__all__ = [
    "Alert",
    "Alias",
    "Article",
    "AuditEntry",
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
    "Highlight",
    "Hold",
    "KeyQuote",
    "Match",
    "Message",
    "Notice",
    "Office",
    "Overview",
    "ParsedFeed",
    "Place",
    "Placement",
    "PollRecord",
    "Quote",
    "Rule",
    "RuleWeek",
    "Span",
    "StoredArticle",
    "Validators",
    "digest",
]
