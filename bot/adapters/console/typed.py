"""Commands typed into the terminal while the bot runs."""

from __future__ import annotations

import asyncio
import getpass
import sys
from typing import TYPE_CHECKING

from bot.adapters.console.render import print_reply
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from rich.console import Console

_PREFIXES = ("/watch", "!watch")


class TypedCommands:
    """Reads lines from the terminal and answers them; does nothing where there is no terminal.

    Args:
        console: where answers are printed.
        answer: the job that answers.
    """

    def __init__(self, console: Console, answer: Callable[[Incoming], Awaitable[Reply]]) -> None:
        self._console, self._answer = console, answer
        self._running: set[asyncio.Task[None]] = set()

    def start(self) -> bool:
        """Begin to listen; say whether there is a terminal to listen to."""
        if not sys.stdin.isatty():
            return False
        asyncio.get_running_loop().add_reader(sys.stdin, self._on_line)
        return True

    def stop(self) -> None:
        """Listen no more."""
        if sys.stdin.isatty():
            asyncio.get_running_loop().remove_reader(sys.stdin)

    def _on_line(self) -> None:
        line = sys.stdin.readline()
        if not line:  # Ctrl-D: stop listening, go on watching
            self.stop()
            return
        if line.strip():
            task = asyncio.ensure_future(self.handle(line.strip()))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def handle(self, line: str) -> None:
        """Answer one line."""
        first, _, rest = line.partition(" ")
        if first not in _PREFIXES:
            hint = f"commands begin with /watch; try /watch help (got {first!r})"
            print_reply(self._console, Reply(hint, ok=False))
            return
        incoming = Incoming(rest.strip(), chat="console", who=getpass.getuser())
        print_reply(self._console, await self._answer(incoming))
