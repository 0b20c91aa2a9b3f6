"""A Slack of our own, with documented behaviour only; every rule names its page.

Pages stand below https://docs.slack.dev/. It keeps a log of *accepted* posts: what reached people,
whatever the bot was told.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.slack.blockkit import problems, too_long, view_problems

if TYPE_CHECKING:
    from collections.abc import Callable

BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-1-sim", "xapp-1-sim", "sim-secret"
TEAM, BOT_USER, BOT_ID = "T0HOME0001", "U0BOT00001", "B0BOT00001"
SCOPES = (
    "commands,chat:write,channels:read,groups:read,"
    "channels:history,groups:history,im:history,users:read"
)


@dataclass
class Room:
    """A channel."""

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    archived: bool = False
    private: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Fault:
    """What goes wrong with one call: before Slack did anything, or after it did everything."""

    kind: str
    """reset, status, error, text (an answer that is not JSON), late (carried out after `wait`)"""
    after: bool = False
    code: str = ""
    status: int = 503
    wait: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


class Simulator:
    """One workspace with one app."""

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.accepted: list[dict[str, Any]] = []
        self.private: list[dict[str, Any]] = []
        self.responses: list[dict[str, Any]] = []
        self.views: list[tuple[str, dict[str, Any]]] = []
        self.faults: dict[str, list[Fault]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.token, self.scopes = BOT_TOKEN, SCOPES
        self.page_size = 1000
        self.response_uses: dict[str, int] = {}
        self.late: list[asyncio.Future[None]] = []
        self.triggers: dict[str, float] = {}
        self.sockets: list[web.WebSocketResponse] = []
        self.acks: dict[str, dict[str, Any]] = {}
        self._ts = itertools.count(1)
        self._numbers = itertools.count(1)
        self.base = ""
        self.changed = asyncio.Event()

    # ---------------------------------------------------------------- the workspace

    def room(self, name: str, *members: str, bot: bool = True, private: bool = False) -> Room:
        id_ = f"{'G' if private else 'C'}{next(self._numbers):07d}"
        made = Room(id_, name, {*members, *([BOT_USER] if bot else [])}, private=private)
        self.rooms[id_] = made
        return made

    def person(self, name: str, **flags: Any) -> str:
        id_ = f"U{next(self._numbers):07d}"
        user = {"id": id_, "name": name.casefold(), "real_name": name, "team_id": TEAM}
        self.people[id_] = {**user, **flags}
        return id_

    def fail(self, method: str, *faults: Fault) -> None:
        self.faults.setdefault(method, []).extend(faults)

    def trigger(self) -> str:
        made = f"trigger.{next(self._numbers)}"
        self.triggers[made] = time.monotonic()
        return made

    def response_url(self) -> str:
        name = str(next(self._numbers))
        self.response_uses[name] = 0
        return f"{self.base}/response/{name}"

    # ---------------------------------------------------------------- serving

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/{name}", self._response)
        app.router.add_get("/socket", self._socket)
        return app

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        queue = self.faults.get(method, [])
        fault = queue.pop(0) if queue else None
        if fault and fault.kind == "late":
            work = asyncio.ensure_future(self._late(fault.wait, method, arguments, request))
            self.late.append(work)
            return web.Response(status=504)
        if fault and not fault.after:
            return await self._spoil(request, fault)
        self.calls.append((method, arguments))
        answer = self._carry_out(method, arguments, request)
        self.changed.set()
        if fault:
            return await self._spoil(request, fault)
        # apis/web-api/#basics: the scopes of the token come in a header
        return web.json_response(answer, headers={"x-oauth-scopes": self.scopes})

    async def _late(
        self, wait: float, method: str, arguments: dict[str, Any], request: web.Request
    ) -> None:
        await asyncio.sleep(wait)
        self._carry_out(method, arguments, request)

    async def _spoil(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.wait:
            await asyncio.sleep(fault.wait)
        if fault.kind == "reset":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault.kind == "status":
            return web.Response(status=fault.status, text="upstream", headers=fault.headers)
        if fault.kind == "text":
            return web.Response(text="ok")
        body = {"ok": False, "error": fault.code}
        status = 429 if fault.code == "ratelimited" else 200  # apis/web-api/rate-limits
        return web.json_response(body, status=status, headers=fault.headers)

    def _carry_out(
        self, method: str, arguments: dict[str, Any], request: web.Request
    ) -> dict[str, Any]:
        expected = APP_TOKEN if method == "apps.connections.open" else self.token
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not given:  # authentication/tokens
            return _no("not_authed")
        if given != expected:
            return _no("token_revoked" if self.token == "" else "invalid_auth")
        handler: Callable[[dict[str, Any]], dict[str, Any]] | None = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._post_ephemeral,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "users.conversations": self._conversations,
            "users.info": self._user,
            "views.open": self._view_open,
            "views.update": self._view_update,
            "views.publish": self._view_publish,
            "apps.connections.open": self._connections_open,
        }.get(method)
        return handler(arguments) if handler else _no("unknown_method")

    # ---------------------------------------------------------------- methods

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        ids = {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT_ID}
        return {"ok": True, "team": "Harbour", "user": "wirewatch", **ids}

    def _post(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/chat.postMessage."""
        room = self.rooms.get(arguments.get("channel", ""))
        if room is None:
            return _no("channel_not_found")
        if room.archived:
            return _no("is_archived")
        if BOT_USER not in room.members:
            return _no("not_in_channel")
        if bad := self._bad_message(arguments):
            return _no(bad)
        message = {
            "ts": f"{time.time():.0f}.{next(self._ts):06d}",
            "bot_id": BOT_ID,
            **{name: arguments[name] for name in _KEPT if name in arguments},
        }
        room.messages.append(message)
        self.accepted.append({"channel": room.id, **message})
        return {"ok": True, "channel": room.id, "ts": message["ts"], "message": message}

    def _bad_message(self, arguments: dict[str, Any]) -> str:
        blocks = arguments.get("blocks") or []
        if not arguments.get("text") and not blocks:
            return "no_text"
        if problems(blocks):
            return "invalid_blocks"
        if too_long(blocks):
            return "msg_blocks_too_long"
        metadata = arguments.get("metadata")
        if metadata and not (metadata.get("event_type") and "event_payload" in metadata):
            return "invalid_metadata_format"  # messaging/message-metadata
        return ""

    def _post_ephemeral(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/chat.postEphemeral."""
        room = self.rooms.get(arguments.get("channel", ""))
        if room is None or BOT_USER not in room.members:
            return _no("channel_not_found")
        if arguments["user"] not in room.members:
            return _no("user_not_in_channel")
        self.private.append(arguments)
        return {"ok": True, "message_ts": "1.0"}

    def _history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/conversations.history: newest first, no replies, metadata on demand."""
        return self._messages(arguments, lambda message: "thread_ts" not in message)

    def _replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/conversations.replies."""
        thread = arguments["ts"]
        return self._messages(
            arguments, lambda message: thread in (message["ts"], message.get("thread_ts"))
        )

    def _messages(
        self, arguments: dict[str, Any], wanted: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        room = self.rooms.get(arguments.get("channel", ""))
        if room is None:
            return _no("channel_not_found")
        if BOT_USER not in room.members:
            return _no("not_in_channel")
        oldest = float(arguments.get("oldest", 0))
        found = [m for m in reversed(room.messages) if wanted(m) and float(m["ts"]) > oldest]
        if arguments.get("include_all_metadata") not in ("1", "true", True):
            found = [{k: v for k, v in m.items() if k != "metadata"} for m in found]
        return self._page("messages", found, arguments)

    def _conversations(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/users.conversations: private ones only where the bot is in, too."""
        user = arguments.get("user") or BOT_USER
        found = [
            {"id": room.id, "name": room.name, "is_private": room.private}
            for room in self.rooms.values()
            if user in room.members
            and not (room.archived and arguments.get("exclude_archived") in ("1", "true"))
            and (not room.private or BOT_USER in room.members)
        ]
        return self._page("channels", found, arguments)

    def _page(
        self, name: str, found: list[dict[str, Any]], arguments: dict[str, Any]
    ) -> dict[str, Any]:
        """apis/web-api/pagination."""
        start = int(arguments.get("cursor") or 0)
        size = min(int(arguments.get("limit", 100)), self.page_size)
        after = str(start + size) if len(found) > start + size else ""
        page = found[start : start + size]
        return {"ok": True, name: page, "response_metadata": {"next_cursor": after}}

    def _user(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/users.info."""
        user = self.people.get(arguments["user"])
        return {"ok": True, "user": user} if user else _no("user_not_found")

    def _view_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """interactivity/handling-user-interaction: a trigger opens once, within 3 seconds."""
        made = self.triggers.get(arguments.get("trigger_id", ""))
        if made is None:
            return _no("exchanged_trigger_id")
        del self.triggers[arguments["trigger_id"]]
        if time.monotonic() - made > 3:
            return _no("expired_trigger_id")
        return self._view("open", arguments)

    def _view_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return self._view("update", arguments)

    def _view_publish(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return self._view("publish", arguments)

    def _view(self, how: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if view_problems(arguments["view"]):
            return _no("invalid_arguments")
        self.views.append((how, arguments["view"]))
        return {"ok": True, "view": {**arguments["view"], "id": f"V{len(self.views)}"}}

    async def _response(self, request: web.Request) -> web.Response:
        """interactivity/handling-user-interaction#message_responses: 5 uses in 30 minutes."""
        name = request.match_info["name"]
        queue = self.faults.get("response_url", [])
        if queue:
            fault = queue.pop(0)
            return web.Response(status=fault.status, text="spoilt")
        if self.response_uses.get(name, 5) >= 5:
            return web.Response(status=404, text="used_url")
        self.response_uses[name] += 1
        message = await request.json()
        if problems(message.get("blocks") or []):
            return web.Response(status=400, text="invalid_blocks")
        self.responses.append(message)
        self.changed.set()
        return web.Response(text="ok")

    # ---------------------------------------------------------------- Socket Mode

    def _connections_open(self, _: dict[str, Any]) -> dict[str, Any]:
        url = self.base.replace("http://", "ws://")
        return {"ok": True, "url": f"{url}/socket?ticket={next(self._numbers)}"}

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        """apis/events-api/using-socket-mode: hello, envelopes, acknowledgements."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.sockets.append(socket)
        self.changed.set()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                answer = json.loads(message.data)
                self.acks[answer["envelope_id"]] = answer.get("payload") or {}
                self.changed.set()
        self.sockets.remove(socket)
        return socket

    async def until(self, reached: Callable[[], Any], seconds: float = 5.0) -> Any:
        """Wait for something to come true here; give it."""
        end = time.monotonic() + seconds
        while not (found := reached()):
            self.changed.clear()
            if time.monotonic() > end:
                raise AssertionError("it did not happen in time")
            try:
                await asyncio.wait_for(self.changed.wait(), 0.05)
            except TimeoutError:
                continue
        return found


_KEPT = ("text", "blocks", "metadata", "thread_ts", "unfurl_links", "unfurl_media", "parse")


def _no(code: str) -> dict[str, Any]:
    return {"ok": False, "error": code}


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return await request.json()
    posted = await request.post()
    return {**request.query, **{name: str(value) for name, value in posted.items()}}
