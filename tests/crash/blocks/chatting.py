"""Faults of the chats: each kind, for single posts, in channels that run side by side."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from tests.crash.blocks.killing import finish
from tests.crash.faults import Fault, all_faults
from tests.crash.results import Result
from tests.crash.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crash.faults import Faults
    from tests.crash.program import Zygote

DOUBT = 60.0
"""Seconds of doubt that late commits are measured by: Slack's own window."""
LATE = (0.5, 10.0, 50.0)


def chat_faults(
    zygote: Zygote, folder: Path, *, times: int, scale: float, channels: int, seed: int
) -> Result:
    """Let every kind of fault happen in both chats, so often each.

    A scale of 1 has Slack's window of doubt and late commits of 0.5, 10 and 50 s, one of 0.05 a
    twentieth of each. Each channel has one fault at a time, so many channels take less time.
    """
    result = Result("chat faults")
    silence = 1.3 if scale < 1 else 25.0
    kinds = all_faults(silence=silence, late=tuple(each * scale for each in LATE))
    with World(zygote, folder, channels=channels, seed=seed) as world:
        world.plan = world.plan.changed(
            doubt=max(DOUBT * scale, 0.5), patience=1.0 if scale < 1 else 20.0
        )
        servers = {"slack": (world.slack.trouble, list(world.slack.rooms)),
                   "matrix": (world.matrix.trouble, list(world.matrix.rooms))}  # fmt: skip
        for chat, (trouble, places) in servers.items():
            where = itertools.cycle(places)
            for name, fault in kinds.items():
                # Late commits are named as the table names them, whatever the scale.
                for _ in range(times):
                    trouble.queue(next(where), f"{chat}: {name}", fault)
        world.start()
        _until_spent(world, [trouble for trouble, _ in servers.values()], result)
        for trouble, _ in servers.values():
            result.faults.update(trouble.spent)
        result.runs = result.faults.total()
        finish(world, result)
    result.notes.append(
        f"doubt window {world.plan.doubt:g} s, late commits {[each * scale for each in LATE]} s"
    )
    return result


def _until_spent(world: World, troubles: list[Faults], result: Result) -> None:
    """Publish until every queued fault has struck."""
    waited = time.monotonic()
    left = sum(trouble.left for trouble in troubles)
    while left:
        if world.missing() < 2 * left + 20:
            world.publish(10)
        time.sleep(0.3)
        now_left = sum(trouble.left for trouble in troubles)
        if now_left < left:
            left, waited = now_left, time.monotonic()
        if not world.program.alive or time.monotonic() - waited > 300:
            result.broken.append(f"{left} faults never struck: {world.program.said()[-600:]}")
            return


def late_in_real_time(zygote: Zygote, folder: Path, *, seed: int) -> Result:
    """Let one post in each chat be late by each of the delays, with Slack's own window of doubt."""
    result = Result("late commits, real time")
    with World(zygote, folder, channels=len(LATE), seed=seed) as world:
        world.plan = world.plan.changed(doubt=DOUBT)
        troubles = {"slack": (world.slack.trouble, world.slack.rooms),
                    "matrix": (world.matrix.trouble, world.matrix.rooms)}  # fmt: skip
        for chat, (trouble, rooms) in troubles.items():
            for room, late in zip(rooms, LATE, strict=True):
                trouble.queue(room, f"{chat}: late commit {late:g} s", Fault("late", wait=late))
        world.start()
        _until_spent(world, [trouble for trouble, _ in troubles.values()], result)
        for trouble, _ in troubles.values():
            result.faults.update(trouble.spent)
        result.runs = result.faults.total()
        # When nothing is open any more, nobody is in doubt: the window need not pass once more.
        try:
            result.drained = world.drained()
        except TimeoutError as error:
            result.broken.append(str(error))
        result.judge(world.settled(2.0))
        result.peak = world.program.measure()
        code = world.program.stop() if world.program.alive else -1
        if code or "Traceback" in world.program.said():
            result.broken.append(f"ended with {code}: {world.program.said()[-1500:]}")
    return result


def late_beyond_the_window(zygote: Zygote, folder: Path, *, times: int, seed: int) -> Result:
    """Carry posts out after the doubt window: the one repeat that Slack leaves no way to avoid.

    In Matrix there is none even then, for the transaction id is the same.
    """
    result = Result("late commit beyond the window")
    with World(zygote, folder, channels=6, seed=seed) as world:
        world.plan = world.plan.changed(doubt=0.5)
        for server in (world.slack, world.matrix):
            where = itertools.cycle(list(server.rooms))
            for _ in range(times):
                server.trouble.queue(next(where), "late", Fault("late", wait=4.0))
        world.start()
        _until_spent(world, [world.slack.trouble, world.matrix.trouble], result)
        result.runs = 2 * times
        finish(world, result)
        matrix = [line for line in world.verdict().marked if line.startswith("matrix")]
        result.broken += [f"repeated in Matrix: {line}" for line in matrix]
        if result.late < times:
            result.broken.append(f"only {result.late} posts were late enough")
    return result
