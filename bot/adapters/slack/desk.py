"""What people do in Slack, turned into commands; no Slack library here.

Every path ends in one callable, `answer`, and asks the same question first: may this person
change the rules of that channel?
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from bot.adapters.slack.channels import Person, may_change
from bot.adapters.slack.outcomes import SlackError
from bot.adapters.slack.replies import at_field, reply_blocks, reply_text
from bot.adapters.slack.text import one_line, typed
from bot.adapters.slack.views import (
    MOST_METADATA,
    NAME,
    QUERY,
    Draft,
    add_view,
    drafted,
    home_view,
    preview_view,
    quotes_view,
    text_view,
    unpack,
)
from bot.core.command import parse_command
from bot.core.model import Excerpt, KeyQuote
from bot.errors import CommandError, WirewatchError
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from bot.adapters.slack.channels import Channels
    from bot.adapters.slack.web import Web
    from bot.core.model import StoredArticle

    Answer = Callable[[Incoming], Awaitable[Reply]]
    FindArticle = Callable[[str], Awaitable[StoredArticle | None]]

log = structlog.get_logger(__name__)

PATIENCE = 2.0
"""Seconds that a form waits for a check; Slack gives up after three.

Source: https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
"""
_MOST_LISTED = 10
_LAST_WORDS = 5.0
_BARE_ADD = ("add", "sub", "subscribe")
_ELSEWHERE = re.compile(r"\s+#[^\s#]+\s*$")
READ_ONLY = Reply(
    "You can look, but not change: only full members of the channel may change its rules.",
    ok=False,
)


@dataclass(frozen=True, slots=True)
class Where:
    """An act in Slack.

    Attributes:
        user: id of the person.
        channel: id of the channel, "" where there is none (Home, forms).
        response_url: where answers go for half an hour, or "".
        trigger: opens one form within three seconds, or "".
    """

    user: str
    channel: str = ""
    response_url: str = ""
    trigger: str = ""


class Desk:
    """Serves people in Slack.

    Args:
        web: the API.
        channels: who is where.
        answer: carries out a command.
        article: gives a stored article by its id, or None where *All quotes* is not offered.
        patience: seconds that a form waits for a check.
    """

    home = ""
    """Id of our workspace, once known."""

    def __init__(
        self,
        web: Web,
        channels: Channels,
        answer: Answer,
        article: FindArticle | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._web, self._channels, self._answer = web, channels, answer
        self._article, self._patience = article, patience
        self._tasks: set[asyncio.Future[None]] = set()

    async def command(self, where: Where, text: str) -> None:
        """Carry out what was typed behind `/watch`."""
        words = typed(text)
        if words.casefold() in _BARE_ADD:
            await self.open_add(where, where.channel)
            return
        channel, reply = await self._carry_out(where.user, where.channel, words)
        if channel != where.channel and reply.public:
            await self._announce(channel, reply, where.user)
            reply = Reply(reply.text, ok=reply.ok)
        await self.tell(where, reply)

    async def explain(self, where: Where, url: str) -> None:
        """Say why an alert came."""
        await self.tell(where, await self.ask(where.user, where.channel, f"explain {url}"))

    async def all_quotes(self, where: Where, article_id: str) -> None:
        """Open a window with every quote of an article."""
        found = await self._article(article_id) if self._article else None
        if found is None:
            view = text_view("All quotes", Reply("This article is no longer stored.", ok=False))
        else:
            view = quotes_view(found.article.title, key_quotes(found))
        await self._web.call("views.open", trigger_id=where.trigger, view=view)

    async def open_add(self, where: Where, channel: str = "") -> None:
        """Open the form for a new rule, for those who may save it."""
        if channel and not await self.allowed(where.user, channel):
            await self.tell(where, READ_ONLY)
            return
        await self._web.call("views.open", trigger_id=where.trigger, view=add_view(Draft(channel)))

    async def preview(self, user: str, view: dict[str, Any]) -> dict[str, Any]:
        """Check a filled form; give the acknowledgement: an error at a field, or the preview."""
        draft = drafted(view)
        if len(draft.pack()) > MOST_METADATA:
            return _error(QUERY, "Too long for this form; type it behind /watch add.")
        external_id = f"save {user} {view.get('id', '')} {view.get('hash', '')}"[:255]
        work = asyncio.ensure_future(self._checked(user, draft))
        done, _ = await asyncio.wait({work}, timeout=self._patience)
        if not done:
            self._later(self._preview_late(work, draft, external_id))
            return {"response_action": "push", "view": preview_view(draft, None, external_id)}
        field, reply = work.result()
        if field:
            return _error(field, at_field(reply.text))
        return {"response_action": "push", "view": preview_view(draft, reply, external_id)}

    async def save(self, user: str, view: dict[str, Any]) -> dict[str, Any]:
        """Add the rule of a previewed form; give the acknowledgement."""
        draft = unpack(view.get("private_metadata", ""))
        if not draft.channel or not draft.query:
            lost = Reply("The form came back empty; please write it again.", ok=False)
            return {"response_action": "update", "view": text_view("Not saved", lost)}
        work = asyncio.ensure_future(self.ask(user, draft.channel, draft.command))
        done, _ = await asyncio.wait({work}, timeout=self._patience)
        if done and not work.result().ok:
            return {"response_action": "update", "view": text_view("Not saved", work.result())}
        self._later(self._saved(work, user, draft.channel))
        return {"response_action": "clear"}

    async def show_home(self, user: str) -> None:
        """Fill the Home tab of a person."""
        theirs = set((await self._channels.of_person(user)).values())
        ours = await self._channels.of_bot()
        shared = sorted((name, id_) for name, id_ in ours.items() if id_ in theirs)[:_MOST_LISTED]
        listed = [(id_, await self.ask(user, id_, "list")) for _, id_ in shared]
        status = await self.ask(user, "", "status")
        person = await self._channels.person(user)
        view = home_view(
            listed, status, may_add=may_change(person, home=self.home, member=bool(shared))
        )
        await self._web.call("views.publish", user_id=user, view=view)

    async def ask(self, user: str, channel: str, text: str) -> Reply:
        """Have a command carried out with the rights that its author has in its channel."""
        return (await self._carry_out(user, channel, text))[1]

    async def _carry_out(self, user: str, channel: str, text: str) -> tuple[str, Reply]:
        """Carry out a command; give the channel that it was for, and the answer.

        A command may name another channel: then that is where its author must be a member.
        """
        if named := _named_channel(text):
            text = _ELSEWHERE.sub("", text)
            try:
                target = await self._channels.id_of(named)
            except SlackError as fault:
                return channel, Reply(f"Slack does not tell me its channels: {fault}", ok=False)
            if target is None or _named_channel(text):
                return channel, Reply(
                    f"I am in no channel {named}; /invite me there first.", ok=False
                )
            channel = target
        return channel, await self._answered(user, channel, text)

    async def _answered(self, user: str, channel: str, text: str) -> Reply:
        person = await self._channels.person(user)
        incoming = Incoming(
            text=text,
            chat="slack",
            channel=channel,
            who=_signed(person, user),
            may_change=await self.allowed(user, channel),
        )
        try:
            return await self._answer(incoming)
        except WirewatchError as error:
            return Reply(str(error), ok=False)
        except Exception as error:  # a fault of ours must not leave people waiting
            log.exception(
                "command failed", command=text.partition(" ")[0], error=type(error).__name__
            )
            return Reply("That failed on our side. It is in the log.", ok=False)

    async def allowed(self, user: str, channel: str) -> bool:
        """Say whether a person may change the rules of a channel."""
        if not channel:
            return False
        person = await self._channels.person(user)
        member = await self._channels.is_member(user, channel)
        return may_change(person, home=self.home, member=member)

    async def tell(self, where: Where, reply: Reply) -> None:
        """Answer an act: to the whole channel what changed, everything else privately."""
        blocks = reply_blocks(reply, where.user)
        text = reply_text(reply)
        if where.response_url:
            kind = "in_channel" if reply.public else "ephemeral"
            try:
                await self._web.respond(
                    where.response_url,
                    response_type=kind,
                    replace_original=False,
                    text=text,
                    blocks=blocks,
                )
            except SlackError as fault:
                if fault.sure == "unknown":
                    raise
            else:
                return
        to = where.channel or where.user
        if reply.public or not where.channel:
            await self._web.call("chat.postMessage", channel=to, text=text, blocks=blocks)
        else:
            await self._web.call(
                "chat.postEphemeral", channel=to, user=where.user, text=text, blocks=blocks
            )

    async def _announce(self, channel: str, reply: Reply, user: str) -> None:
        """Tell a channel what changed in it, from elsewhere; the change stands if it cannot."""
        blocks = reply_blocks(reply, user)
        try:
            await self._web.call(
                "chat.postMessage", channel=channel, text=reply_text(reply), blocks=blocks
            )
        except SlackError as fault:
            log.warning("change not announced", channel=channel, reason=str(fault))

    async def _checked(self, user: str, draft: Draft) -> tuple[str, Reply]:
        """Try a draft: ("", preview), or the field that is wrong and what is wrong with it."""
        if not await self.allowed(user, draft.channel):
            return QUERY, READ_ONLY
        try:
            if parse_command(draft.command).channel:
                return QUERY, Reply(
                    "Choose the channel in the form, not in the query.", ok=False
                )
        except CommandError as error:
            return NAME if draft.name else QUERY, Reply(str(error), ok=False)
        reply = await self.ask(user, draft.channel, f"test {' '.join(draft.query.split())} 7d")
        return ("" if reply.ok else QUERY), reply

    async def _preview_late(
        self, work: asyncio.Future[tuple[str, Reply]], draft: Draft, external_id: str
    ) -> None:
        _, reply = await work
        view = preview_view(draft, reply, external_id)
        try:
            await self._web.call("views.update", external_id=external_id, view=view)
        except SlackError as fault:
            log.info("preview came too late", reason=str(fault))

    async def _saved(self, work: asyncio.Future[Reply], user: str, channel: str) -> None:
        """Tell what became of a saved form: a change to its channel, the rest to its author."""
        reply = await work
        if reply.public:
            await self._announce(channel, reply, user)
        else:
            await self.tell(Where(user, channel), reply)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """Go on with something after Slack got its acknowledgement."""
        task = asyncio.ensure_future(watched(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Finish what was promised to people; give it a few seconds."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=_LAST_WORDS)
            for task in late:
                task.cancel()


async def watched(work: Awaitable[None]) -> None:
    """Run something that nobody waits for, and log what goes wrong."""
    try:
        await work
    except SlackError as fault:
        log.warning("slack call failed", reason=str(fault))
    except Exception as error:  # the end of the line for a fault of ours
        log.exception("slack work failed", error=type(error).__name__)


def key_quotes(found: StoredArticle) -> list[KeyQuote]:
    """Give every quote of a stored article as it is printed."""
    text = found.article.text
    return [
        KeyQuote(
            tuple(Excerpt(text[start:end], (), start) for start, end in quote.parts),
            quote.speaker,
            quote.office,
        )
        for quote in found.quotes
    ]


def _named_channel(text: str) -> str:
    """Give the channel that a command names, or ""; what cannot be read names none."""
    try:
        return parse_command(text).channel
    except CommandError:
        return ""


def _signed(person: Person | None, user: str) -> str:
    """Name a person for the audit log: as people know them, and by the id that never changes."""
    name = one_line(person.name) if person else ""
    return f"{name} ({user})" if name else user


def _error(field: str, text: str) -> dict[str, Any]:
    return {"response_action": "errors", "errors": {field: text}}
