"""Channels that refuse for good until they are mended, and channels that want a daily digest."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.crash.blocks.killing import finish
from tests.crash.blocks.timing import BERLIN, TurnableClock
from tests.crash.program import Program
from tests.crash.results import Result
from tests.crash.steps import Plan
from tests.crash.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.crash.program import Zygote


def _revoke_slack(world: World, *, bad: bool) -> None:
    if bad:
        world.slack.revoke()
    else:
        world.slack.restore()


def _archive(world: World, *, bad: bool) -> None:
    for room in list(world.slack.rooms.values())[:2]:
        room.archived = bad


def _forbid(world: World, *, bad: bool) -> None:
    for room in list(world.matrix.rooms.values())[:2]:
        room.forbidden = bad


def _revoke_matrix(world: World, *, bad: bool) -> None:
    """Forget the tokens; the password stays, so that the bot can log in again by itself."""
    if bad:
        world.matrix.devices.clear()


REFUSALS: dict[str, Callable[..., None]] = {
    "slack: revoked token": _revoke_slack,
    "slack: archived channel": _archive,
    "matrix: forbidden room": _forbid,
    "matrix: revoked token": _revoke_matrix,
}


def refusals(zygote: Zygote, folder: Path, *, times: int, seed: int) -> Result:
    """Let chats refuse for good, mend them, and ask for another try as a person would."""
    result = Result("refusals")
    with World(zygote, folder, seed=seed) as world:
        world.start()
        for _ in range(times):
            for name, refuse in REFUSALS.items():
                world.publish(2)
                world.within(lambda refuse=refuse: refuse(world, bad=True))
                world.publish(6)
                time.sleep(1.5)
                world.within(lambda refuse=refuse: refuse(world, bad=False))
                said = _command(world, "deliveries", "retry", "all")
                result.runs += 1
                result.faults[name] += 1
                try:
                    result.drained = max(result.drained, world.drained())
                except TimeoutError as error:
                    result.broken.append(f"{name}: {error} (retry said {said!r})")
        finish(world, result)
    return result


def _command(world: World, *arguments: str) -> str:
    """Give the bot a command in a shell, beside the running program."""
    shell = Program(world.program.zygote, world.folder, world.program.settings)
    shell.output = world.folder / "shell.txt"
    shell.start(Plan(), *arguments)
    shell.ended()
    return shell.said()[-300:]


CHANGES = {"to summer time": datetime(2027, 3, 27, tzinfo=BERLIN),
           "to winter time": datetime(2027, 10, 30, tzinfo=BERLIN)}  # fmt: skip
"""The days before the changes."""


def daily_digests(zygote: Zygote, folder: Path, *, seed: int) -> Result:
    """Let a room have one digest a day at 02:30, an hour that a change leaves out or repeats.

    The program is killed on the way each day; a day has exactly one digest, with all its alerts.
    """
    result = Result("daily digests")
    for name, first in CHANGES.items():
        one = _digests(zygote, folder / name.replace(" ", ""), name, first, seed)
        result.add(one)
    return result


def _digests(zygote: Zygote, folder: Path, name: str, first: datetime, seed: int) -> Result:
    chance = random.Random(seed)  # noqa: S311 -- repeatable
    result = Result("daily digests")
    folder.mkdir(parents=True)
    clock = TurnableClock(folder / "clock")
    with World(zygote, folder, channels=2, seed=seed) as world:
        world.plan = world.plan.changed(clock=str(clock.path))
        world.feeds.ahead = lambda: clock.offset
        room = next(iter(world.matrix.rooms))
        world.start()
        world.asked(room, "!watch digest daily 02:30 Europe/Berlin", "02:30")
        world.program.kill()  # its clock must not jump by months while it listens
        clock.set(first.replace(hour=1))
        world.start()
        for day in range(3):
            # Wall time, as people in Berlin read it; `fold` is left at the first 02:30.
            today = (first.replace(tzinfo=None) + timedelta(days=day)).replace(tzinfo=BERLIN)
            clock.set(today.replace(hour=1, minute=30))
            before = _told(world, room)
            world.publish(8, words=(world.words[0], world.words[2]))
            _until_held(world, world.missing())
            if _told(world, room) != before:
                result.broken.append(f"{name}, day {day}: told before the hour")
            if day % 2:
                world.program.kill()
                world.start()
            for hour, minute in ((2, 31), (3, 1), (3, 31), (4, 31)):
                clock.set(today.replace(hour=hour, minute=minute))
                time.sleep(chance.uniform(0.8, 1.4))
            _settle(world)
            told = _told(world, room) - before
            result.runs += 1
            result.faults[name] += 1
            if told != 1:
                result.broken.append(f"{name}, day {day}: {told} digests")
        finish(world, result)
    return result


def _until_held(world: World, least: int) -> None:
    """Wait until what does not arrive now is held for the digest."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        least = min(least, world.missing())
        if least and world.outbox().get("postponed", 0) >= least:
            return
        time.sleep(0.2)


def _told(world: World, room: str) -> int:
    """Count the messages with alerts in a room."""
    return sum(post["channel"] == room and bool(post["links"]) for post in world.log.posts)


def _settle(world: World) -> None:
    end = time.monotonic() + 60  # a crowded machine takes its time
    while world.missing() and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(0.5)
