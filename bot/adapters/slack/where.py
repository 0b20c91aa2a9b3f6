"""An act of a person in Slack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Where:
    """An act in Slack.

    Attributes:
        user: id of the person.
        channel: id of the channel, "" where there is none (Home, forms).
        response_url: where answers go for half an hour, or "".
        trigger: opens one form within three seconds, or "".
        ephemeral: True when a button of a private message was pressed.
    """

    user: str
    channel: str = ""
    response_url: str = ""
    trigger: str = ""
    ephemeral: bool = False


def user_of(body: Body) -> str:
    """Give the id of the person behind a request."""
    return str(body.get("user_id") or (body.get("user") or {}).get("id") or "")


def where_of(body: Body) -> Where:
    """Read who acted, and where, from a slash command or an interaction."""
    channel = body.get("channel_id") or (body.get("channel") or {}).get("id") or ""
    return Where(
        user=user_of(body),
        channel=str(channel),
        response_url=str(body.get("response_url") or ""),
        trigger=str(body.get("trigger_id") or ""),
        ephemeral=bool((body.get("container") or {}).get("is_ephemeral")),
    )


def value_of(body: Body) -> str:
    """Give what a button or menu sends back, or what was typed into a field of Home."""
    action = (body.get("actions") or [{}])[0]
    chosen = (action.get("selected_option") or {}).get("value")
    return str(chosen or action.get("value") or "")
