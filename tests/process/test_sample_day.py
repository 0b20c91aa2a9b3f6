"""The sample day through the real program, against its table."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.process.program import Program

pytestmark = pytest.mark.process
TABLE: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "cases" / "wire_expected.json").read_text(encoding="utf-8")
)
BY_URL = {row["url"]: row for row in TABLE}
RULES = ("rafah", "icc-warrants", "netanyahu-says")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Program, str]:
    """The day in time lapse, ten times as fast as `make run` tells it, to its end."""
    program = Program(tmp_path_factory.mktemp("day"), WIREWATCH_FEEDS="sample-wire")
    program.start("--speed", "8000")
    last = [row for row in TABLE if row["rafah_city"]][-1]
    while last["url"] not in {alert["url"] for alert in program.alerts()}:
        program.wait_for(len(program.alerts()) + 1)
    code, seconds, out, err = program.stop()
    assert code == 0, err
    assert seconds < 10
    assert "Traceback" not in out + err
    return program, out


def alerts_of(program: Program, rule: str) -> list[dict[str, Any]]:
    return [alert for alert in program.alerts() if alert["rule"] == rule]


def test_no_alert_comes_twice(day: tuple[Program, str]) -> None:
    ids = Counter(alert["id"] for alert in day[0].alerts())
    assert ids
    assert max(ids.values()) == 1


def test_wire_copy_that_three_outlets_reprint_alerts_once_for_each_rule(
    day: tuple[Program, str],
) -> None:
    origins = {row["reprint_of"] for row in TABLE if row["reprint_of"]}
    assert len(origins) >= 2
    for origin in origins:
        copies = {r["url"] for r in TABLE if origin in (r["guid"], r["reprint_of"])}
        assert len(copies) >= 3
        for rule in RULES:
            found = [alert for alert in alerts_of(day[0], rule) if alert["url"] in copies]
            assert len(found) <= 1, (rule, [alert["title"] for alert in found])
        assert any(alert["url"] in copies for alert in day[0].alerts())


def test_crickets_council_never_alerts_as_the_court(day: tuple[Program, str]) -> None:
    cricket = {row["url"] for row in TABLE if row["icc_cricket"] and not row["icc_court"]}
    assert cricket
    assert not [a for a in alerts_of(day[0], "icc-warrants") if a["url"] in cricket]


def test_a_man_named_rafah_is_not_the_city(day: tuple[Program, str]) -> None:
    men = {row["url"] for row in TABLE if row["rafah_man"] and not row["rafah_city"]}
    assert men
    assert not [alert for alert in alerts_of(day[0], "rafah") if alert["url"] in men]


def test_every_story_of_the_city_is_told(day: tuple[Program, str]) -> None:
    """Nothing is lost: each article on Rafah alerts, or its story does; what is silent says why."""
    told = {alert["url"] for alert in alerts_of(day[0], "rafah")}
    outcomes = stored_outcomes(day[0])
    for row in TABLE:
        if not row["rafah_city"] or row["primed"] or row["url"] in told:
            continue
        assert outcomes[row["url"]].startswith(("reprint", "follow-up", "revision")), row["title"]


def stored_outcomes(program: Program) -> dict[str, str]:
    with closing(sqlite3.connect(program.folder / "data" / "wirewatch.db")) as database:
        return dict(database.execute("SELECT url, outcome FROM articles"))


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
                    assert same(quote["speaker"], said_by), part
                elif quote["speaker"] in officials:
                    pytest.fail(f"{quote['speaker']} never said: {part}")


def same(one: str, other: str) -> bool:
    from bot.core.officials import name_key  # noqa: PLC0415

    return name_key(one) == name_key(other)


def test_piped_output_is_plain_text_of_eighty_columns(day: tuple[Program, str]) -> None:
    out = day[1]
    assert "\x1b" not in out
    assert "with or without a deal" in out
    long = [line for line in out.splitlines() if len(line) > 80 and "http" not in line]
    assert not long


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
