"""What people type and press in Slack, carried out with the rights they have there.

Every path of a person's act (command, button, form, Home) ends in `Commands.ask`, which asks the
same question first: may this person change the rules of that channel?
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.adapters.slack.channels import Person, may_change
from bot.adapters.slack.later import trace_of
from bot.adapters.slack.listing import listed
from bot.adapters.slack.outcomes import SlackError
from bot.adapters.slack.telling import Telling
from bot.adapters.slack.text import one_line, typed
from bot.core.command import Command, as_word, parse_command
from bot.errors import CommandError, WirewatchError
from bot.ports import Incoming, Offer, Reply

if TYPE_CHECKING:
    from bot.adapters.slack.channels import Channels
    from bot.adapters.slack.tools import Tools
    from bot.adapters.slack.web import Web
    from bot.adapters.slack.where import Where

log = structlog.get_logger(__name__)

_ELSEWHERE = re.compile(r"\s+#[^\s#]+\s*$")
_NEEDS_US_THERE = ("add", "resume")
_PRIVATE = ("feedback", "mute", "snooze", "unmute", "unsnooze")
"""What a button does for its channel without a word to everybody; the audit log has it."""
SNOOZE_HOURS = "24h"
WHY_NOT = (
    ("Wrong sense", "wrong-sense"),
    ("Not news", "not-news"),
    ("Not him/her", "not-them"),
    ("Too many", "too-many"),
)


class Commands:
    """Carries out commands and tells the answers.

    Args:
        web: the API.
        channels: who is where.
        tools: what is at hand.
        team: put before the ids of channels in what the rest of the house sees; "" for none.
    """

    home = ""
    """Id of our workspace; while it is unknown nobody may change anything."""

    def __init__(self, web: Web, channels: Channels, tools: Tools, team: str = "") -> None:
        self._channels, self._tools, self._team = channels, tools, team
        self.home = team
        self.telling = Telling(web, tools.draw)

    def address(self, channel: str) -> str:
        """Give a channel as rules name it: with its workspace where there are several."""
        return f"{self._team}/{channel}" if self._team else channel

    @property
    def read_only(self) -> Reply:
        """What people are told who may only look."""
        who = "only full members of the channel may change its rules"
        if self._tools.changers:
            who = "in this workspace only some members may change rules"
        return Reply(f"You can look, but not change: {who}.", ok=False)

    async def command(self, where: Where, text: str) -> None:
        """Carry out what was typed behind `/watch`."""
        text = typed(text)
        channel, reply = await self._carry_out(where.user, where.channel, text)
        if channel != where.channel:  # what is offered is pressed here, but meant for there
            there = tuple(Offer(o.label, f"{o.command} #{channel}") for o in reply.offers)
            reply = replace(reply, offers=there)
        if channel != where.channel and reply.public:
            await self.telling.announce(channel, reply, where.user)
            reply = replace(reply, public=False)
        here = channel == where.channel and _read(text).verb == "list"
        shown = self._listed(channel, reply) if here else ()
        await self.telling.tell(where, reply, shown=shown)

    async def explain(self, where: Where, url: str) -> None:
        """Say why an alert came."""
        await self.telling.tell(where, await self.ask(where.user, where.channel, f"explain {url}"))

    async def snooze(self, where: Where, rule: str) -> None:
        """Snooze a rule for a day."""
        await self.press(where, f"snooze {rule} {SNOOZE_HOURS}")

    async def mute(self, where: Where, story: str) -> None:
        """Hear no more of a story."""
        await self.press(where, f"mute {story}")

    async def not_relevant(self, where: Where, about: str) -> None:
        """Ask why an alert was not relevant; `about` is its rule and article."""
        if not await self.allowed(where.user, where.channel):
            await self.telling.tell(where, self.read_only)
            return
        reasons = tuple(Offer(label, f"feedback {about} {reason}") for label, reason in WHY_NOT)
        await self.telling.tell(where, Reply("Why is it not relevant?", offers=reasons))

    async def press(self, where: Where, text: str) -> None:
        """Carry out the command of a button, in place of the private message that offered it."""
        reply = await self.ask(where.user, where.channel, text)
        if _read(text).verb in _PRIVATE:
            undo = _undo(text) if reply.ok else ()
            reply = replace(reply, public=False, offers=(*undo, *reply.offers))
        if reply.public:
            await self.telling.clear(where)
        await self.telling.tell(where, reply, instead=reply.ok)

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
        return may_change(person, home=self.home, member=member, changers=self._tools.changers)

    def _listed(self, channel: str, reply: Reply) -> list[dict[str, object]]:
        rules = self._tools.rules(self.address(channel)) if self._tools.rules else ()
        if not rules or not reply.ok:
            return []
        return listed(rules)

    async def _carry_out(self, user: str, channel: str, text: str) -> tuple[str, Reply]:
        """Carry out a command; give the channel that it was for, and the answer.

        A command may name another channel: then that is where its author must be a member.
        """
        if named := _read(text).channel:
            text = _ELSEWHERE.sub("", text)
            try:
                target = await self._channels.id_of(named)
                if target and target != channel and not await self._may_look(user, target):
                    target = None
            except SlackError as fault:
                return channel, Reply(f"Slack does not tell me its channels: {fault}", ok=False)
            if target is None or _read(text).channel:
                return channel, Reply(
                    f"I am in no channel {named}; /invite me there first.", ok=False
                )
            channel = target
        reply = await self._answered(user, channel, text)
        return channel, await self._with_invitation(reply, channel, _read(text).verb)

    async def _may_look(self, user: str, channel: str) -> bool:
        person = await self._channels.person(user)
        return bool(person and self.home in person.teams) and await self._channels.may_look(
            user, channel
        )

    async def _answered(self, user: str, channel: str, text: str) -> Reply:
        person = await self._channels.person(user)
        incoming = Incoming(
            text=text,
            chat="slack",
            channel=self.address(channel),
            who=_signed(person, user),
            may_change=await self.allowed(user, channel),
        )
        try:
            return await self._tools.answer(incoming)
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
        return replace(reply, text=f"{reply.text}\n\n{hint}")


def _undo(text: str) -> tuple[Offer, ...]:
    """Give the command that takes another one back."""
    command = _read(text)
    subject = as_word(command.subject)
    undo = {
        "snooze": f"unsnooze {subject}",
        "mute": f"unmute {subject}",
        "feedback": f"feedback {as_word(command.name)} {subject} undo",
    }.get(command.verb)
    return (Offer("Undo", undo),) if undo and command.value != "undo" else ()


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
