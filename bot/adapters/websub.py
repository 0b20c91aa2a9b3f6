"""The callback that WebSub hubs call (https://www.w3.org/TR/websub/, sections 5.3 and 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_BODY = 10_000_000
"""Bytes of a call that are read; no feed is larger."""

_CHUNK = 65_536


class Check(Protocol):
    """Checks a body's signature, piece by piece."""

    def update(self, piece: bytes) -> None:
        """Take the next bytes."""

    def holds(self) -> bool:
        """Say whether the signature is good."""


class Listener(Protocol):
    """What is done with calls. Every method raises StoreError."""

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """Give the challenge back, or None for no."""

    async def listen(self, token: str, signature: str) -> Check | None:
        """Give what checks the body, or None where nobody waits for a call."""

    async def called(self, token: str) -> None:
        """Act on a call whose signature was good."""


def websub_routes(listener: Listener) -> Iterable[web.RouteDef]:
    """Give the routes of the callback, `/websub/<token>`."""

    async def verify(request: web.Request) -> web.Response:
        try:
            answer = await listener.verify(request.match_info["token"], dict(request.query))
        except StoreError:
            return web.Response(status=503)
        if answer is None:
            return web.Response(status=404)
        # Text, for a browser must not take a challenge for a page.
        return web.Response(text=answer, content_type="text/plain")

    async def call(request: web.Request) -> web.Response:
        token = request.match_info["token"]
        try:
            check = await listener.listen(token, request.headers.get("X-Hub-Signature", ""))
            if check is None:
                return web.Response(status=410)  # nobody is subscribed here (section 7)
            size = 0
            async for piece in request.content.iter_chunked(_CHUNK):
                size += len(piece)
                if size > MAX_BODY:
                    return web.Response(status=413)
                check.update(piece)
            # A bad signature is ignored, not told (section 7.1).
            if check.holds():
                await listener.called(token)
        except StoreError:
            return web.Response(status=503)
        return web.Response(status=202)

    path = "/websub/{token:[0-9a-f]{32}}"
    return [web.get(path, verify, allow_head=False), web.post(path, call)]
