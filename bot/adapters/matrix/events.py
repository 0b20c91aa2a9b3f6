"""Reading and building event contents: commands, reactions, relations. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

CONTENT_KEY = "org.wirewatch.delivery"
"""In the content of every alert: its delivery id. By it an alert is found again."""

ALERT_KEY = "org.wirewatch.alert"
"""In the content of every alert: what reactions need to know (url, article, story, rule)."""

PREFIX = "!watch"
_COMMAND = re.compile(rf"{PREFIX}(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_OLD_REPLY = re.compile(r"(?:> .*\n)+\n?")


@dataclass(frozen=True, slots=True)
class Seen:
    """An event of a room's timeline, as far as we care.

    Attributes:
        id: event id.
        sender: Matrix id.
        kind: event type.
        content: as sent; unchecked.
        sent: milliseconds since 1970, as its homeserver says.
        state_key: None for events that are no state.
        unread: True for an encrypted event that could not be decrypted.
        redacts: id of the event that this one removes, "" for other kinds.
    """

    id: str
    sender: str
    kind: str
    content: dict[str, Any]
    sent: int = 0
    state_key: str | None = None
    unread: bool = False
    redacts: str = ""


def seen(source: object, *, unread: bool = False) -> Seen | None:
    """Read an event as the homeserver gives it; None for what has not even an id and a sender."""
    if not isinstance(source, dict):
        return None
    event_id, sender, kind = (source.get(key) for key in ("event_id", "sender", "type"))
    if not (isinstance(event_id, str) and isinstance(sender, str) and isinstance(kind, str)):
        return None
    content, sent = source.get("content"), source.get("origin_server_ts")
    return Seen(
        event_id,
        sender,
        kind,
        content=content if isinstance(content, dict) else {},
        sent=sent if isinstance(sent, int) else 0,
        state_key=source.get("state_key"),
        unread=unread,
        redacts=_redacted(source) if kind == "m.room.redaction" else "",
    )


def _redacted(source: dict[str, Any]) -> str:
    """Give what a redaction removes; since room version 11 its content says so."""
    content = source.get("content")
    inner = content.get("redacts") if isinstance(content, dict) else None
    found = source.get("redacts") or inner
    return found if isinstance(found, str) else ""


def since_joining(events: Sequence[Any], user: str) -> Sequence[Any]:
    """Leave out what was said before `user` joined, where the joining is among the events.

    Args:
        events: a timeline; each has a `source` as the homeserver gives it.
        user: Matrix id.
    """
    for at in range(len(events) - 1, -1, -1):
        event = seen(events[at].source)
        if event is None or event.kind != "m.room.member" or event.state_key != user:
            continue
        unsigned = events[at].source.get("unsigned")
        before = unsigned.get("prev_content") if isinstance(unsigned, dict) else None
        was_in = isinstance(before, dict) and before.get("membership") == "join"
        if event.content.get("membership") == "join" and not was_in:
            return events[at + 1 :]
    return events


def command_in(event: Seen) -> str | None:
    """Give what stands behind `!watch` in a person's message; None for anything else.

    Notices (the mark of bots), edits, and messages that Wirewatch itself wrote are nothing.
    """
    content = event.content
    if event.kind != "m.room.message" or content.get("msgtype") != "m.text":
        return None
    if relation_of(content).get("rel_type") == "m.replace" or ALERT_KEY in content:
        return None
    body = content.get("body")
    if not isinstance(body, str):
        return None
    found = _COMMAND.fullmatch(_OLD_REPLY.sub("", body, count=1).strip())
    return (found[1] or "").strip() if found else None


def relation_of(content: dict[str, Any]) -> dict[str, Any]:
    """Give `m.relates_to`, {} when there is none."""
    relation = content.get("m.relates_to")
    return relation if isinstance(relation, dict) else {}


def reaction_in(event: Seen) -> tuple[str, str] | None:
    """Give (event reacted to, key without variation selector), or None."""
    relation = relation_of(event.content)
    if event.kind != "m.reaction" or relation.get("rel_type") != "m.annotation":
        return None
    target, key = relation.get("event_id"), relation.get("key")
    if not isinstance(target, str) or not isinstance(key, str):
        return None
    return target, key.replace("\ufe0f", "")


def thread_root(event: Seen) -> str | None:
    """Give the root of the thread an event is in, or None."""
    relation = relation_of(event.content)
    root = relation.get("event_id")
    return root if relation.get("rel_type") == "m.thread" and isinstance(root, str) else None


def in_thread(root: str, answered: str) -> dict[str, Any]:
    """Build the relation of a message in a thread, with the fallback for clients without threads.

    https://spec.matrix.org/latest/client-server-api/#fallback-for-unthreaded-clients
    """
    return {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": root == answered,
        "m.in_reply_to": {"event_id": answered},
    }


def in_reply(answered: str) -> dict[str, Any]:
    """Build the relation of a plain reply."""
    return {"m.in_reply_to": {"event_id": answered}}


def reference(room_id: str, event_id: str) -> str:
    """Name an event for the outbox: room and event, separated by a space."""
    return f"{room_id} {event_id}"


def referred(ref: str) -> tuple[str, str]:
    """Split what `reference` built into room and event."""
    room_id, _, event_id = ref.partition(" ")
    return room_id, event_id
