"""`wirewatch chat`: holds the connections of chats; where it cannot, it stands by."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING

import structlog

from bot.adapters.console import TypedCommands
from bot.adapters.websub import websub_routes
from bot.app.chats import open_chats
from bot.app.cluster.house import open_house
from bot.app.cluster.lanes import drain_lane
from bot.core.lanes import CONNECTED, chat_lock, queue_of
from bot.errors import StoreError
from bot.jobs.hubs import Hubs

if TYPE_CHECKING:
    from rich.console import Console

    from bot.adapters.web import Route
    from bot.app.cluster.house import House
    from bot.ports import Chat
    from bot.settings import Settings

STAND_BY, LOOK = 2.0, 2.0
"""Seconds between two tries to take over, and between two looks whether a chat is still ours."""

log = structlog.get_logger(__name__)


async def run_chats(settings: Settings, console: Console) -> None:
    """Hold, or stand by for, each chat of the settings until stopped.

    Args:
        settings: all of them.
        console: where the console chat prints.

    Raises:
        SettingsError: a setting cannot be used.
        StoreError: the database cannot be used, or a bot runs on it alone.
    """
    async with open_house(settings) as house:
        keeping = [
            asyncio.create_task(_keep(house, name, console)) for name in settings.active_chats
        ]
        ending = asyncio.create_task(house.stopped.wait())
        done, _ = await asyncio.wait({ending, *keeping}, return_when=asyncio.FIRST_COMPLETED)
        house.stopped.set()
        await asyncio.gather(*keeping, return_exceptions=True)
        ending.cancel()
        log.info("stopping")
        for task in done - {ending}:
            task.result()


async def _keep(house: House, name: str, console: Console) -> None:
    """Hold one chat whenever nobody else does; a database that is away is waited for."""
    standing_by, complaint = False, ""
    while not house.stopped.is_set():
        taken = False
        with suppress(StoreError):
            taken = await house.locks.take(chat_lock(name))
        if taken:
            standing_by = False
            try:
                await _hold(house, name, console)
            except StoreError as error:
                if error.reason != complaint:
                    log.warning(f"{name}: the database is away", reason=error.reason)
                complaint = error.reason
            else:
                complaint = ""
            finally:
                await house.locks.free(chat_lock(name))
        elif not standing_by:
            standing_by = True
            log.info(f"standing by: another program holds {name}")
        await _nap(house, STAND_BY)


async def _hold(house: House, name: str, console: Console) -> None:
    """Hold a chat until the program ends or the lock is lost.

    Raises:
        SettingsError: what the chat needs is missing or refused.
    """
    async with AsyncExitStack() as stack:
        chat = await _open(stack, house, name, console)
        house.held[name] = chat
        stack.callback(house.held.pop, name)
        log.info(f"holding {name}; stop with Ctrl-C")
        ours = asyncio.create_task(_while_ours(house, name))
        working = asyncio.create_task(_drain(house, name, chat))
        try:
            done, _ = await asyncio.wait({ours, working}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (ours, working):
                task.cancel()
            await asyncio.gather(ours, working, return_exceptions=True)


async def _open(stack: AsyncExitStack, house: House, name: str, console: Console) -> Chat:
    reply = house.observing.answering(house.desk)
    settings = house.settings.model_copy(update={"chats": (name,)})
    routes: tuple[Route, ...] = ()
    if settings.web_url:
        hubs = Hubs(house.store, house.client, settings.web_url, house.desk.clock, random.random)
        routes = tuple(websub_routes(hubs))
    chats = await open_chats(
        stack,
        settings,
        console=console,
        store=house.store,
        clock=house.desk.clock,
        answer=reply,
        routes=routes,
        desk=house.desk,
    )
    if name == "console":
        typed = TypedCommands(console, reply)
        if typed.start():
            log.info("type /watch help to see what can be asked")
        stack.callback(typed.stop)
    return chats[name]


async def _drain(house: House, name: str, chat: Chat) -> None:
    """Deliver what only this connection can; others' lines are the workers'."""
    if name in CONNECTED:
        await house.work([drain_lane(house, queue_of(name), {name: chat})])
    await house.stopped.wait()


async def _while_ours(house: House, name: str) -> None:
    """Wait until the lock is lost: by then another program may hold the chat."""
    while await house.locks.holds(chat_lock(name)):
        if await _nap(house, LOOK):
            return
    log.warning(f"{name}: the database was away; another program may hold it by now")


async def _nap(house: House, seconds: float) -> bool:
    """Wait; True when the program is to end."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await house.stopped.wait()
    return house.stopped.is_set()
