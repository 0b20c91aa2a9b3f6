"""The Slack chat, built from the settings and joined with the rest of the house."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.adapters.slack import Installs, SlackChat, Tools, Vault
from bot.adapters.slack.once import REMEMBERED
from bot.core.alert import channel_of
from bot.core.suggest import suggest_query
from bot.errors import SettingsError
from bot.jobs.answer.overview import overview, rules_of
from bot.ports import Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from pydantic import SecretStr

    from bot.adapters.store import Store
    from bot.core.model import Chart, Rule
    from bot.jobs.answer.desk import Desk
    from bot.ports import Clock, Incoming
    from bot.settings import Settings

    Answer = Callable[[Incoming], Awaitable[Reply]]

_MAKE_KEY = (
    "make one with: python -c 'from cryptography.fernet import Fernet; "
    "print(Fernet.generate_key().decode())'"
)


def make_slack(
    settings: Settings, store: Store, answer: Answer, desk: Desk, *, web: bool = False
) -> SlackChat:
    """Build the chat.

    Args:
        settings: tokens and secrets.
        store: everything remembered.
        answer: carries out commands.
        desk: what Slack shows of rules and channels.
        web: it is one of several programs that take Slack's requests over HTTP, and that only.

    Raises:
        SettingsError: what it needs is missing or cannot be used; names the variable.
    """

    async def named(names: Mapping[str, str]) -> None:
        if names:
            await store.put_slack_names(names)
        await desk.book.readdress(resolved(await store.slack_names()))

    tools = Tools(
        answer=answer,
        clock=desk.clock,
        article=store.article,
        rules=partial(rules_of, desk, "slack"),
        overview=partial(overview, desk, "slack"),
        suggest=partial(suggest_query, officials=desk.book.officials),
        draw=_draw,
        mended=partial(store.unblock, "slack"),
        blocked=partial(store.blocked_channels, "slack"),
        threads=partial(store.threads, "slack"),
        wanted=partial(named_channels, desk),
        named=named,
        first=partial(_first, store, desk.clock) if web else None,
        changers=frozenset(settings.slack_changers),
    )
    return _chat(settings, store, tools, web=web)


async def _first(store: Store, clock: Clock, key: str) -> bool:
    now = clock.now()
    return await store.first_slack_request(key, now, now + timedelta(seconds=REMEMBERED))


def named_channels(desk: Desk) -> list[str]:
    """Give the Slack channels that rule files name by their names."""
    targets = map(channel_of, desk.book.channels())
    return [name for chat, name in targets if chat == "slack" and "#" in name]


def resolved(names: Mapping[str, str]) -> dict[str, str]:
    """Give resolved names as rules write channels, with the chat."""
    return {f"slack:{name}": f"slack:{channel}" for name, channel in names.items()}


async def check_slack(
    settings: Settings, store: Store, clock: Clock, rules: Iterable[Rule]
) -> list[str]:
    """Ask Slack whether token, scopes and channels are in order; give what is wrong, a line each.

    Raises:
        SettingsError: a token is missing.
        OSError: what is kept of the workspaces cannot be read.
    """
    chat = _chat(settings, store, Tools(answer=_silent, clock=clock))
    targets = {channel_of(target) for rule in rules for target in rule.channels}
    try:
        return await chat.check(sorted(channel for name, channel in targets if name == "slack"))
    finally:
        await chat.stop()


def _chat(settings: Settings, store: Store, tools: Tools, *, web: bool = False) -> SlackChat:
    app_token = None if web else _secret(settings.slack_app_token)
    signing_secret = _secret(settings.slack_signing_secret)
    if web and signing_secret is None:
        raise SettingsError(
            "SLACK_SIGNING_SECRET",
            "wirewatch web takes Slack's requests over HTTP and needs it; Socket Mode belongs to "
            "wirewatch run or wirewatch chat",
        )
    if settings.slack_client_id is not None:
        return SlackChat(
            tools=tools,
            app_token=app_token,
            signing_secret=signing_secret,
            api_url=settings.slack_api_url,
            installs=_installs(settings, store, tools.clock),
            redirect=settings.slack_redirect_url,
        )
    if settings.slack_bot_token is None:
        raise SettingsError("SLACK_BOT_TOKEN", "the slack chat needs it, see docs/slack.md")
    return SlackChat(
        tools=tools,
        bot_token=settings.slack_bot_token.get_secret_value(),
        app_token=app_token,
        signing_secret=signing_secret,
        api_url=settings.slack_api_url,
    )


def _installs(settings: Settings, store: Store, clock: Clock) -> Installs:
    """Check what an app for many workspaces needs."""
    if settings.slack_bot_token is not None:
        raise SettingsError(
            "SLACK_BOT_TOKEN",
            "is for one workspace, SLACK_CLIENT_ID for many; leave one of them out",
        )
    if settings.slack_client_secret is None:
        raise SettingsError("SLACK_CLIENT_SECRET", "SLACK_CLIENT_ID needs it, see docs/slack.md")
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        raise SettingsError(
            "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID needs it (or SLACK_APP_TOKEN) to listen"
        )
    if settings.secret_key is None:
        raise SettingsError("WIREWATCH_SECRET_KEY", f"SLACK_CLIENT_ID needs it; {_MAKE_KEY}")
    keys = [key.strip() for key in settings.secret_key.get_secret_value().split(",")]
    try:
        vault = Vault(keys)
    except ValueError:
        raise SettingsError(
            "WIREWATCH_SECRET_KEY", f"is no key of 32 bytes in URL-safe base64; {_MAKE_KEY}"
        ) from None
    client = (settings.slack_client_id or "", settings.slack_client_secret.get_secret_value())
    return Installs(store, vault, clock, client, settings.slack_api_url)


def _draw(chart: Chart) -> bytes:
    from bot.adapters.chart import draw  # noqa: PLC0415 -- half a second, and few charts

    return draw(chart)


async def _silent(_incoming: Incoming) -> Reply:
    return Reply("", ok=False)


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value else None
