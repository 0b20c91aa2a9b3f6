"""A Matrix homeserver as small as the bot needs it, with a log of accepted messages and faults.

From https://spec.matrix.org/latest/client-server-api/: login and whoami (#login, #current-account-
information), sync (#syncing), sending with transaction ids that belong to a device
(#transaction-identifiers: the same id gives the same event), messages (#getting-events-for-a-room),
state, joining, rate limits (`M_LIMIT_EXCEEDED`, `retry_after_ms`), and as much of the key endpoints
as a client with keys needs for unencrypted rooms. The real Synapse is what `tests/matrix` talks to.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.crash.faults import Fault, Faults
from tests.crash.slackserver import acted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.crash.chatlog import ChatLog

BOT, READER, PASSWORD = "@wirewatch:torture.example", "@reader:torture.example", "pw"
_V3 = "/_matrix/client/{version:v3|r0}"
_LONGEST_POLL = 10.0


@dataclass
class Room:
    """A room with its bot and a reader."""

    id: str
    events: list[dict[str, Any]] = field(default_factory=list)
    forbidden: bool = False


class Homeserver:
    """One homeserver with one account that matters."""

    def __init__(self, log: ChatLog) -> None:
        self._log = log
        self.rooms: dict[str, Room] = {}
        self.trouble = Faults()
        self.devices: dict[str, str] = {}
        """Device by access token."""
        self.revoked = False
        self.heard = False
        """Set once the bot waits for news; what was said before is history to it."""
        self.transactions: dict[tuple[str, str, str], str] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)
        self._news = asyncio.Event()
        self._stream = 0
        self.base = ""

    def room(self) -> Room:
        """Make a room with the bot in it."""
        made = Room(f"!room{next(self._numbers)}:torture.example")
        self.rooms[made.id] = made
        return made

    def say(self, room: str, text: str) -> None:
        """Let the reader say something in a room."""
        self._stream += 1
        event = {
            "type": "m.room.message", "content": {"msgtype": "m.text", "body": text},
            "sender": READER, "event_id": f"$said{self._stream}:torture.example",
            "stream": self._stream, "origin_server_ts": int(time.time() * 1000),
        }  # fmt: skip
        self.rooms[room].events.append(event)
        self._news.set()

    def forget_transactions(self) -> None:
        """Forget transaction ids, as Synapse does after a day."""
        self.transactions.clear()

    # ---------------------------------------------------------------- serving

    def application(self) -> web.Application:
        app = web.Application(client_max_size=1 << 20)
        add = app.router.add_route
        add("GET", "/_matrix/client/versions", self._versions)
        add("POST", f"{_V3}/login", self._login)
        add("GET", f"{_V3}/account/whoami", self._whoami)
        add("GET", f"{_V3}/sync", self._sync)
        add("PUT", f"{_V3}/rooms/{{room}}/send/{{kind}}/{{txn}}", self._send)
        add("GET", f"{_V3}/rooms/{{room}}/messages", self._messages)
        add("GET", f"{_V3}/rooms/{{room}}/state/{{kind}}", self._state_of)
        add("GET", f"{_V3}/rooms/{{room}}/state/{{kind}}/", self._state_of)
        add("GET", f"{_V3}/rooms/{{room}}/state", self._state)
        add("POST", f"{_V3}/join/{{room}}", self._join)
        add("POST", f"{_V3}/keys/upload", self._keys)
        add("POST", f"{_V3}/keys/query", self._keys)
        add("PUT", f"{_V3}/sendToDevice/{{kind}}/{{txn}}", self._nothing)
        return app

    def _device(self, request: web.Request) -> str:
        """Give the device that asks, by its token.

        Raises:
            HTTPUnauthorized: the token is none.
        """
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.revoked or token not in self.devices:
            wrong = {"errcode": "M_UNKNOWN_TOKEN", "error": "who?", "soft_logout": True}
            raise web.HTTPUnauthorized(text=json.dumps(wrong), content_type="application/json")
        return self.devices[token]

    async def _versions(self, _: web.Request) -> web.Response:
        return web.json_response({"versions": ["v1.1", "v1.11"]})

    async def _login(self, request: web.Request) -> web.Response:
        wish = await request.json()
        if self.revoked or wish.get("password") != PASSWORD:
            return web.json_response({"errcode": "M_FORBIDDEN", "error": "no"}, status=403)
        device = wish.get("device_id") or f"D{next(self._numbers)}"
        token = f"token{next(self._numbers)}"
        self.devices[token] = device
        return web.json_response({"user_id": BOT, "device_id": device, "access_token": token})

    async def _whoami(self, request: web.Request) -> web.Response:
        return web.json_response({"user_id": BOT, "device_id": self._device(request)})

    async def _keys(self, request: web.Request) -> web.Response:
        self._device(request)
        return web.json_response(
            {"one_time_key_counts": {"signed_curve25519": 50}, "device_keys": {}, "failures": {}}
        )

    async def _nothing(self, request: web.Request) -> web.Response:
        self._device(request)
        return web.json_response({})

    async def _join(self, request: web.Request) -> web.Response:
        self._device(request)
        return web.json_response({"room_id": request.match_info["room"]})

    # ---------------------------------------------------------------- rooms

    def _room_state(self, room: Room) -> Iterator[dict[str, Any]]:
        level = 50 if room.forbidden else 0
        for kind, key, content in (
            ("m.room.create", "", {"room_version": "10", "creator": READER}),
            ("m.room.join_rules", "", {"join_rule": "public"}),
            ("m.room.power_levels", "", {"users": {READER: 100}, "events_default": level}),
            ("m.room.member", BOT, {"membership": "join", "displayname": "Wirewatch"}),
            ("m.room.member", READER, {"membership": "join", "displayname": "Reader"}),
        ):
            yield {
                "type": kind, "state_key": key, "content": content, "sender": READER,
                "event_id": f"${kind}{key}{room.id}", "origin_server_ts": 1,
            }  # fmt: skip

    async def _state_of(self, request: web.Request) -> web.Response:
        self._device(request)
        room = self.rooms.get(request.match_info["room"])
        for event in self._room_state(room) if room else ():
            if event["type"] == request.match_info["kind"]:
                return web.json_response(event["content"])
        return web.json_response({"errcode": "M_NOT_FOUND", "error": "none"}, status=404)

    async def _state(self, request: web.Request) -> web.Response:
        self._device(request)
        return web.json_response(list(self._room_state(self.rooms[request.match_info["room"]])))

    async def _sync(self, request: web.Request) -> web.Response:
        self._device(request)
        since = request.query.get("since", "")
        self.heard = self.heard or bool(since)
        patience = min(float(request.query.get("timeout", 0)) / 1000, _LONGEST_POLL)
        if since == f"s{self._stream}" and patience:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), patience)
        after = int(since[1:]) if since else 0
        full = not since or request.query.get("full_state") == "true"
        joined = {}
        for room in self.rooms.values():
            new = [event for event in room.events if event["stream"] > after]
            if new or full:
                events = [_shown(event) for event in new[-20:]]
                state = list(self._room_state(room)) if full else []
                joined[room.id] = _joined(events, state)
        self._device(request)
        return web.json_response(
            {
                "next_batch": f"s{self._stream}",
                "rooms": {"join": joined, "invite": {}, "leave": {}},
                "to_device": {"events": []}, "presence": {"events": []},
                "device_lists": {"changed": [], "left": []},
                "device_one_time_keys_count": {"signed_curve25519": 50},
            }
        )  # fmt: skip

    async def _messages(self, request: web.Request) -> web.Response:
        self._device(request)
        room = self.rooms.get(request.match_info["room"])
        if room is None:
            return web.json_response({"errcode": "M_FORBIDDEN", "error": "no"}, status=403)
        limit, start = int(request.query.get("limit", 10)), request.query.get("from")
        wanted = json.loads(request.query.get("filter", "{}")).get("types")
        below = int(start[1:]) if start else self._stream + 1
        events = [
            event for event in reversed(room.events)
            if event["stream"] < below and (not wanted or event["type"] in wanted)
        ][:limit]  # fmt: skip
        answer: dict[str, Any] = {"start": f"t{below}", "chunk": [_shown(each) for each in events]}
        if len(events) == limit:
            answer["end"] = f"t{events[-1]['stream']}"
        return web.json_response(answer)

    # ---------------------------------------------------------------- sending

    async def _send(self, request: web.Request) -> web.StreamResponse:
        device = self._device(request)
        room = self.rooms.get(request.match_info["room"])
        kind, txn = request.match_info["kind"], request.match_info["txn"]
        content = await request.json()
        if room is None or room.forbidden:
            return web.json_response({"errcode": "M_FORBIDDEN", "error": "no"}, status=403)
        fault = self.trouble.take(room.id) if kind == "m.room.message" else None
        if fault is None:
            return web.json_response({"event_id": self._keep(room, kind, content, device, txn)})
        if fault.kind == "late":
            self._soon(fault, room, kind, content, device, txn)
            return web.Response(status=504)
        if fault.after:
            self._keep(room, kind, content, device, txn)
        limited: dict[str, Any] = {"errcode": "M_LIMIT_EXCEEDED", "error": "slow down"}
        if fault.retry_after is not None:
            limited["retry_after_ms"] = fault.retry_after * 1000
        return await acted(request, fault, limited)

    def _soon(self, fault: Fault, *sending: Any) -> None:
        work = self.trouble.later(fault, lambda: self._keep(*sending))
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _keep(self, room: Room, kind: str, content: dict[str, Any], device: str, txn: str) -> str:
        known = self.transactions.get((device, room.id, txn))
        if known:
            return known
        self._stream += 1
        event = {
            "type": kind, "content": content, "sender": BOT, "room_id": room.id,
            "event_id": f"$event{self._stream}:torture.example", "stream": self._stream,
            "origin_server_ts": int(time.time() * 1000),
        }  # fmt: skip
        room.events.append(event)
        self.transactions[device, room.id, txn] = str(event["event_id"])
        self._news.set()
        relation = content.get("m.relates_to", {}).get("rel_type")
        if kind == "m.room.message" and relation != "m.replace":
            self._log.accepted("matrix", room.id, content, thread=relation == "m.thread")
        return str(event["event_id"])


def _shown(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "stream"}


def _joined(events: list[dict[str, Any]], state: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "timeline": {"events": events, "limited": False, "prev_batch": "t0"},
        "state": {"events": state},
        "ephemeral": {"events": []}, "account_data": {"events": []},
        "summary": {}, "unread_notifications": {},
    }  # fmt: skip
