"""The clock jumps; many matches come at once."""

from __future__ import annotations

import random
import struct
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.crash.blocks.killing import finish, trouble
from tests.crash.faults import Fault
from tests.crash.results import Result
from tests.crash.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.crash.program import Zygote

JUMPS = {"-1 h": -3600.0, "+1 h": 3600.0, "+1 d": 86_400.0}
BERLIN = ZoneInfo("Europe/Berlin")
SUMMER = datetime(2027, 3, 28, 1, 59, 58, tzinfo=BERLIN)
"""Two seconds before 02:00 becomes 03:00 (the rule of Directive 2000/84/EC, article 2)."""
WINTER = datetime(2027, 10, 31, 2, 59, 58, tzinfo=BERLIN)
"""Two seconds before 03:00 becomes 02:00."""


DOUBT, LATE = 2.4, 1.2
"""The window of doubt, in seconds, and after how many a post is carried out that was under way."""
WHOLE = 10_000
"""Matches of a whole burst."""
SLACK = 1.2
"""How many times longer than asked publishing a burst may take."""


class TurnableClock:
    """What is added to the program's clock; it can be turned while the program runs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0.0
        self.turn(0.0)

    def turn(self, seconds: float) -> None:
        """Add to the offset."""
        self.offset += seconds
        content = struct.pack("d", self.offset)
        if self.path.exists():
            with self.path.open("r+b") as file:
                file.write(content)
        else:
            self.path.write_bytes(content)

    def set(self, when: datetime) -> None:
        """Let it be a certain time now."""
        self.turn((when - datetime.now(UTC)).total_seconds() - self.offset)


def clock_jumps(
    zygote: Zygote,
    folder: Path,
    *,
    times: int,
    seed: int,
    names: Sequence[str] = (*JUMPS, "to summer time", "to winter time"),
    mutation: str = "",
) -> Result:
    """Turn the clock while alerts are under way, and across both changes of summer time."""
    result = Result("clock jumps")
    for name in names:
        one = _jumps(zygote, folder / name.replace(" ", ""), name, times, seed, mutation)
        result.add(one)
        result.faults[name] += one.runs
    return result


def _jumps(zygote: Zygote, folder: Path, name: str, times: int, seed: int, mutation: str) -> Result:
    chance = random.Random(seed)  # noqa: S311 -- repeatable
    result = Result("clock jumps")
    folder.mkdir(parents=True)
    clock = TurnableClock(folder / "clock")
    with World(zygote, folder, seed=seed) as world:
        world.plan = world.plan.changed(clock=str(clock.path), doubt=DOUBT, mutation=mutation)
        world.feeds.ahead = lambda: clock.offset
        trouble(world, chance, 0.2)
        world.publish(3)
        world.start()
        for at in range(times):
            if name not in JUMPS:
                clock.set(SUMMER if name == "to summer time" else WINTER)
            world.publish(5)
            time.sleep(chance.uniform(0.1, 1.0))
            if name in JUMPS and not _late_on_the_way(world):
                result.broken.append(f"{name}: no post was under way")
            if at % 3 == 2:
                world.program.kill()
            if name in JUMPS:
                clock.turn(JUMPS[name])
            if name == "+1 d":
                world.within(world.matrix.forget_transactions)
            world.publish(3)
            if not world.program.alive:
                world.start()
            time.sleep(2.0 if name not in JUMPS else 0.3)
            result.runs += 1
            try:
                result.drained = max(result.drained, world.drained())
            except TimeoutError as error:
                result.broken.append(f"{name}: {error}")
                break
        finish(world, result)
    return result


def _late_on_the_way(world: World, seconds: float = 60.0) -> bool:
    """Let a post be under way in each chat: refused by name, carried out within the window."""
    troubles = [server.trouble for server in (world.slack, world.matrix)]
    for server in (world.slack, world.matrix):
        server.trouble.queue(next(iter(server.rooms)), "late", Fault("late", wait=LATE))
    world.publish(2, words=(world.words[0],))
    end = time.monotonic() + seconds
    while any(trouble.left for trouble in troubles) and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(LATE / 4)  # so that the program noted its doubt before the clock is turned
    return not any(trouble.left for trouble in troubles)


def burst(
    zygote: Zygote, folder: Path, *, matches: int, seconds: float, channels: int, seed: int
) -> Result:
    """Publish articles for so many matches within a short time; the parsers are the real ones."""
    result = Result("burst")
    with World(zygote, folder, channels=channels, feeds=8, seed=seed) as world:
        world.plan = world.plan.changed(inline=False, patience=20.0, doubt=5.0, pace=None)
        world.start()
        began = time.monotonic()
        while len(world.expected()) < matches and world.program.alive:
            world.publish(max(4, matches // 100))
            world.program.measure()
            ahead = len(world.expected()) / matches * seconds * 0.9
            time.sleep(max(0.0, ahead - (time.monotonic() - began)))
        took = time.monotonic() - began
        result.runs = len(world.expected())
        finish(world, result)
        messages = len(world.log.posts)
    judge_pace(result, took, seconds)
    result.notes.append(f"{messages} messages")
    return result


def judge_pace(result: Result, took: float, seconds: float) -> None:
    """Note how fast a burst was; a whole one that was no burst shows nothing, so it is broken.

    Smaller ones run beside other tests on machines of any speed: of them it is noted only.

    Args:
        result: its runs are the matches.
        took: seconds that publishing took.
        seconds: that it should have taken at most.
    """
    told = f"{result.runs} matches published in {took:.0f} s"
    result.notes.append(told)
    if took > SLACK * seconds and result.runs >= WHOLE:
        result.broken.append(f"{told}, more than the {seconds:g} s of a burst")
