"""Forms and windows, opened and taken in."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog

from bot.adapters.slack.drafts import (
    ADD,
    NAME,
    QUERY,
    QUIET,
    Draft,
    add_view,
    drafted,
    preview_view,
    quiet_problem,
    remove_view,
    unpack,
)
from bot.adapters.slack.outcomes import SlackError
from bot.adapters.slack.replies import at_field
from bot.adapters.slack.views import MOST_METADATA, quotes_view, text_view
from bot.adapters.slack.where import Where
from bot.core.command import as_word, parse_command
from bot.core.model import Excerpt, KeyQuote
from bot.errors import CommandError
from bot.ports import Reply

if TYPE_CHECKING:
    from bot.adapters.slack.commands import Commands
    from bot.adapters.slack.later import Later
    from bot.adapters.slack.tools import Tools
    from bot.adapters.slack.web import Web
    from bot.core.model import Rule, StoredArticle

log = structlog.get_logger(__name__)

PATIENCE = 1.7
"""Seconds that a form waits for a check; Slack gives up after three.

Source: https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
"""
_UNTIL_SHOWN = (0.5, 1.0, 2.0)
"""Seconds between tries to fill a window in that Slack may not have opened yet."""
_NOT_NOW = "The bot cannot take this in just now, nothing was changed. Please try once more."
TOO_LATE = Reply("Slack did not open the window in time. Please try once more.", ok=False)


class Forms:
    """Opens forms and takes them in.

    Args:
        web: the API.
        commands: carries out what a form asks for.
        later: holds the work that goes on after a form was acknowledged.
        tools: what is at hand.
    """

    def __init__(self, web: Web, commands: Commands, later: Later, tools: Tools) -> None:
        self._web, self._commands, self._later, self._tools = web, commands, later, tools

    async def all_quotes(self, where: Where, article_id: str) -> None:
        """Open a window with every quote of an article."""
        found = await self._tools.article(article_id) if self._tools.article else None
        if found is None:
            view = text_view("All quotes", Reply("This article is no longer stored.", ok=False))
        else:
            view = quotes_view(found.article.title, key_quotes(found))
        await self._open(where, view)

    async def open_add(self, where: Where, channel: str = "", query: str = "") -> None:
        """Open the form for a new rule, for those who may save it."""
        if channel and not await self._commands.allowed(where.user, channel):
            await self._commands.telling.tell(where, self._commands.read_only)
            return
        await self._open(where, add_view(Draft(channel, query)))

    async def watch_this(self, where: Where, text: str) -> None:
        """Open the form with a query for a message that somebody points at."""
        query = self._tools.suggest(text) if self._tools.suggest else ""
        # In a direct message between people the bot could not tell anything: they choose a channel.
        channel = where.channel if where.channel[:1] in ("C", "G") else ""
        await self.open_add(where, channel, query)

    async def open_edit(self, where: Where, name: str) -> None:
        """Open the form of a rule of the channel."""
        if rule := await self._changeable(where, name):
            draft = Draft(where.channel, rule.query, rule.name, rule=rule.name, former=rule.query)
            await self._open(where, add_view(draft))

    async def open_remove(self, where: Where, name: str) -> None:
        """Ask whether a rule of the channel shall go."""
        if rule := await self._changeable(where, name):
            await self._open(where, remove_view(_removal(where.channel, rule)))

    async def push_remove(self, where: Where, view: dict[str, Any]) -> None:
        """Ask the same from within the form of the rule."""
        draft = unpack(view.get("private_metadata", ""))
        asked = remove_view(replace(draft, query="", name=""))
        await self._open(where, asked, "views.push")

    async def _changeable(self, where: Where, name: str) -> Rule | None:
        """Find a rule for those who may change it; tell the others why not."""
        wanted = name.strip().strip('"')
        telling = self._commands.telling
        if not await self._commands.allowed(where.user, where.channel):
            await telling.tell(where, self._commands.read_only)
            return None
        address = self._commands.address(where.channel)
        rules = self._tools.rules(address) if self._tools.rules else ()
        for rule in rules:
            if rule.name.casefold() == wanted.casefold():
                return rule
        # The answer to the whole command names the rules that there are.
        reply = await self._commands.ask(where.user, where.channel, f"show {as_word(wanted)}")
        await telling.tell(where, reply)
        return None

    async def _open(self, where: Where, view: dict[str, Any], method: str = "views.open") -> None:
        """Open a window; a trigger is good for three seconds only, so it may be too late."""
        try:
            await self._web.call(method, trigger_id=where.trigger, view=view)
        except SlackError as fault:
            log.warning("window not opened", reason=str(fault))
            await self._commands.telling.tell(where, TOO_LATE)

    async def preview(self, user: str, view: dict[str, Any]) -> dict[str, Any]:
        """Check a filled form; give the acknowledgement: an error at a field, or the preview."""
        draft = drafted(view)
        if len(draft.pack()) > MOST_METADATA:
            return _error(QUERY, "Too long for this form; type it behind /watch add.")
        if wrong := quiet_problem(draft.quiet):
            return _error(QUIET, wrong)
        external_id = f"save {uuid4().hex}"
        work = asyncio.ensure_future(self._checked(user, draft))
        done, _ = await asyncio.wait({work}, timeout=PATIENCE)
        if not done:
            self._later.begin(self._preview_late(work, draft, external_id))
            return {"response_action": "push", "view": preview_view(draft, None, external_id)}
        field, reply = work.result()
        if field:
            return _error(field, at_field(reply.text))
        return {"response_action": "push", "view": preview_view(draft, reply, external_id)}

    async def save(self, user: str, view: dict[str, Any]) -> dict[str, Any]:
        """Save the rule of a previewed form; give the acknowledgement."""
        draft = unpack(view.get("private_metadata", ""))
        if not draft.channel or not draft.query:
            lost = Reply("The form came back empty; please write it again.", ok=False)
            return {"response_action": "update", "view": text_view("Not saved", lost)}
        return await self._done(user, draft.channel, draft.commands, "Not saved")

    async def remove(self, user: str, view: dict[str, Any]) -> dict[str, Any]:
        """Delete the rule that was asked for; give the acknowledgement."""
        draft = unpack(view.get("private_metadata", ""))
        commands = [f"remove {as_word(draft.rule)}"]
        return await self._done(user, draft.channel, commands, "Not deleted")

    async def _done(
        self, user: str, channel: str, commands: list[str], failed: str
    ) -> dict[str, Any]:
        """Carry out a form's commands until one fails; give the acknowledgement."""
        work = asyncio.ensure_future(self._all(user, channel, commands))
        done, _ = await asyncio.wait({work}, timeout=PATIENCE)
        if done and not all(reply.ok for reply in work.result()):
            told = [reply for reply in work.result() if reply.public]
            self._later.begin(self._saved(told, user, channel))
            return {"response_action": "update", "view": text_view(failed, work.result()[-1])}
        self._later.begin(self._saved_late(work, user, channel))
        return {"response_action": "clear"}

    async def _all(self, user: str, channel: str, commands: list[str]) -> list[Reply]:
        replies: list[Reply] = []
        for command in commands:
            replies.append(await self._commands.ask(user, channel, command))
            if not replies[-1].ok:
                break
        return replies

    async def _checked(self, user: str, draft: Draft) -> tuple[str, Reply]:
        """Try a draft: ("", preview), or the field that is wrong and what is wrong with it."""
        if not await self._commands.allowed(user, draft.channel):
            return QUERY, self._commands.read_only
        try:
            for command in draft.commands[:1] if draft.rule else [draft.commands[0]]:
                if parse_command(command).channel:
                    return QUERY, Reply("Choose the channel in the form, not in the query.")
        except CommandError as error:
            return NAME if draft.name else QUERY, Reply(str(error), ok=False)
        reply = await self._commands.ask(
            user, draft.channel, f"test {' '.join(draft.query.split())} 7d"
        )
        return ("" if reply.ok else QUERY), reply

    async def _preview_late(
        self, work: asyncio.Future[tuple[str, Reply]], draft: Draft, external_id: str
    ) -> None:
        _, reply = await work
        view = preview_view(draft, reply, external_id)
        for pause in (*_UNTIL_SHOWN, 0.0):
            try:
                await self._web.call("views.update", external_id=external_id, view=view)
            except SlackError as fault:
                # The acknowledgement that opens the window may still be on its way.
                if not pause or fault.code != "not_found":
                    log.info("preview came too late", reason=str(fault))
                    return
                await asyncio.sleep(pause)
            else:
                return

    async def _saved_late(self, work: asyncio.Future[list[Reply]], user: str, channel: str) -> None:
        await self._saved(await work, user, channel)

    async def _saved(self, replies: list[Reply], user: str, channel: str) -> None:
        """Tell what became of a form: a change to its channel, the rest to its author."""
        for reply in replies:
            if reply.public:
                await self._commands.telling.announce(channel, reply, user)
            else:
                await self._commands.telling.tell(Where(user, channel), reply)


def _removal(channel: str, rule: Rule) -> Draft:
    return Draft(channel, rule=rule.name, former=rule.query)


def key_quotes(found: StoredArticle) -> list[KeyQuote]:
    """Give every quote of a stored article as it is printed."""
    text = found.article.text
    return [
        KeyQuote(
            tuple(Excerpt(text[start:end], (), start) for start, end in quote.parts),
            quote.speaker,
            quote.office,
            quote.via,
        )
        for quote in found.quotes
    ]


def not_now(view: dict[str, Any]) -> dict[str, Any]:
    """Give the acknowledgement of a form that cannot be taken in now; what was typed stays."""
    if view.get("callback_id") == ADD:
        return _error(QUERY, _NOT_NOW)
    asked = text_view("Not now", Reply(_NOT_NOW, ok=False))
    return {"response_action": "push", "view": asked}


def _error(field: str, text: str) -> dict[str, Any]:
    return {"response_action": "errors", "errors": {field: text}}
