"""A world with many programs on one PostgreSQL instead of one on a file."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self

import psycopg

from tests.crash.program import Program
from tests.crash.world import DRAIN, World

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crash.program import Zygote
    from tests.crash.server import Server

UNREACHABLE = 2
"""Exit code of a program that is started while the database is away; its supervisor starts it
again."""


class Crew(World):
    """Servers, a PostgreSQL, workers and holders of chats. A context manager.

    Args:
        zygote: forks the programs.
        folder: for logs and rules.
        server: the PostgreSQL.
        workers: how many.
        chats: programs that hold the chats or stand by.
        seed: of all choices.
    """

    def __init__(
        self,
        zygote: Zygote,
        folder: Path,
        server: Server,
        *,
        workers: int,
        chats: int,
        seed: int,
        dead: float = 4.0,
    ) -> None:
        super().__init__(zygote, folder, seed=seed, WIREWATCH_DATABASE_URL=server.url)
        self.server = server
        self.plan = self.plan.changed(dead=dead)
        names = [f"worker{at}" for at in range(workers)] + [f"chat{at}" for at in range(chats)]
        self.crew = {name: Program(zygote, folder, {}) for name in names}
        for name, program in self.crew.items():
            program.output = folder / f"{name}.txt"

    def __enter__(self) -> Self:
        super().__enter__()
        for program in self.crew.values():
            program.settings = self.program.settings
        return self

    def __exit__(self, *error: object) -> None:
        for program in self.crew.values():
            if program.alive:
                program.kill()
        super().__exit__(*error)

    def engage(self, name: str) -> None:
        """Start a program if it does not run."""
        program = self.crew[name]
        if not program.alive:
            program.start(self.plan, "worker" if name.startswith("worker") else "chat")

    def engage_all(self) -> list[str]:
        """Start whoever does not run; give those that had ended by themselves, and how."""
        ended = []
        for name, program in self.crew.items():
            if program.pid and not program.alive and (code := program.ended()) != UNREACHABLE:
                ended.append(f"{name} ended with {code}: {program.said()[-600:]}")
            self.engage(name)
        return ended

    def outbox(self) -> dict[str, int]:
        """Count deliveries by state, read from outside; the canary's are none."""
        query = "SELECT state, count(*) FROM deliveries WHERE chat != 'canary' GROUP BY state"
        try:
            return dict(self.server.ask(query))
        except psycopg.Error as error:
            return {f"unreadable: {error}": 1}

    def drained(self, seconds: float = DRAIN) -> float:
        """Wait until all is there and nothing is open in the outbox; give the seconds it took.

        Raises:
            TimeoutError: it is not; the verdict tells what is lost.
        """
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if not self.missing() and not self.open_deliveries():
                return time.monotonic() - began
            self.engage_all()
            time.sleep(0.2)
        raise TimeoutError(
            f"not drained in {seconds} s: {self.outbox()}, {self.verdict().lost[:5]}"
        )

    def said(self) -> str:
        """Give all that the programs printed."""
        return "\n".join(program.said() for program in self.crew.values())

    def facts(self) -> dict[str, Any]:
        """Say how the queue stands, for a story of what went wrong."""
        what = "queue_name || '/' || task_name || '/' || status"
        query = f"SELECT {what}, count(*) FROM procrastinate_jobs GROUP BY 1"  # noqa: S608 -- ours
        return dict(self.server.ask(query))
