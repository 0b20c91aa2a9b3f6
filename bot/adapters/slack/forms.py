"""Forms, windows and the Home tab."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog

from bot.adapters.slack.channels import may_change
from bot.adapters.slack.commands import READ_ONLY, Where
from bot.adapters.slack.outcomes import SlackError
from bot.adapters.slack.replies import at_field
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
from bot.errors import CommandError
from bot.ports import Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.adapters.slack.channels import Channels
    from bot.adapters.slack.commands import Commands
    from bot.adapters.slack.later import Later
    from bot.adapters.slack.web import Web
    from bot.core.model import StoredArticle

    FindArticle = Callable[[str], Awaitable[StoredArticle | None]]

log = structlog.get_logger(__name__)

PATIENCE = 2.0
"""Seconds that a form waits for a check; Slack gives up after three.

Source: https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
"""
_MOST_LISTED = 10
TOO_LATE = Reply("Slack did not open the window in time. Please try once more.", ok=False)


class Forms:
    """Opens forms and takes them in.

    Args:
        web: the API.
        channels: who is where.
        commands: carries out what a form asks for.
        later: holds the work that goes on after a form was acknowledged.
        article: gives a stored article by its id, or None where *All quotes* is not offered.
    """

    def __init__(
        self,
        web: Web,
        channels: Channels,
        commands: Commands,
        later: Later,
        article: FindArticle | None = None,
    ) -> None:
        self._web, self._channels, self._commands = web, channels, commands
        self._later, self._article = later, article

    async def all_quotes(self, where: Where, article_id: str) -> None:
        """Open a window with every quote of an article."""
        found = await self._article(article_id) if self._article else None
        if found is None:
            view = text_view("All quotes", Reply("This article is no longer stored.", ok=False))
        else:
            view = quotes_view(found.article.title, key_quotes(found))
        await self._open(where, view)

    async def open_add(self, where: Where, channel: str = "") -> None:
        """Open the form for a new rule, for those who may save it."""
        if channel and not await self._commands.allowed(where.user, channel):
            await self._commands.tell(where, READ_ONLY)
            return
        await self._open(where, add_view(Draft(channel)))

    async def _open(self, where: Where, view: dict[str, Any]) -> None:
        """Open a window; a trigger is good for three seconds only, so it may be too late."""
        try:
            await self._web.call("views.open", trigger_id=where.trigger, view=view)
        except SlackError as fault:
            log.warning("window not opened", reason=str(fault))
            await self._commands.tell(where, TOO_LATE)

    async def preview(self, user: str, view: dict[str, Any]) -> dict[str, Any]:
        """Check a filled form; give the acknowledgement: an error at a field, or the preview."""
        draft = drafted(view)
        if len(draft.pack()) > MOST_METADATA:
            return _error(QUERY, "Too long for this form; type it behind /watch add.")
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
        """Add the rule of a previewed form; give the acknowledgement."""
        draft = unpack(view.get("private_metadata", ""))
        if not draft.channel or not draft.query:
            lost = Reply("The form came back empty; please write it again.", ok=False)
            return {"response_action": "update", "view": text_view("Not saved", lost)}
        work = asyncio.ensure_future(self._commands.ask(user, draft.channel, draft.command))
        done, _ = await asyncio.wait({work}, timeout=PATIENCE)
        if done and not work.result().ok:
            return {"response_action": "update", "view": text_view("Not saved", work.result())}
        self._later.begin(self._saved(work, user, draft.channel))
        return {"response_action": "clear"}

    async def show_home(self, user: str) -> None:
        """Fill the Home tab of a person."""
        theirs = set((await self._channels.of_person(user)).values())
        ours = await self._channels.of_bot()
        shared = sorted((name, id_) for name, id_ in ours.items() if id_ in theirs)[:_MOST_LISTED]
        listed = [(id_, await self._commands.ask(user, id_, "list")) for _, id_ in shared]
        status = await self._commands.ask(user, "", "status")
        person = await self._channels.person(user)
        view = home_view(
            listed,
            status,
            may_add=may_change(person, home=self._commands.home, member=bool(shared)),
        )
        await self._web.call("views.publish", user_id=user, view=view)

    async def _checked(self, user: str, draft: Draft) -> tuple[str, Reply]:
        """Try a draft: ("", preview), or the field that is wrong and what is wrong with it."""
        if not await self._commands.allowed(user, draft.channel):
            return QUERY, READ_ONLY
        try:
            if parse_command(draft.command).channel:
                return QUERY, Reply("Choose the channel in the form, not in the query.", ok=False)
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
        try:
            await self._web.call("views.update", external_id=external_id, view=view)
        except SlackError as fault:
            log.info("preview came too late", reason=str(fault))

    async def _saved(self, work: asyncio.Future[Reply], user: str, channel: str) -> None:
        """Tell what became of a saved form: a change to its channel, the rest to its author."""
        reply = await work
        if reply.public:
            await self._commands.announce(channel, reply, user)
        else:
            await self._commands.tell(Where(user, channel), reply)


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


def _error(field: str, text: str) -> dict[str, Any]:
    return {"response_action": "errors", "errors": {field: text}}
