"""Killed in the middle, started again: every alert exactly once."""

from __future__ import annotations

import asyncio
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
    from pathlib import Path

pytestmark = pytest.mark.process


@pytest.mark.parametrize("kills", [(3,), (1, 6, 11)], ids=["killed once", "killed three times"])
def test_every_alert_is_told_once_although_the_bot_is_killed(
    tmp_path: Path, kills: tuple[int, ...]
) -> None:
    """SIGKILL when so many alerts were told; the sample day then begins anew each time."""
    killed_and_checked(Program(tmp_path, WIREWATCH_FEEDS="sample-wire"), kills)


async def test_the_same_on_postgresql(tmp_path: Path) -> None:
    async with empty_database() as url:
        program = Program(tmp_path, WIREWATCH_FEEDS="sample-wire", WIREWATCH_DATABASE_URL=url)
        await asyncio.to_thread(killed_and_checked, program, (4,))


def killed_and_checked(program: Program, kills: tuple[int, ...]) -> None:
    """Kill it when so many alerts were told, start it again, see that all is told once."""
    for told in kills:
        program.start("--speed", "6000")
        program.wait_for(told)
        program.kill()
    program.start("--speed", "6000")
    wait_for_the_end(program)
    code, _, out, err = program.stop()
    assert code == 0, err
    assert "Traceback" not in out + err
    check_each_alert_once(program)
    check_reprints(program)
    check_nothing_is_lost(program)
