"""SIGKILL: at random moments, and at each step between feed and chat."""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.crash.faults import Fault
from tests.crash.results import Result
from tests.crash.world import DRAIN, World

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crash.program import Zygote

STARTING = 0.6
"""Seconds in which a killed program, started again, looks after what it left."""

TROUBLE = (
    Fault("status", after=True), Fault("reset", after=True), Fault("reset"), Fault("status"),
    Fault("late", wait=0.2), Fault("limited"), Fault("garbage", after=True),
)  # fmt: skip


TELLING = ("doubt", "find", "postpone")
"""Steps that only a fault of a chat leads to."""
CROWDED = ("store messages", "carry")
"""Steps that only a burst leads to, because what waits is put into one message."""
ENDING = ("store close",)
"""Steps that only an orderly end leads to."""
LEADING = {
    "matrix find": "after matrix request send",
    "slack find": "after slack request chat.postMessage",
}
"""Steps that only a program meets that was killed before, and where."""
PATIENT = 4
"""How many times as long it waits for a point on a new database: a crowded machine is no fault."""
RUNNING = "stop with Ctrl-C"
"""What the program says once it can be stopped."""


def trouble(world: World, chance: random.Random, share: float) -> None:
    """Let some posts go wrong from now on, so that there is something to recover from."""
    for server in (world.slack, world.matrix):
        server.trouble.chance = lambda: chance.choice(TROUBLE) if chance.random() < share else None


def finish(world: World, result: Result, seconds: float = DRAIN) -> None:
    """End the faults, let the outbox drain within some seconds, compare."""
    trouble(world, random.Random(0), 0)  # noqa: S311 -- no trouble at all
    if not world.program.alive:
        before = len(world.program.said())
        world.start()
        await_running(world, before)
    try:
        result.drained = max(result.drained, world.drained(seconds))
    except TimeoutError as error:
        result.broken.append(str(error))
    result.judge(world.settled(2 * world.plan.doubt))
    late = [*world.slack.trouble.lateness, *world.matrix.trouble.lateness]
    result.late += sum(seconds > 0.9 * world.plan.doubt for seconds in late)
    result.peak = max(result.peak, world.program.measure())
    code = world.program.stop() if world.program.alive else -1
    if code:
        result.broken.append(f"ended with {code}: {world.program.said()[-600:]}")
    said = world.program.said()
    if "Traceback" in said:
        at = said.index("Traceback")
        result.broken.append(f"a traceback: {said[at : at + 1500]}")


def await_running(world: World, before: int, seconds: float = DRAIN) -> None:
    """Wait until a program just started can be stopped: earlier, SIGTERM just ends it.

    Args:
        world: of the program.
        before: code points that programs had said before it was started.
        seconds: the longest wait.
    """
    end = time.monotonic() + seconds
    while RUNNING not in world.program.said()[before:] and time.monotonic() < end:
        time.sleep(0.05)


def kill_at_random(
    zygote: Zygote, folder: Path, *, count: int, seed: int, retold: float = 0.0, **plan: object
) -> Result:
    """Kill the program again and again; every second time while it recovers from the last one.

    `retold` is the share of articles that belong to a story that was told before.
    """
    chance = random.Random(seed)  # noqa: S311 -- repeatable moments
    result = Result("kill at random" if not retold else "kill, with stories")
    with World(zygote, folder, seed=seed, retold=retold) as world:
        world.plan = world.plan.changed(**plan)
        # Of its own, for how often it is asked depends on the machine; what is published must not.
        trouble(world, random.Random(seed + 1), 0.1)  # noqa: S311 -- repeatable
        for at in range(count):
            world.publish(chance.randint(1, 4))
            world.start()
            recovering = at % 2 == 1
            time.sleep(chance.uniform(0.02, STARTING) if recovering else STARTING)
            if not recovering:
                world.publish(chance.randint(1, 4))
                time.sleep(chance.uniform(0.0, 0.6))
            if not world.program.alive:
                result.broken.append(f"it ended by itself: {world.program.said()[-600:]}")
                break
            world.program.kill()
            result.runs += 1
            result.faults["during recovery" if recovering else "at work"] += 1
        finish(world, result)
    return result


def find_points(zygote: Zygote, folder: Path) -> Counter[str]:
    """Run with faults of all kinds and a burst; count how often every point is passed, in order."""
    trace = folder / "trace.txt"
    with World(zygote, folder, seed=1) as world:
        for server in (world.slack, world.matrix):
            for room in server.rooms:
                for fault in (TROUBLE[0], Fault("limited"), TROUBLE[2]):
                    server.trouble.queue(room, fault.kind, fault)
        world.start(trace=str(trace))
        for _ in range(6):
            world.publish(6)
            time.sleep(0.5)
        _crowd(world)
        world.drained()
        world.program.stop()
    return Counter(trace.read_text("utf-8").splitlines())


def kill_at_points(
    zygote: Zygote,
    folder: Path,
    *,
    points: Counter[str],
    times: int,
    seed: int,
    beside: int = 1,
    wait: float = 45.0,
    **plan: object,
) -> Result:
    """Kill the program at each point, as often as asked.

    A point that is not met is tried again; one that a database meets only once in its life gets
    databases of its own.

    Args:
        zygote: forks the program.
        folder: for the logs.
        points: from `find_points`.
        times: how often each.
        seed: of all choices.
        beside: sessions side by side that share the points: most of the time is waiting.
        wait: seconds within which a point is met; on a new database `PATIENT` times as many.
        plan: changes of the plan.
    """

    def session(at: int) -> Result:
        mine = list(points)[at::beside]
        with World(zygote, folder / str(at), seed=seed + 100 * at) as world:
            world.plan = world.plan.changed(**plan)
            return _kill_at_each(world, {point: points[point] for point in mine}, times, wait)

    def newly(point: str, at: int) -> Result:
        where = folder / f"new-{point.replace(' ', '-')}-{at}"
        return _on_a_new_database(zygote, where, point, at, PATIENT * wait)

    result = Result("kill at each step")
    with ThreadPoolExecutor(beside) as pool:
        for one in pool.map(session, range(beside)):
            result.add(one)
        unmet = [(point, at) for point in points for at in range(times - result.faults[point])]
        for one in pool.map(lambda each: newly(*each), unmet):
            result.add(one)
    return result


def _kill_at_each(world: World, points: dict[str, int], times: int, wait: float) -> Result:
    chance = random.Random(len(points))  # noqa: S311 -- repeatable
    result = Result("kill at each step")
    trouble(world, chance, 0.25)
    unmet: set[str] = set()
    for turn, (at, point) in enumerate(itertools.product(range(times), points)):
        if point in unmet:
            continue
        hit = 1 + at % max(1, min(4, points[point] // 6))
        met = _die_at(world, point, hit=hit, wait=wait, chance=chance)
        if not met and not (met := _die_at(world, point, hit=1, wait=wait, chance=chance)):
            unmet.add(point)
            result.notes.append(f"on new databases: {point}")
        result.runs += met
        result.faults[point] += met
        if turn % 200 == 199:
            world.start()
            world.drained()
            world.program.kill()
    finish(world, result)
    return result


def _on_a_new_database(zygote: Zygote, folder: Path, point: str, seed: int, wait: float) -> Result:
    """Kill the program at a point that a database meets only once in its life."""
    chance = random.Random(seed)  # noqa: S311 -- repeatable
    result = Result("kill at each step")
    with World(zygote, folder, seed=seed) as world:
        for step, first in LEADING.items():
            if step in point:
                _die_at(world, first, hit=1, wait=wait, chance=chance)
        if _die_at(world, point, hit=1, wait=wait, chance=chance):
            result.runs += 1
            result.faults[point] += 1
        else:
            result.broken.append(f"never met: {point}")
        finish(world, result)
    return result


def _die_at(world: World, point: str, *, hit: int, wait: float, chance: random.Random) -> bool:
    """Let the program run into a point, and do what leads it there; say whether it died of it."""
    for server in (world.slack, world.matrix):
        if any(word in point for word in TELLING) and not server.trouble.left:
            fault = Fault("limited") if "postpone" in point else TROUBLE[chance.randrange(2)]
            for room in server.rooms:
                server.trouble.queue(room, fault.kind, fault)
    if any(word in point for word in CROWDED):
        _crowd(world)
    world.publish(chance.randint(2, 5))
    before = len(world.program.said())
    world.start(crash=point, hit=hit)
    if any(word in point for word in ENDING):
        await_running(world, before, 4 * wait)
        return world.program.stop() == -9
    if world.program.died(wait / 3):
        return world.program.ended() == -9
    world.publish(4)  # steps that only new articles reach
    if world.program.died(wait * 2 / 3):
        return world.program.ended() == -9
    return world.program.stop() == -9


def _crowd(world: World) -> None:
    """Let more wait in every channel than goes out one by one, behind one that must wait."""
    for server in (world.slack, world.matrix):
        for room in server.rooms:
            server.trouble.queue(room, "limited", Fault("limited"))
    world.publish(40)
