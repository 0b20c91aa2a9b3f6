"""The worker pool: deadlines, memory, recycling, and nobody left behind."""

import asyncio
import math
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.adapters import parsing, worker
from bot.adapters.parsing import ParserPool, ParsingError
from bot.core.opml import parse_opml
from bot.errors import FeedError

ROOT = Path(__file__).parents[2]


def alive(pid: int) -> bool:
    """Say whether a process runs; one that is dead but not yet waited for does not."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")
    except (ProcessLookupError, FileNotFoundError):
        return False


def until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


async def test_a_worker_answers_and_is_kept() -> None:
    """Calls go to one and the same child, which is not this program."""
    async with ParserPool(1) as pool:
        pids = {await pool.run(os.getpid) for _ in range(3)}
        assert len(pids) == 1
        assert os.getpid() not in pids


async def test_errors_of_ours_come_through() -> None:
    """A FeedError raised in a worker is raised here, with its reason; the worker stays."""
    async with ParserPool(1) as pool:
        first = await pool.run(os.getpid)
        with pytest.raises(FeedError, match="this is no OPML document"):
            await pool.run(parse_opml, b"<rss/>")
        assert await pool.run(os.getpid) == first


async def test_other_errors_cost_the_call() -> None:
    async with ParserPool(1) as pool:
        with pytest.raises(ParsingError, match=r"could not be read \(ZeroDivisionError\)"):
            await pool.run(divmod, 1, 0)
        assert await pool.run(divmod, 7, 2) == (3, 1)


async def test_a_slow_call_is_ended_at_the_deadline() -> None:
    """The worker is replaced, and calls beside it do not notice."""
    async with ParserPool(2, deadline=0.5) as pool:
        start = time.monotonic()
        slow = asyncio.create_task(pool.run(time.sleep, 30))
        await asyncio.sleep(0)
        assert [await pool.run(abs, -number) for number in range(20)] == list(range(20))
        with pytest.raises(ParsingError, match="took too long"):
            await slow
        assert time.monotonic() - start < 3


async def test_a_greedy_call_hits_the_memory_limit() -> None:
    async with ParserPool(1, memory=200 << 20) as pool:
        with pytest.raises(ParsingError, match="memory"):
            await pool.run(bytearray, 1 << 30)
        assert await pool.run(len, b"abc") == 3


async def test_a_crash_costs_the_call() -> None:
    """A worker that dies on its own (a fault in a C library) is replaced."""
    async with ParserPool(1) as pool:
        with pytest.raises(ParsingError):
            await pool.run(os._exit, 9)
        assert await pool.run(len, b"abc") == 3


async def test_workers_retire() -> None:
    """After its calls a worker is replaced by a fresh one."""
    async with ParserPool(1) as pool:
        first = await pool.run(os.getpid)
        for _ in range(worker.MAX_CALLS - 1):
            last = await pool.run(os.getpid)
        assert last == first
        assert await pool.run(os.getpid) != first


async def test_workers_of_a_large_program_do_not_retire() -> None:
    """A process inherits the peak memory of its parent; a worker is judged by its own."""
    ballast = bytearray(worker.MAX_RESIDENT + (64 << 20))
    ballast[:: 1 << 12] = b"x" * len(ballast[:: 1 << 12])
    async with ParserPool(1) as pool:
        assert len({await pool.run(os.getpid) for _ in range(3)}) == 1
    del ballast


async def test_a_closed_pool_leaves_nobody_behind() -> None:
    """Idle workers and one in the middle of a call are gone within two seconds."""
    async with ParserPool(2) as pool:
        pids = await asyncio.gather(pool.run(os.getpid), pool.run(os.getpid))
        task = asyncio.create_task(pool.run(time.sleep, 30))
        await asyncio.sleep(0.1)
        start = time.monotonic()
    with pytest.raises(ParsingError):
        await task
    assert time.monotonic() - start < 2
    assert until(lambda: not any(map(alive, pids)), 1)


async def test_a_cancelled_call_frees_its_place() -> None:
    async with ParserPool(1) as pool:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await pool.run(time.sleep, 30)
        assert await pool.run(len, b"abc") == 3


async def test_workers_know_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens of the environment are not handed to whoever reads strangers' documents."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-example")
    async with ParserPool(1) as pool:
        assert await pool.run(os.getenv, "SLACK_BOT_TOKEN") is None
        assert await pool.run(os.getenv, "PATH") == os.environ["PATH"]


async def test_what_a_library_prints_does_not_disturb() -> None:
    """Standard output of a worker is not its answer pipe."""
    async with ParserPool(1) as pool:
        assert await pool.run(os.write, 1, b"") == 0
        assert await pool.run(print, "", end="") is None
        assert await pool.run(len, b"abc") == 3


PARENT = """
import asyncio, os, sys, time
from bot.adapters.parsing import ParserPool

async def main():
    async with ParserPool(2, deadline=2.0) as pool:
        busy = asyncio.create_task(pool.run(time.sleep, 60))
        await asyncio.sleep(0)
        print(await pool.run(os.getpid), *(w._child.pid for w in pool._busy), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.process
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_workers_end_with_their_parent(sign: signal.Signals) -> None:
    """However the parent dies: idle workers at once, a busy one at its deadline at the latest."""
    command = [sys.executable, "-c", PARENT]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, text=True
    ) as parent:
        assert parent.stdout is not None
        idle, *busy = map(int, parent.stdout.readline().split())
        assert alive(idle)
        assert len(busy) == 1
        parent.send_signal(sign)
        parent.wait(5)
        assert until(lambda: not alive(idle), 1)
        assert until(lambda: not any(map(alive, busy)), 4)


@pytest.mark.process
def test_an_interrupt_from_the_terminal_does_not_reach_workers() -> None:
    """Workers are in a session of their own: a Ctrl-C ends the program, which then ends them."""

    async def session() -> int:
        async with ParserPool(1) as pool:
            return os.getsid(await pool.run(os.getpid))

    assert asyncio.run(session()) != os.getsid(0)


async def test_a_worker_that_has_nothing_to_do_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a busy hour the memory of all but one worker is given back."""
    async with ParserPool(2) as pool:
        await asyncio.gather(*(pool.run(math.sqrt, 4.0) for _ in range(2)))
        assert len(pool._idle) == 2
        await pool.run(math.sqrt, 4.0)
        assert len(pool._idle) == 2
        monkeypatch.setattr(parsing, "IDLE", -1.0)
        await pool.run(math.sqrt, 4.0)
        assert len(pool._idle) == 1
        assert await pool.run(math.sqrt, 4.0) == 2.0


async def test_a_worker_that_is_ended_amid_its_answer_leaves_nothing_open() -> None:
    """Its pipe is full and nobody reads; its end is seen nevertheless."""
    ended = await parsing._Worker.start(10.0, 1 << 30)
    request = pickle.dumps((bytes, (5_000_000,), {}))
    call = asyncio.ensure_future(ended.call(request))
    stdout = ended._child.stdout
    assert stdout is not None
    while not stdout._buffer:  # type: ignore[attr-defined]  # noqa: ASYNC110 -- nothing else tells
        await asyncio.sleep(0.001)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    while not stdout._paused:  # type: ignore[attr-defined]  # noqa: ASYNC110 -- the same
        await asyncio.sleep(0.001)
    await ended.stop(now=True)
    assert stdout.at_eof()
