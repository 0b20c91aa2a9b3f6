"""To whom a channel belongs: whoever made a rule there, and where that person can be told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.model import Rule

_SLACK_USER = re.compile(r"(?:^|\()([UW][A-Z0-9]{2,})\b")
_MENDING = {
    "slack": "Unarchive the channel or /invite me there again, and it goes on by itself;",
    "matrix": "Invite me there again, and it goes on by itself;",
}


def inboxes(rules: Iterable[Rule], chat: str, channel: str) -> list[str]:
    """Give the direct messages of those who made the rules of a channel, each once.

    Slack takes a user's id for a channel (https://docs.slack.dev/reference/methods/conversations.open);
    in Matrix a private room would have to be made first, so nobody is written to there.

    Args:
        rules: all there are; those of files have no author.
        chat: where the channel is.
        channel: as in `Rule.channels`, without the chat.
    """
    if chat != "slack":
        return []
    home = channel.rpartition("/")[0]
    place = f"{chat}:{channel}"
    users = (_SLACK_USER.search(rule.origin) for rule in rules if place in rule.channels)
    found = dict.fromkeys(user[1] for user in users if user)
    return [f"{home}/{user}" if home else user for user in found]


def refusal_told(chat: str, channel: str, reason: str) -> str:
    """Write what the owner of a channel is told when it takes no messages any more."""
    return (
        f"I cannot post in {chat}:{channel}, where you made a rule: {reason}. Nothing is lost: "
        f"what is for it waits. {_MENDING.get(chat, 'Mend it, and it goes on by itself;')} "
        "/watch list there shows its rules."
    )
