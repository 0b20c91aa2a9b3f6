"""A proxy before the homeserver that fails in chosen ways, for what a network can do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

_DROPPED = ("Content-Length", "Transfer-Encoding", "Content-Encoding", "Connection", "Host")


@dataclass
class Proxy:
    """Forwards to a homeserver; `faults` are taken one for each request that meets `where`.

    `delay` seconds pass before and after the homeserver acts on such requests, which also wait
    until `gate` is set.
    Faults: `drop before`, `drop after` (the homeserver acted, the answer is lost), `502`,
    `504 after`, `404 html`, `slow` (answers after a second), or a dict: a JSON error with its
    status under `status`.
    """

    target: str
    where: str = "/send/"
    delay: float = 0.0
    faults: list[Any] = field(default_factory=list)
    seen: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        self.gate.set()
        app = web.Application(client_max_size=10_000_000)
        app.router.add_route("*", "/{rest:.*}", self._forward)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        self._session = aiohttp.ClientSession(auto_decompress=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request.method, request.path))
        fault = self.faults.pop(0) if self.where in request.path and self.faults else None
        if isinstance(fault, dict):
            return web.json_response(fault, status=fault["status"])
        if fault in ("502", "404 html"):
            return web.Response(status=int(fault[:3]), text="<html>nginx</html>")
        if fault == "drop before":
            return self._drop(request)
        slow = self.delay if self.where in request.path else 0.0
        body = await request.read()
        await asyncio.sleep(slow)
        if self.where in request.path:
            await self.gate.wait()
        headers = {k: v for k, v in request.headers.items() if k not in _DROPPED}
        try:
            async with self._session.request(
                request.method, self.target + request.raw_path, data=body, headers=headers
            ) as answer:
                raw = await answer.read()
                kept = {k: v for k, v in answer.headers.items() if k not in _DROPPED}
        except aiohttp.ClientError:
            return self._drop(request)
        if fault == "drop after":
            return self._drop(request)
        await asyncio.sleep(1.0 if fault == "slow" else slow)
        status = 504 if fault == "504 after" else answer.status
        return web.Response(status=status, body=raw, headers=kept)

    def _drop(self, request: web.Request) -> web.Response:
        if request.transport is not None:  # else the client has gone already
            request.transport.abort()
        return web.Response()
