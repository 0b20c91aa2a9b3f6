"""The bot: everything joined and started, and ended in order."""

from __future__ import annotations

import asyncio
import random
import signal
from contextlib import AsyncExitStack
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.adapters.canary import CanaryChat, CanaryFeeds
from bot.adapters.console import TypedCommands
from bot.adapters.feedlists import load_all_feeds
from bot.adapters.feeds import HttpFeeds
from bot.adapters.http import HttpClient, Limits
from bot.adapters.parsing import ParserPool
from bot.adapters.scheduler import Scheduler
from bot.adapters.store import Store
from bot.adapters.websub import websub_routes
from bot.adapters.wire import SampleWire
from bot.app.chats import open_chats
from bot.app.garbage import spare_what_is_here
from bot.app.knowledge import load_knowledge
from bot.app.observing import Observing
from bot.app.shell import SystemClock, complain, make_desk
from bot.core import canary
from bot.core.story import Stories
from bot.jobs.chores import LOOK_BACK, Chore, Retention
from bot.jobs.deliver import Deliver
from bot.jobs.health import FeedHealth
from bot.jobs.hubs import Hubs
from bot.jobs.run import Heart
from bot.jobs.silence import Silences
from bot.jobs.upkeep import CanaryWatch, DailyReport
from bot.jobs.watch import Pace, Watch
from bot.settings import shipped

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from rich.console import Console

    from bot.core.model import Feed
    from bot.jobs.answer.desk import Desk
    from bot.settings import Settings

DAY_SECONDS = 60.0
"""How long the sample day takes at the default speed."""

log = structlog.get_logger(__name__)


async def run(settings: Settings, console: Console, *, once: bool, speed: float | None) -> None:
    """Run the bot until it is stopped, or once over what is due.

    Args:
        settings: all of them.
        console: where the console chat prints.
        once: poll all that is due once, deliver, return.
        speed: how many times faster than life the sample day runs; None for a day a minute.

    Raises:
        SettingsError: a setting cannot be used.
        StoreError: the database cannot be used, or another bot runs on it.
    """
    async with AsyncExitStack() as stack:
        store = Store(settings.database_url)
        lock = store.single_run()
        lock.take()
        stack.callback(lock.free)
        stack.push_async_callback(store.close)
        await store.open()
        knowledge = load_knowledge(settings.rules)
        complain(knowledge.faults)

        wire = await _sample_wire(stack, settings, once=once, speed=speed)
        client = await stack.enter_async_context(
            HttpClient(
                allow=settings.egress_allow,
                hosts=wire.hosts if wire else {},
                limits=Limits(connections=settings.polls_at_once),
            )
        )
        pool = await stack.enter_async_context(ParserPool())
        observing = Observing(settings)
        meter = observing.meter
        desk = await make_desk(settings, store, knowledge, client, pool, meter)
        with_canary = settings.canary and not once
        await store.list_feeds([*_feeds(settings, wire), *([canary.FEED] if with_canary else ())])
        await store.release_claims()

        reply = observing.answering(desk)
        clock, rules = desk.clock, desk.book.active
        hubs = Hubs(store, client, settings.web_url or "", clock, random.random)
        chats = await open_chats(
            stack,
            settings,
            console=console,
            store=store,
            clock=clock,
            answer=reply,
            routes=websub_routes(hubs) if settings.web_url else (),
            desk=desk,
        )
        await observing.serve(stack, store, desk, chats)
        if with_canary:
            chats[canary.CHAT] = CanaryChat()
            rules.add(canary.RULE)
        watch = Watch(
            feeds=CanaryFeeds(HttpFeeds(client, pool), clock),
            reader=desk.reader,
            store=store,
            rules=rules,
            stories=await _stories(store, clock.now()),
            chats=chats,
            clock=clock,
            pace=Pace(settings.poll_min_seconds, settings.prime, random.random),
            meter=meter,
        )
        deliver = Deliver(
            chats,
            store,
            clock,
            random.random,
            max_age=settings.max_age,
            meter=meter,
            owners=desk.book.owners,
        )
        health = FeedHealth(store, rules, chats, clock)
        heart = Heart(
            watch=watch,
            deliver=deliver,
            book=desk.book,
            claims=store,
            clock=clock,
            at_once=settings.polls_at_once,
            chores=_chores(settings, store, desk)
            | {"feed health": health.tick}
            | ({"hubs": hubs.tick} if settings.web_url else {})
            | ({"canary": CanaryWatch(store, clock)} if with_canary else {}),
            meter=meter,
            pulse=observing.pulse,
        )
        if once:
            await heart.once()
            return
        typed = TypedCommands(console, reply)
        await _beat(heart, desk, typed if "console" in chats else None, wire)


def _chores(
    settings: Settings, store: Store, desk: Desk
) -> dict[str, Callable[[], Awaitable[None]]]:
    chores: dict[str, Callable[[], Awaitable[None]]] = {
        "daily report": DailyReport(store, desk.clock),
        "silences": Chore(Silences(desk).check, desk.clock),
    }
    if settings.retention_days is not None:
        retention = Retention(store, desk.clock, settings.retention_days)
        chores["retention"] = Chore(retention.prune, desk.clock)
    return chores


async def _beat(
    heart: Heart, desk: Desk, typed: TypedCommands | None, wire: SampleWire | None
) -> None:
    """Tick until SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)

    scheduler = Scheduler(heart.tick)
    feeds = await desk.store.feed_states()
    rules = sum(not rule.paused for rule in desk.book)
    log.info(f"watching {len(feeds)} feeds for {rules} rules; stop with Ctrl-C")
    if typed and typed.start():
        log.info("type /watch help to see what can be asked")
    spare_what_is_here()
    scheduler.start()
    await heart.tick()
    ending = asyncio.ensure_future(_tell_end(wire)) if wire else None
    await stopped.wait()
    log.info("stopping")
    if ending:
        ending.cancel()
    if typed:
        typed.stop()
    scheduler.stop()
    await heart.stop()


async def _tell_end(wire: SampleWire) -> None:
    log.info(
        "the sample wire tells a news day of April 2024; set WIREWATCH_FEEDS for your own feeds"
    )
    await wire.finished.wait()
    log.info("the sample day is over; the other feeds are watched on")


async def _sample_wire(
    stack: AsyncExitStack, settings: Settings, *, once: bool, speed: float | None
) -> SampleWire | None:
    if not settings.sample_wire:
        return None
    wire = SampleWire(
        shipped("seeds") / "wire",
        speed=speed or 86_400 / DAY_SECONDS,
        clock=SystemClock().now,
        whole_day=once,
    )
    await wire.start()
    stack.push_async_callback(wire.stop)
    return wire


def _feeds(settings: Settings, wire: SampleWire | None) -> list[Feed]:
    feeds, faults = load_all_feeds(settings.feed_files)
    complain(faults)
    return [*(wire.feeds if wire else ()), *feeds]


async def _stories(store: Store, now: datetime) -> Stories:
    """Rebuild the stories of the last days from what is stored."""
    stories = Stories(look_back=LOOK_BACK)
    async for stored in store.articles_since(now - LOOK_BACK, only_stories=True):
        if placement := stored.placement:
            stories.restore(stored.article, stored.quotes, placement.story, placement.place)
    return stories
