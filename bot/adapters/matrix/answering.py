"""Commands and reactions: read, hand to the `answer` job, reply where they were made."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, Any

import structlog

from bot.adapters.matrix.errors import MatrixError, NoAnswerError
from bot.adapters.matrix.events import ALERT_KEY, in_reply, in_thread, seen, thread_root
from bot.adapters.matrix.reactions import Reacted, reaction_table
from bot.adapters.matrix.render import reply_content
from bot.adapters.matrix.rooms import channel_of_room, may_change, power_of
from bot.adapters.matrix.voice import insist, say
from bot.core.model import digest
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.adapters.matrix.account import Account
    from bot.adapters.matrix.events import Seen
    from bot.adapters.matrix.reactions import FindArticle

log = structlog.get_logger(__name__)

UNREADABLE = (
    "I cannot read your encrypted message: its key has not reached me. "
    "Please send it again; if that does not help, restart your client or write in a room "
    "without encryption."
)
_FAULT = Reply("Something went wrong here; it has been noted.", ok=False)
_NO_LEVELS = Reply("The room's power levels cannot be read now; please try again.", ok=False)
_REMEMBERED = 5_000
_NOT_FOUND = 404
_TRIES = 4


class Answering:
    """Answers what people ask in rooms.

    Args:
        account: the bot's account.
        answer: the job that carries out a command.
        level: power level that changes need, unless a room sets its own.
        article: gives a stored article by its id, for the reaction that shows all quotes.
    """

    def __init__(
        self,
        account: Account,
        answer: Callable[[Incoming], Awaitable[Reply]],
        *,
        level: int,
        article: FindArticle | None,
    ) -> None:
        self._account, self._answer, self._level = account, answer, level
        self._reactions = reaction_table(self._ask_for, article)
        self._in_turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._done: OrderedDict[tuple[str, str], None] = OrderedDict()

    @property
    def offered(self) -> tuple[str, ...]:
        """The reactions that do something."""
        return tuple(self._reactions)

    async def command(self, room_id: str, event: Seen, text: str) -> None:
        """Carry out a typed command, one after the other in each room."""
        async with self._in_turn[room_id]:
            reply = await self._carry_out(room_id, event.sender, text)
            content = reply_content(reply.text)
            root = thread_root(event)
            # What changed for all is told in a thread; what concerns one person is a mere reply.
            threaded = root is not None or reply.public
            relation = in_thread(root or event.id, event.id) if threaded else in_reply(event.id)
            content["m.relates_to"] = relation
            await say(self._account, room_id, content, digest("reply", event.id))

    async def reaction(self, room_id: str, target: str, key: str, who: str) -> None:
        """Act on a reaction to one of our alerts, once for each alert and key."""
        answerer = self._reactions.get(key)
        if answerer is None or not self._once((target, key)):
            return
        about = await self._about(room_id, target)
        if about is None:
            return
        channel = channel_of_room(room_id, self._account.session.moves)
        url, article = (str(about.get(name, "")) for name in ("url", "article"))
        async with self._in_turn[room_id]:
            try:
                content = await answerer(Reacted(who, channel, url, article))
            except Exception:
                log.exception("reaction failed", chat="matrix", channel=channel)
                content = reply_content(_FAULT.text)
            content["m.relates_to"] = in_thread(target, target)
            await say(self._account, room_id, content, digest("reaction", target, key))

    async def unreadable(self, room_id: str, event: Seen) -> None:
        """Tell somebody that their message cannot be decrypted, once for each of their sessions."""
        session = event.content.get("session_id")
        if isinstance(session, str) and self._once((room_id, session)):
            content = reply_content(UNREADABLE)
            content["m.relates_to"] = in_reply(event.id)
            await say(self._account, room_id, content, digest("unreadable", event.id))

    def _once(self, what: tuple[str, str]) -> bool:
        if what in self._done:
            return False
        self._done[what] = None
        if len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)
        return True

    async def _carry_out(self, room_id: str, who: str, text: str) -> Reply:
        may = await insist("levels", lambda: self._may_change(room_id, who), _TRIES)
        if may is None:
            return _NO_LEVELS
        channel = channel_of_room(room_id, self._account.session.moves)
        try:
            return await self._answer(Incoming(text, "matrix", channel, who, may))
        except Exception:
            log.exception("command failed", chat="matrix", channel=channel)
            return _FAULT

    async def _ask_for(self, reacted: Reacted, text: str) -> Reply:
        """Run a command for somebody who reacted; reactions change nothing."""
        incoming = Incoming(text, "matrix", reacted.channel, reacted.who, may_change=False)
        return await self._answer(incoming)

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
            if error.status != _NOT_FOUND:
                raise
            levels = {}
        creator = create.get("sender") or content.get("creator") or ""
        power = power_of(who, creator=creator, create=content, levels=levels)
        return may_change(power, levels, needed=self._level)

    async def _about(self, room_id: str, target: str) -> dict[str, Any] | None:
        """Give what an alert of ours says of itself, None for other events."""
        try:
            source = await self._account.room_request("GET", room_id, "event", target)
        except (MatrixError, NoAnswerError):
            return None
        event = seen(self._account.opened(room_id, source))
        if event is None or event.sender != self._account.user_id:
            return None
        about = event.content.get(ALERT_KEY)
        return about if isinstance(about, dict) else None
