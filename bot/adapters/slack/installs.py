"""The workspaces that installed the app: their tokens, kept, renewed and forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from bot.adapters.slack.outcomes import SlackError
from bot.adapters.slack.web import Connections, Web
from bot.adapters.slack.workspace import Workspace
from bot.errors import StoreError

if TYPE_CHECKING:
    from bot.adapters.slack.later import Later
    from bot.adapters.slack.tools import Tools
    from bot.adapters.slack.vault import Installation, Vault
    from bot.ports import Clock

log = structlog.get_logger(__name__)

EARLY = 2 * 3600.0
"""Seconds before its end at which a token is renewed; tokens live for 12 hours.

Source: https://docs.slack.dev/authentication/using-token-rotation
"""
_BELIEVED = 5.0
"""Seconds for which a token is not looked up again; bursts need it many times a second."""


class Shelf(Protocol):
    """Where sealed installations lie. Every method raises StoreError."""

    async def slack_installation(self, team: str) -> str | None:
        """Give what is kept of a workspace."""

    async def put_slack_installation(self, team: str, sealed: str, now: datetime) -> None:
        """Keep it, in place of what was kept."""

    async def drop_slack_installation(self, team: str) -> None:
        """Forget it."""

    async def slack_teams(self) -> list[str]:
        """Give the workspaces that are kept."""

    async def spend_slack_state(self, state: str, now: datetime, until: datetime) -> bool:
        """Note that a `state` came back; False when it came before."""


class Installs:
    """Keeps the installations.

    Args:
        shelf: the database.
        vault: seals what lies there.
        clock: the time.
        client: id and secret of the app.
        api_url: the API's base.
        wait: seconds after which an answer of Slack's is given up.
    """

    def __init__(
        self,
        shelf: Shelf,
        vault: Vault,
        clock: Clock,
        client: tuple[str, str],
        api_url: str,
        wait: float = 20.0,
    ) -> None:
        self.shelf, self.vault, self.clock = shelf, vault, clock
        self.client, self.api_url, self.wait = client, api_url, wait
        self.connections = Connections(wait)
        self._web = Web("", api_url, wait, self.connections)
        self._lately: dict[str, tuple[float, str]] = {}
        self._renewing: dict[str, asyncio.Lock] = {}

    async def get(self, team: str) -> Installation | None:
        """Give what a workspace gave us; None where the app is not installed.

        Raises:
            SlackError: the database cannot be asked now.
        """
        try:
            sealed = await self.shelf.slack_installation(team)
        except StoreError as error:
            raise SlackError(f"the database refused: {error.reason}", "later") from None
        if sealed is None:
            return None
        found = self.vault.unseal(sealed)
        if found is None:
            log.error("slack token cannot be opened: WIREWATCH_SECRET_KEY is another", team=team)
        return found

    async def put(self, installation: Installation) -> None:
        """Keep what a workspace gave us.

        Raises:
            StoreError: the database refused.
        """
        self._lately.pop(installation.team, None)
        sealed = self.vault.seal(installation)
        await self.shelf.put_slack_installation(installation.team, sealed, self.clock.now())

    async def drop(self, team: str) -> None:
        """Forget a workspace's token.

        Raises:
            StoreError: the database refused.
        """
        self._lately.pop(team, None)
        await self.shelf.drop_slack_installation(team)

    async def token(self, team: str) -> str:
        """Give a workspace's token, renewed in time.

        Raises:
            SlackError: there is none, or none can be had now.
        """
        lately, token = self._lately.get(team, (0.0, ""))
        now = self.clock.now().timestamp()
        if 0 <= now - lately < _BELIEVED:
            return token
        found = await self.get(team)
        if found and self._fresh(found):
            self._lately[team] = (now, found.token)
            return found.token
        async with self._renewing.setdefault(team, asyncio.Lock()):
            found = await self.get(team)  # another task, or another machine, may have been quicker
            if found is None:
                raise SlackError("account_inactive", "refused")
            return found.token if self._fresh(found) else await self._renewed(found)

    async def exchange(self, **asked: object) -> dict[str, Any]:
        """Ask for a token, with a code or a refresh token.

        Source: https://docs.slack.dev/reference/methods/oauth.v2.access

        Raises:
            SlackError: none was given.
        """
        return await self._web.authorized("oauth.v2.access", self.client, **asked)

    async def close(self) -> None:
        """Close the connections."""
        await self.connections.close()

    def _left(self, found: Installation) -> float:
        return found.expires - self.clock.now().timestamp()

    def _fresh(self, found: Installation) -> bool:
        return not found.expires or self._left(found) > EARLY

    async def _renewed(self, found: Installation) -> str:
        """Renew a token; one that is still good is used on where that fails."""
        try:
            answer = await self.exchange(grant_type="refresh_token", refresh_token=found.refresh)
            renewed = replace(
                found,
                token=str(answer["access_token"]),
                refresh=str(answer["refresh_token"]),
                expires=self.clock.now().timestamp() + float(answer["expires_in"]),
            )
            await self.put(renewed)
        except (SlackError, StoreError, KeyError, ValueError) as fault:
            log.warning("slack token not renewed", team=found.team, reason=str(fault))
            if self._left(found) > 0:
                return found.token
            if isinstance(fault, SlackError) and fault.sure != "refused":
                raise SlackError(fault.code, "later", fault.wait) from None
            raise SlackError("token_expired", "refused") from None
        log.info("slack token renewed", team=found.team)
        return renewed.token


class Many:
    """The workspaces that installed the app, each opened when it is first needed.

    Args:
        installs: their tokens.
        tools: what is at hand.
        later: holds the work that follows an acknowledgement.
    """

    def __init__(self, installs: Installs, tools: Tools, later: Later) -> None:
        self._installs, self._tools, self._later = installs, tools, later
        self._open: dict[str, Workspace] = {}

    async def of(self, team: str) -> Workspace | None:
        """Give the workspace of an id; None where the app is not installed.

        Raises:
            SlackError: the database cannot be asked now.
        """
        if team in self._open:
            return self._open[team]
        found = await self._installs.get(team) if team else None
        if found is None or team in self._open:
            return self._open.get(team)

        async def token() -> str:
            return await self._installs.token(team)

        installs = self._installs
        web = Web(token, installs.api_url, installs.wait, installs.connections)
        made = self._open[team] = Workspace(web, self._tools, self._later, team)
        made.introduced(team, found.bot_user, filter(None, found.scopes.split(",")))
        return made

    async def teams(self) -> list[str]:
        """Give the workspaces that installed the app.

        Raises:
            SlackError: the database cannot be asked now.
        """
        try:
            return await self._installs.shelf.slack_teams()
        except StoreError as error:
            raise SlackError(f"the database refused: {error.reason}", "later") from None

    async def tell_names(self) -> None:
        """Resolve the channels that rules name, workspace by workspace."""
        wanted = {name.partition("/")[0] for name in self._tools.wanted() if "/" in name}
        for team in wanted:
            try:
                if workspace := await self.of(team):
                    await workspace.tell_names()
            except SlackError as fault:
                log.warning("slack does not tell its channels", reason=str(fault))

    async def lost(self, team: str, since: float = 0.0) -> None:
        """Forget a workspace that took the app out; its rules stay, its deliveries wait."""
        if await self._came_back(team, since):
            log.info("slack workspace took the app out and installed it again", team=team)
            return
        log.warning("slack workspace took the app out", team=team)
        await self._installs.drop(team)
        await self.reopen(team)

    async def _came_back(self, team: str, since: float) -> bool:
        """Say whether the app was installed again since: Slack tells some things minutes late."""
        found = await self._installs.get(team)
        if found is None or not 0 < since < found.installed:
            return False
        try:
            workspace = await self.of(team)
            return workspace is not None and bool(await workspace.web.scopes())
        except SlackError as fault:
            return fault.sure != "refused"

    async def reopen(self, team: str) -> None:
        """Let go of what is open for a workspace, so that it is opened anew."""
        if known := self._open.pop(team, None):
            await known.web.close()

    async def close(self) -> None:
        """Close all connections."""
        for team in list(self._open):
            await self.reopen(team)
        await self._installs.close()
