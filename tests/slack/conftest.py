from __future__ import annotations

import asyncio
import time
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.adapters.slack import SlackChat, Tools
from bot.ports import Incoming, Reply
from tests.slack.people import Enveloped, People, Signed
from tests.slack.simulator import APP_TOKEN, BOT_TOKEN, SECRET, Simulator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Serve = Callable[[web.Application], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve aiohttp applications on free loopback ports."""
    runners: list[web.AppRunner] = []

    async def start(app: web.Application) -> str:
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def slack(serve: Serve) -> AsyncIterator[Simulator]:
    made = Simulator()
    made.base = await serve(made.application())
    yield made
    check_manners(made)


def check_manners(slack: Simulator) -> None:
    """Whatever was told: no link unfolds, and each answer says whom it is for."""
    answers = [one for one in slack.responses if one != {"delete_original": True}]
    for told in [*slack.accepted, *slack.private, *answers]:
        assert (told["unfurl_links"], told["unfurl_media"]) == (False, False)
    for answer in answers:
        assert answer["response_type"] in ("ephemeral", "in_channel")


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady(self) -> float:
        return time.monotonic()


class Answers:
    """Stands for the answer job: remembers what was asked, says what it is told to say."""

    def __init__(self) -> None:
        self.asked: list[Incoming] = []
        self.replies: dict[str, Reply | Exception] = {}
        self.delay = 0.0

    async def __call__(self, incoming: Incoming) -> Reply:
        self.asked.append(incoming)
        if self.delay:
            await asyncio.sleep(self.delay)
        reply = self.replies.get(incoming.text.partition(" ")[0], Reply(f"did {incoming.text}"))
        if isinstance(reply, Exception):
            raise reply
        return reply


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
async def make_chat(slack: Simulator, answers: Answers) -> AsyncIterator[Callable[..., SlackChat]]:
    """Make chats that talk to the simulator; they are stopped at the end."""
    made: list[SlackChat] = []

    def make(mode: str = "post", **options: object) -> SlackChat:
        tokens = {"socket": {"app_token": APP_TOKEN}, "http": {"signing_secret": SECRET}}
        known = {one.name for one in fields(Tools)}
        at_hand = {name: value for name, value in options.items() if name in known}
        rest = {name: value for name, value in options.items() if name not in known}
        tools = Tools(**{"answer": answers, "clock": SystemClock(), **at_hand})
        given = {
            **({} if "installs" in rest else {"bot_token": BOT_TOKEN}),
            "api_url": f"{slack.base}/api/",
            "wait": 2.0,
            **tokens.get(mode, {}),
            **rest,
        }
        chat = SlackChat(tools, **given)
        made.append(chat)
        return chat

    yield make
    for chat in made:
        await chat.stop()


@pytest.fixture(params=["socket", "http"])
async def people(
    request: pytest.FixtureRequest,
    slack: Simulator,
    make_chat: Callable[..., SlackChat],
    serve: Serve,
) -> People:
    """People acting over both transports; the bot is up and knows its workspace."""
    return await connect(request.param, slack, make_chat, serve)


async def connect(
    mode: str,
    slack: Simulator,
    make_chat: Callable[..., SlackChat],
    serve: Serve,
    **options: object,
) -> People:
    chat = make_chat(mode, **options)
    app = web.Application()
    app.add_routes(chat.routes())
    await chat.start()
    await slack.until(lambda: any(method == "auth.test" for method, _ in slack.calls))
    if mode == "socket":
        assert chat.connected is not None
        await asyncio.wait_for(chat.connected.wait(), 5)
        return People(slack, Enveloped(slack))
    await asyncio.wait_for(chat.ready.wait(), 5)
    return People(slack, Signed(f"{await serve(app)}/slack/events"))
