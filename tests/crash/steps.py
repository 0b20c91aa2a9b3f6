"""Wraps the steps of the real program, inside its process, before it starts.

Nothing of the product is replaced: its functions are called as they are, and between them a plan
may end the process, as suddenly as a power switch. What a plan shortens (doubt windows, the tick,
patience) it sets where the product has it as a value.
"""

from __future__ import annotations

import asyncio
import inspect
import mmap
import os
import random
import signal
import struct
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable


@dataclass(frozen=True)
class Plan:
    """What is different about a run.

    Attributes:
        crash: the point at which the process kills itself, "" for none.
        hit: at which of its passings, from 1.
        trace: file to which each point is appended when it is passed.
        doubt: seconds of doubt by chat; both chats when it is one number.
        tick: seconds between two ticks.
        pace: seconds between two messages in a channel, None for the product's own pace.
        patience: seconds that a chat's answer may take.
        busy: seconds that a write waits for a locked database.
        inline: parse feeds and pages in the program itself, which starts faster; parsers are not
            what is tested here.
        clock: file with eight bytes that hold seconds to be added to the clock.
        dead: seconds after which a worker without a sign of life counts as dead; 0 where the
            program has no workers beside it.
        mutation: name of a fault to build in, see `mutations`.
    """

    crash: str = ""
    hit: int = 1
    trace: str = ""
    doubt: float = 0.5
    tick: float = 0.1
    pace: float | None = 0.02
    patience: float = 1.0
    busy: float = 30.0
    inline: bool = True
    clock: str = ""
    dead: float = 0
    mutation: str = ""

    def fields(self) -> dict[str, Any]:
        return asdict(self)

    def changed(self, **changes: Any) -> Plan:
        return replace(self, **changes)


class Points:
    """Counts the passing of points; at the planned one the process ends."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._passed: dict[str, int] = {}

    def __call__(self, name: str) -> None:
        passed = self._passed[name] = self._passed.get(name, 0) + 1
        if self._plan.trace:
            with Path(self._plan.trace).open("a", encoding="utf-8") as file:
                file.write(f"{name}\n")
        if name == self._plan.crash and passed == self._plan.hit:
            os.kill(os.getpid(), signal.SIGKILL)


def install(plan: Plan) -> None:
    """Wrap everything that the plan asks for."""
    random.seed(os.urandom(8))  # children of one process would roll the same dice
    _shorten(plan)
    if plan.dead:
        _hasten(plan)
    if plan.inline:
        _parse_inline()
    if plan.clock:
        _turn_clock(Path(plan.clock))
    if plan.crash or plan.trace:
        _wrap_steps(Points(plan))
    if plan.mutation:
        from tests.crash.mutations import MUTATIONS, OF_THE_CLOCK, OF_THE_DISK

        (MUTATIONS | OF_THE_DISK | OF_THE_CLOCK)[plan.mutation]()


def _shorten(plan: Plan) -> None:
    from bot.adapters.matrix import account
    from bot.adapters.matrix.chat import MatrixChat
    from bot.adapters.scheduler import Scheduler
    from bot.adapters.slack.chat import SlackChat
    from bot.adapters.store import sqlite
    from bot.core.pacing import Limits
    from bot.jobs.deliver import Deliver

    MatrixChat.doubt = timedelta(seconds=plan.doubt)
    account.REQUEST_SECONDS = plan.patience
    _default(SlackChat.__init__, doubt=timedelta(seconds=plan.doubt), wait=plan.patience)
    if plan.pace is not None:
        limits = Limits(channel=plan.pace)
        _default(Deliver.__init__, limits={"slack": limits, "matrix": limits})
    _default(Scheduler.__init__, seconds=plan.tick)
    sqlite._PATIENCE = plan.busy


def _hasten(plan: Plan) -> None:
    """Let many programs notice each other's death sooner."""
    from bot.adapters.cluster import engine
    from bot.app.cluster import chat
    from bot.core.pacing import Limits
    from bot.jobs.deliver.turns import SharedTurns

    engine.BEAT, engine.DEAD = plan.dead / 4, plan.dead
    engine.RESCUE, engine.POLLED, engine._AGAIN = "* * * * * *", 0.3, 0.2
    chat.STAND_BY = chat.LOOK = 0.4
    if plan.pace is not None:
        limits = Limits(channel=plan.pace)
        _default(SharedTurns.__init__, limits={"slack": limits, "matrix": limits})


def _default(function: Any, **values: object) -> None:
    function.__kwdefaults__ = {**(function.__kwdefaults__ or {}), **values}


def _parse_inline() -> None:
    from bot.adapters.parsing import ParserPool, ParsingError
    from bot.errors import WirewatchError

    async def run(_pool: object, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return await asyncio.to_thread(function, *args, **kwargs)
        except WirewatchError:
            raise
        except Exception as error:
            raise ParsingError(str(error)) from error

    ParserPool.run = run


def _turn_clock(path: Path) -> None:
    """Add what a file holds to the program's clock."""
    from bot.app.shell import SystemClock

    with path.open("r+b") as file:
        shared = mmap.mmap(file.fileno(), 8)
    straight = SystemClock.now

    def now(clock: SystemClock) -> Any:
        return straight(clock) + timedelta(seconds=struct.unpack("d", shared[:8])[0])

    SystemClock.now = now


# ------------------------------------------------------------------------ fault points


def _wrap_steps(point: Points) -> None:
    """Put a point before and after each step between feed and chat."""
    from bot.adapters.feeds import HttpFeeds
    from bot.adapters.matrix.account import Account
    from bot.adapters.matrix.chat import MatrixChat
    from bot.adapters.pages import HttpPages
    from bot.adapters.slack.chat import SlackChat
    from bot.adapters.slack.web import Web
    from bot.adapters.store import Store
    from bot.adapters.store.engine import Database
    from bot.jobs.placing import Placing
    from bot.jobs.reading import Reader

    _store_steps(point, Store)
    _around(point, HttpFeeds, ("fetch", "parse"), "feed")
    _around(point, HttpPages, ("fetch",), "page")
    _around(point, Reader, ("read",), "article")
    _around(point, Placing, ("hand_over",), "batch")
    for chat, name in ((SlackChat, "slack"), (MatrixChat, "matrix")):
        _around(point, chat, _coroutines(chat) & _OF_CHATS, name)
    _around(point, Web, ("call",), "slack request", _method)
    _around(point, Account, ("send",), "matrix request")
    _transactions(point, Database)


_OF_CHATS = {"post", "find", "revise", "start"}


def _coroutines(owner: type) -> set[str]:
    return {
        name for name in dir(owner)
        if not name.startswith("_") and inspect.iscoroutinefunction(getattr(owner, name))
    }  # fmt: skip


def _method(name: str, args: tuple[Any, ...]) -> str:
    return str(args[1]) if len(args) > 1 else name


def _around(
    point: Points,
    owner: type,
    names: Iterable[str],
    label: str,
    detail: Callable[[str, tuple[Any, ...]], str] = lambda name, _: name,
) -> None:
    for name in names:
        setattr(owner, name, _wrapped(point, getattr(owner, name), name, label, detail))


def _wrapped(
    point: Points,
    step: Callable[..., Any],
    name: str,
    label: str,
    detail: Callable[[str, tuple[Any, ...]], str],
) -> Callable[..., Any]:
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        called = f"{label} {detail(name, args)}"
        point(f"before {called}")
        result = await step(*args, **kwargs)
        point(f"after {called}")
        return result

    return wrapped


_STEP: ContextVar[str] = ContextVar("step", default="opening")


def _store_steps(point: Points, store: Any) -> None:
    """Put a point before each step of the store; its transactions have their own."""
    for name in _coroutines(store):
        setattr(store, name, _named(point, getattr(store, name), name))


def _named(point: Points, step: Callable[..., Any], name: str) -> Callable[..., Any]:
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        point(f"before store {name}")
        token = _STEP.set(name)
        try:
            return await step(*args, **kwargs)
        finally:
            _STEP.reset(token)

    return wrapped


def _transactions(point: Points, database: Any) -> None:
    """Put points into every write transaction: about to commit, committed."""
    write = database.write

    @asynccontextmanager
    async def wrapped(self: Any) -> AsyncIterator[Any]:
        name = _STEP.get()
        async with write(self) as connection:
            yield connection
            point(f"{name} about to commit")
        point(f"{name} committed")

    database.write = wrapped
