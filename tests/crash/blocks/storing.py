"""Faults of the database: locked, full, read-only, gone; and what a power loss leaves of it."""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.crash.blocks.killing import STARTING, await_running, finish, trouble
from tests.crash.results import Result
from tests.crash.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crash.disk import Disk
    from tests.crash.program import Zygote


LONGER = "longer than the patience"
MARGIN = 2.0
"""Seconds by which a lock must outlast the patience to be surely met."""


def _alive(world: World, result: Result, what: str) -> None:
    if not world.program.alive:
        result.broken.append(f"{what} ended it: {world.program.said()[-800:]}")
        world.start()


def _wait_for_drain(world: World, result: Result) -> None:
    try:
        result.drained = max(result.drained, world.drained())
    except TimeoutError as error:
        result.broken.append(str(error))


def _faults(world: World, result: Result, times: int, what: str) -> Iterator[None]:
    """Run the program, let the caller make a fault each time, and see that it lives and delivers.

    At the end the world is taken stock of.
    """
    world.publish(3)
    world.start()
    world.drained()
    for _ in range(times):
        yield
        result.runs += 1
        _alive(world, result, what)
        _wait_for_drain(world, result)
    finish(world, result)


def locked(
    zygote: Zygote,
    folder: Path,
    *,
    times: int,
    seconds: tuple[float, float],
    busy: float,
    seed: int,
    beside: int = 1,
) -> Result:
    """Let another connection lock the database, for shorter and longer than a write is patient.

    Args:
        zygote: forks the program.
        folder: for the logs.
        times: how many locks.
        seconds: of the shortest and the longest lock.
        busy: seconds of the program's patience.
        seed: of all choices.
        beside: databases that share the locks, side by side: all of it is waiting.
    """

    def session(at: int) -> Result:
        share = len(range(at, times, beside))
        return _lock(zygote, folder / str(at), share, seconds, busy, 100 * seed + at)

    result = Result("database locked")
    with ThreadPoolExecutor(beside) as pool:
        for one in pool.map(session, range(min(beside, times))):
            result.add(one)
    return result


def _lock(
    zygote: Zygote, folder: Path, times: int, seconds: tuple[float, float], busy: float, seed: int
) -> Result:
    chance = random.Random(seed)  # noqa: S311 -- repeatable
    result, met = Result("database locked"), 0
    with World(zygote, folder, seed=seed) as world:
        world.plan = world.plan.changed(busy=busy)
        for _ in _faults(world, result, times, "a lock"):
            world.publish(4)
            time.sleep(chance.uniform(0, 0.3))
            length = chance.uniform(*seconds)
            with contextlib.closing(sqlite3.connect(world.data / "wirewatch.db")) as other:
                other.isolation_level = None
                other.execute("PRAGMA busy_timeout=5000")
                other.execute("BEGIN EXCLUSIVE")
                world.publish(3)
                time.sleep(length)
                other.execute("ROLLBACK")
            result.faults[LONGER if length > busy else "shorter"] += 1
            met += length > busy + MARGIN
        said_once(world, result, least=met, most=result.faults[LONGER])
    return result


def refused(
    zygote: Zygote, folder: Path, disk: Disk, *, how: str, times: int, seconds: float, seed: int
) -> Result:
    """Let the disk refuse every write for a while: full, read-only, or broken."""
    chance = random.Random(seed)  # noqa: S311 -- repeatable
    result = Result(f"disk {how}")
    with World(zygote, folder, data=disk.folder, seed=seed) as world:
        for _ in _faults(world, result, times, f"a {how} disk"):
            world.publish(3)
            time.sleep(chance.uniform(0, 0.4))
            disk.refuse(how)
            world.publish(4)
            time.sleep(chance.uniform(0.5, 1.0) * seconds)
            disk.refuse("")
        said_once(world, result, least=result.runs, most=result.runs)
    shutil.rmtree(disk.folder)
    disk.folder.mkdir()
    return result


def said_once(world: World, result: Result, *, least: int, most: int) -> None:
    """Check that a refusing database is told of once for each refusal.

    Of some the program may have met nothing, and one may give it two reasons, so a quarter and one
    are spared.

    Args:
        world: whose program it is.
        result: where it is put down.
        least: refusals that the program must have met.
        most: refusals that it may have met.
    """
    told = world.program.said().count("the database refuses")
    if least and not told:
        result.broken.append("a refusing database was not told of")
    if told > most + most // 4 + 1:
        result.broken.append(f"told of {told} times for {most} refusals")


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path | None]:
    """Mount a small tmpfs; gives None where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    wish = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    mounted = not subprocess.run(wish, check=False, capture_output=True).returncode
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def really_full(zygote: Zygote, folder: Path, *, times: int, seconds: float, seed: int) -> Result:
    """Fill a small disk to the last byte for a while, and make room again."""
    chance = random.Random(seed)  # noqa: S311 -- repeatable
    result = Result("disk full")
    with small_disk(folder / "disk", 24 << 20) as mounted:
        if mounted is None:
            result.notes.append("no small disk could be mounted here")
            return result
        with World(zygote, folder, data=mounted, seed=seed) as world:
            for _ in _faults(world, result, times, "a full disk"):
                world.publish(3)
                time.sleep(chance.uniform(0, 0.4))
                ballast = _fill(mounted / "ballast.txt")
                world.publish(6)
                time.sleep(chance.uniform(0.5, 1.0) * seconds)
                ballast.unlink()
            said_once(world, result, least=result.runs, most=result.runs)
    result.notes.append("a full tmpfs")
    return result


def _fill(ballast: Path) -> Path:
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
    return ballast


def removed(zygote: Zygote, folder: Path, *, times: int, seconds: float, seed: int) -> Result:
    """Remove the database's files under the running program; every second time kill it later on.

    Within the seconds the program must have written the file anew.
    """
    chance = random.Random(seed)  # noqa: S311 -- repeatable
    result = Result("file removed under us")
    with World(zygote, folder, seed=seed) as world:
        world.publish(3)
        world.start()
        world.drained()
        for at in range(times):
            world.publish(3)
            time.sleep(chance.uniform(0, 0.4))
            for tail in ("", "-wal", "-shm"):
                (world.data / f"wirewatch.db{tail}").unlink(missing_ok=True)
            world.publish(4)
            end = time.monotonic() + seconds
            while not (world.data / "wirewatch.db").exists() and time.monotonic() < end:
                time.sleep(0.02)
            if not (world.data / "wirewatch.db").exists():
                result.broken.append(f"no file after {seconds} s: {world.program.said()[-600:]}")
                break
            result.runs += 1
            if at % 2:
                time.sleep(chance.uniform(0, 0.3))
                world.program.kill()
                before = len(world.program.said())
                world.start()
                # A file that goes before anybody has it open is gone with all that was in it.
                await_running(world, before)
            _alive(world, result, "a removed file")
            _wait_for_drain(world, result)
        finish(world, result)
    return result


def power_lost(
    zygote: Zygote, folder: Path, disk: Disk, *, times: int, seed: int, mutation: str = ""
) -> Result:
    """Cut the power: the program is killed and what it had not synced is gone or torn.

    Args:
        zygote: forks the program, with the library preloaded.
        folder: for the logs.
        disk: the watched folder.
        times: how often.
        seed: of all choices.
        mutation: a fault to build in.
    """
    chance = random.Random(seed)  # noqa: S311 -- repeatable
    result = Result("power loss")
    before = disk.dropped
    with World(zygote, folder, data=disk.folder, seed=seed) as world:
        world.plan = world.plan.changed(mutation=mutation)
        trouble(world, chance, 0.1)
        for at in range(times):
            disk.begin()
            world.publish(chance.randint(1, 4))
            world.start()
            time.sleep(STARTING if at % 3 else chance.uniform(0.1, STARTING))
            world.publish(chance.randint(1, 4))
            time.sleep(chance.uniform(0.0, 1.0))
            world.program.kill()
            disk.lose_power(chance)
            result.runs += 1
        disk.begin()
        finish(world, result)
        result.faults["unsynced changes lost or torn"] = disk.dropped - before
    shutil.rmtree(disk.folder)
    disk.folder.mkdir()
    return result
