"""A small pool of recycled worker processes for reading what strangers wrote.

Some documents of 100 KB keep a parser busy for seconds, some make it take all memory. In a worker
that has a deadline and a memory limit such a document costs its own feed one failure, and nobody
else anything. Workers are plain child processes on a pair of pipes: they end when their input
does, so neither a shutdown nor the parent's sudden death leaves one behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

import bot
from bot.errors import WirewatchError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

P = ParamSpec("P")
T = TypeVar("T")

DEADLINE = 10.0
"""Seconds a worker may spend on one document."""

IDLE = 60.0
"""Seconds after which a worker that had nothing to do ends, unless it is the last one."""

_START = "import sys; sys.path.insert(0, sys.argv[1]); from bot.adapters.worker import main; main()"
_KEPT = ("PATH", "HOME", "LANG", "LC_", "TMP", "TEMP", "PYTHON", "VIRTUAL_ENV", "LD_", "DYLD_")
_LENGTH = 8


class ParsingError(Exception):
    """A worker gave no answer; `reason` is fit for a feed's health line."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class _Worker:
    """One child. It answers one call at a time."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self._child = child
        self.idle_since = 0.0

    @classmethod
    async def start(cls, deadline: float, memory: int) -> _Worker:
        """Start a child that ignores the terminal's interrupts: the parent decides its end."""
        root = str(Path(bot.__file__).parents[1])
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", _START, root, f"{deadline}", f"{memory}"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
            env=_environment(),
        )
        return cls(child)

    async def call(self, request: bytes) -> tuple[str, Any, bool]:
        """Send a request and read its answer: kind, value, whether the worker retires after it.

        Raises:
            EOFError: the child ended instead.
        """
        stdin, stdout = self._child.stdin, self._child.stdout
        if stdin is None or stdout is None:
            raise EOFError
        try:
            stdin.write(len(request).to_bytes(_LENGTH) + request)
            await stdin.drain()
            size = int.from_bytes(await stdout.readexactly(_LENGTH))
            # The child runs our own code; what it unpickles for us is what that code returned.
            kind, value, retires = pickle.loads(await stdout.readexactly(size))  # noqa: S301
        except (OSError, asyncio.IncompleteReadError):
            raise EOFError from None
        return kind, value, retires

    async def stop(self, *, now: bool = False) -> None:
        """End the child: by closing its input, else by force."""
        if now:
            self._kill()
        elif self._child.stdin is not None:
            self._child.stdin.close()
        try:
            async with asyncio.timeout(1.0):
                await self._ended()
        except TimeoutError:
            self._kill()
            await self._ended()
        if self._child.stdin is not None:
            self._child.stdin.close()

    async def _ended(self) -> None:
        """Wait for the child's end.

        What it wrote last is read away: `wait()` returns once the pipes are closed, and asyncio
        does not see the end of a pipe that is full and that nobody reads.
        """
        if self._child.stdout is not None:
            with contextlib.suppress(RuntimeError):  # somebody reads already
                await self._child.stdout.read()
        await self._child.wait()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._child.kill()


def _environment() -> dict[str, str]:
    """Give a worker what an interpreter needs, and none of the tokens: it reads strangers' text."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT)}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class ParserPool:
    """Runs functions of this package in worker processes. An async context manager.

    Args:
        size: workers at most; each is started when it is first needed.
        deadline: seconds for one call.
        memory: bytes of address space of one worker, where the platform limits it.
    """

    def __init__(
        self, size: int = 2, *, deadline: float = DEADLINE, memory: int = 512 << 20
    ) -> None:
        self._deadline, self._memory = deadline, memory
        self._apart: ParserPool | None = None
        self._places = asyncio.Semaphore(size)
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._apart is not None:
            await self._apart.__aexit__(kind, error, trace)
        workers = [*self._idle, *self._busy]
        busy = set(self._busy)
        self._idle.clear()
        self._busy.clear()
        await asyncio.gather(*(worker.stop(now=worker in busy) for worker in workers))

    @property
    def apart(self) -> ParserPool:
        """One further worker, for calls that load much and are quick: the others stay small."""
        if self._apart is None:
            self._apart = ParserPool(1, deadline=self._deadline, memory=self._memory)
        return self._apart

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a module-level function in a worker and give what it returns.

        Raises:
            WirewatchError: what the function raised of that family, unchanged.
            ParsingError: the function failed otherwise, took too long, or needed too much memory.
        """
        async with self._places:
            # Here, for those who wait need no second copy of their document meanwhile.
            request = pickle.dumps((function, args, kwargs))
            worker = self._idle.pop() if self._idle else await self._start()
            self._busy.add(worker)
            kind, value = await self._answer(worker, request)
        if kind == "value":
            result: T = value
            return result
        if isinstance(value, WirewatchError):
            raise value
        raise ParsingError(str(value))

    async def _start(self) -> _Worker:
        try:
            return await _Worker.start(self._deadline, self._memory)
        except OSError as error:
            raise ParsingError(f"no worker could be started ({error.strerror})") from error

    async def _answer(self, worker: _Worker, request: bytes) -> tuple[str, Any]:
        """Ask a worker within the deadline; keep it for the next call, or end it."""
        keep = False
        try:
            # The child's own alarm rings first; the margin is for its start and the pipes.
            async with asyncio.timeout(self._deadline + 5.0):
                kind, value, retires = await worker.call(request)
            keep = not retires
        except TimeoutError:
            return "failure", "took too long to read"
        except EOFError:
            return "failure", "took too long or too much memory to read"
        else:
            return kind, value
        finally:
            if worker in self._busy:
                self._busy.discard(worker)
                if keep:
                    worker.idle_since = asyncio.get_running_loop().time()
                    self._idle.append(worker)  # the last one is asked first: others get idle
                    await self._retire(worker.idle_since - IDLE)
                else:
                    await worker.stop(now=True)

    async def _retire(self, before: float) -> None:
        """End the longest idle worker; what it has loaded may be 100 MB."""
        if len(self._idle) > 1 and self._idle[0].idle_since < before:
            await self._idle.pop(0).stop()
