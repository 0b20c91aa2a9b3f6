"""Socket Mode: a connection that we open, so no address of ours need be public.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError

from bot.adapters.slack.outcomes import SlackError
from bot.adapters.slack.web import Web, library_log, sdk_client

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

log = structlog.get_logger(__name__)

_PING = 10.0
"""Seconds between two signs of life; the library takes four missed ones for a dead connection."""
_LOOK = 5.0
_TOO_LONG = 60.0
"""Seconds without connection after which everything is built anew: the library can keep trying an
address whose ticket has expired."""
_LONGEST_PAUSE = 60.0


class Socket:
    """Keeps a Socket Mode connection open.

    Args:
        app: the listeners.
        app_token: `xapp-…`, with the scope `connections:write`.
        api_url: the API's base.
        look: seconds between two looks at the connection.
    """

    def __init__(self, app: AsyncApp, app_token: str, api_url: str, look: float = _LOOK) -> None:
        self._app, self._token, self._api_url, self._look = app, app_token, api_url, look
        self._task: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()

    def open(self) -> None:
        """Begin to connect; `connected` is set while a connection stands."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._keep(), name="slack-socket")

    async def check(self) -> list[str]:
        """Look whether Slack would let us connect: a line with what is wrong, or none.

        Source: https://docs.slack.dev/reference/methods/apps.connections.open (asking connects
        nothing).
        """
        web = Web(self._token, self._api_url)
        try:
            await web.call("apps.connections.open")
        except SlackError as fault:
            hint = "SLACK_APP_TOKEN begins with xapp- and needs the scope connections:write"
            return [f"Slack: Socket Mode: {fault.code}: {hint}"]
        finally:
            await web.close()
        return []

    async def close(self) -> None:
        """Close the connection."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep(self) -> None:
        pause = 1.0
        while True:
            try:
                if await self._session():
                    pause = 1.0
            except SlackApiError as error:
                code = error.response.get("error") if hasattr(error.response, "get") else None
                log.warning("slack socket refused", reason=code or "no reason")
            except Exception as error:  # noqa: BLE001 -- whatever happened, it is tried again
                log.warning("slack socket failed", error=type(error).__name__)
            self.connected.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _session(self) -> bool:
        """Connect and stay; return when the connection was lost for long: True if it ever stood."""
        link = AsyncSocketModeHandler(
            self._app,
            self._token,
            logger=library_log(),
            web_client=sdk_client(self._token, self._api_url),
            ping_interval=_PING,
        )
        stood, lost = False, 0.0
        try:
            # Asked here and not by the library, which would repeat a refused token for ever.
            link.client.wss_uri = await link.client.issue_new_wss_url()
            await asyncio.wait_for(link.client.connect(), _TOO_LONG)  # type: ignore[no-untyped-call]
            while lost < _TOO_LONG:
                if await link.client.is_connected():
                    if not self.connected.is_set():
                        log.info("slack socket connected")
                    self.connected.set()
                    stood, lost = True, 0.0
                else:
                    self.connected.clear()
                    lost += self._look
                await asyncio.sleep(self._look)
        finally:
            await _closed(link)
        return stood


async def _closed(link: AsyncSocketModeHandler) -> None:
    """Close a connection and wait for the library's own tasks to end."""
    client = link.client
    await client.close()  # type: ignore[no-untyped-call]
    tasks = (client.message_processor, client.current_session_monitor, client.message_receiver)
    await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)
