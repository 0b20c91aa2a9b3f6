"""Slack's requests, through Bolt: acknowledged at once, worked on afterwards.

`COMMAND`, `EVENTS` and `SHORTCUT` name what Slack must send; the manifest is checked against them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from bot.adapters.slack.blocks import ALL_QUOTES, MUTE, NOT_RELEVANT, SNOOZE, WHY
from bot.adapters.slack.drafts import ADD, DELETE, OPEN_ADD, REMOVE, SAVE
from bot.adapters.slack.forms import not_now
from bot.adapters.slack.home import QUICK_ADD
from bot.adapters.slack.listing import MENU
from bot.adapters.slack.once import Once, request_key
from bot.adapters.slack.outcomes import SlackError
from bot.adapters.slack.replies import OFFER
from bot.adapters.slack.web import library_log, sdk_client
from bot.adapters.slack.where import Body, Where, user_of, value_of, where_of
from bot.core.command import ALIASES
from bot.errors import StoreError

if TYPE_CHECKING:
    from bot.adapters.slack.later import Later
    from bot.adapters.slack.tools import First
    from bot.adapters.slack.workspace import Workspace, Workspaces

Ack = Callable[..., Awaitable[Any]]
Next = Callable[[], Awaitable[Any]]
Act = Callable[["Workspace", Where, str], Awaitable[None]]

log = structlog.get_logger(__name__)

LOOK_UP = 0.4
"""Seconds that an acknowledgement waits for what is looked up for it, each time; with a form's own
`PATIENCE` it stays below Slack's three."""
COMMAND = "/watch"
SHORTCUT = "watch_this"
_TAKEN_BACK = ("app_uninstalled", "tokens_revoked")
_CHANNEL_EVENTS = (
    *("member_joined_channel", "channel_left", "group_left"),
    *("channel_archive", "group_archive", "channel_unarchive", "group_unarchive"),
    *("channel_deleted", "group_deleted", "channel_rename", "group_rename"),
)
EVENTS = ("app_home_opened", *_TAKEN_BACK, *_CHANNEL_EVENTS)
_BARE_ADD = ("add", *(alias for alias, of in ALIASES.items() if of == "add"))
_EDIT = re.compile(r'edit\s+("[^"]+"|\S+)\s*', re.IGNORECASE)


class Listeners:
    """Registers what is listened to.

    Args:
        workspaces: where the bot is installed.
        later: holds the work that follows an acknowledgement.
        api_url: the API's base.
        first: says whether no other program took a request with this key.
    """

    def __init__(
        self, workspaces: Workspaces, later: Later, api_url: str, first: First | None = None
    ) -> None:
        self._workspaces, self._later, self._first = workspaces, later, first
        self._once = Once()
        self.app = AsyncApp(
            name="wirewatch",
            client=sdk_client(None, api_url),
            authorize=_authorize,
            # Checked before Bolt sees a request, see http.py: its own check raises on bad headers.
            request_verification_enabled=False,
            logger=library_log(),
        )
        self._register()

    def _register(self) -> None:
        app = self.app
        app.middleware(self._only_once)
        app.command(COMMAND)(self._on(_typed))
        for button, act in _BUTTONS.items():
            app.action(button)(self._on(act))
        app.action(re.compile(f"{OFFER}[0-9]+"))(self._on(_chosen))
        app.shortcut(SHORTCUT)(self._on(_pointed_at))
        app.view(ADD)(self._answered_by("preview"))
        app.view(SAVE)(self._answered_by("save"))
        app.view(REMOVE)(self._answered_by("remove"))
        app.event("app_home_opened")(self._home)
        for event in _TAKEN_BACK:
            app.event(event)(self._taken_back)
        for event in _CHANNEL_EVENTS:
            app.event(event)(self._channel_changed)

    async def _only_once(self, body: Body, next: Next) -> BoltResponse | None:  # noqa: A002 -- Bolt's name
        key = request_key(body)
        if key and not (self._once.first(key) and await self._is_ours(key)):
            return BoltResponse(status=200, body="")
        await next()
        return None

    async def _is_ours(self, key: str) -> bool:
        """Say whether no other program behind the balancer took a request that Slack repeats."""
        if self._first is None:
            return True
        try:
            async with asyncio.timeout(LOOK_UP):
                return await self._first(key)
        except (StoreError, TimeoutError) as error:
            reason = error.reason if isinstance(error, StoreError) else "no answer in time"
            log.warning("slack request not compared with other programs", reason=reason)
            return True

    def _on(self, act: Act) -> Callable[..., Awaitable[None]]:
        """Acknowledge, then act."""

        async def listener(ack: Ack, body: Body, context: dict[str, Any]) -> None:
            await ack()
            self._later.begin(self._act(act, body, str(context.get("team_id") or "")))

        return listener

    async def _act(self, act: Act, body: Body, team: str) -> None:
        workspace = await self._workspaces.of(team)
        if workspace is None:
            log.warning("slack request from where the bot is not installed", team=team)
            return
        text = str(body.get("text") or "") or value_of(body)
        text = text or str((body.get("message") or {}).get("text") or "")
        if view := body.get("view"):
            await _in_window(act, workspace, where_of(body), text, view)
        else:
            await act(workspace, where_of(body), text)

    def _answered_by(self, method: str) -> Callable[..., Awaitable[None]]:
        """Let the acknowledgement of a form say what is wrong with it, or what comes next."""

        async def listener(ack: Ack, body: Body, context: dict[str, Any]) -> None:
            try:
                async with asyncio.timeout(LOOK_UP):
                    workspace = await self._workspaces.of(str(context.get("team_id") or ""))
            except (SlackError, TimeoutError) as fault:
                log.warning("slack form not taken", reason=str(fault) or "no answer in time")
                await ack(**not_now(body["view"]))
                return
            if workspace is None:
                await ack()
                return
            await ack(**await getattr(workspace.forms, method)(user_of(body), body["view"]))

        return listener

    async def _home(self, body: Body, context: dict[str, Any]) -> None:
        event = body["event"]
        if event.get("tab", "home") == "home":

            async def show(workspace: Workspace, where: Where, _text: str) -> None:
                await workspace.front.show(where.user)

            acted = {"user_id": event["user"]}
            self._later.begin(self._act(show, acted, str(context.get("team_id") or "")))

    async def _taken_back(self, body: Body, context: dict[str, Any]) -> None:
        """Source: docs.slack.dev/reference/events/tokens_revoked (user tokens are none of ours)."""
        event = body["event"]
        if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return
        since = float(body.get("event_time") or 0)
        self._later.begin(self._workspaces.lost(str(context.get("team_id") or ""), since))

    async def _channel_changed(self, body: Body, context: dict[str, Any]) -> None:
        event = body["event"]
        channel = event.get("channel")
        id_ = channel.get("id") if isinstance(channel, dict) else channel

        async def take_in(workspace: Workspace, where: Where, _text: str) -> None:
            await workspace.changed(event["type"], str(id_ or ""), where.user)

        acted = {"user_id": event.get("user", "")}
        self._later.begin(self._act(take_in, acted, str(context.get("team_id") or "")))


# A function and no method: Bolt passes arguments by name, `self` included. Everything runs with
# the workspace's own client, so Bolt needs no token, and need not ask Slack who it is each time.
async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="unused")  # noqa: S106 -- no secret


async def _typed(workspace: Workspace, where: Where, text: str) -> None:
    bare = text.strip()
    if bare.casefold() in _BARE_ADD:
        await workspace.forms.open_add(where, where.channel)
    elif found := _EDIT.fullmatch(bare.translate(_STRAIGHT)):
        await workspace.forms.open_edit(where, found[1])
    else:
        await workspace.commands.command(where, text)


async def _chosen(workspace: Workspace, where: Where, text: str) -> None:
    """Carry out what a menu or an offer says; what changes for good is asked for in a window."""
    verb, _, subject = text.partition(" ")
    if verb == "edit" and _EDIT.fullmatch(text):
        await workspace.forms.open_edit(where, subject)
    elif verb == "remove":
        await workspace.forms.open_remove(where, subject)
    else:
        await workspace.commands.press(where, text)


async def _pointed_at(workspace: Workspace, where: Where, text: str) -> None:
    await workspace.forms.watch_this(where, text)


async def _open_add(workspace: Workspace, where: Where, _text: str) -> None:
    await workspace.forms.open_add(where)


async def _quick_add(workspace: Workspace, where: Where, text: str) -> None:
    await workspace.forms.open_add(where, query=text)


async def _in_window(
    act: Act, workspace: Workspace, where: Where, text: str, view: dict[str, Any]
) -> None:
    """Act within a window; there only the delete button is pressed, on Home the others are."""
    if act is _delete:
        await workspace.forms.push_remove(where, view)
    else:
        await act(workspace, where, text)


async def _delete(workspace: Workspace, where: Where, text: str) -> None:
    await workspace.forms.open_remove(where, text)


async def _why(workspace: Workspace, where: Where, text: str) -> None:
    await workspace.commands.explain(where, text)


async def _quotes(workspace: Workspace, where: Where, text: str) -> None:
    await workspace.forms.all_quotes(where, text)


async def _snooze(workspace: Workspace, where: Where, text: str) -> None:
    await workspace.commands.snooze(where, text)


async def _not_relevant(workspace: Workspace, where: Where, text: str) -> None:
    await workspace.commands.not_relevant(where, text)


async def _mute(workspace: Workspace, where: Where, text: str) -> None:
    await workspace.commands.mute(where, text)


_STRAIGHT = str.maketrans("“”„", '"""')
_BUTTONS: dict[str, Act] = {
    WHY.action: _why,
    ALL_QUOTES.action: _quotes,
    SNOOZE.action: _snooze,
    NOT_RELEVANT.action: _not_relevant,
    MUTE.action: _mute,
    MENU: _chosen,
    OPEN_ADD: _open_add,
    QUICK_ADD: _quick_add,
    DELETE: _delete,
}
