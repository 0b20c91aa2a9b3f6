"""Whose something is, and how much each may have.

A tenant is whoever shares one running bot with others: a Slack workspace, or the people of one
Matrix homeserver. What files say is the operator's, who is no tenant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

OPERATOR: Final = ""
"""The tenant of what belongs to whoever runs the bot."""

_SLACK_CHANNEL: Final = re.compile(r"[CGD][A-Z0-9]{2,}|#.+")
_CHAT_ORIGIN: Final = "chat:"


def tenant_at(chat: str, channel: str) -> str:
    """Give the tenant that a channel belongs to.

    `slack:T123` for a channel of one of several workspaces, `slack` for one of the only workspace;
    `matrix:example.org` for a room made there. Rooms of version 12 and later do not say where they
    were made (https://github.com/matrix-org/matrix-spec-proposals/blob/main/proposals/4291-room-ids-as-hashes.md):
    they are `matrix`'s, all together. The console is the operator's.

    Args:
        chat: slack, matrix, console or another.
        channel: within the chat.
    """
    if chat == "slack":
        team, separator, _ = channel.partition("/")
        return f"slack:{team}" if separator else "slack"
    if chat == "matrix":
        _, separator, server = channel.partition(":")
        return f"matrix:{server}" if separator else "matrix"
    return OPERATOR


def tenant_of_target(target: str) -> str:
    """Give the tenant of a channel as rules write it: `slack:T123/C456`."""
    chat, _, channel = target.partition(":")
    return tenant_at(chat, channel)


def tenant_of_origin(origin: str) -> str:
    """Give the tenant that added a feed; a file's feed is the operator's.

    Args:
        origin: `Feed.origin`; `chat:` and the channel where a person added it.
    """
    if not origin.startswith(_CHAT_ORIGIN):
        return OPERATOR
    channel = origin.removeprefix(_CHAT_ORIGIN)
    if channel.startswith("!"):
        return tenant_at("matrix", channel)
    team, separator, _ = channel.partition("/")
    if (separator and team.startswith("T")) or _SLACK_CHANNEL.fullmatch(channel):
        return tenant_at("slack", channel)
    return OPERATOR


@dataclass(frozen=True, slots=True)
class Quotas:
    """How much each tenant may have; the operator may have anything.

    Two commands at the same moment may both find room for the last one: a quota keeps a tenant
    within bounds, it does not count to the last.

    Attributes:
        rules: made in chats.
        channels: in which rules made in chats alert.
        feeds: added in chats.
    """

    rules: int = 1000
    channels: int = 200
    feeds: int = 500
