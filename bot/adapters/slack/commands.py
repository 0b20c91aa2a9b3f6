"""What people type in Slack, carried out with the rights they have there.

Every path of a person's act (command, button, form, Home) ends in `Commands.ask`, which asks the
same question first: may this person change the rules of that channel?
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from bot.adapters.slack.channels import Person, may_change
from bot.adapters.slack.later import trace_of
from bot.adapters.slack.outcomes import SlackError
from bot.adapters.slack.replies import reply_blocks, reply_text
from bot.adapters.slack.text import one_line, typed
from bot.core.command import Command, parse_command
from bot.errors import CommandError, WirewatchError
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.adapters.slack.channels import Channels
    from bot.adapters.slack.web import Web

    Answer = Callable[[Incoming], Awaitable[Reply]]

log = structlog.get_logger(__name__)

_ELSEWHERE = re.compile(r"\s+#[^\s#]+\s*$")
_NEEDS_US_THERE = ("add", "resume")
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


class Commands:
    """Carries out commands and tells the answers.

    Args:
        web: the API.
        channels: who is where.
        answer: carries out a command.
    """

    home = ""
    """Id of our workspace; while it is unknown nobody may change anything."""

    def __init__(self, web: Web, channels: Channels, answer: Answer) -> None:
        self._web, self._channels, self._answer = web, channels, answer

    async def command(self, where: Where, text: str) -> None:
        """Carry out what was typed behind `/watch`."""
        channel, reply = await self._carry_out(where.user, where.channel, typed(text))
        if channel != where.channel and reply.public:
            await self.announce(channel, reply, where.user)
            reply = Reply(reply.text, ok=reply.ok)
        await self.tell(where, reply)

    async def explain(self, where: Where, url: str) -> None:
        """Say why an alert came."""
        await self.tell(where, await self.ask(where.user, where.channel, f"explain {url}"))

    async def ask(self, user: str, channel: str, text: str) -> Reply:
        """Have a command carried out with the rights that its author has in its channel."""
        return (await self._carry_out(user, channel, text))[1]

    async def allowed(self, user: str, channel: str) -> bool:
        """Say whether a person may change the rules of a channel."""
        if not channel:
            return False
        person, member = await asyncio.gather(
            self._channels.person(user), self._channels.is_member(user, channel)
        )
        return may_change(person, home=self.home, member=member)

    async def tell(self, where: Where, reply: Reply) -> None:
        """Answer an act: to the whole channel what changed, everything else privately."""
        message = _message(reply, where.user)
        if where.response_url:
            kind = "in_channel" if reply.public else "ephemeral"
            try:
                await self._web.respond(
                    where.response_url, response_type=kind, replace_original=False, **message
                )
            except SlackError as fault:
                if fault.sure == "unknown":
                    raise
            else:
                return
        to = where.channel or where.user
        if reply.public or not where.channel:
            await self._web.call("chat.postMessage", channel=to, **message)
        else:
            await self._web.call("chat.postEphemeral", channel=to, user=where.user, **message)

    async def announce(self, channel: str, reply: Reply, user: str) -> None:
        """Tell a channel what changed in it, from elsewhere; the change stands if it cannot."""
        try:
            await self._web.call("chat.postMessage", channel=channel, **_message(reply, user))
        except SlackError as fault:
            log.warning("change not announced", channel=channel, reason=str(fault))

    async def _carry_out(self, user: str, channel: str, text: str) -> tuple[str, Reply]:
        """Carry out a command; give the channel that it was for, and the answer.

        A command may name another channel: then that is where its author must be a member.
        """
        if named := _read(text).channel:
            text = _ELSEWHERE.sub("", text)
            try:
                target = await self._channels.id_of(named)
            except SlackError as fault:
                return channel, Reply(f"Slack does not tell me its channels: {fault}", ok=False)
            if target is None or _read(text).channel:
                return channel, Reply(
                    f"I am in no channel {named}; /invite me there first.", ok=False
                )
            channel = target
        reply = await self._answered(user, channel, text)
        return channel, await self._with_invitation(reply, channel, _read(text).verb)

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
        except Exception as error:  # noqa: BLE001 -- a fault of ours must not leave people waiting
            verb = text.partition(" ")[0]
            log.error("command failed", command=verb, trace=trace_of(error))  # noqa: TRY400 -- see there
            return Reply("That failed on our side. It is in the log.", ok=False)

    async def _with_invitation(self, reply: Reply, channel: str, verb: str) -> Reply:
        """Say it where alerts cannot arrive because the bot is not in the channel."""
        if verb not in _NEEDS_US_THERE or channel.startswith("D"):
            return reply
        try:
            if channel in (await self._channels.of_bot()).values():
                return reply
        except SlackError:
            return reply
        hint = "I am not in this channel: type /invite @Wirewatch, or no alert can arrive here."
        return Reply(f"{reply.text}\n\n{hint}", public=reply.public, ok=reply.ok)


def _message(reply: Reply, user: str) -> dict[str, Any]:
    """Make an answer's message; links in it never unfold into previews."""
    unfolded = {"unfurl_links": False, "unfurl_media": False}
    return {"text": reply_text(reply), "blocks": reply_blocks(reply, user), **unfolded}


def _read(text: str) -> Command:
    """Read a command; what cannot be read is left for the answer to say."""
    try:
        return parse_command(text)
    except CommandError:
        return Command("")


def _signed(person: Person | None, user: str) -> str:
    """Name a person for the audit log: as people know them, and by the id that never changes."""
    name = one_line(person.name) if person else ""
    return f"{name} ({user})" if name else user
