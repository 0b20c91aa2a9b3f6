"""The Home tab, filled for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapters.slack.channels import may_change
from bot.adapters.slack.home import home_view
from bot.core.model import Overview

if TYPE_CHECKING:
    from bot.adapters.slack.channels import Channels
    from bot.adapters.slack.commands import Commands
    from bot.adapters.slack.tools import Tools
    from bot.adapters.slack.web import Web

_MOST_LISTED = 10


class Front:
    """Fills the Home tab.

    Args:
        web: the API.
        channels: who is where.
        commands: carries out what it shows.
        tools: what is at hand.
    """

    def __init__(self, web: Web, channels: Channels, commands: Commands, tools: Tools) -> None:
        self._web, self._channels, self._commands, self._tools = web, channels, commands, tools

    async def show(self, user: str) -> None:
        """Fill the Home tab of a person with the channels that they and the bot are in."""
        theirs = set((await self._channels.of_person(user)).values())
        ours = await self._channels.of_bot()
        shared = [id_ for _, id_ in sorted(ours.items()) if id_ in theirs][:_MOST_LISTED]
        addresses = [self._commands.address(id_) for id_ in shared]
        look = self._tools.overview
        empty = Overview(tuple((address, ()) for address in addresses), 0, (), ())
        status = await self._commands.ask(user, "", "status")
        person = await self._channels.person(user)
        view = home_view(
            await look(addresses) if look else empty,
            status,
            may_add=may_change(
                person,
                home=self._commands.home,
                member=bool(shared),
                changers=self._tools.changers,
            ),
        )
        await self._web.call("views.publish", user_id=user, view=view)
