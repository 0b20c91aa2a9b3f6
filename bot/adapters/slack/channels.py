"""Which channels there are, and who is in them. Asked from Slack, remembered for a minute."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.adapters.slack.outcomes import SlackError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.adapters.slack.web import Web

REMEMBERED = 30.0
"""Seconds: how long an answer about people and channels is believed."""
_FRESH = 3.0
"""Seconds: how old an answer may be that says no; people try again as soon as they are let in."""
_ID = re.compile(r"[CDG][A-Z0-9]{5,}")
_USER = re.compile(r"[UW][A-Z0-9]{5,}")
_KINDS = "public_channel,private_channel"
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Person:
    """A Slack user as `users.info` shows them.

    Attributes:
        teams: workspaces they belong to (several in an Enterprise organisation).
        guest: single- or multi-channel guest (`is_ultra_restricted`, `is_restricted`).
        stranger: from another company, through Slack Connect (`is_stranger`).
        gone: deactivated, or a bot.
        admin: administrator or owner of the workspace.

    Source: https://docs.slack.dev/reference/objects/user-object
    """

    id: str
    name: str
    teams: frozenset[str]
    guest: bool = False
    stranger: bool = False
    gone: bool = False
    admin: bool = False


def may_change(
    person: Person | None, *, home: str, member: bool, changers: frozenset[str] = frozenset()
) -> bool:
    """Decide who may change the rules of a channel: its full members from our own workspace.

    Args:
        person: None when Slack could not tell who it is.
        home: the workspace that the bot belongs to.
        member: whether the person is in the channel.
        changers: user ids, and `admins`: only they may, where anybody is named.
    """
    if person is None or not member or person.guest or person.stranger or person.gone:
        return False
    if home not in person.teams:
        return False
    return not changers or person.id in changers or (person.admin and "admins" in changers)


class Channels:
    """Names, members and people of one workspace.

    Args:
        web: the API.
        now: a steady clock in seconds.
    """

    def __init__(self, web: Web, now: Callable[[], float] = time.monotonic) -> None:
        self._web, self._now = web, now
        self._known: dict[str, tuple[float, object]] = {}
        self._private: set[str] = set()

    async def id_of(self, channel: str) -> str | None:
        """Give the id of `#name`, `name` or an id; None where the bot is in no such channel.

        A user's id stands for the direct messages with that person
        (https://docs.slack.dev/reference/methods/conversations.open).

        Raises:
            SlackError: Slack could not be asked.
        """
        name = channel.removeprefix("#")
        if _ID.fullmatch(name):  # names are lower case, so nothing is both
            return name
        if _USER.fullmatch(name):
            return await self._direct(name)
        found = (await self._channels("")).get(name.casefold())
        return found or (await self._channels("", _FRESH)).get(name.casefold())

    async def _direct(self, user: str) -> str:
        key = f"direct {user}"
        if isinstance(known := self._recall(key), str):
            return known
        answer = await self._web.call("conversations.open", users=user)
        found = str((answer.get("channel") or {}).get("id", user))
        self._remember(key, found)
        return found

    async def of_bot(self) -> dict[str, str]:
        """Give the channels that the bot is in: id by lower-case name.

        Raises:
            SlackError: Slack could not be asked.
        """
        return await self._channels("", _FRESH)

    async def of_person(self, user: str) -> dict[str, str]:
        """Give the channels of a person that the bot can see: id by lower-case name.

        Raises:
            SlackError: Slack could not be asked.
        """
        return await self._channels(user, _FRESH)

    async def is_member(self, user: str, channel: str) -> bool:
        """Say whether a person is in a channel; False where Slack could not be asked.

        Of direct messages only those with the bot count: a command can also be typed where two
        people talk, and the id of somebody else's can be named.
        """
        try:
            if channel.startswith("D"):
                return await self._direct(user) == channel
            if channel in (await self._channels(user)).values():
                return True
            return channel in (await self._channels(user, _FRESH)).values()
        except SlackError:
            return False

    async def may_look(self, user: str, channel: str) -> bool:
        """Say whether a person may see what is set in a channel: as they may see the channel.

        Its members may, and where it is public and the bot is in it, everybody but guests and
        people of other companies.

        Raises:
            SlackError: Slack could not be asked.
        """
        if await self.is_member(user, channel):
            return True
        if channel not in (await self._channels("")).values() or channel in self._private:
            return False
        person = await self.person(user)
        return person is not None and not (person.guest or person.stranger or person.gone)

    async def person(self, user: str) -> Person | None:
        """Give a user; None where Slack does not show them or could not be asked."""
        key = f"user {user}"
        if (known := self._recall(key)) is not None:
            return known if isinstance(known, Person) else None
        try:
            answer = await self._web.read("users.info", user=user)
        except SlackError:
            return None
        found = _person(answer.get("user") or {})
        self._remember(key, found)
        return found

    def forget(self) -> None:
        """Ask anew: something changed."""
        self._known.clear()

    async def _channels(self, user: str, oldest: float = REMEMBERED) -> dict[str, str]:
        key = f"channels {user}"
        known = self._recall(key, oldest)
        if isinstance(known, dict):
            return known
        found: dict[str, str] = {}
        who = {"user": user} if user else {}
        async for page in self._web.pages(
            "users.conversations", types=_KINDS, exclude_archived=True, limit=200, **who
        ):
            for channel in page.get("channels") or ():
                found[str(channel.get("name", channel["id"])).casefold()] = channel["id"]
                (self._private.add if channel.get("is_private") else self._private.discard)(
                    channel["id"]
                )
        self._remember(key, found)
        return found

    def _recall(self, key: str, oldest: float = REMEMBERED) -> object | None:
        since, value = self._known.get(key, (float("-inf"), None))
        return value if self._now() - since < oldest else None

    def _remember(self, key: str, value: object) -> None:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = (self._now(), value)


def _person(user: dict[str, object]) -> Person:
    organisation = user.get("enterprise_user")
    teams = organisation.get("teams", []) if isinstance(organisation, dict) else []
    return Person(
        id=str(user.get("id", "")),
        name=str(user.get("real_name") or user.get("name") or ""),
        teams=frozenset({str(user.get("team_id", "")), *map(str, teams)} - {""}),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        stranger=bool(user.get("is_stranger")),
        gone=bool(user.get("deleted") or user.get("is_bot")),
        admin=bool(user.get("is_admin") or user.get("is_owner")),
    )
