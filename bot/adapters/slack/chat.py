"""Slack as a chat: alerts out, commands in."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.adapters.slack.app import Listeners
from bot.adapters.slack.http import SignedRequests
from bot.adapters.slack.installs import Many
from bot.adapters.slack.later import Later
from bot.adapters.slack.oauth import Installer
from bot.adapters.slack.outcomes import SlackError, outcome_of
from bot.adapters.slack.socket import Socket
from bot.adapters.slack.web import DEFAULT_API, Web
from bot.adapters.slack.workspace import One, Workspace
from bot.ports import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web

    from bot.adapters.slack.installs import Installs
    from bot.adapters.slack.tools import Tools
    from bot.adapters.slack.workspace import Workspaces
    from bot.core.model import Delivery
    from bot.ports import Outcome


class SlackChat:
    """One workspace, or with an installer as many as install the app.

    With an app token it listens through Socket Mode; with a signing secret through HTTP, whose
    `routes` are to be mounted; with neither it only posts.

    Args:
        tools: what is at hand.
        bot_token: `xoxb-…` of the one workspace; None where an installer keeps the tokens.
        app_token: `xapp-…`, or None.
        signing_secret: the app's signing secret, or None.
        api_url: the Web API's base; another one in tests.
        installs: keeps the tokens of the workspaces that installed the app.
        redirect: where Slack sends people back to after an install, "" as the app's settings say.
        doubt: how long after an unknown outcome an alert may still appear.
        wait: seconds after which an answer of Slack's is given up.
    """

    name = "slack"

    def __init__(
        self,
        tools: Tools,
        *,
        bot_token: str | None = None,
        app_token: str | None = None,
        signing_secret: str | None = None,
        api_url: str = DEFAULT_API,
        installs: Installs | None = None,
        redirect: str = "",
        doubt: timedelta = timedelta(seconds=60),
        wait: float = 20.0,
    ) -> None:
        self.doubt, self._clock = doubt, tools.clock
        self._later = Later()
        self._only: Workspace | None = None
        self._many: Many | None = None
        self._installer: Installer | None = None
        self._workspaces: Workspaces
        if installs is not None:
            self._workspaces = self._many = Many(installs, tools, self._later)
            self._installer = Installer(installs, self._installed, redirect)
        else:
            self._only = Workspace(Web(bot_token or "", api_url, wait), tools, self._later)
            self._workspaces = One(self._only)
        app = Listeners(self._workspaces, self._later, api_url, tools.first).app
        self._socket = Socket(app, app_token, api_url) if app_token else None
        self._http = SignedRequests(app, signing_secret) if signing_secret else None
        self._introduction: asyncio.Task[None] | None = None
        self.ready = self._only.ready if self._only else asyncio.Event()
        """Set once Slack has told who we are; until then nobody may change anything."""
        self.settled = asyncio.Event()
        """Set once the channels that rules name were asked for, too."""

    async def post(self, delivery: Delivery) -> Outcome:
        """Post a message once; the outcome says what became of it."""
        workspace = await self._of(delivery)
        if isinstance(workspace, Workspace):
            return await workspace.posting.post(delivery)
        return workspace

    async def revise(self, delivery: Delivery, ref: str) -> Outcome:
        """Edit a posted alert in place, for instance when more outlets carry its story."""
        workspace = await self._of(delivery)
        if isinstance(workspace, Workspace):
            return await workspace.posting.revise(delivery, ref)
        return workspace

    async def find(self, delivery: Delivery) -> str | None:
        """Look for a message that may have been posted; give its ref, `channel/ts`.

        Raises:
            OSError: Slack could not be asked.
        """
        workspace = await self._workspaces.of(team_of(delivery.channel))
        return await workspace.posting.find(delivery) if workspace else None

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
        await self._workspaces.close()

    def routes(self) -> list[web.RouteDef]:
        """Give what is to be mounted in an aiohttp application; empty with Socket Mode alone."""
        signed = self._http.routes() if self._http and not self._socket else []
        return [*signed, *(self._installer.routes() if self._installer else [])]

    @property
    def connected(self) -> asyncio.Event | None:
        """Set while the Socket Mode connection stands; None in other modes."""
        return self._socket.connected if self._socket else None

    async def check(self, channels: Iterable[str] = ()) -> list[str]:
        """Look for what is wrong with the set-up: one line each, none when all is well.

        Args:
            channels: those that rules point at, by name or id.
        """
        wanted = list(channels)
        lines = await self._socket.check() if self._socket else []
        if self._only:
            return [*await self._only.check(wanted), *lines]
        for team in await self._teams():
            theirs = [channel for channel in wanted if team_of(channel) == team]
            workspace = await self._workspaces.of(team)
            found = await workspace.check(theirs) if workspace else ["Slack: not installed"]
            lines += [f"{line} ({team})" for line in found]
        return lines

    async def _teams(self) -> list[str]:
        return await self._many.teams() if self._many else [""]

    async def _installed(self, team: str) -> None:
        """Take a workspace in, perhaps again, with what its channels refused meanwhile."""
        if self._many:
            await self._many.reopen(team)
            if workspace := await self._many.of(team):
                self._later.begin(workspace.mend_all())

    async def _of(self, delivery: Delivery) -> Workspace | Outcome:
        """Give the workspace of a delivery, or what becomes of it without one."""
        try:
            found = await self._workspaces.of(team_of(delivery.channel))
        except SlackError as fault:
            return outcome_of(fault, self._clock.now())
        return found or Refused(f"{delivery.channel}: the app is not installed in this workspace")

    async def _introduce(self) -> None:
        """Learn who we are, then open the socket."""
        if self._only:
            await self._only.introduce()
        else:
            self.ready.set()
        if self._socket:
            self._socket.open()
        if self._many:
            await self._many.tell_names()
        self.settled.set()


def team_of(channel: str) -> str:
    """Give the workspace of a channel, `T123/C456`; "" where none is named."""
    return channel.partition("/")[0] if "/" in channel else ""
