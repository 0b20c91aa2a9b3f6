"""The sample day through the real program, against its table."""

from __future__ import annotations

import csv
import io
import re
import signal
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.officials import name_key
from tests.process.expected import (
    TABLE,
    check_each_alert_once,
    check_nothing_is_lost,
    check_reprints,
    wait_for_the_end,
)
from tests.process.program import Program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Program, str]:
    """The day in time lapse, ten times as fast as `make run` tells it, to its end."""
    program = Program(tmp_path_factory.mktemp("day"), WIREWATCH_FEEDS="sample-wire")
    program.start("--speed", "8000")
    wait_for_the_end(program)
    code, seconds, out, err = program.stop()
    assert code == 0, err
    assert seconds < 10
    assert "Traceback" not in out + err
    return program, out


def alerts_of(program: Program, rule: str) -> list[dict[str, Any]]:
    return [alert for alert in program.alerts() if alert["rule"] == rule]


def test_each_alert_comes_once(day: tuple[Program, str]) -> None:
    check_each_alert_once(day[0])


def test_reprinted_wire_copy_alerts_once_for_each_rule(day: tuple[Program, str]) -> None:
    check_reprints(day[0])


def test_nothing_is_lost(day: tuple[Program, str]) -> None:
    check_nothing_is_lost(day[0])


def test_crickets_council_never_alerts_as_the_court(day: tuple[Program, str]) -> None:
    cricket = {row["url"] for row in TABLE if row["icc_cricket"] and not row["icc_court"]}
    assert cricket
    assert not [a for a in alerts_of(day[0], "icc-warrants") if a["url"] in cricket]


def test_a_man_named_rafah_is_not_the_city(day: tuple[Program, str]) -> None:
    men = {row["url"] for row in TABLE if row["rafah_man"] and not row["rafah_city"]}
    assert men
    assert not [alert for alert in alerts_of(day[0], "rafah") if alert["url"] in men]


def test_each_printed_quote_is_in_the_table_or_unattributed(day: tuple[Program, str]) -> None:
    """No real official is given words that the record does not have."""
    on_record = {
        part.strip(" ,."): quote["speaker"]
        for row in TABLE for quote in row["quotes"] if quote["on_record"]
        for part in quote["parts"]
    }  # fmt: skip
    officials = {speaker for speaker in on_record.values() if speaker}
    for alert in day[0].alerts():
        for quote in alert["quotes"]:
            for part in quote["text"].split(" … "):
                said_by = on_record.get(part.strip(" ,."))
                if said_by and quote["speaker"]:
                    assert name_key(quote["speaker"]) == name_key(said_by), part
                elif quote["speaker"] in officials:
                    pytest.fail(f"{quote['speaker']} never said: {part}")


def test_piped_output_is_plain_text_of_eighty_columns(day: tuple[Program, str]) -> None:
    out = day[1]
    assert "\x1b" not in out
    assert "with or without a deal" in out
    long = [line for line in out.splitlines() if len(line) > 80 and "http" not in line]
    assert not long


def test_what_was_said_is_listed_and_exported(day: tuple[Program, str]) -> None:
    """One row for a statement, however many outlets of the day print it."""
    listed = day[0].call("said", "@netanyahu")
    assert listed.returncode == 0, listed.stderr
    assert re.search(r"· first by .* · \d outlets", listed.stdout), listed.stdout
    exported = day[0].call("said", "@netanyahu", "--format", "csv")
    assert exported.returncode == 0, exported.stderr
    rows = list(csv.DictReader(io.StringIO(exported.stdout)))
    assert f"{len(rows)} quotes" in listed.stdout
    assert any("with or without a deal" in row["words"] and row["outlets"] > "2" for row in rows)
    wrong = day[0].call("said", "@netanyau", "--format", "json")
    assert wrong.returncode == 2
    assert "did you mean @netanyahu?" in wrong.stderr


def test_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    program = Program(tmp_path, WIREWATCH_FEEDS="sample-wire")
    program.start()
    program.wait_for(1)
    code, seconds, out, err = program.stop(signal.SIGINT)
    assert code == 0
    assert seconds < 10
    assert "Traceback" not in out + err


def test_once_tells_the_whole_day_and_ends(tmp_path: Path) -> None:
    program = Program(tmp_path, WIREWATCH_FEEDS="sample-wire")
    done = program.call("run", "--once")
    assert done.returncode == 0, done.stderr
    assert len(program.alerts()) >= 10
    before = program.alerts()
    again = program.call("run", "--once")
    assert again.returncode == 0, again.stderr
    assert program.alerts() == before
