"""What the sample day must bring, from its table; independent of the program's own code."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.process.program import PATIENCE

if TYPE_CHECKING:
    from tests.process.program import Program

TABLE: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "cases" / "wire_expected.json").read_text(encoding="utf-8")
)
RULES = ("rafah", "icc-warrants", "netanyahu-says")
SILENT = ("reprint", "follow-up", "revision")
"""How the outcome of an article begins whose story was told by another."""


def query(program: Program, sql: str) -> list[tuple[Any, ...]]:
    """Ask the database that the program writes."""
    if url := program.settings.get("WIREWATCH_DATABASE_URL"):
        import psycopg  # noqa: PLC0415 -- skipped where it is not installed

        with psycopg.connect(url) as server:
            return server.execute(sql.encode()).fetchall()
    with closing(sqlite3.connect(program.folder / "data" / "wirewatch.db")) as database:
        return database.execute(sql).fetchall()


def wait_for_the_end(program: Program) -> None:
    """Wait until every article of the day is stored and nothing waits in the outbox any more."""
    end = time.monotonic() + PATIENCE
    urls = {row["url"] for row in TABLE}
    count = "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending')"
    program.wait_for(1)
    while not urls <= {row[0] for row in query(program, "SELECT url FROM articles")}:
        assert time.monotonic() < end, "the day did not end"
        time.sleep(0.2)
    while query(program, count) != [(0,)]:
        assert time.monotonic() < end, "the outbox did not empty"
        time.sleep(0.1)


def check_each_alert_once(program: Program) -> None:
    """The console's log and the store agree, delivery by delivery, and none comes twice."""
    told = Counter(alert["id"] for alert in program.alerts())
    assert told, "nothing was told"
    assert max(told.values()) == 1, "an alert came twice"
    stored = {
        row[0]: row[1]
        for row in query(program, "SELECT id, state FROM deliveries WHERE chat = 'console'")
    }
    assert set(stored) == set(told)
    assert set(stored.values()) == {"delivered"}


def check_reprints(program: Program) -> None:
    """Wire copy that outlets reprint is told once for each rule."""
    origins = {row["reprint_of"] for row in TABLE if row["reprint_of"]}
    assert len(origins) >= 2
    for origin in origins:
        copies = {r["url"] for r in TABLE if origin in (r["guid"], r["reprint_of"])}
        assert len(copies) >= 3
        found = [alert for alert in program.alerts() if alert["url"] in copies]
        told = Counter(alert["rule"] for alert in found if alert["kind"] == "alert")
        assert told, "the report was not told at all"
        assert max(told.values()) == 1, found
        check_follow_ups(found)


def check_follow_ups(alerts: list[dict[str, Any]]) -> None:
    """A copy that is told below the alert has words nobody was told: the longer one came last."""
    known: set[tuple[str, str]] = set()
    for alert in alerts:
        words = {(alert["rule"], quote["text"]) for quote in alert["quotes"]}
        assert alert["kind"] == "alert" or words - known, alert
        known |= words


def check_nothing_is_lost(program: Program) -> None:
    """Each article on the city is told, or its story is."""
    told = {alert["url"] for alert in program.alerts() if alert["rule"] == "rafah"}
    outcomes = dict(query(program, "SELECT url, outcome FROM articles"))
    for row in TABLE:
        if not row["rafah_city"] or row["primed"] or row["url"] in told:
            continue
        if row["teaser_only"] and outcomes[row["url"]] == "no rule matched":
            continue  # the feed's teaser does not name the city, so its page was not fetched
        assert outcomes[row["url"]].startswith(SILENT), (row["title"], outcomes[row["url"]])
