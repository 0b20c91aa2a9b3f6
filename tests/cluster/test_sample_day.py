"""The sample day by two workers and a chat on one PostgreSQL: what one program tells, they tell."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.postgres import empty_database
from tests.process.expected import (
    check_each_alert_once,
    check_nothing_is_lost,
    check_reprints,
    wait_for_the_end,
)
from tests.process.program import Program

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("WIREWATCH_PROFILE") != "nightly", reason="the day takes a minute and more"
    ),
]


class Crew(Program):
    """A chat and two workers."""

    def start(self, *_: str) -> None:
        self.workers: list[subprocess.Popen[str]] = [self._start("worker") for _ in range(2)]
        self._running = self._start("chat")
        assert self._running.stdin
        self._running.stdin.close()


async def test_two_workers_tell_what_one_program_tells(tmp_path: Path) -> None:
    pytest.importorskip("procrastinate", reason="the engine is not installed")
    async with empty_database() as url:
        crew = Crew(tmp_path, WIREWATCH_FEEDS="sample-wire", WIREWATCH_DATABASE_URL=url)
        crew.start()
        wait_for_the_end(crew)
        code, _, out, err = crew.stop()
        assert code == 0, err
        for worker in crew.workers:
            worker.terminate()
            said = worker.communicate(timeout=120)
            assert worker.returncode == 0, said
            out += "".join(said)
        assert "Traceback" not in out + err
        check_each_alert_once(crew)
        check_reprints(crew)
        check_nothing_is_lost(crew)
