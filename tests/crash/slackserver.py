"""The Slack simulator of the Slack tests, with a log of accepted posts and faults per channel."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.crash.faults import Fault, Faults
from tests.slack.simulator import BOT_TOKEN, Simulator, _arguments

if TYPE_CHECKING:
    from tests.crash.chatlog import ChatLog


class SlackServer(Simulator):
    """A workspace whose posts are logged when they are carried out."""

    def __init__(self, log: ChatLog) -> None:
        super().__init__()
        self._log = log
        self.trouble = Faults()
        self.tasks: set[asyncio.Task[None]] = set()

    def revoke(self) -> None:
        """Let no token pass."""
        self.token = ""

    def restore(self) -> None:
        """Let the bot's token pass again."""
        self.token = BOT_TOKEN

    def _post(self, arguments: dict[str, Any]) -> dict[str, Any]:
        answer = super()._post(arguments)
        if answer["ok"]:
            content = {name: arguments.get(name) for name in ("text", "blocks")}
            thread = bool(arguments.get("thread_ts"))
            self._log.accepted("slack", arguments["channel"], content, thread=thread)
        return answer

    async def _api(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] != "chat.postMessage":
            return await super()._api(request)
        arguments = await _arguments(request)
        fault = self.trouble.take(str(arguments.get("channel")))
        if fault is None:
            answer = self._carry_out("chat.postMessage", arguments, request)
            return web.json_response(answer, headers={"x-oauth-scopes": self.scopes})
        if fault.kind == "late":
            self._soon(fault, arguments, request)
            return web.Response(status=504)
        if fault.after:
            self._carry_out("chat.postMessage", arguments, request)
        return await acted(request, fault, {"ok": False, "error": "ratelimited"})

    def _soon(self, fault: Fault, arguments: dict[str, Any], request: web.Request) -> None:
        def commit() -> None:
            self._carry_out("chat.postMessage", arguments, request)

        task = asyncio.get_running_loop().create_task(self.trouble.later(fault, commit))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


async def acted(request: web.Request, fault: Fault, limited: dict[str, Any]) -> web.StreamResponse:
    """Answer a post that goes wrong."""
    if fault.kind == "limited":
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return web.json_response(limited, status=429, headers=headers)
    if fault.kind == "status":
        return web.Response(status=fault.status, text="upstream request failed")
    if fault.kind == "garbage":
        return web.Response(text="<html>welcome to the hotel network</html>")
    end = time.monotonic() + fault.wait
    # aiohttp tells of a lost client by its state only.
    while time.monotonic() < end and request.transport and not request.transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    if request.transport:
        request.transport.abort()
    return web.Response()
