"""People acting in the simulator, over signed HTTP or Socket Mode.

Payloads: https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/reference/interaction-payloads, https://docs.slack.dev/apis/events-api.
"""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

import aiohttp

from bot.adapters.slack.signature import sign
from tests.slack.simulator import SECRET, TEAM

if TYPE_CHECKING:
    from tests.slack.simulator import Room, Simulator

CHOICES = ("digest", "threads")
FORM = "application/x-www-form-urlencoded"


class Transport(Protocol):
    async def deliver(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Hand a payload to the bot; give what it acknowledged with."""


class Signed:
    """HTTP mode."""

    def __init__(self, url: str, secret: str = SECRET) -> None:
        self.url, self.secret = url, secret
        self.status = 0

    async def deliver(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        if kind == "events_api":
            body, content = json.dumps(payload), "application/json"
        elif kind == "slash_commands":
            body, content = urlencode(payload), FORM
        else:
            body, content = urlencode({"payload": json.dumps(payload)}), FORM
        return await self.send(body.encode(), content)

    async def send(self, body: bytes, content: str, **headers: str) -> dict[str, Any]:
        timestamp = str(int(time.time()))
        signed = {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self.secret, timestamp, body),
            "Content-Type": content,
            **headers,
        }
        begun = time.monotonic()
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body, headers=signed) as answer,
        ):
            self.status = answer.status
            text = await answer.text()
        assert time.monotonic() - begun < 3  # the acknowledgement's time limit
        return json.loads(text) if text.startswith("{") else {}


class Enveloped:
    """Socket Mode."""

    def __init__(self, slack: Simulator) -> None:
        self.slack = slack

    async def deliver(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        return await self.send(str(uuid.uuid4()), kind, payload)

    async def send(self, envelope: str, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        await self.slack.until(lambda: self.slack.sockets)
        self.slack.acks.pop(envelope, None)
        await self.slack.sockets[-1].send_json(
            {
                "type": kind,
                "envelope_id": envelope,
                "payload": payload,
                "accepts_response_payload": kind != "events_api",
            }
        )
        await self.slack.until(lambda: envelope in self.slack.acks, seconds=3)
        return self.slack.acks[envelope]


class People:
    """What people do."""

    def __init__(self, slack: Simulator, transport: Transport, team: str = TEAM) -> None:
        self.slack, self.transport, self.team = slack, transport, team

    async def slash(self, user: str, room: Room, text: str) -> dict[str, Any]:
        return await self.transport.deliver("slash_commands", self.slash_payload(user, room, text))

    def slash_payload(self, user: str, room: Room, text: str) -> dict[str, Any]:
        return {
            "token": "legacy",
            "team_id": self.team,
            "channel_id": room.id,
            "channel_name": room.name,
            "user_id": user,
            "user_name": user.casefold(),
            "command": "/watch",
            "text": text,
            "response_url": self.slack.response_url(),
            "trigger_id": self.slack.trigger(),
        }

    async def press(
        self,
        user: str,
        room: Room | None,
        action: str,
        value: str = "",
        *,
        private: bool = False,
        kind: str = "button",
        view: dict[str, Any] | None = None,
    ) -> None:
        """Press a button or choose from a menu, of a message (private or not), a window or Home."""
        pressed: dict[str, Any] = {"type": kind, "action_id": action, "block_id": "b"}
        if kind == "overflow":
            pressed["selected_option"] = {"value": value}
        else:
            pressed["value"] = value
        payload: dict[str, Any] = {
            "type": "block_actions",
            "team": {"id": self.team},
            "user": {"id": user, "team_id": self.team},
            "trigger_id": self.slack.trigger(),
            "actions": [pressed],
        }
        if view:
            payload["view"] = {**view, "id": "V1", "hash": "h", "state": {"values": {}}}
        if room:
            where = {"channel": {"id": room.id, "name": room.name}}
            payload |= {**where, "response_url": self.slack.response_url()}
            payload["container"] = {
                "type": "message", "channel_id": room.id, "is_ephemeral": private,
            }  # fmt: skip
        await self.transport.deliver("interactive", payload)

    async def point_at(self, user: str, room: Room, text: str) -> None:
        """Choose the shortcut on a message: reference/interaction-payloads/shortcuts-payload."""
        await self.transport.deliver(
            "interactive",
            {
                "type": "message_action",
                "callback_id": "watch_this",
                "team": {"id": self.team},
                "user": {"id": user, "team_id": self.team},
                "channel": {"id": room.id, "name": room.name},
                "message": {"type": "message", "text": text, "ts": "1.0"},
                "response_url": self.slack.response_url(),
                "trigger_id": self.slack.trigger(),
            },
        )

    async def happens(self, **event: Any) -> None:
        """Have Slack tell of something."""
        await self.transport.deliver("events_api", happened(self.team, event))

    async def submit(self, user: str, view: dict[str, Any], **values: str) -> dict[str, Any]:
        typed = {name: {name: _state(name, value)} for name, value in values.items()}
        payload = {
            "type": "view_submission",
            "team": {"id": self.team},
            "user": {"id": user, "team_id": self.team},
            "trigger_id": self.slack.trigger(),
            "view": {**view, "id": "V1", "hash": "h", "state": {"values": typed}},
        }
        return await self.transport.deliver("interactive", payload)

    async def open_home(self, user: str, event_id: str = "") -> None:
        opened = {"type": "app_home_opened", "user": user, "tab": "home", "channel": "D1"}
        await self.transport.deliver("events_api", happened(self.team, opened, event_id))


def _state(name: str, value: str) -> dict[str, Any]:
    """Give a field's state as a submission brings it."""
    if name == "channel":
        return {"selected_conversation": value}
    return {"selected_option": {"value": value}} if name in CHOICES else {"value": value}


def home_opened(user: str, event_id: str = "") -> dict[str, Any]:
    opened = {"type": "app_home_opened", "user": user, "tab": "home", "channel": "D1"}
    return happened(TEAM, opened, event_id)


def happened(team: str, event: dict[str, Any], event_id: str = "") -> dict[str, Any]:
    return {
        "type": "event_callback",
        "team_id": team,
        "api_app_id": "A1",
        "event_id": event_id or f"Ev{uuid.uuid4().hex}",
        "event": event,
    }
