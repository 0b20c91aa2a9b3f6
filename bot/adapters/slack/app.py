"""Slack's requests, through Bolt: acknowledged at once, worked on afterwards.

`COMMAND` and `EVENTS` name what Slack must send; the manifest is checked against them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from bot.adapters.slack.blocks import ALL_QUOTES, WHY
from bot.adapters.slack.commands import Where
from bot.adapters.slack.once import Once, request_key
from bot.adapters.slack.views import ADD, OPEN_ADD, SAVE
from bot.adapters.slack.web import library_log, sdk_client

if TYPE_CHECKING:
    from bot.adapters.slack.commands import Commands
    from bot.adapters.slack.forms import Forms
    from bot.adapters.slack.later import Later

Body = dict[str, Any]
Ack = Callable[..., Awaitable[Any]]
Next = Callable[[], Awaitable[Any]]

COMMAND = "/watch"
EVENTS = ("app_home_opened",)
_BARE_ADD = ("add", "sub", "subscribe", "watch")


class Listeners:
    """Registers what is listened to.

    Args:
        commands: carries out what people type.
        forms: opens forms and takes them in.
        later: holds the work that follows an acknowledgement.
        token: the bot token, for Bolt's own book-keeping.
        api_url: the API's base.
    """

    def __init__(
        self, commands: Commands, forms: Forms, later: Later, token: str, api_url: str
    ) -> None:
        self._commands, self._forms, self._later, self._token = commands, forms, later, token
        self._once = Once()
        self.bot_id = self.bot_user = ""
        self.app = AsyncApp(
            name="wirewatch",
            client=sdk_client(None, api_url),
            authorize=self._authorize(),
            # Checked before Bolt sees a request, see http.py: its own check raises on bad headers.
            request_verification_enabled=False,
            logger=library_log(),
        )
        self._register()

    def _register(self) -> None:
        app = self.app
        app.middleware(self._only_once)
        app.command(COMMAND)(self._command)
        app.action(WHY.action)(self._explain)
        app.action(ALL_QUOTES.action)(self._all_quotes)
        app.action(OPEN_ADD)(self._open_add)
        app.view(ADD)(self._preview)
        app.view(SAVE)(self._save)
        app.event("app_home_opened")(self._home)

    def _authorize(self) -> Callable[..., Awaitable[AuthorizeResult]]:
        """Everything runs with the one bot token; Bolt need not ask Slack who it is each time."""

        # A function and no method: Bolt passes arguments by name, `self` included.
        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=enterprise_id,
                team_id=team_id,
                bot_token=self._token,
                bot_id=self.bot_id or None,
                bot_user_id=self.bot_user or None,
            )

        return authorize

    async def _only_once(self, body: Body, next: Next) -> BoltResponse | None:  # noqa: A002 -- Bolt's name
        key = request_key(body)
        if key and not self._once.first(key):
            return BoltResponse(status=200, body="")
        await next()
        return None

    async def _command(self, ack: Ack, body: Body) -> None:
        await ack()
        where, text = _where(body), str(body.get("text") or "")
        if text.strip().casefold() in _BARE_ADD:
            self._later.begin(self._forms.open_add(where, where.channel))
        else:
            self._later.begin(self._commands.command(where, text))

    async def _explain(self, ack: Ack, body: Body) -> None:
        await ack()
        self._later.begin(self._commands.explain(_where(body), _value(body)))

    async def _all_quotes(self, ack: Ack, body: Body) -> None:
        await ack()
        self._later.begin(self._forms.all_quotes(_where(body), _value(body)))

    async def _open_add(self, ack: Ack, body: Body) -> None:
        await ack()
        self._later.begin(self._forms.open_add(_where(body)))

    async def _preview(self, ack: Ack, body: Body) -> None:
        answer = await self._forms.preview(_user(body), body["view"])
        await ack(**answer)

    async def _save(self, ack: Ack, body: Body) -> None:
        answer = await self._forms.save(_user(body), body["view"])
        await ack(**answer)

    async def _home(self, body: Body) -> None:
        event = body["event"]
        if event.get("tab", "home") == "home":
            self._later.begin(self._forms.show_home(event["user"]))


def _user(body: Body) -> str:
    return str(body.get("user_id") or (body.get("user") or {}).get("id") or "")


def _where(body: Body) -> Where:
    """Read who acted, and where, from a slash command or an interaction."""
    channel = body.get("channel_id") or (body.get("channel") or {}).get("id") or ""
    return Where(
        user=_user(body),
        channel=str(channel),
        response_url=str(body.get("response_url") or ""),
        trigger=str(body.get("trigger_id") or ""),
    )


def _value(body: Body) -> str:
    actions = body.get("actions") or [{}]
    return str(actions[0].get("value") or "")
