"""The simulator in a program of its own, so that what the bot costs can be told apart."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.slack.simulator import Fault, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection


@dataclass
class Apart:
    """What is known of it: where it listens and, after `end`, what it took.

    Attributes:
        accepted: the messages, in their order.
        when: when each was accepted, by the steady clock, and in which channel.
        calls: how often each method was called.
        worked: its seconds of CPU.
    """

    base: str
    _line: Connection
    accepted: list[dict[str, Any]] = field(default_factory=list)
    when: list[tuple[float, str]] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    worked: float = 0.0

    def end(self) -> None:
        """Stop it and take its log over."""
        self._line.send("end")
        self.accepted, self.when, self.calls, self.worked = self._line.recv()


@contextmanager
def apart(
    tokens: dict[str, str], rooms: list[tuple[str, str]], faults: dict[str, list[Fault]]
) -> Iterator[Apart]:
    """Run a simulator with these tokens (token, workspace) and channels (name, workspace)."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    program = context.Process(target=_run, args=(theirs, tokens, rooms, faults), daemon=True)
    program.start()
    try:
        yield Apart(ours.recv(), ours)
    finally:
        program.terminate()
        program.join()


def _run(
    line: Connection,
    tokens: dict[str, str],
    rooms: list[tuple[str, str]],
    faults: dict[str, list[Fault]],
) -> None:
    asyncio.run(_serve(line, tokens, rooms, faults))


async def _serve(
    line: Connection,
    tokens: dict[str, str],
    rooms: list[tuple[str, str]],
    faults: dict[str, list[Fault]],
) -> None:
    slack = Simulator()
    slack.tokens.update(tokens)
    for name, team in rooms:
        slack.room(name, team=team)
    slack.faults.update(faults)
    runner = web.AppRunner(slack.application(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    begun = time.process_time()
    line.send(slack.base)
    await asyncio.to_thread(line.recv)
    calls: dict[str, int] = {}
    for method, _ in slack.calls:
        calls[method] = calls.get(method, 0) + 1
    line.send((slack.accepted, slack.when, calls, time.process_time() - begun))
    await runner.cleanup()
