"""HTTP mode: one address for commands, buttons, forms and events.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.adapters.slack.once import Once
from bot.adapters.slack.signature import WINDOW, is_signed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slack_bolt.async_app import AsyncApp

PATH = "/slack/events"
LARGEST = 1_000_000
"""Bytes of a request that are read; Slack's own are far smaller."""
_FORM = "application/x-www-form-urlencoded"


class SignedRequests:
    """Takes Slack's requests and gives Bolt only those that are Slack's.

    Args:
        app: the listeners.
        secret: the app's signing secret.
        now: seconds since 1970.
    """

    def __init__(self, app: AsyncApp, secret: str, now: Callable[[], float] = time.time) -> None:
        self._app, self._secret, self._now = app, secret, now
        self._used = Once(seconds=2 * WINDOW)

    def routes(self) -> list[web.RouteDef]:
        """Give what is to be mounted in an aiohttp application."""
        return [web.post(PATH, self.take), web.get(PATH, self.take_check)]

    async def take_check(self, request: web.Request) -> web.Response:
        """Answer Slack's look at our certificate (`ssl_check=1`), which some send by GET."""
        return web.Response(status=200 if request.query.get("ssl_check") == "1" else 405)

    async def take(self, request: web.Request) -> web.Response:
        """Check and carry out a request: 401 for what is not Slack's, or came before."""
        body = await request.content.read(LARGEST + 1)
        while len(body) <= LARGEST and (
            more := await request.content.read(LARGEST + 1 - len(body))
        ):
            body += more
        if len(body) > LARGEST:
            return web.Response(status=413)
        if _is_ssl_check(request.content_type, body):
            return web.Response(status=200)
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not is_signed(self._secret, body, timestamp, signature, self._now()):
            return web.Response(status=401)
        if not self._used.first(signature):
            return web.Response(status=401)
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return web.Response(status=400)
        headers: dict[str, str | Sequence[str]] = dict(request.headers.items())
        answer = await self._app.async_dispatch(
            AsyncBoltRequest(body=text, query=request.query_string, headers=headers)
        )
        return await to_aiohttp_response(answer)


def _is_ssl_check(content_type: str, body: bytes) -> bool:
    """Source: https://docs.slack.dev/interactivity/implementing-slash-commands/#ssl."""
    if content_type != _FORM or len(body) > 1000:  # noqa: PLR2004 -- it holds two short fields
        return False
    return parse_qs(body.decode("utf-8", "replace")).get("ssl_check") == ["1"]
