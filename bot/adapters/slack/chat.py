"""Slack as a chat: alerts out, commands in."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.adapters.slack.app import Listeners
from bot.adapters.slack.blocks import ALL_QUOTES, BUTTONS
from bot.adapters.slack.channels import Channels
from bot.adapters.slack.commands import Commands
from bot.adapters.slack.forms import Forms
from bot.adapters.slack.http import SignedRequests
from bot.adapters.slack.later import Later
from bot.adapters.slack.outcomes import SlackError
from bot.adapters.slack.posting import Posting
from bot.adapters.slack.socket import Socket
from bot.adapters.slack.web import DEFAULT_API, Web

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web

    from bot.adapters.slack.commands import Answer
    from bot.adapters.slack.forms import FindArticle
    from bot.core.model import Delivery
    from bot.ports import Clock, Outcome

log = structlog.get_logger(__name__)

SCOPES = frozenset(
    {
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "users:read",
    }
)
"""What the bot token must be allowed; the manifest asks for the same."""
_LONGEST_PAUSE = 60.0


class SlackChat:
    """One workspace.

    With an app token it listens through Socket Mode; with a signing secret through HTTP, whose
    `routes` are to be mounted; with neither it only posts.

    Args:
        bot_token: `xoxb-…`.
        answer: carries out a command.
        clock: the time.
        app_token: `xapp-…`, or None.
        signing_secret: the app's signing secret, or None.
        api_url: the Web API's base; another one in tests.
        article: gives a stored article by its id; without it *All quotes* is not offered.
        doubt: how long after an unknown outcome an alert may still appear.
        pace: seconds between two alerts in one channel.
        wait: seconds after which an answer of Slack's is given up.
    """

    name = "slack"

    def __init__(
        self,
        *,
        bot_token: str,
        answer: Answer,
        clock: Clock,
        app_token: str | None = None,
        signing_secret: str | None = None,
        api_url: str = DEFAULT_API,
        article: FindArticle | None = None,
        doubt: timedelta = timedelta(seconds=60),
        pace: float = 1.0,
        wait: float = 20.0,
    ) -> None:
        self.doubt = doubt
        self._web = Web(bot_token, api_url, wait)
        self._channels = Channels(self._web)
        self._later = Later()
        self._commands = Commands(self._web, self._channels, answer)
        forms = Forms(self._web, self._channels, self._commands, self._later, article)
        buttons = [b for b in BUTTONS if article or b is not ALL_QUOTES]
        self._posting = Posting(self._web, self._channels, clock, buttons, pace)
        self._listeners = Listeners(self._commands, forms, self._later, bot_token, api_url)
        app = self._listeners.app
        self._socket = Socket(app, app_token, api_url) if app_token else None
        self._http = SignedRequests(app, signing_secret) if signing_secret else None
        self._introduction: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()
        """Set once Slack has told who we are; until then nobody may change anything."""

    async def post(self, delivery: Delivery) -> Outcome:
        """Post an alert once; the outcome says what became of it."""
        return await self._posting.post(delivery)

    async def revise(self, delivery: Delivery, ref: str) -> Outcome:
        """Edit a posted alert in place, for instance when more outlets carry its story."""
        return await self._posting.revise(delivery, ref)

    async def find(self, delivery: Delivery) -> str | None:
        """Look for an alert that may have been posted; give its ref, `channel/ts`.

        Raises:
            OSError: Slack could not be asked.
        """
        return await self._posting.find(delivery)

    async def start(self) -> None:
        """Begin to listen. Slack being away is no reason not to start: it is tried again."""
        if self._introduction is None:
            self._introduction = asyncio.get_running_loop().create_task(self._introduce())

    async def stop(self) -> None:
        """Stop listening, finish what is under way, close the connections."""
        task, self._introduction = self._introduction, None
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._socket:
            await self._socket.close()
        await self._later.close()
        await self._web.close()

    def routes(self) -> list[web.RouteDef]:
        """Give what HTTP mode needs mounted in an aiohttp application; empty in other modes."""
        return self._http.routes() if self._http and not self._socket else []

    @property
    def connected(self) -> asyncio.Event | None:
        """Set while the Socket Mode connection stands; None in other modes."""
        return self._socket.connected if self._socket else None

    async def check(self, channels: Iterable[str] = ()) -> list[str]:
        """Look for what is wrong with the set-up: one line each, none when all is well.

        Args:
            channels: those that rules point at, by name or id.
        """
        try:
            identity, scopes = await self._web.scopes()
            ours = await self._channels.of_bot()
        except SlackError as fault:
            return [f"Slack: {fault}"]
        lines = []
        if scopes and (missing := sorted(SCOPES - scopes)):
            lines.append(f"Slack: missing scopes {', '.join(missing)}: install the app again")
        for channel in channels:
            name = channel.removeprefix("#")
            if name.casefold() not in ours and name not in ours.values():
                lines.append(f"Slack: not in {channel}: type /invite @{identity.get('user')} there")
        return lines

    async def _introduce(self) -> None:
        """Learn who we are, then open the socket."""
        pause = 1.0
        while True:
            try:
                identity, _ = await self._web.scopes()
                break
            except SlackError as fault:
                log.warning("slack does not know us", reason=str(fault))
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        self._commands.home = str(identity.get("team_id", ""))
        self._listeners.bot_id = str(identity.get("bot_id", ""))
        self._listeners.bot_user = str(identity.get("user_id", ""))
        self.ready.set()
        log.info("slack ready", workspace=str(identity.get("team", "")))
        if self._socket:
            self._socket.open()
