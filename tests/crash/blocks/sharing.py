"""Many programs on one PostgreSQL: any of them is killed, and the database itself."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from tests.crash.blocks.killing import trouble
from tests.crash.crew import Crew
from tests.crash.results import Result
from tests.crash.server import Server
from tests.crash.world import DRAIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crash.program import Zygote

DATABASE = "the database"
EVERY = 5
"""Each fifth kill is the database's."""


def kill_programs(zygote: Zygote, folder: Path, *, workers: int, times: int, seed: int) -> Result:
    """Kill workers, holders of chats and PostgreSQL at random moments, and start them again."""
    chance = random.Random(seed)  # noqa: S311 -- repeatable moments
    result = Result(f"{workers} workers" if workers > 1 else "1 worker")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        Server() as server,
        Crew(zygote, folder, server, workers=workers, chats=min(2, workers), seed=seed) as crew,
    ):
        trouble(crew, chance, 0.1)
        result.broken += crew.engage_all()
        for at in range(times):
            crew.publish(chance.randint(1, 4))
            time.sleep(chance.uniform(0.1, 1.5))
            _kill(crew, DATABASE if at % EVERY == EVERY - 1 else "", chance, result)
            crew.publish(chance.randint(1, 4))
            time.sleep(chance.uniform(0.0, 0.6))
            result.broken += crew.engage_all()
        _finish(crew, result)
    return result


def _kill(crew: Crew, victim: str, chance: random.Random, result: Result) -> None:
    if victim == DATABASE:
        crew.server.kill()
        time.sleep(chance.uniform(0.0, 1.0))
        crew.server.start()
    else:
        names = [name for name, program in crew.crew.items() if program.alive]
        victim = chance.choice(names)
        crew.crew[victim].kill()
    result.runs += 1
    result.faults[victim.rstrip("0123456789")] += 1


def _finish(crew: Crew, result: Result) -> None:
    """End the faults, let the outbox drain, compare."""
    trouble(crew, random.Random(0), 0)  # noqa: S311 -- no trouble at all
    result.broken += crew.engage_all()
    try:
        result.drained = max(result.drained, crew.drained(DRAIN))
    except TimeoutError as error:
        result.broken.append(f"{error}; {crew.facts()}; {crew.said()[-3000:]}")
    result.judge(crew.settled(2 * crew.plan.doubt))
    late = [*crew.slack.trouble.lateness, *crew.matrix.trouble.lateness]
    result.late += sum(seconds > 0.9 * crew.plan.doubt for seconds in late)
    for name, program in crew.crew.items():
        result.peak = max(result.peak, program.measure())
        code = program.stop() if program.alive else -1
        if code:
            result.broken.append(f"{name} ended with {code}: {program.said()[-600:]}")
    said = crew.said()
    if "Traceback" in said:
        at = said.index("Traceback")
        result.broken.append(f"a traceback: {said[max(0, at - 300) : at + 2500]}")
