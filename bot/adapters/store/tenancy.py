"""Whose the rows of each table are; a test sees to it that no table is forgotten."""

from __future__ import annotations

from typing import Final

from bot.adapters.store.schema import metadata

OWNED: Final[dict[str, tuple[str, ...]]] = {
    # A column that names the tenant.
    "feeds": ("tenant",),
    "rules": ("tenant",),
    "audit": ("tenant",),
    # The channel says it, see `bot.core.tenancy.tenant_at`.
    "channels": ("chat", "channel"),
    "deliveries": ("chat", "channel"),
    "feedback": ("chat", "channel"),
    "holds": ("chat", "channel"),
    "silences": ("chat", "channel"),
    "slack_names": ("channel",),
    "slack_installs": ("team",),
    # A rule's.
    "matches": ("rule_id",),
}
"""The columns by which a row of a table belongs to a tenant."""

SHARED: Final[dict[str, str]] = {
    "articles": "public news; a feed that many watch is read once for all",
    "quotes": "of those articles",
    "seen": "entries of feeds, whoever watches them",
    "hubs": "a feed has one subscription, whoever watches it",
    "tallies": "counts of everything",
    "slack_states": "installs under way, of nobody yet",
    "meta": "the database's own",
    "paces": "how fast whole chats and workspaces are told things",
}
"""Tables that belong to nobody in particular, and why."""


def unowned() -> set[str]:
    """Give the tables of which nobody has said whose their rows are."""
    return set(metadata.tables) - set(OWNED) - set(SHARED)
