"""A real Synapse for tests: started in a temporary folder on a free port of this machine."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import itertools
import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NIGHTLY = os.environ.get("WIREWATCH_PROFILE") == "nightly"
SECRET = "registration-for-tests-only"


_numbers = itertools.count(1)


def synapse_python() -> Path | None:
    """Give the Python of the environment that Synapse is installed in, or None."""
    for folder in (os.environ.get("WIREWATCH_SYNAPSE_VENV"), str(ROOT / ".venv-synapse")):
        if folder and (Path(folder) / "bin" / "synapse_homeserver").exists():
            return Path(folder) / "bin" / "python"
    return None


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _limits() -> dict[str, Any]:
    """Lift all limits but the one on messages; in the nightly profile that is Synapse's own."""
    much = {"per_second": 1000, "burst_count": 1000}
    pair = {"local": much, "remote": much}
    messages = {} if NIGHTLY else {"rc_message": {"per_second": 1, "burst_count": 5}}
    return {
        **messages,
        "rc_registration": much,
        "rc_joins": pair,
        "rc_joins_per_room": much,
        "rc_login": {"address": much, "account": much, "failed_attempts": much},
        "rc_invites": {"per_room": much, "per_user": much, "per_issuer": much},
        "rc_key_requests": much,
        "rc_delayed_event_mgmt": much,
        "rc_room_creation": much,
    }


@dataclass
class Synapse:
    """One homeserver process.

    Attributes:
        folder: its data.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None
    _admin: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        python = synapse_python()
        assert python is not None
        config = self._configure()
        with (self.folder / "synapse.log").open("ab") as log:
            self._process = subprocess.Popen(
                [python, "-m", "synapse.app.homeserver", "-c", config],
                cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self._await_health()

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(15)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _configure(self) -> str:
        path = self.folder / "homeserver.yaml"
        if not path.exists():
            seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
            (self.folder / "signing.key").write_text(f"ed25519 a_test {seed}\n")
            config = {
                "server_name": "localhost",
                "pid_file": str(self.folder / "pid"),
                "signing_key_path": str(self.folder / "signing.key"),
                "media_store_path": str(self.folder / "media"),
                "listeners": [
                    {
                        "port": self.port, "type": "http", "bind_addresses": ["127.0.0.1"],
                        "resources": [{"names": ["client", "media"]}],
                    }
                ],
                "database": {
                    "name": "sqlite3", "args": {"database": str(self.folder / "synapse.db")}
                },
                "registration_shared_secret": SECRET,
                "macaroon_secret_key": "tests only",
                "form_secret": "tests only",
                "trusted_key_servers": [],
                "report_stats": False,
                "bcrypt_rounds": 4,
                "filter_timeline_limit": -1,
                "url_preview_enabled": False,
                "enable_metrics": False,
                **_limits(),
            }  # fmt: skip
            path.write_text(json.dumps(config))  # JSON is YAML
        return str(path)

    def _await_health(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                log = (self.folder / "synapse.log").read_text(errors="replace")[-3000:]
                raise RuntimeError(f"Synapse ended early:\n{log}")
            with contextlib.suppress(OSError), urllib.request.urlopen(self.url + "/health") as up:  # noqa: S310 -- loopback
                if up.status == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError("Synapse did not start within 60 s")

    def register(self, name: str, *, limited: bool = False, admin: bool = False) -> str:
        """Make a user with the password `pw`; give the Matrix id.

        Args:
            name: local part.
            limited: True for somebody whom the limit on messages concerns.
            admin: True for an administrator of the server.
        """
        nonce = _http(self.url, "GET", "/_synapse/admin/v1/register")["nonce"]
        role = "admin" if admin else "notadmin"
        words = f"{nonce}\0{name}\0pw\0{role}".encode()
        mac = hmac.new(SECRET.encode(), words, hashlib.sha1).hexdigest()
        wish = {"nonce": nonce, "username": name, "password": "pw", "mac": mac, "admin": admin}
        made = _http(self.url, "POST", "/_synapse/admin/v1/register", wish)
        if not limited and not admin:
            self._exempt(made["user_id"])
        return str(made["user_id"])

    def _exempt(self, user_id: str) -> None:
        if not self._admin:
            self._admin = login(self.url, self.register("boss", admin=True))
        path = f"/_synapse/admin/v1/users/{user_id}/override_ratelimit"
        none = {"messages_per_second": 0, "burst_count": 0}
        _http(self.url, "POST", path, none, self._admin)


def login(base: str, user_id: str) -> str:
    """Log in with the password `pw`; give the access token."""
    wish = {
        "type": "m.login.password",
        "password": "pw",
        "identifier": {"type": "m.id.user", "user": user_id},
    }
    return str(_http(base, "POST", "/_matrix/client/v3/login", wish)["access_token"])


def _http(base: str, method: str, path: str, body: Any = None, token: str = "") -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, method=method)  # noqa: S310 -- http on loopback
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- the same
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        raise RefusedError(error.code, json.loads(error.read() or b"{}")) from None


class RefusedError(Exception):
    """The homeserver refused a person's request."""

    def __init__(self, status: int, content: dict[str, Any]) -> None:
        self.status, self.content = status, content
        super().__init__(f"{status} {content}")


@dataclass
class Person:
    """Somebody with a plain client (no encryption)."""

    base: str
    user_id: str
    token: str
    _count: int = 0

    @classmethod
    async def enter(cls, synapse: Synapse, name: str) -> Person:
        """Register under a name nobody has, and log in."""
        user_id = await asyncio.to_thread(synapse.register, f"{name}{next(_numbers)}")
        return cls(synapse.url, user_id, await asyncio.to_thread(login, synapse.url, user_id))

    async def call(
        self, method: str, path: str, body: Any = None, version: str = "v3"
    ) -> dict[str, Any]:
        return await asyncio.to_thread(
            _http, self.base, method, f"/_matrix/client/{version}/{path}", body, self.token
        )

    async def make_room(self, *invite: str, **more: Any) -> str:
        """Make a private room and invite people."""
        wish = {"preset": "private_chat", "invite": list(invite), **more}
        return str((await self.call("POST", "createRoom", wish))["room_id"])

    async def send(self, room: str, content: dict[str, Any], kind: str = "m.room.message") -> str:
        self._count += 1
        path = f"rooms/{room}/send/{kind}/{self._count}-{time.time_ns()}"
        return str((await self.call("PUT", path, content))["event_id"])

    async def say(self, room: str, text: str, **more: Any) -> str:
        return await self.send(room, {"msgtype": "m.text", "body": text, **more})

    async def react(self, room: str, event: str, key: str) -> str:
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return await self.send(room, {"m.relates_to": relation}, "m.reaction")

    async def download(self, uri: str) -> bytes:
        """Give what somebody uploaded."""
        path = f"/_matrix/client/v1/media/download/{uri.removeprefix('mxc://')}"
        request = urllib.request.Request(self.base + path)  # noqa: S310 -- http on loopback
        request.add_header("Authorization", f"Bearer {self.token}")

        def read() -> bytes:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- the same
                return bytes(answer.read())

        return await asyncio.to_thread(read)

    async def redact(self, room: str, event: str) -> None:
        await self.call("PUT", f"rooms/{room}/redact/{event}/{time.time_ns()}", {})

    async def events(self, room: str, *, of: str = "", kind: str = "") -> list[dict[str, Any]]:
        """Give a room's events, oldest first."""
        page = await self.call("GET", f"rooms/{room}/messages?dir=b&limit=1000")
        return [
            event
            for event in reversed(page["chunk"])
            if of in ("", event["sender"]) and kind in ("", event["type"])
        ]

    async def wait_for(
        self, room: str, test: Any, *, of: str = "", seconds: float = 90
    ) -> dict[str, Any]:
        """Wait for an event that meets a test; give it."""
        deadline = time.monotonic() + seconds
        while True:
            events = await self.events(room, of=of)
            for event in events:
                if test(event):
                    return event
            if time.monotonic() > deadline:
                raise AssertionError(f"it never came; the room has {events}")
            await asyncio.sleep(0.1)

    async def wait_text(
        self, room: str, part: str, *, of: str = "", seconds: float = 90
    ) -> dict[str, Any]:
        """Wait for a message with these words."""
        return await self.wait_for(
            room, lambda e: part in e["content"].get("body", ""), of=of, seconds=seconds
        )
