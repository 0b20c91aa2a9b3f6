"""One scenario that the program survives, and that each built-in fault fails."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.crash.blocks.killing import finish
from tests.crash.faults import Fault
from tests.crash.results import Result
from tests.crash.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.crash.program import Zygote

SLACK_CALL = "slack request chat.postMessage"


def mutated(zygote: Zygote, folder: Path, name: str, *, patience: float = 15.0) -> Result:
    """Crash around a post, lose answers, carry a post out late, crash before a poll is stored.

    The name is that of the built-in fault, "" for none; within the patience, in seconds, everything
    must have arrived.
    """
    result = Result(f"mutation {name or 'none'}")
    with World(zygote, folder, channels=3, seed=11) as world:
        world.plan = world.plan.changed(mutation=name, doubt=3.2)
        for point in (f"before {SLACK_CALL}", f"after {SLACK_CALL}", "before matrix request send"):
            world.publish(4)
            world.start(crash=point)
            if not world.program.died(patience):
                result.broken.append(f"never met: {point}")
                world.program.kill()
                continue
            world.program.ended()
            result.runs += 1
        for server in (world.slack, world.matrix):
            first, second, _ = server.rooms
            for room in (first, second):
                server.trouble.queue(room, "reset after", Fault("reset", after=True))
        world.start()
        _until(lambda: not world.slack.trouble.left and not world.matrix.trouble.left, patience)
        for server in (world.slack, world.matrix):
            server.trouble.queue(list(server.rooms)[2], "late", Fault("late", wait=2.6))
        world.publish(6, words=(world.words[2],))
        # Killed as soon as one of them is on its way, before it is carried out.
        _until(lambda: not world.slack.trouble.left or not world.matrix.trouble.left, patience)
        world.program.kill()
        world.publish(5)
        world.start(crash="record about to commit")
        world.program.died(patience)
        world.program.ended()
        finish(world, result, patience)
    return result


def _until(reached: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not reached() and time.monotonic() < end:
        time.sleep(0.05)
