"""Commands: read, hand to the `answer` job, reply where they were made."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog

from bot.adapters.matrix.errors import MatrixError
from bot.adapters.matrix.events import in_reply, in_thread, thread_root
from bot.adapters.matrix.media import upload_png
from bot.adapters.matrix.quota import MOST, Quota, Verdict
from bot.adapters.matrix.replies import reply_content
from bot.adapters.matrix.rooms import channel_of_room, may_change, power_of
from bot.adapters.matrix.voice import insist, say
from bot.adapters.matrix.wire import NOT_FOUND
from bot.core.model import digest
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.adapters.matrix.account import Account
    from bot.adapters.matrix.events import Seen
    from bot.core.model import Chart

log = structlog.get_logger(__name__)

UNREADABLE = (
    "I cannot read your encrypted message: its key has not reached me. Please send it again with "
    "a new key (in Element, type /discardsession first), or write in a room without encryption."
)
FAULT = Reply("Something went wrong here; it has been noted.", ok=False)
_NO_LEVELS = Reply("The room's power levels cannot be read now; please try again.", ok=False)
_REMEMBERED = 5_000
TRIES = 4
"""Of a request that others in the room wait for."""


Draw = Callable[["Chart"], bytes]
"""Makes a PNG; may take a while, so it runs in a thread."""


class Answering:
    """Answers what people ask in rooms.

    Args:
        account: the bot's account.
        answer: the job that carries out a command.
        level: power level that changes need, unless a room sets its own.
        draw: draws charts; without it they are told in words only.
        quota: how much one person may ask.
    """

    def __init__(
        self,
        account: Account,
        answer: Callable[[Incoming], Awaitable[Reply]],
        *,
        level: int,
        draw: Draw | None = None,
        quota: Quota | None = None,
    ) -> None:
        self._account, self._answer, self._level, self._draw = account, answer, level, draw
        self._quota = quota or Quota()
        self._in_turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._told: OrderedDict[tuple[str, str], None] = OrderedDict()

    def in_turn(self, room_id: str) -> asyncio.Lock:
        """Give what lets a room's requests be carried out one after the other."""
        return self._in_turn[room_id]

    async def command(self, room_id: str, event: Seen, text: str) -> None:
        """Carry out a typed command."""
        verdict = self.admit(room_id, event.sender)
        if verdict is Verdict.TOLD:
            await self._reply(room_id, event, Reply(self.too_many(room_id, event.sender)))
        if verdict is not Verdict.TAKEN:
            return
        async with self.in_turn(room_id):
            reply = await self.run(room_id, event.sender, text)
            await self._reply(room_id, event, reply)

    async def unreadable(self, room_id: str, event: Seen) -> None:
        """Tell somebody that their message cannot be decrypted, once for each of their sessions."""
        session = event.content.get("session_id")
        if not isinstance(session, str) or (room_id, session) in self._told:
            return
        self._told[room_id, session] = None
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        if self.admit(room_id, event.sender) is Verdict.TAKEN:
            content = reply_content(UNREADABLE)
            content["m.relates_to"] = in_reply(event.id)
            await say(self._account, room_id, content, digest("unreadable", event.id))

    def admit(self, room_id: str, who: str) -> Verdict:
        """Count what somebody asks for."""
        return self._quota.ask(room_id, who, asyncio.get_running_loop().time())

    def too_many(self, room_id: str, who: str) -> str:
        """Tell somebody who asks too much when to ask again."""
        wait = self._quota.wait(room_id, who, asyncio.get_running_loop().time())
        return (
            f"That is more than {MOST} requests in a minute: this one was not carried out. "
            f"I answer you again in {math.ceil(wait) or 1} seconds."
        )

    async def run(self, room_id: str, who: str, text: str) -> Reply:
        """Run a command for somebody, with the power they have in the room at this moment."""
        may = await insist("levels", lambda: self._may_change(room_id, who), TRIES)
        if may is None:
            return _NO_LEVELS
        channel = channel_of_room(room_id, self._account.session.moves)
        try:
            return await self._answer(Incoming(text, "matrix", channel, who, may))
        except Exception:
            log.exception("command failed", chat="matrix", channel=channel)
            return FAULT

    async def _reply(self, room_id: str, event: Seen, reply: Reply) -> None:
        """Answer: in a thread what changed for all, as a mere reply what concerns one person."""
        root = thread_root(event)
        threaded = root is not None or reply.public
        relation = in_thread(root or event.id, event.id) if threaded else in_reply(event.id)
        content = {**reply_content(reply.text), "m.relates_to": relation}
        await say(self._account, room_id, content, digest("reply", event.id))
        if reply.chart is not None:
            await self._show(room_id, event, reply.chart, relation)

    async def _show(
        self, room_id: str, event: Seen, chart: Chart, relation: dict[str, Any]
    ) -> None:
        """Send a chart as a picture; the words before it said everything."""
        if self._draw is None:
            return
        try:
            png = await asyncio.to_thread(self._draw, chart)
            content = await insist("picture", lambda: self._uploaded(room_id, png, chart.alt))
        except Exception:
            log.exception("chart not drawn", chat="matrix")
            return
        if content is not None:
            content["m.relates_to"] = relation
            await say(self._account, room_id, content, digest("chart", event.id))

    async def _uploaded(self, room_id: str, png: bytes, alt: str) -> dict[str, Any]:
        encrypt = await self._account.is_encrypted(room_id)
        return await upload_png(self._account, png, alt, encrypt=encrypt)

    async def _may_change(self, room_id: str, who: str) -> bool:
        """Read the room's levels afresh: they may have changed a moment ago."""
        create = await self._account.room_request(
            "GET", room_id, "state", "m.room.create", query="?format=event"
        )
        content = create.get("content", create)
        try:
            levels = await self._account.room_request(
                "GET", room_id, "state", "m.room.power_levels"
            )
        except MatrixError as error:
            if error.status != NOT_FOUND:
                raise
            levels = {}
        creator = create.get("sender") or content.get("creator") or ""
        power = power_of(who, creator=creator, create=content, levels=levels)
        return may_change(power, levels, needed=self._level)
