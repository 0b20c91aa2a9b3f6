"""The tables, readable in one place. A change here goes with a numbered migration."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    _Processor = Callable[[Any], Any]


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC datetimes out, on databases with and without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> _Processor | None:
        """Convert to UTC; SQLite stores it without the zone, in a form that sorts as text.

        Done here as a whole, in SQLAlchemy's format: every poll converts several moments, and a
        conversion in two steps takes twice the time.
        """
        return _to_sqlite if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> _Processor | None:
        """Give the zone back."""
        if dialect.name == "sqlite":
            return _from_sqlite
        return super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Convert to UTC, for databases that know zones."""
        return None if value is None else value.astimezone(UTC)


def _to_sqlite(value: datetime | None) -> str | None:
    if value is None:
        return None
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_sqlite(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


metadata = MetaData()

feeds = Table(
    "feeds",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("full_text", String(8), nullable=False),
    Column("every", Float),  # fixed seconds between polls, or NULL
    Column("backfill", Boolean, nullable=False),
    Column("origin", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", String(64)),
    Column("entries", JSON, nullable=False, server_default="[]"),  # hashes of the last body's
    Column("next_poll", UtcDateTime),
    Column("claimed_until", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    Column("last_success", UtcDateTime),
    Column("primed", Boolean, nullable=False, server_default="0"),
    Column("paused", Boolean, nullable=False, server_default="0"),
    Column("listed", Boolean, nullable=False, server_default="1"),  # a file or a person wants it
    Column("habits", JSON, nullable=False, server_default="{}"),  # `model.Habits`
    Column("pushed_until", UtcDateTime),  # its hub has promised to call until then
    Column("failing_since", UtcDateTime),
    Column("gone", Boolean, nullable=False, server_default="0"),  # 410
    Column("told", Boolean, nullable=False, server_default="0"),  # its channels know that it fails
    Column("tenant", Text, nullable=False, server_default=""),  # who added it; "": the operator
    Index("ix_feeds_due", "next_poll"),
    Index("ix_feeds_tenant", "tenant", "next_poll"),
)

articles = Table(
    "articles",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),  # order of arrival
    Column("id", String(16), nullable=False, unique=True),
    Column("feed_id", String(16), nullable=False),
    Column("key", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("published", UtcDateTime),
    Column("arrived", UtcDateTime, nullable=False),
    Column("source", Text, nullable=False),
    Column("lang", String(8), nullable=False),
    Column("author", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("full", Boolean, nullable=False),
    Column("story", String(16)),  # NULL while no rule could match it
    Column("place", String(12)),
    Column("outcome", Text, nullable=False),  # where it stopped, for explain
    Column("analyzed", Boolean, nullable=False),  # its quotes are in `quotes`
    Column("placed", BigInteger),  # counts placements where many programs share the database
    Index("ix_articles_arrived", "arrived"),
    Index("ix_articles_story", "story"),
    Index("ix_articles_url", "url"),
    Index("ix_articles_placed", "placed"),
)

# One row for each entry ever seen. `hash` is of the entry as the feed gave it, so that an edit is
# noticed although the stored article may hold its page's text.
seen = Table(
    "seen",
    metadata,
    Column("feed_id", String(16), primary_key=True),
    Column("key_hash", String(16), primary_key=True),
    Column("hash", String(16), primary_key=True),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime),  # by the last census that found it; NULL: since `first_seen`
)

# WebSub: what was asked of the hubs that feeds announce (W3C Recommendation, 23 January 2018).
hubs = Table(
    "hubs",
    metadata,
    Column("feed_id", String(16), primary_key=True),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("token", String(32), nullable=False, unique=True),  # last part of our callback
    Column("secret", String(64), nullable=False),  # signs what the hub sends
    Column("state", String(8), nullable=False),  # wanted, asked, active, refused
    Column("lease_until", UtcDateTime),
    Column("next_try", UtcDateTime),  # when the hub is asked (again)
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("reason", Text),
    Index("ix_hubs_due", "next_try"),
)

quotes = Table(
    "quotes",
    metadata,
    Column("article_id", String(16), ForeignKey("articles.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("parts", JSON, nullable=False),
    Column("speaker", Text),
    Column("entity", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("cue", Text, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("via", Text),  # by whom the article has the words of another
    Index("ix_quotes_entity", "entity"),
)

matches = Table(
    "matches",
    metadata,
    Column("article_id", String(16), ForeignKey("articles.id"), primary_key=True),
    Column("rule_id", Text, primary_key=True),
    Column("clauses", JSON, nullable=False),
    Column("highlights", JSON, nullable=False),
    Column("quotes", JSON, nullable=False),
    Index("ix_matches_rule", "rule_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),  # order within a channel
    Column("id", String(32), nullable=False, unique=True),
    Column("chat", String(16), nullable=False),
    Column("channel", Text, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("article_id", String(16), nullable=False),
    Column("story", String(16), nullable=False),
    Column("alert", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("since", UtcDateTime),  # when the current attempt began
    Column("next_try", UtcDateTime),
    Column("ref", Text),  # where the chat has it
    Column("reason", Text),
    Column("created", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime),
    Column("carrier", String(32)),  # the digest that stands for this alert
    Column("shown", Integer, nullable=False, server_default="0"),  # outlets that it names by now
    Column("kind", String(12), nullable=False, server_default="alert"),  # of the message
    Column("rank", Integer, nullable=False, server_default="1"),  # 0: a digest, before all others
    Column("held", String(8)),  # why it is postponed: snooze, quiet, digest, late
    Column("earliest", UtcDateTime),  # no try before it: Retry-After, or the doubt window's end
    Column("first_try", UtcDateTime),  # it is given up seven days after this
    Index("ix_deliveries_due", "state", "chat", "channel", "seq"),
    Index("ix_deliveries_line", "chat", "channel", "state", "rank", "seq"),
    Index("ix_deliveries_story", "story"),
    Index("ix_deliveries_carrier", "carrier"),
)

# Rules made in chats, and the pauses of rules that come from files.
rules = Table(
    "rules",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),  # "" for a pause of a file's rule
    Column("channels", JSON, nullable=False),
    Column("origin", Text, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("tenant", Text, nullable=False, server_default=""),
    Index("ix_rules_tenant", "tenant"),
)

# What people set for a channel ("" stands for the default), and whether it refuses everything.
channels = Table(
    "channels",
    metadata,
    Column("chat", String(16), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("quiet", Text, nullable=False, server_default=""),  # 22:00-07:00 Europe/Berlin
    Column("digest", Text, nullable=False, server_default=""),  # hourly; daily 08:00 Europe/Berlin
    Column("stopped", Text, nullable=False, server_default=""),  # why it takes nothing, or ""
    Column("stopped_at", UtcDateTime),
    Column("stopped_by", String(32), nullable=False, server_default=""),  # the refused delivery
    Column("probe_at", UtcDateTime),  # when it is tried whether it was mended
    Column("probes", Integer, nullable=False, server_default="0"),
    Column("threads", String(4), nullable=False, server_default=""),  # on, both, off
)

holds = Table(
    "holds",
    metadata,
    Column("chat", String(16), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("kind", String(6), primary_key=True),  # snooze, mute
    Column("subject", Text, primary_key=True),  # rule:<id>, story:<id>, all
    Column("until", UtcDateTime),
    Column("who", Text, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("rule_id", Text, primary_key=True),
    Column("article_id", String(16), primary_key=True),
    Column("chat", String(16), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("who", Text, primary_key=True),
    Column("reason", String(12), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# Slack workspaces that installed the app; `sealed` is encrypted (adapters/slack/vault.py).
slack_installs = Table(
    "slack_installs",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# Digests of `state` parameters of installs that came back, until they are too old anyway.
slack_states = Table(
    "slack_states",
    metadata,
    Column("state", String(64), primary_key=True),
    Column("until", UtcDateTime, nullable=False),
)

# Channels that rule files name, as Slack last resolved them.
slack_names = Table(
    "slack_names",
    metadata,
    Column("name", Text, primary_key=True),  # #desk, or T123/#desk
    Column("channel", Text, nullable=False),  # C456, or T123/C456
)

silences = Table(
    "silences",
    metadata,
    Column("chat", String(16), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("entity", Text, primary_key=True),
    Column("topic", Text, primary_key=True),  # a query that the words must meet, or ""
    Column("hours", Integer, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("told", UtcDateTime),  # when the silence that lasts now was told
    Column("who", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("tenant", Text, nullable=False, server_default=""),
    Index("ix_audit_tenant", "tenant", "seq"),
)

# Counts of the daily account, added up in the transaction of what they count.
tallies = Table(
    "tallies",
    metadata,
    Column("day", Date, primary_key=True),  # UTC
    Column("what", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
)

# How fast chats are told things by all programs together (`bot/adapters/store/paces.py`).
paces = Table(
    "paces",
    metadata,
    Column("house", Text, primary_key=True),  # slack, slack/T123, matrix
    Column("full_at", UtcDateTime, nullable=False),
)

meta = Table(
    "meta",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)
