"""A Slack of our own, with documented behaviour only; every rule names its page.

Pages stand below https://docs.slack.dev/. It keeps a log of *accepted* posts: what reached people,
whatever the bot was told.
"""

from __future__ import annotations

import asyncio
import base64
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
    "channels:history,groups:history,im:history,im:write,users:read,files:write"
)
CLIENT_ID, CLIENT_SECRET = "111.222", "sim-client-secret"


@dataclass
class Room:
    """A channel."""

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    archived: bool = False
    private: bool = False
    team: str = TEAM
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
    """One workspace with one app; with OAuth more workspaces of the same app."""

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
        self.tokens: dict[str, str] = {}
        """Further bot tokens, each with its workspace."""
        self.team = TEAM
        self.codes: dict[str, str] = {}
        """Codes of installs that were agreed to, each with its workspace."""
        self.refresh: dict[str, str] = {}
        self.lifetime = 0
        self.files: dict[str, dict[str, Any]] = {}
        self.when: list[tuple[float, str]] = []
        """When a post was accepted, and where; by the steady clock."""
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

    def room(
        self,
        name: str,
        *members: str,
        bot: bool = True,
        private: bool = False,
        team: str = TEAM,
    ) -> Room:
        id_ = f"{'G' if private else 'C'}{next(self._numbers):07d}"
        inside = {*members, *([BOT_USER] if bot else [])}
        made = Room(id_, name, inside, private=private, team=team)
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
        app.router.add_post("/upload/{file}", self._upload)
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
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if method == "oauth.v2.access":
            return self._access(arguments, given)
        if not given:  # authentication/tokens
            return _no("not_authed")
        if method == "apps.connections.open":
            return self._connections_open() if given == APP_TOKEN else _no("invalid_auth")
        if given != self.token and given not in self.tokens:
            return _no("token_revoked" if self.token == "" else "invalid_auth")
        self.team = self.tokens.get(given, TEAM)
        handler: Callable[[dict[str, Any]], dict[str, Any]] | None = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._post_ephemeral,
            "conversations.history": self._history,
            "conversations.open": self._direct,
            "conversations.replies": self._replies,
            "users.conversations": self._conversations,
            "users.info": self._user,
            "views.open": self._view_open,
            "views.push": self._view_push,
            "views.update": self._view_update,
            "views.publish": self._view_publish,
            "chat.update": self._update,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._upload_done,
        }.get(method)
        return handler(arguments) if handler else _no("unknown_method")

    # ---------------------------------------------------------------- methods

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        ids = {"team_id": self.team, "user_id": BOT_USER, "bot_id": BOT_ID}
        return {"ok": True, "team": "Harbour", "user": "wirewatch", **ids}

    def _post(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/chat.postMessage."""
        room = self._room(arguments)
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
        self.when.append((time.monotonic(), room.id))
        return {"ok": True, "channel": room.id, "ts": message["ts"], "message": message}

    def _direct(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/conversations.open: the direct messages with one user."""
        user = arguments.get("users", "")
        if user not in self.people:
            return _no("user_not_found")
        id_ = f"D{user}"
        self.rooms.setdefault(id_, Room(id_, id_, {user, BOT_USER}, team=self.team))
        return {"ok": True, "channel": {"id": id_}}

    def _room(self, arguments: dict[str, Any]) -> Room | None:
        """A token sees the channels of its own workspace only."""
        room = self.rooms.get(arguments.get("channel", ""))
        return room if room and room.team == self.team else None

    def _update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/chat.update: blocks and metadata that are not sent again go or stay.

        "If you don't include blocks, the message's previous blocks will be retained."
        """
        room = self._room(arguments)
        if room is None:
            return _no("channel_not_found")
        found = next((m for m in room.messages if m["ts"] == arguments.get("ts")), None)
        if found is None:
            return _no("message_not_found")
        if bad := self._bad_message(arguments):
            return _no(bad)
        found |= {name: arguments[name] for name in _KEPT if name in arguments}
        return {"ok": True, "channel": room.id, "ts": found["ts"], "text": found["text"]}

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
        room = self._room(arguments)
        if room is None or BOT_USER not in room.members:
            return _no("channel_not_found")
        if arguments["user"] not in room.members:
            return _no("user_not_in_channel")
        self.private.append(arguments)
        return {"ok": True, "message_ts": "1.0"}

    def _history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/conversations.history: newest first, no replies, metadata on demand."""
        return self._messages(
            arguments,
            lambda message: "thread_ts" not in message or message.get("reply_broadcast"),
        )

    def _replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/conversations.replies."""
        thread = arguments["ts"]
        return self._messages(
            arguments, lambda message: thread in (message["ts"], message.get("thread_ts"))
        )

    def _messages(
        self, arguments: dict[str, Any], wanted: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        room = self._room(arguments)
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
            and room.team == self.team
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

    def _view_push(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/views.push: like opening, on top of the window that is there."""
        answer = self._view_open(arguments)
        if answer["ok"]:
            self.views[-1] = ("push", arguments["view"])
        return answer

    def _view_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return self._view("update", arguments)

    def _view_publish(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return self._view("publish", arguments)

    def _view(self, how: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if view_problems(arguments["view"]):
            return _no("invalid_arguments")
        self.views.append((how, arguments["view"]))
        return {"ok": True, "view": {**arguments["view"], "id": f"V{len(self.views)}"}}

    # ---------------------------------------------------------------- installs and files

    def agree(self, team: str, code: str) -> None:
        """Somebody agreed to the install in a workspace; Slack sends a code to the bot."""
        self.codes[code] = team

    def _access(self, arguments: dict[str, Any], authorization: str) -> dict[str, Any]:
        """reference/methods/oauth.v2.access: a code counts once; so does a refresh token."""
        wanted = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if authorization != f"Basic {wanted}":
            return _no("bad_client_secret")
        if arguments.get("grant_type") == "refresh_token":
            team = self.refresh.pop(arguments.get("refresh_token", ""), None)
            if team is None:
                return _no("invalid_refresh_token")
        else:
            team = self.codes.pop(arguments.get("code", ""), None)
            if team is None:
                return _no("invalid_code")
        number = next(self._numbers)
        token = f"xoxe.xoxb-{number}" if self.lifetime else f"xoxb-{number}"
        self.tokens = {t: owner for t, owner in self.tokens.items() if owner != team}
        self.tokens[token] = team
        answer: dict[str, Any] = {
            "ok": True,
            "access_token": token,
            "token_type": "bot",
            "scope": self.scopes,
            "bot_user_id": BOT_USER,
            "app_id": "A1",
            "team": {"id": team, "name": f"Team {team}"},
            "authed_user": {"id": "U9999999"},
        }
        if self.lifetime:  # authentication/using-token-rotation
            self.refresh[f"xoxe-{number}"] = team
            answer |= {"refresh_token": f"xoxe-{number}", "expires_in": self.lifetime}
        return answer

    def _upload_url(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/files.getUploadURLExternal."""
        if "files:write" not in self.scopes:
            return _no("missing_scope")
        file = f"F{next(self._numbers):07d}"
        alt = arguments.get("alt_txt", "")
        if len(alt) > 1000:
            return _no("alt_txt_too_large")
        length = int(arguments["length"])
        self.files[file] = {"name": arguments["filename"], "alt": alt, "length": length}
        return {"ok": True, "upload_url": f"{self.base}/upload/{file}", "file_id": file}

    async def _upload(self, request: web.Request) -> web.Response:
        file = self.files[request.match_info["file"]]
        file["bytes"] = await request.read()
        return web.Response(text=f"OK - {len(file['bytes'])}")

    def _upload_done(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """reference/methods/files.completeUploadExternal."""
        room = self.rooms.get(arguments.get("channel_id", ""))
        if room is None or BOT_USER not in room.members:
            return _no("channel_not_found")
        given = arguments["files"]
        for one in json.loads(given) if isinstance(given, str) else given:
            file = self.files[one["id"]]
            if len(file.get("bytes", b"")) != file["length"]:
                return _no("file_not_found")
            file |= {"title": one.get("title"), "channel": room.id}
            file["comment"] = arguments.get("initial_comment", "")
        return {"ok": True, "files": []}

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

    def _connections_open(self) -> dict[str, Any]:
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


_KEPT = (
    *("text", "blocks", "metadata", "thread_ts", "reply_broadcast"),
    *("unfurl_links", "unfurl_media", "parse"),
)


def _no(code: str) -> dict[str, Any]:
    return {"ok": False, "error": code}


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return await request.json()
    posted = await request.post()
    return {**request.query, **{name: str(value) for name, value in posted.items()}}
