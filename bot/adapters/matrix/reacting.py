"""Reactions to alerts as buttons: each acts once, removing it undoes what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from bot.adapters.matrix.answering import FAULT, TRIES
from bot.adapters.matrix.events import ALERT_KEY, in_thread, seen
from bot.adapters.matrix.marks import Mark
from bot.adapters.matrix.quota import Verdict
from bot.adapters.matrix.reactions import About, reaction_table
from bot.adapters.matrix.replies import reply_content
from bot.adapters.matrix.voice import insist, say
from bot.core.model import digest

if TYPE_CHECKING:
    from bot.adapters.matrix.account import Account
    from bot.adapters.matrix.answering import Answering
    from bot.adapters.matrix.events import Seen
    from bot.adapters.matrix.marks import Marks
    from bot.adapters.matrix.reactions import Deed, FindArticle

log = structlog.get_logger(__name__)

NO_LINK = "This alert has no link by which it could be explained."


class Reacting:
    """Acts on reactions to the bot's alerts.

    Args:
        account: the bot's account.
        answering: runs commands.
        marks: the reactions that did something.
        article: gives a stored article by its id, for the reaction that shows all quotes.
    """

    def __init__(
        self,
        account: Account,
        answering: Answering,
        marks: Marks,
        *,
        article: FindArticle | None,
    ) -> None:
        self._account, self._answering, self._marks = account, answering, marks
        self._table = reaction_table(article)

    @property
    def offered(self) -> tuple[str, ...]:
        """The reactions that do something."""
        return tuple(self._table)

    async def added(self, room_id: str, event: Seen, target: str, key: str) -> None:
        """Act on a reaction: once for each alert and key, or for each person where all have a say.

        What was refused may be tried again, by somebody else or later.
        """
        deed = self._table.get(key)
        if deed is None or self._marks.of(event.id) is not None:
            return
        async with self._answering.in_turn(room_id):
            if self._marks.stands(target, key, event.sender if deed.each else ""):
                return
            about = await self._about(room_id, target)
            if about is None:
                return
            verdict = self._answering.admit(room_id, event.sender)
            if verdict is Verdict.TAKEN:
                content, done = await self._carry_out(deed, room_id, event.sender, about)
                if done:
                    undo = deed.undo(about) if deed.undo else ""
                    self._marks.add(Mark(event.id, room_id, target, key, event.sender, undo))
            elif verdict is Verdict.TOLD:
                content = reply_content(self._answering.too_many(room_id, event.sender))
            else:
                return
            await self._tell(room_id, target, content, digest("reaction", event.id))

    async def removed(self, room_id: str, event: Seen) -> None:
        """Undo what a reaction did that somebody has removed; questions stay answered.

        In turn, too: the reaction itself may not have been dealt with yet.
        """
        async with self._answering.in_turn(room_id):
            mark = self._marks.of(event.redacts)
            deed = self._table.get(mark.key) if mark else None
            if mark is None or deed is None or not mark.undo or mark.room != room_id:
                return
            # An own say is taken back as the person's; what is for the room, by who removed it.
            who = mark.who if deed.each else event.sender
            reply = await self._answering.run(room_id, who, mark.undo)
            self._marks.drop(mark.event)
            content = reply_content(reply.text)
            await self._tell(room_id, mark.target, content, digest("unreaction", event.id))

    async def _carry_out(
        self, deed: Deed, room_id: str, who: str, about: About
    ) -> tuple[dict[str, Any], bool]:
        """Give the answer and whether the deed was done."""
        if deed.content is not None:
            try:
                return await deed.content(about), True
            except Exception:
                log.exception("reaction failed", chat="matrix", room=room_id)
                return reply_content(FAULT.text), False
        command = deed.command(about)
        if not command:
            return reply_content(NO_LINK), True
        reply = await self._answering.run(room_id, who, command)
        return reply_content(reply.text), reply.ok

    async def _tell(self, room_id: str, target: str, content: dict[str, Any], txn: str) -> None:
        content["m.relates_to"] = in_thread(target, target)
        await say(self._account, room_id, content, txn)

    async def _about(self, room_id: str, target: str) -> About | None:
        """Give what an alert of ours says of itself, None for other events."""
        source = await insist(
            "alert reacted to",
            lambda: self._account.room_request("GET", room_id, "event", target),
            TRIES,
        )
        event = seen(self._account.opened(room_id, source)) if source else None
        if event is None or event.sender != self._account.user_id:
            return None
        about = event.content.get(ALERT_KEY)
        if not isinstance(about, dict):
            return None
        return About(*(str(about.get(name, "")) for name in ("url", "article", "rule")))
