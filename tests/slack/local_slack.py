"""local-slack, a Slack server by others (npm), started for a test and confined to loopback.

It listens on all interfaces by itself, so it gets either a small library that turns every
`bind()` to loopback, or a network namespace of its own together with the tests
(`test_local_slack.py` starts itself in one).
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import platform
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".slack-server"
PACKAGE = "local-slack-linux-x64@0.1.8"
BINARY = FOLDER / "node_modules/local-slack-linux-x64/bin/local-slack"
IN_NAMESPACE = "WIREWATCH_IN_NAMESPACE"
TOKEN, APP_TOKEN, SECRET = "xoxb-local", "xapp-local", "local-secret"
DANA, DESK, BOT = "U0000001", "C0000001", "U0BOT00001"

_LOOPBACK_C = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int bind(int fd, const struct sockaddr *given, socklen_t size) {
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
    if (given->sa_family == AF_INET) {
        struct sockaddr_in address;
        memcpy(&address, given, sizeof address);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return real(fd, (struct sockaddr *)&address, sizeof address);
    }
    if (given->sa_family == AF_INET6) {
        struct sockaddr_in6 address;
        memcpy(&address, given, sizeof address);
        static const unsigned char mapped[16] = {0,0,0,0,0,0,0,0,0,0,0xff,0xff,127,0,0,1};
        memcpy(&address.sin6_addr, mapped, 16);
        return real(fd, (struct sockaddr *)&address, sizeof address);
    }
    return real(fd, given, size);
}
"""


def missing() -> str:
    """Say why local-slack cannot run here; "" when it can. Installs it where npm is there."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return "local-slack is built for x86-64 Linux only"
    if reason := install(FOLDER, BINARY, PACKAGE):
        return reason
    if not os.environ.get(IN_NAMESPACE) and not compiler():
        return "local-slack is confined to loopback with a C compiler or in a namespace of its own"
    return ""


def install(folder: Path, wanted: Path, *packages: str) -> str:
    """Install npm packages unless a file of theirs is there; say why it cannot be, or ""."""
    if wanted.exists():
        return ""
    if not shutil.which("npm"):
        return f"npm is needed to install {packages[0]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:  # test workers come here at the same time
        fcntl.flock(lock, fcntl.LOCK_EX)
        if wanted.exists():
            return ""
        command = ["npm", "install", "--prefix", str(folder), "--ignore-scripts", *packages]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    said = " ".join(done.stderr.split())[-200:]
    return "" if wanted.exists() else f"npm could not install {packages[0]}: {said}"


def compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def can_unshare() -> bool:
    if not shutil.which("unshare"):
        return False
    command = ["unshare", "--user", "--map-root-user", "--net", "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def raise_loopback() -> None:
    """Bring `lo` up in a new network namespace (SIOCSIFFLAGS; netdevice(7))."""
    up_and_running = 0x1 | 0x40
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, 0x8914, struct.pack("16sh", b"lo", up_and_running))


def confinement(folder: Path) -> dict[str, str]:
    """Give the environment that keeps the server on loopback."""
    if os.environ.get(IN_NAMESPACE):
        return {}
    source, library = folder / "loopback.c", folder / "loopback.so"
    source.write_text(_LOOPBACK_C)
    subprocess.run([str(compiler()), "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}


class LocalSlack:
    """The server, and a person at its window."""

    def __init__(self, folder: Path, mode: str, request_url: str = "") -> None:
        self.port, self.request_url = free_port(), request_url
        self.base = f"http://127.0.0.1:{self.port}"
        app = {
            "appId": "A0000001",
            "botUserId": BOT,
            "botName": "wirewatch",
            "botToken": TOKEN,
            "appToken": APP_TOKEN,
            "signingSecret": SECRET,
            "mode": "events" if mode == "http" else mode,
            **({"requestUrl": request_url} if request_url else {}),
        }
        config = {
            "workspace": {"name": "Harbour", "domain": "harbour", "teamId": "T0HOME0001"},
            "app": app,
            "users": [
                {"id": DANA, "name": "dana", "real_name": "Dana Reed", "email": "d@h.example"}
            ],
            "channels": [{"id": DESK, "name": "desk", "members": [DANA, BOT]}],
        }
        path = folder / "slack.json"
        path.write_text(json.dumps(config))
        self._log = (folder / "slack.log").open("w")
        command = [BINARY, "--config", path, "--port", str(self.port), "--base-host", "127.0.0.1"]
        self._running = subprocess.Popen(
            command,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **confinement(folder)},
        )

    async def up(self) -> None:
        for _ in range(100):
            try:
                await self.state()
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
            else:
                return
        raise AssertionError("local-slack did not start")

    def addresses(self) -> list[str]:
        """Give the local addresses that its port is bound to, as /proc/net shows them."""
        found = []
        for name in ("tcp", "tcp6"):
            for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
                local, state = line.split()[1], line.split()[3]
                if state == "0A" and local.endswith(f":{self.port:04X}"):
                    found.append(local.split(":")[0])
        return found

    async def state(self) -> dict[str, Any]:
        """Give what the window shows: messages, forms, Home."""
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{self.base}/ui") as ui:
            return json.loads((await ui.receive()).data)["state"]

    async def act(self, **what: Any) -> None:
        """Do something in the window."""
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{self.base}/ui") as ui:
            await ui.receive()
            await ui.send_json({"user": DANA, **what})
            await asyncio.sleep(0.1)

    async def refused(self, **values: str) -> dict[str, str]:
        """Submit a form that is not taken; give the errors that the window shows at its fields."""
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{self.base}/ui") as ui:
            await ui.receive()
            await ui.send_json({"user": DANA, "t": "view_submit", "values": typed(values)})
            async with asyncio.timeout(8):
                while (told := json.loads((await ui.receive()).data))["t"] != "view_errors":
                    pass
            return told["errors"]

    async def shows(self, what: Callable[[dict[str, Any]], Any], seconds: float = 8.0) -> Any:
        """Wait until the window shows something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = await self.state()
            try:
                if found := what(state):
                    return found
            except (KeyError, IndexError, TypeError, StopIteration):
                pass
            await asyncio.sleep(0.05)
        raise AssertionError(f"the window never showed it: {json.dumps(state)[-3000:]}")

    def stop(self) -> None:
        self._running.terminate()
        try:
            self._running.wait(5)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        self._log.close()


def typed(values: dict[str, str]) -> dict[str, Any]:
    """Give what was typed into the fields of a form as the window submits it."""
    return {
        name: {name: {"type": "plain_text_input", "value": value}} for name, value in values.items()
    }


def free_port() -> int:
    with socket.socket() as handle:
        handle.bind(("127.0.0.1", 0))
        return int(handle.getsockname()[1])
