"""Which rooms the bot lives in: invitations, greetings, upgrades, departures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog

from bot.adapters.matrix.replies import reply_content
from bot.adapters.matrix.rooms import channel_of_room, is_welcome, server_of
from bot.adapters.matrix.voice import insist, say
from bot.core.model import digest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Coroutine

    from bot.adapters.matrix.account import Account

log = structlog.get_logger(__name__)

GREETING = """\
I watch the news for who said what, and post what matches here, word for word. Three to try:
!watch test ceasefire OR truce
!watch add said:@guterres(Gaza) as guterres
!watch help"""
MOVED = "This room was upgraded: its rules and alerts continue here."
DECLINED = "This bot takes invitations from other people or homeservers only; ask who runs it."


class Residence:
    """Joins, greets, follows upgrades.

    Args:
        account: the bot's account.
        allow: see `is_welcome`.
        joined: told the channel of each room the bot has entered (again), or None.
        spawn: runs work in the background.
    """

    def __init__(
        self,
        account: Account,
        *,
        allow: Collection[str],
        joined: Callable[[str], Awaitable[None]] | None,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._account, self._allow = account, allow
        self._joined, self._spawn = joined, spawn

    async def invited(self, room_id: str, inviter: str) -> None:
        """Accept or decline an invitation."""
        session = self._account.session
        expected = room_id in session.moving.values()
        if not expected and not is_welcome(inviter, own=session.user_id, allow=self._allow):
            log.warning("matrix invitation declined", room=room_id, inviter=inviter)
            await insist("decline", lambda: self._leave(room_id, DECLINED))
            return
        if await self._join(room_id, inviter) is None:
            return
        if expected:
            await self._settle_move(room_id, leave=True)
        else:
            await self._arrived(room_id, GREETING)

    async def upgraded(self, room_id: str, replacement: str, by: str) -> None:
        """Follow a room to its replacement; rules keep naming the old one."""
        session = self._account.session
        if session.moves.get(room_id) == replacement or replacement == room_id:
            return
        self._account.keep(moving={**session.moving, room_id: replacement})
        lived_there = replacement in self._account.client.rooms
        if lived_there or await self._join(replacement, by) is not None:
            await self._settle_move(replacement, leave=not lived_there)
        else:
            log.info("matrix room upgraded, waiting for an invitation", room=room_id)

    def left(self, room_id: str) -> None:
        """Forget what was known of a room that the bot is out of."""
        client = self._account.client
        client.rooms.pop(room_id, None)
        client.invited_rooms.pop(room_id, None)
        if client.olm is not None:
            client.olm.outbound_group_sessions.pop(room_id, None)
        log.info("matrix room left", room=room_id)

    def company(self, room_id: str) -> None:
        """Leave a private room when everybody else has gone."""
        room = self._account.client.rooms.get(room_id)
        if room is None or room.join_rule == "public" or set(room.users) != {self._account.user_id}:
            return
        self._spawn(self._go(room_id))

    async def _go(self, room_id: str) -> None:
        log.info("matrix room left, nobody else is there", room=room_id)
        await insist("leave", lambda: self._leave(room_id, "nobody else is here"))

    async def _settle_move(self, room_id: str, *, leave: bool) -> None:
        """Believe an upgrade only if the new room names the old one as its predecessor.

        Else whoever rules one room could divert its alerts into another, or take over its rules.
        """
        create = await insist(
            "room creation",
            lambda: self._account.room_request("GET", room_id, "state", "m.room.create"),
        )
        predecessor = (create or {}).get("predecessor")
        before = predecessor.get("room_id") if isinstance(predecessor, dict) else None
        session = self._account.session
        olds = [old for old, new in session.moving.items() if new == room_id]
        moving = {old: new for old, new in session.moving.items() if new != room_id}
        if before not in olds:
            log.warning("matrix room upgrade not believed", room=room_id)
            self._account.keep(moving=moving)
            if leave:
                await insist("leave", lambda: self._leave(room_id, "not an upgrade"))
            return
        self._account.keep(moves={**session.moves, before: room_id}, moving=moving)
        await self._arrived(room_id, MOVED)

    async def _arrived(self, room_id: str, words: str) -> None:
        channel = channel_of_room(room_id, self._account.session.moves)
        if self._joined is not None:
            await self._joined(channel)
        # Joining again is greeted again: the place in the stream tells the two apart.
        txn = digest("greeting", room_id, words, self._account.session.since)
        await say(self._account, room_id, reply_content(words), txn)

    async def _join(self, room_id: str, by: str) -> dict[str, Any] | None:
        via = quote(server_of(by), safe="")
        path = f"/_matrix/client/v3/join/{quote(room_id, safe='')}?via={via}&server_name={via}"
        log.info("matrix room to join", room=room_id, by=by)
        return await insist("join", lambda: self._account.request("POST", path, {}))

    async def _leave(self, room_id: str, reason: str) -> None:
        await self._account.room_request("POST", room_id, "leave", body={"reason": reason})
        await self._account.room_request("POST", room_id, "forget", body={})
