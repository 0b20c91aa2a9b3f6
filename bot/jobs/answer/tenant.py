"""Workspaces that share a bot see nothing of one another's rules, changes and deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.model import Feed, Rule
    from bot.ports import Incoming


def tenant_of(incoming: Incoming) -> str:
    """Give what the targets of one's own tenant begin with; "" where there is only one.

    A channel that names its workspace, `T123/C456`, is one of several workspaces.
    """
    team, separator, _ = incoming.channel.partition("/")
    return f"{incoming.chat}:{team}/" if separator and incoming.chat == "slack" else ""


def sees_rule(tenant: str, rule: Rule) -> bool:
    """Say whether a rule's alerts go to a channel of the tenant."""
    return any(channel.startswith(tenant) for channel in rule.channels) or not tenant


def owns_feed(tenant: str, feed: Feed) -> bool:
    """Say whether a feed was added in the tenant, so that it may be paused or removed there."""
    return not tenant or f"slack:{feed.origin.removeprefix('chat:')}".startswith(tenant)
