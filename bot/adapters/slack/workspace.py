"""One workspace: its API, its people, what they do there and what is posted there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.adapters.slack.blocks import ALL_QUOTES, BUTTONS
from bot.adapters.slack.channels import Channels
from bot.adapters.slack.commands import Commands
from bot.adapters.slack.forms import Forms
from bot.adapters.slack.front import Front
from bot.adapters.slack.outcomes import SlackError
from bot.adapters.slack.posting import Posting
from bot.adapters.slack.scopes import SCOPES, UPLOAD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.adapters.slack.later import Later
    from bot.adapters.slack.tools import Tools
    from bot.adapters.slack.web import Web

log = structlog.get_logger(__name__)

_LONGEST_PAUSE = 60.0
_DIRECT = ("D", "U", "W")
"""Begin the ids of direct messages and of people: nobody has to let the bot in there."""


class Workspaces(Protocol):
    """Where the bot is installed."""

    async def of(self, team: str) -> Workspace | None:
        """Give the workspace of an id; None where the bot is not installed.

        Raises:
            SlackError: it cannot be known now.
        """

    async def lost(self, team: str, since: float = 0.0) -> None:
        """Forget a workspace that took the bot out, or its token back.

        Args:
            team: its id.
            since: when it did, in seconds since 1970; 0 where Slack does not say.
        """

    async def close(self) -> None:
        """Close all connections."""


class Workspace:
    """One workspace.

    Args:
        web: the API, with the workspace's token.
        tools: what is at hand.
        later: holds the work that follows an acknowledgement.
        team: its id where there are several workspaces, "" where there is one.
    """

    def __init__(self, web: Web, tools: Tools, later: Later, team: str = "") -> None:
        self.web, self.team, self._tools = web, team, tools
        self.channels = Channels(web)
        self.commands = Commands(web, self.channels, tools, team)
        self.forms = Forms(web, self.commands, later, tools)
        self.front = Front(web, self.channels, self.commands, tools)
        buttons = [b for b in BUTTONS if tools.article or b is not ALL_QUOTES]
        self.posting = Posting(web, self.channels, tools.clock, buttons, team, tools.threads)
        self.bot_user = ""
        self.ready = asyncio.Event()
        """Set once it is known who we are there; until then nobody may change anything."""

    @property
    def _prefix(self) -> str:
        """What the addresses of its channels begin with."""
        return f"{self.team}/" if self.team else ""

    def introduced(self, team: str, bot_user: str, scopes: Iterable[str]) -> None:
        """Take in who we are there and what we may."""
        self.commands.home, self.bot_user = team, bot_user
        given = frozenset(scopes)
        self.commands.telling.uploads = not given or UPLOAD in given
        self.ready.set()

    async def introduce(self) -> None:
        """Learn who we are, however long Slack is away; then mend what was refused before."""
        pause = 1.0
        while True:
            try:
                identity, scopes = await self.web.scopes()
                break
            except SlackError as fault:
                log.warning("slack does not know us", reason=str(fault))
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        self.introduced(str(identity.get("team_id", "")), str(identity.get("user_id", "")), scopes)
        log.info("slack ready", workspace=str(identity.get("team", "")))
        await self.tell_names()
        await self.mend_all()

    async def changed(self, kind: str, channel: str, user: str) -> None:
        """Take in that a channel changed, or who is in it."""
        self.channels.forget()
        if kind == "member_joined_channel" and user != self.bot_user:
            return
        if kind in ("member_joined_channel", "channel_unarchive", "group_unarchive"):
            await self.tell_names()
            await self._mended(channel)

    async def mend_all(self) -> None:
        """Give what was refused another chance in all channels that the bot is in."""
        if not (self._tools.blocked and self._tools.mended):
            return
        waiting = [c for c in await self._tools.blocked() if c.startswith(self._prefix)]
        if not waiting or (ours := await self._ours()) is None:
            return
        places = {self.commands.address(id_): id_ for id_ in ours.values()}
        places |= {self.commands.address(f"#{name}"): id_ for name, id_ in ours.items()}
        for channel in waiting:
            if channel in places or channel.rpartition("/")[2].startswith("D"):
                await self._tools.mended(channel)

    async def tell_names(self) -> None:
        """Tell what the channels that rules name are; unknown ones are asked for later again."""
        wanted = set(self._tools.wanted())
        if not (wanted and self._tools.named) or (ours := await self._ours()) is None:
            return
        address = self.commands.address
        found = {address(f"#{name}"): address(id_) for name, id_ in ours.items()}
        await self._tools.named({name: found[name] for name in wanted if name in found})

    async def _ours(self) -> dict[str, str] | None:
        """Give the channels that the bot is in, by name; None where Slack does not tell now."""
        try:
            return await self.channels.of_bot()
        except SlackError as fault:
            log.warning("slack does not tell its channels", reason=str(fault))
            return None

    async def _mended(self, channel: str) -> None:
        if self._tools.mended:
            log.info("slack channel takes messages again", channel=channel)
            await self._tools.mended(self.commands.address(channel))

    async def check(self, channels: Iterable[str] = ()) -> list[str]:
        """Look for what is wrong with the set-up: one line each, none when all is well.

        Args:
            channels: those that rules point at, by name or id.
        """
        try:
            identity, scopes = await self.web.scopes()
            ours = await self.channels.of_bot()
        except SlackError as fault:
            return [f"Slack: {fault}"]
        lines = []
        if scopes and (missing := sorted(SCOPES - scopes)):
            lines.append(f"Slack: missing scopes {', '.join(missing)}: install the app again")
        for channel in channels:
            name = channel.rpartition("/")[2].removeprefix("#")
            if name[:1] in _DIRECT and name.isupper():
                continue
            if name.casefold() not in ours and name not in ours.values():
                lines.append(f"Slack: not in {channel}: type /invite @{identity.get('user')} there")
        return lines


class One:
    """The one workspace whose token the settings give."""

    def __init__(self, workspace: Workspace) -> None:
        self._only = workspace

    async def of(self, team: str) -> Workspace | None:
        """Give it: with one token every request is about it, whoever's people act there."""
        del team
        return self._only

    async def lost(self, team: str, since: float = 0.0) -> None:
        """Say so; the token is the settings', and a person must mend it."""
        del team, since
        log.error("slack took the bot's token back: install the app again")

    async def close(self) -> None:
        """Close its connections."""
        await self._only.web.close()
