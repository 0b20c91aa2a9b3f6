"""`wirewatch web`: answers what others call over HTTP, and polls nothing.

Slack's commands, buttons, events and installs, the hubs of feeds, and whoever watches the bot.
Several may run behind a balancer: what they share is in the database.
"""

from __future__ import annotations

import asyncio
import random
import signal
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import structlog

from bot.adapters.http import HttpClient
from bot.adapters.parsing import ParserPool
from bot.adapters.scheduler import Scheduler
from bot.adapters.store import Store
from bot.adapters.web import WebServer
from bot.adapters.websub import websub_routes
from bot.app.knowledge import load_knowledge
from bot.app.observing import Observing
from bot.app.shell import complain, make_desk
from bot.errors import SettingsError, StoreError
from bot.jobs.hubs import Hubs
from bot.jobs.serving import Serving

if TYPE_CHECKING:
    from bot.adapters.slack import SlackChat
    from bot.jobs.answer.desk import Desk
    from bot.ports import Incoming, Reply
    from bot.settings import Settings

log = structlog.get_logger(__name__)


async def serve(settings: Settings) -> None:
    """Serve until the program is stopped.

    Raises:
        SettingsError: a setting cannot be used, or nothing is to be served.
        StoreError: the database cannot be used.
    """
    async with AsyncExitStack() as stack:
        store = Store(settings.database_url)
        if store.file is not None:
            raise SettingsError(
                "WIREWATCH_DATABASE_URL",
                "wirewatch web is for PostgreSQL; on one machine wirewatch run serves the same",
            )
        if "slack" not in settings.active_chats and not settings.web_url:
            raise SettingsError(
                "WIREWATCH_CHATS",
                "there is nothing to serve: neither Slack nor hubs of feeds (WIREWATCH_WEB_URL)",
            )
        stack.push_async_callback(store.close)
        await store.open()
        knowledge = load_knowledge(settings.rules)
        complain(knowledge.faults)
        client = await stack.enter_async_context(HttpClient(allow=settings.egress_allow))
        pool = await stack.enter_async_context(ParserPool())
        observing = Observing(settings)
        desk = await make_desk(settings, store, knowledge, client, pool, observing.meter)
        hubs = Hubs(store, client, settings.web_url or "", desk.clock, random.random)
        serving = Serving(
            desk.book,
            store,
            observing.meter,
            observing.pulse,
            (hubs.recall,) if settings.web_url else (),
        )
        routes = [*websub_routes(hubs)] if settings.web_url else []
        chats = {}
        if "slack" in settings.active_chats:
            chat = await _slack(stack, settings, store, desk, observing, serving)
            routes += chat.routes()
            chats[chat.name] = chat
        server = WebServer(settings.web_address, routes)
        stack.push_async_callback(server.stop)
        await server.start()
        await observing.serve(stack, store, desk, chats)
        scheduler = Scheduler(serving.tick)
        stack.callback(scheduler.stop)
        scheduler.start()
        await serving.tick()
        log.info(f"serving at {settings.web_address}; stop with Ctrl-C")
        await _stopped()
        log.info("stopping")


async def _slack(
    stack: AsyncExitStack,
    settings: Settings,
    store: Store,
    desk: Desk,
    observing: Observing,
    serving: Serving,
) -> SlackChat:
    from bot.app.slack import make_slack, resolved  # noqa: PLC0415 -- only where Slack runs

    reply = observing.answering(desk)

    async def up_to_date(incoming: Incoming) -> Reply:
        """Answer with the rules as they are now, whichever program changed them."""
        try:
            await serving.refresh()
        except StoreError as error:
            log.warning("rules may be older than they are", reason=error.reason)
        return await reply(incoming)

    await desk.book.readdress(resolved(await store.slack_names()))
    chat = make_slack(settings, store, up_to_date, desk, web=True)
    stack.push_async_callback(chat.stop)
    await chat.start()
    return chat


async def _stopped() -> None:
    """Wait for SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    await stopped.wait()
