"""What every program of a cluster has: the store, the rules in step, its locks."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from bot.adapters.cluster import Engine
from bot.adapters.cluster.schema import make_tables
from bot.adapters.http import HttpClient
from bot.adapters.parsing import ParserPool
from bot.adapters.store import Store
from bot.adapters.store.keys import RUNNING
from bot.app.cluster.wire import shared_wire
from bot.app.knowledge import load_knowledge
from bot.app.observing import Observing
from bot.app.shell import complain, make_desk
from bot.app.slack import resolved
from bot.core import canary
from bot.errors import StoreError
from bot.jobs.cluster import RulesInStep

log = structlog.get_logger(__name__)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping, Sequence

    from bot.adapters.cluster import Lane
    from bot.adapters.store.locks import Locks
    from bot.core.model import Feed
    from bot.jobs.answer.desk import Desk
    from bot.ports import Chat
    from bot.settings import Settings

_LOOK = 5.0
"""Seconds between two looks whether a bot has begun to run on this database alone."""


@dataclass(frozen=True)
class House:
    """What the parts of a program share.

    Attributes:
        settings: all of them.
        store: everything remembered.
        locks: of this program.
        desk: rules, reader, clock.
        client: the way out.
        pool: parsers.
        stopped: set when the program is to end.
        observing: what is counted and traced here.
        wire: the sample wire's feeds, where this program polls it.
        held: chats whose connections this program holds at the moment, by name.
    """

    settings: Settings
    store: Store
    locks: Locks
    desk: Desk
    client: HttpClient
    pool: ParserPool
    stopped: asyncio.Event
    observing: Observing
    wire: tuple[Feed, ...] = ()
    held: dict[str, Chat] = field(default_factory=dict)

    @property
    def chats(self) -> tuple[str, ...]:
        """The chats that run, here or elsewhere."""
        with_canary = (canary.CHAT,) if self.settings.canary else ()
        return (*self.settings.active_chats, *with_canary)

    async def work(self, lanes: Sequence[Lane]) -> None:
        """Work on queues until the program is to end.

        Raises:
            StoreError: the database cannot be used at the start.
        """
        engine = Engine(self.store.conninfo, lanes)

        async def end() -> None:
            await self.stopped.wait()
            engine.stop()

        ending = asyncio.ensure_future(end())
        try:
            await engine.run()
        finally:
            ending.cancel()


@asynccontextmanager
async def open_house(settings: Settings, *, polls: bool = False) -> AsyncIterator[House]:
    """Open the store, join the others, keep the rules in step.

    Args:
        settings: all of them.
        polls: whether feeds are polled here, those of the sample wire among them.

    Raises:
        SettingsError: a setting cannot be used.
        StoreError: the database cannot be used, or a bot runs on it alone.
    """
    store = Store(settings.database_url, shared=True)
    locks = store.locks()
    stopped = asyncio.Event()
    try:
        await _join(locks)
        await store.open()
        await make_tables(store.conninfo, store.migrating())
        knowledge = load_knowledge(settings.rules)
        complain(knowledge.faults)
        async with AsyncExitStack() as stack:
            feeds: tuple[Feed, ...] = ()
            hosts: Mapping[str, str] = {}
            if polls and settings.sample_wire:
                feeds, hosts = await stack.enter_async_context(shared_wire(store, locks))
            client = await stack.enter_async_context(
                HttpClient(allow=settings.egress_allow, hosts=hosts)
            )
            pool = await stack.enter_async_context(ParserPool())
            seen = Observing(settings)
            desk = await make_desk(settings, store, knowledge, client, pool, seen.meter)
            if settings.canary:
                desk.book.active.add(canary.RULE)
            house = House(settings, store, locks, desk, client, pool, stopped, seen, feeds)
            await seen.serve(stack, store, desk, house.held)
            _stop_on_signals(stopped)
            beside = [asyncio.create_task(one) for one in (_rules(house), _stay(house))]
            try:
                yield house
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)
    finally:
        await locks.close()
        await store.close()


async def _join(locks: Locks) -> None:
    if not await locks.take(RUNNING, together=True):
        raise StoreError("a bot (wirewatch run) has this database for itself; stop it first")


async def _stay(house: House) -> None:
    """Join again after the connection was lost; where a bot was quicker, leave it to that."""
    while True:
        await asyncio.sleep(_LOOK)
        with suppress(StoreError):
            if not await house.locks.take(RUNNING, together=True):
                log.error("a bot (wirewatch run) has this database for itself by now; ending")
                house.stopped.set()


async def _rules(house: House) -> None:
    """Keep the rules in step, with the channels that Slack has resolved."""

    async def refresh(only: Collection[str] | None) -> None:
        if only is None:
            await house.desk.book.readdress(resolved(await house.store.slack_names()))
        else:
            await house.desk.book.refresh(only)

    rules = RulesInStep(house.store, refresh, house.observing.pulse)
    listening = asyncio.create_task(house.store.listen(rules.heard))
    try:
        await rules.run()
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def _stop_on_signals(stopped: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
