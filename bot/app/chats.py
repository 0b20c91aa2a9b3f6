"""The chats of the settings, built and started; each is imported only where it runs."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.console import ConsoleChat
from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from contextlib import AsyncExitStack

    from pydantic import SecretStr
    from rich.console import Console

    from bot.adapters.matrix import Login, MatrixChat
    from bot.adapters.slack import SlackChat
    from bot.adapters.store import Store
    from bot.adapters.web import Route
    from bot.jobs.answer.desk import Desk
    from bot.ports import Chat, Clock, Incoming, Reply
    from bot.settings import Settings

    Answer = Callable[[Incoming], Awaitable[Reply]]


_NAMES_SECONDS = 10.0
"""How long the start waits for Slack to say what the channels of rule files are."""


async def open_chats(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    console: Console,
    store: Store,
    clock: Clock,
    answer: Answer,
    desk: Desk,
    routes: Iterable[Route] = (),
) -> dict[str, Chat]:
    """Build and start the chats that run, and the server where anything is served.

    They stop with the stack.

    Args:
        stack: ends what is started here.
        settings: all of them.
        console: where the console chat prints.
        store: everything remembered.
        clock: the time.
        answer: carries out commands.
        desk: what Slack shows of rules and channels.
        routes: what is served beside what the chats need.

    Raises:
        SettingsError: what a chat needs is missing or refused; names the variable.
    """
    chats: dict[str, Chat] = {}
    served = [*routes]
    for name in settings.active_chats:
        if name == "console":
            chats[name] = _console(settings, console)
        elif name == "slack":
            chats[name] = await _slack(stack, settings, store, answer, desk, served)
        else:
            chats[name] = await _matrix(stack, settings, store, clock, answer)
    if served:
        from bot.adapters.web import WebServer  # noqa: PLC0415 -- only where something is served

        server = WebServer(settings.web_address, served)
        stack.push_async_callback(server.stop)
        await server.start()
    return chats


def _console(settings: Settings, console: Console) -> ConsoleChat:
    chat = ConsoleChat(console, settings.console_json)
    chat.open()
    return chat


async def _slack(
    stack: AsyncExitStack,
    settings: Settings,
    store: Store,
    answer: Answer,
    desk: Desk,
    served: list[Route],
) -> SlackChat:
    from bot.app.slack import make_slack, named_channels, resolved  # noqa: PLC0415 -- only where Slack runs

    known = await store.slack_names()
    await desk.book.readdress(resolved(known))
    chat = make_slack(settings, store, answer, desk)
    served += chat.routes()
    stack.push_async_callback(chat.stop)
    await chat.start()
    if not known.keys() >= set(named_channels(desk)):
        # Named for the first time: better a late start than an alert under a name and again under
        # the channel's id.
        with suppress(TimeoutError):
            await asyncio.wait_for(chat.settled.wait(), _NAMES_SECONDS)
    return chat


async def _matrix(
    stack: AsyncExitStack, settings: Settings, store: Store, clock: Clock, answer: Answer
) -> MatrixChat:
    from bot.adapters.chart import draw  # noqa: PLC0415 -- only where Matrix runs
    from bot.adapters.matrix import MatrixChat  # noqa: PLC0415 -- the same

    chat = MatrixChat(
        _login(settings),
        folder=_matrix_folder(store),
        answer=answer,
        clock=clock,
        allow=settings.matrix_allow,
        level=settings.matrix_power_level,
        article=store.article,
        joined=partial(store.unblock, "matrix"),
        draw=draw,
    )
    stack.push_async_callback(chat.stop)
    await chat.start()
    return chat


def _login(settings: Settings) -> Login:
    from bot.adapters.matrix import Login  # noqa: PLC0415 -- only where Matrix runs

    if settings.matrix_homeserver is None:
        raise SettingsError("MATRIX_HOMESERVER", "the matrix chat needs it, see docs/matrix.md")
    return Login(
        settings.matrix_homeserver,
        settings.matrix_user or "",
        _secret(settings.matrix_password),
        _secret(settings.matrix_access_token),
    )


def _matrix_folder(store: Store) -> Path:
    return (store.file.parent if store.file else Path("data")) / "matrix"


async def survey_matrix(settings: Settings, store: Store) -> list[str]:
    """Log in and list the rooms with the bot's power in each, a line each.

    Raises:
        SettingsError: the homeserver refuses the credentials, or one is missing.
        OSError: it cannot be reached, or refuses for now.
    """
    from bot.adapters.matrix import survey  # noqa: PLC0415 -- only where Matrix runs

    return await survey(_login(settings), _matrix_folder(store))


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value else None
