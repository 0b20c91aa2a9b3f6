"""Where work goes when many programs share one database: the names of queues, jobs and locks."""

from __future__ import annotations

from typing import Final

POLL: Final = "poll"
"""Due feeds are claimed, polled and matched: a text is matched where it was fetched."""

MATCH: Final = "match"
"""What looks at stored articles now and then: silences, feed health, retention, the account."""

DELIVER: Final = "deliver"
"""The lines of channels whose chat anybody with its token can post to."""

QUEUES: Final = (POLL, MATCH, DELIVER)
"""What `wirewatch worker --queues` may name."""

CONNECTED: Final = frozenset({"console", "matrix"})
"""Chats that only the program with their connection can post to: a terminal, a device's keys."""

POLL_JOB: Final = "poll"
DRAIN_JOB: Final = "drain"

FEEDS_A_JOB: Final = 50


def queue_of(chat: str) -> str:
    """Give the queue in which the lines of a chat are drained."""
    return f"{DELIVER}:{chat}" if chat in CONNECTED else DELIVER


def drain_lock(chat: str, channel: str) -> str:
    """Name the line of a channel: at most one job waits for it, at most one program writes it."""
    return f"drain/{chat}/{channel}"


def chat_lock(chat: str) -> str:
    """Name the connection of a chat, which one program holds."""
    return f"chat/{chat}"
