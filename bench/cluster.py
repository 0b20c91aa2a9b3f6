"""What many programs on one PostgreSQL cost and bring: `python -m bench.cluster`.

1. **Engine**: 10,000 due feeds are claimed in jobs of 50, fetched, and finished; polling itself is
   left out, so what is measured is what the engine adds: CPU of the worker, CPU of PostgreSQL (all
   its processes). The same updates without claims and jobs are measured and taken off.
2. **Placing**: milliseconds in which no other program can place, for one matched article.
3. **Polling**: real workers (`wirewatch worker --queues poll`) and a local server that counts who
   asked for what: 95 % answer 304, the others have a new entry. No feed may be asked for twice, or
   not at all, in an interval. With one, two and four workers.
4. **Death**: a worker is killed while it polls; seconds until everything it had was polled.
5. **Fail-over**: the holder of a chat is killed; seconds until the other one holds it.
6. **Tenants**: 200 with 1,000 rules each, four workers, 50 articles that everybody watches and a
   tenant for whom 50 rules match: who is told when, in a Slack of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cluster_engine import measure_engine, placing_cost
from bench.cluster_outlets import (
    HOSTS,
    address,
    database_cpu,
    make_due,
    make_feeds,
    outlets,
    ticks,
)
from tests.cluster.tenants import Size, run
from tests.crash.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.cluster_outlets import Counts

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results" / "cluster.json"
FULL = 10_000
PARTS = ("engine", "placing", "polling", "death", "failover", "tenants")
LEFT = (
    "SELECT count(*) FROM feeds WHERE listed AND NOT paused"
    " AND (next_poll <= now() OR claimed_until IS NOT NULL)"
)
BUSY = (
    "SELECT count(DISTINCT worker_id) FROM procrastinate_jobs"
    " WHERE status = 'doing' AND task_name = 'poll'"
)


def start(
    server: Server, folder: Path, port: int, *command: str, name: str
) -> subprocess.Popen[bytes]:
    """Start the program with settings for the bench."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("WIREWATCH_")} | {
        "PYTHONPATH": str(ROOT),
        "WIREWATCH_DATABASE_URL": server.url,
        "WIREWATCH_RULES": str(folder / "rules.yaml"),
        "WIREWATCH_FEEDS": str(folder / "none.opml"),
        "WIREWATCH_POLL_MIN_SECONDS": "3600",
        "WIREWATCH_CANARY": "false",
        "WIREWATCH_EGRESS_ALLOW": ",".join(
            address(at, port)[7:].rpartition("/")[0] for at in range(HOSTS)
        ),
    }
    (folder / "rules.yaml").write_text(
        "watches:\n  - {name: none, query: zzyzx, channels: [console]}\n"
    )
    (folder / "none.opml").write_text('<opml version="2.0"><head/><body></body></opml>')
    out = (folder / f"{name}.txt").open("w")
    return subprocess.Popen(
        [sys.executable, "-m", "bot.cli", *command], env=env, cwd=folder, stdout=out, stderr=out,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def until(what: Callable[[], object], seconds: float = 600) -> float:
    """Wait until something is so; give when."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)
    return time.monotonic()


def said(folder: Path, name: str, words: str) -> bool:
    """Say whether a program has printed some words."""
    return words in (folder / f"{name}.txt").read_text()


@contextmanager
def workers(
    server: Server, folder: Path, port: int, count: int
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start workers and wait until they work."""
    names = [f"worker{at}" for at in range(count)]
    started = [
        start(server, folder, port, "worker", "--queues", "poll", name=name) for name in names
    ]
    try:
        until(lambda: all(said(folder, name, "working on") for name in names))
        time.sleep(3)
        yield started
    finally:
        for each in started:
            if each.poll() is None:
                each.send_signal(signal.SIGTERM)
        for each in started:
            each.wait(60)


def poll_all(
    server: Server, folder: Path, port: int, asked: Counts, *, feeds: int, count: int
) -> dict[str, Any]:
    """Let workers poll everything that is due once."""
    server.do("UPDATE feeds SET next_poll = '2100-01-01'")
    with workers(server, folder, port, count) as started:
        for at in range(len(asked)):
            asked[at] = 0
        cpu = sum(ticks(each.pid) for each in started)
        theirs = database_cpu(server)
        number = "substring(url from '[0-9]+$')::int"
        server.do(f"UPDATE feeds SET paused = ({number} >= {feeds})")  # noqa: S608 -- our own
        make_due(server)
        began = time.monotonic()
        while server.ask(LEFT)[0][0]:
            time.sleep(0.5)
            if time.monotonic() - began > 900:
                raise TimeoutError("not polled")
        took = time.monotonic() - began
        cpu = sum(ticks(each.pid) for each in started) - cpu
        theirs = database_cpu(server) - theirs
        time.sleep(5)  # one that was asked for twice would show by now
    times = Counter(asked[at] for at in range(feeds))
    return {
        "workers": count,
        "feeds": feeds,
        "seconds": round(took, 1),
        "worker_cpu_ms_a_feed": round(cpu * 1000 / feeds, 2),
        "postgresql_cpu_ms_a_feed": round(theirs * 1000 / feeds, 2),
        "once": times[1],
        "never": times[0],
        "oftener": sum(number for often, number in times.items() if often > 1),
    }


def death(server: Server, folder: Path, feeds: int) -> dict[str, Any]:
    """Kill a worker in the middle; how long until what it had was polled."""
    with outlets(feeds, 3.0) as (port, asked):
        asyncio.run(make_feeds(server.url, feeds, port))
        server.do("UPDATE feeds SET next_poll = '2100-01-01', listed = true")
        others = f"url NOT LIKE '%:{port}/%'"
        server.do(f"UPDATE feeds SET listed = false WHERE {others}")  # noqa: S608 -- our own
        server.do("UPDATE feeds SET paused = false")
        with workers(server, folder, port, 2) as started:
            make_due(server)
            until(lambda: sum(asked) > feeds / 10)
            both = server.ask(BUSY)[0][0]
            started[0].kill()
            killed = time.monotonic()
            until(lambda: not server.ask(LEFT)[0][0])
            return {"workers_polling": both, "seconds": round(time.monotonic() - killed, 1)}


def failover(server: Server, folder: Path) -> dict[str, Any]:
    """Kill the holder of a chat; how long until the other one holds it."""
    names = ("chat0", "chat1")
    started = [start(server, folder, 1, "chat", name=name) for name in names]
    try:
        until(lambda: any(said(folder, name, "holding console") for name in names))
        until(lambda: any(said(folder, name, "standing by") for name in names))
        holder = 0 if said(folder, "chat0", "holding console") else 1
        started[holder].kill()
        killed = time.monotonic()
        other = names[1 - holder]
        return {"seconds": round(until(lambda: said(folder, other, "holding console")) - killed, 1)}
    finally:
        for each in started:
            if each.poll() is None:
                each.send_signal(signal.SIGTERM)
            each.wait(60)


def main() -> int:
    """Measure everything; 1 when a feed was polled twice or not at all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--feeds", type=int, default=FULL)
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--json", type=Path, default=RESULTS)
    asked_for = parser.parse_args()
    parts = asked_for.part or PARTS
    found: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    found["machine"] = {
        "system": platform.platform(), "python": platform.python_version(),
        "processors": os.cpu_count(), "load": [round(one, 1) for one in os.getloadavg()],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    good = True
    folder = Path(tempfile.mkdtemp(prefix="bench-cluster-"))
    folder.chmod(0o755)
    with Server() as server:
        if "engine" in parts:
            found["engine"] = measure_engine(server, asked_for.feeds)
        if "placing" in parts:
            asyncio.run(make_feeds(server.url, 1, 1))
            found["placing_ms"] = asyncio.run(placing_cost(server, asked_for.feeds // 20))
            print("placing an article, ms", found["placing_ms"])
        if "polling" in parts:
            found["polling"] = measure_polling(server, folder, asked_for.feeds)
            good = all(not one["never"] and not one["oftener"] for one in found["polling"])
        if "death" in parts:
            found["death"] = death(server, folder, min(asked_for.feeds, 600))
            print("a worker dies", found["death"])
        if "failover" in parts:
            found["failover"] = failover(server, folder)
            print("a holder dies", found["failover"])
        if "tenants" in parts:
            fresh(server)
            few = asked_for.feeds < FULL  # a look at whether it works
            size = Size(
                tenants=20 if few else 200, rules=50 if few else 1000, loud=10 if few else 50,
                feeds=10, articles=50, queues=("poll,match,deliver",) * 4,
            )  # fmt: skip
            found["tenants"] = run(server.url, folder, size)
            print("many tenants", found["tenants"])
    asked_for.json.parent.mkdir(parents=True, exist_ok=True)
    asked_for.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0 if good else 1


def fresh(server: Server) -> None:
    """Leave nothing of the part before."""
    server.do("DROP SCHEMA public CASCADE")
    server.do("CREATE SCHEMA public")


def measure_polling(server: Server, folder: Path, feeds: int) -> list[dict[str, Any]]:
    """Poll a fifth of the feeds, slow ones, by one to four workers; then all by four."""
    found = []
    for number, count, delay in (
        (feeds // 5, 1, 0.5),
        (feeds // 5, 2, 0.5),
        (feeds // 5, 4, 0.5),
        (feeds, 4, 0.0),
    ):
        with outlets(feeds, delay) as (port, asked):
            fresh(server)
            asyncio.run(make_feeds(server.url, feeds, port))
            row = poll_all(server, folder, port, asked, feeds=number, count=count)
            found.append({**row, "answer_after_s": delay})
            print(found[-1], flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
