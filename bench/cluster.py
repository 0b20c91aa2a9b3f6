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
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
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

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.crash.server import Server  # noqa: E402 -- from the root of the tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableSequence

    from bot.core.model import FeedState

    Counts = MutableSequence[int]

RESULTS = ROOT / "bench" / "results" / "cluster.json"
PARTS = ("engine", "placing", "polling", "death", "failover")
HOSTS = 500
CHANGED = 20
"""One feed of so many has a new entry."""
OLD = '"old"'
LEFT = (
    "SELECT count(*) FROM feeds WHERE listed AND NOT paused"
    " AND (next_poll <= now() OR claimed_until IS NOT NULL)"
)
BUSY = (
    "SELECT count(DISTINCT worker_id) FROM procrastinate_jobs"
    " WHERE status = 'doing' AND task_name = 'poll'"
)


# ------------------------------------------------------------------------ what is polled


def document(feed: int) -> bytes:
    """Write a feed with one entry."""
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Outlet {feed}</title>'
        f"<link>https://x.example/{feed}</link><item><title>Report of outlet {feed}</title>"
        f"<link>https://x.example/{feed}/1</link><guid>https://x.example/{feed}/1</guid>"
        f"<pubDate>{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT</pubDate><description>The council "
        f"of district {feed} adjourned without a vote.</description></item></channel></rss>"
    ).encode()


def serve(port: multiprocessing.Queue[int], asked: Counts, delay: float) -> None:
    """Serve `/<feed>`, count into an array, and note when the last one was asked for."""
    from aiohttp import web  # noqa: PLC0415 -- in the server's process

    async def answer(request: web.BaseRequest) -> web.Response:
        feed = int(request.path[1:])
        asked[feed] += 1
        await asyncio.sleep(delay)
        if feed % CHANGED and request.headers.get("If-None-Match") == OLD:
            return web.Response(status=304, headers={"ETag": OLD})
        return web.Response(
            body=document(feed), content_type="application/rss+xml", headers={"ETag": '"new"'}
        )

    async def run() -> None:
        runner = web.ServerRunner(web.Server(answer))
        await runner.setup()
        await web.TCPSite(runner, "0.0.0.0", 0, backlog=4096).start()  # noqa: S104 -- 127.0.x.y
        port.put(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


@contextmanager
def outlets(count: int, delay: float) -> Iterator[tuple[int, Counts]]:
    """Start the server; give its port and the counts."""
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    asked = multiprocessing.Array("i", count, lock=False)
    process = multiprocessing.Process(target=serve, args=(ports, asked, delay), daemon=True)
    process.start()
    try:
        yield ports.get(timeout=60), asked
    finally:
        process.terminate()
        process.join()


def address(feed: int, port: int) -> str:
    """Give a feed's URL, on one of many loopback hosts: a host is asked twice at once at most."""
    host = feed % HOSTS
    return f"http://127.0.{host // 250 + 1}.{host % 250 + 1}:{port}/{feed}"


# ------------------------------------------------------------------------ what it costs


def ticks(pid: int) -> float:
    """Give the CPU seconds of a process and its ended children (proc(5))."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def database_cpu(server: Server) -> float:
    """Give the CPU seconds of PostgreSQL, all its processes."""
    pid = server.pid
    children = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split()
    return ticks(pid) + sum(ticks(int(child)) for child in children)


async def make_feeds(url: str, count: int, port: int) -> None:
    """Migrate, and add feeds that no file lists."""
    from bot.adapters.cluster.schema import make_tables  # noqa: PLC0415 -- heavy
    from bot.adapters.store import Store  # noqa: PLC0415 -- the same
    from bot.core.model import Feed  # noqa: PLC0415 -- the same

    store = Store(url, shared=True)
    await store.open()
    await make_tables(store.conninfo, store.migrating())
    feeds = [Feed(address(at, port), full_text="never", origin="chat:bench") for at in range(count)]
    await store.add_feeds(feeds)
    await store.close()


def make_due(server: Server) -> None:
    """Let all feeds be due, as if an interval had passed; they were read before."""
    server.do("TRUNCATE articles, seen, matches, quotes CASCADE")
    server.do(
        f"UPDATE feeds SET next_poll = now(), claimed_until = NULL, primed = true, etag = '{OLD}',"  # noqa: S608 -- our own
        " body_hash = NULL, entries = '[]', failures = 0, error = NULL, habits = '{}'"
    )


async def engine_cost(server: Server, count: int, engine: bool) -> dict[str, float]:  # noqa: FBT001
    """Claim, fetch and finish; or only what a poll writes anyway."""
    from bot.adapters.cluster import Engine, Job, Lane  # noqa: PLC0415 -- heavy
    from bot.adapters.store import Store  # noqa: PLC0415 -- the same
    from bot.core.model import Validators  # noqa: PLC0415 -- the same
    from bot.jobs.cluster import Polling  # noqa: PLC0415 -- the same
    from bot.jobs.watch import Poll  # noqa: PLC0415 -- the same

    class Clock:
        def now(self) -> datetime:
            return datetime.now(UTC)

    store, done = Store(server.url, shared=True), asyncio.Event()
    await store.open()
    left = [count]

    class Nothing:
        async def poll(self, state: FeedState) -> Poll:
            later = datetime(2100, 1, 1, tzinfo=UTC)
            now = datetime.now(UTC)
            await store.feed_unchanged(state.feed.id, Validators(OLD), now, later, state.habits)
            left[0] -= 1
            if not left[0]:
                done.set()
            return Poll(state)

    watch = Nothing()
    polling = Polling(watch, store, Clock())

    async def poll(ids: list[str], until: str) -> None:
        await polling.poll(ids, datetime.fromisoformat(until))

    states = [] if engine else await store.feed_states()
    server.do("CHECKPOINT")
    wall, own, theirs = time.monotonic(), time.process_time(), database_cpu(server)
    if engine:
        jobs = (Job("claim", polling.claim, "* * * * * *"), Job("poll", poll, again=5))
        made = Engine(store.conninfo, [Lane("poll", jobs, 32)])
        running = asyncio.create_task(made.run())
        await done.wait()
    else:
        for at in range(0, count, 50 * 32):
            await asyncio.gather(*(watch.poll(state) for state in states[at : at + 50 * 32]))
    found = {
        "worker_ms": (time.process_time() - own) * 1000 / count,
        "postgresql_ms": (database_cpu(server) - theirs) * 1000 / count,
        "wall_s": time.monotonic() - wall,
    }
    if engine:
        made.stop()
        await running
    await store.close()
    return found


# ------------------------------------------------------------------------ placing in turns


async def placing_cost(server: Server, count: int) -> dict[str, float]:
    """Place and record articles that match: alone, in turns, and in turns with another program."""
    from bot.adapters.store import Store  # noqa: PLC0415 -- heavy
    from bot.core.match import RuleSet  # noqa: PLC0415 -- the same
    from bot.core.model import Article, PollRecord, Rule, Validators  # noqa: PLC0415 -- the same
    from bot.core.officials import Officials  # noqa: PLC0415 -- the same
    from bot.core.story import Stories  # noqa: PLC0415 -- the same
    from bot.jobs.cluster import StoriesInStep  # noqa: PLC0415 -- the same
    from bot.jobs.placing import Placing  # noqa: PLC0415 -- the same
    from bot.jobs.reading import Reader  # noqa: PLC0415 -- the same
    from tests.crash.news import invent  # noqa: PLC0415 -- the same

    rules = RuleSet(Officials([]), (Rule("r", "r", "harbour", ("slack:C1",)),))
    reader, now, found = Reader(None, rules, Officials([])), datetime.now(UTC), {}
    for seed, (name, programs, turns) in enumerate(
        (("alone", 1, False), ("in turns", 1, True), ("in turns with another", 2, True))
    ):
        stores = [Store(server.url, shared=turns) for _ in range(programs)]
        desks = []
        for store in stores:
            await store.open()
            stories = Stories()
            step = StoriesInStep(store, stories) if turns else None
            if step:
                await step.load(now)
            desks.append(Placing(
                rules=rules, stories=stories, store=store, chats=("slack",), turns=step
            ))  # fmt: skip
        spent = 0.0
        for at in range(count):
            story = invent(at, "harbour", seed=seed)
            article = Article(
                feed_id=f"f{at % 50}", key=f"{seed}/{at}", url=f"https://x.example/{seed}/{at}",
                title=story.title, text=story.text, published=now, arrived=now,
                source=f"Outlet {at % 50}", lang="en",
            )  # fmt: skip
            reading = await reader.read(article, "never")
            record = PollRecord(article.feed_id, now, Validators(), now, seen=(article,))
            began = time.perf_counter()
            await desks[at % programs].hand_over(record, [reading])
            spent += time.perf_counter() - began
        found[name] = round(spent * 1000 / count, 2)
        for store in stores:
            await store.close()
    return found


# ------------------------------------------------------------------------ real programs


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
    parser.add_argument("--feeds", type=int, default=10_000)
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
    with Server(folder / "postgres") as server:
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
    asked_for.json.parent.mkdir(parents=True, exist_ok=True)
    asked_for.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0 if good else 1


def measure_engine(server: Server, feeds: int) -> dict[str, Any]:
    """Take the best of three rounds, with and without the engine in turns."""
    asyncio.run(make_feeds(server.url, feeds, 1))
    rows: dict[str, Any] = {"with": [], "without": []}
    for _ in range(3):
        for name in ("with", "without"):
            make_due(server)
            rows[name].append(asyncio.run(engine_cost(server, feeds, name == "with")))
    best = {
        name: {
            what: min(row[what] for row in rows[name]) for what in ("worker_ms", "postgresql_ms")
        }
        for name in rows
    }
    added = {what: round(best["with"][what] - best["without"][what], 3) for what in best["with"]}
    for name in ("with", "without"):
        print(f"{name} the engine, CPU of a feed:", {k: round(v, 3) for k, v in best[name].items()})
    print("the engine adds", added)
    return {"feeds": feeds, "a_job": 50, "added": added, "rounds": rows}


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
            server.do("DROP SCHEMA public CASCADE")
            server.do("CREATE SCHEMA public")
            asyncio.run(make_feeds(server.url, feeds, port))
            row = poll_all(server, folder, port, asked, feeds=number, count=count)
            found.append({**row, "answer_after_s": delay})
            print(found[-1], flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
