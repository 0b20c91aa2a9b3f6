"""What a poll costs: CPU seconds per 1,000 feeds, beside other feed readers on the same server.

    python bench/ingest.py [--feeds 1000] [--peers /path/to/python] [--json results.json]
    python bench/ingest.py --memory [--feeds 10000] [--rounds 100]   (see `ingest_memory`)

A local server offers half full-text and half summary feeds of 30 entries. Each contender runs in a
process of its own, 64 requests at a time, through four rounds: all new, all 304, all 200 with the
same body, all 200 with one new entry. A first round over other feeds warms it up, so that starting
is not counted. CPU is that of the contender and its children, never the server's.

Ours is `HttpFeeds` with its guard, worker pool and entry hashes, keeping validators in memory;
"stored" is ours with all that a poll takes, from the claim to the commit in a store on disk. Both
spare the collector what was there after warming up, as the program does when it has started. The
peers need a Python with `reader`, `sgmllib3k` and `requests`: `reader` keeps its database in a file
of its own, as it always does (so its figures hold the storing of entries and ours do not);
"plain" is `requests` and `feedparser` in 64 threads, conditional requests, nothing stored.
newsboat, sfeed and rss2email are in the table where they are installed (see `ingest_programs`).
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import multiprocessing
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
import ingest_programs  # noqa: E402 -- beside this file
from ingest_stored import Turned, poll_due, watch_of  # noqa: E402

ROUNDS = ("all new", "all 304", "200, unchanged", "200, one new")
REPEATS = (1, 5, 3, 1)
"""How often a round is run, for one figure: those in which nothing is new are short."""

ENTRIES = 30
WARM = 40
WORDS = (ROOT / "LICENSE").read_text(encoding="utf-8").split()


def entry(luck: random.Random, number: int, feed: int, *, full: bool) -> str:
    """Write one RSS entry: some 4 KB of escaped HTML, or a teaser."""

    def sentence() -> str:
        return " ".join(luck.choices(WORDS, k=luck.randint(9, 22))).capitalize() + "."

    def paragraph() -> str:
        link = f'<a href="https://x.example/{luck.randrange(999)}">{luck.choice(WORDS)}</a>'
        return f"<p>{sentence()} “{sentence()}” {link} <b>{sentence()}</b> {sentence()}</p>"

    html = "".join(paragraph() for _ in range(10)) if full else sentence() + " " + sentence()
    text = html.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    date = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=number)
    return (
        f"<item><title>{sentence()}</title><link>https://x.example/{feed}/{number}</link>"
        f"<guid>https://x.example/{feed}/{number}</guid><category>{luck.choice(WORDS)}</category>"
        f"<pubDate>{date:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<description>{text}</description></item>"
    )


def document(number: int, *, newest: int) -> bytes:
    """Write a feed whose newest entry has the number `newest`."""
    first = newest - ENTRIES + 1
    entries = "".join(
        entry(random.Random(f"{number}/{one}"), one, number, full=number % 2 == 0)
        for one in range(newest, first - 1, -1)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Feed {number}</title><link>https://x.example/{number}</link>"
        f"<language>en</language>{entries}</channel></rss>"
    ).encode()


def serve(feeds: int, port: multiprocessing.Queue[int]) -> None:
    """Serve `/<feed>`; `/round/<n>` turns to a round."""
    from aiohttp import web  # noqa: PLC0415
    from local_server import serve_with  # noqa: PLC0415 -- beside this file

    bodies = {}
    for number in range(feeds + WARM):
        bodies[number] = (document(number, newest=100), document(number, newest=101))
    now = {"round": 0}

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path.startswith("/round/"):
            now["round"] = int(request.path.rsplit("/", 1)[1])
            return web.Response()
        body = bodies[int(request.path[1:])][now["round"] == 3]
        tag = f'"{hashlib.md5(body).hexdigest()}"'  # noqa: S324 - a label
        if now["round"] == 1 and request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        headers = {"ETag": tag, "Content-Type": "application/rss+xml"}
        if now["round"] >= 2:
            headers["ETag"] = f'"{random.random()}"'
        return web.Response(body=body, headers=headers)

    serve_with(answer, port)


def cpu(children: list[int]) -> float:
    """Give the CPU seconds of this process and of living children."""
    total = time.process_time()
    for pid in children:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / 100
    return total


def memory(children: list[int]) -> float:
    """Give the megabytes that this process and its children hold now."""
    kilobytes = 0
    for pid in ["self", *children]:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return kilobytes / 1024


async def ours(base: str, feeds: int) -> list[dict[str, float]]:
    """Run our own rounds."""
    from bot.adapters.feeds import HttpFeeds  # noqa: PLC0415
    from bot.adapters.http import HttpClient, Limits  # noqa: PLC0415
    from bot.adapters.parsing import ParserPool  # noqa: PLC0415
    from bot.app.garbage import spare_what_is_here  # noqa: PLC0415
    from bot.core.model import Feed, Validators  # noqa: PLC0415
    from bot.ports import Fetched  # noqa: PLC0415

    host = base.removeprefix("http://")
    known: dict[str, Validators] = {}
    limits = Limits(connections=64, per_host=64)
    results = []
    async with HttpClient(allow={host}, limits=limits) as client, ParserPool(2) as pool:
        reader = HttpFeeds(client, pool)

        async def poll(feed: Feed) -> int:
            got = await reader.fetch(feed, known.get(feed.url, Validators()))
            found = 0
            if isinstance(got, Fetched):
                parsed = await reader.parse(feed, got, datetime.now(UTC))
                found = len(parsed.articles)
                known[feed.url] = replace(got.validators, entries=parsed.entries)
            else:
                known[feed.url] = got.validators
            return found

        async def some(waiting: Iterator[int]) -> int:
            return sum([await poll(Feed(f"{base}/{n}")) for n in waiting])

        async def every(numbers: range) -> int:
            """Poll by 64 tasks, each of which takes the next feed, as the peers' threads do."""
            waiting = iter(numbers)
            return sum(await asyncio.gather(*(some(waiting) for _ in range(64))))

        await every(range(feeds, feeds + WARM))
        spare_what_is_here()  # as the bot does when everything was started
        for number in range(4):
            turn(base, number)
            pids = [worker._child.pid for worker in pool._idle]  # noqa: SLF001
            start, wall, found = cpu(pids), time.perf_counter(), 0
            for _ in range(REPEATS[number]):
                found += await every(range(feeds))
            wall = time.perf_counter() - wall
            pids = [worker._child.pid for worker in pool._idle]  # noqa: SLF001
            used = {"cpu": cpu(pids) - start, "wall": wall, "entries": found}
            results.append(shared(used, REPEATS[number]) | {"mb": memory(pids)})
    return results


def shared(used: dict[str, float], times: int) -> dict[str, float]:
    """Give what one of so many equal rounds took."""
    return {name: value / times for name, value in used.items()}


async def stored(base: str, feeds: int) -> list[dict[str, float]]:
    """Run our rounds the whole way: claims, decisions and a store on disk too."""
    from bot.adapters.http import HttpClient, Limits  # noqa: PLC0415
    from bot.adapters.parsing import ParserPool  # noqa: PLC0415
    from bot.adapters.store import Store  # noqa: PLC0415
    from bot.app.garbage import spare_what_is_here  # noqa: PLC0415
    from bot.core.model import Feed  # noqa: PLC0415

    limits, clock, results = Limits(connections=64, per_host=64), Turned(), []
    allow = {base.removeprefix("http://")}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/wirewatch.db")
        await store.open()
        async with HttpClient(allow=allow, limits=limits) as client, ParserPool(2) as pool:
            watch = watch_of(client, pool, store, clock)
            await store.add_feeds(Feed(f"{base}/{n}") for n in range(feeds, feeds + WARM))
            await poll_due(watch, store, clock)
            await store.remove_feeds([Feed(f"{base}/{n}").id for n in range(feeds, feeds + WARM)])
            await store.add_feeds(Feed(f"{base}/{n}") for n in range(feeds))
            spare_what_is_here()
            for number in range(4):
                turn(base, number)
                pids = [worker._child.pid for worker in pool._idle]  # noqa: SLF001
                pids += [worker._child.pid for worker in pool.apart._idle]  # noqa: SLF001
                start, wall, found = cpu(pids), time.perf_counter(), 0
                for _ in range(REPEATS[number]):
                    found += (await poll_due(watch, store, clock))[1]
                    clock.turn()
                wall = time.perf_counter() - wall
                used = {"cpu": cpu(pids) - start, "wall": wall, "entries": found}
                results.append(shared(used, REPEATS[number]))
            await store.close()
    return results


PEER = r"""
import json, random, sys, time, urllib.request
name, base, where = sys.argv[1:4]
feeds, warm, *repeats = map(int, sys.argv[4:])
urls = [f"{base}/{n}" for n in range(feeds)]
warmers = [f"{base}/{n}" for n in range(feeds, feeds + warm)]

def plain():
    import feedparser, requests
    from concurrent.futures import ThreadPoolExecutor
    tags, session = {}, requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_connections=64, pool_maxsize=64))
    def one(url):
        got = session.get(url, headers={"If-None-Match": tags.get(url, "")}, timeout=30)
        tags[url] = got.headers.get("ETag", "")
        return len(feedparser.parse(got.content).entries) if got.status_code == 200 else 0
    threads = ThreadPoolExecutor(64)
    return lambda urls: sum(threads.map(one, urls))

def with_reader():
    from reader import make_reader
    keeper = make_reader(where)
    def run(urls):
        for url in urls:
            keeper.add_feed(url, exist_ok=True)
        for _ in keeper.update_feeds_iter(workers=64, scheduled=False):
            pass
        return keeper.get_entry_counts().total
    return run

run = {"plain": plain, "reader": with_reader}[name]()
run(warmers)
results = []
for number in range(4):
    urllib.request.urlopen(f"{base}/round/{number}").read()
    times = repeats[number]
    start, wall = time.process_time(), time.perf_counter()
    entries = sum(run(urls) for _ in range(times))
    start, wall = time.process_time() - start, time.perf_counter() - wall
    results.append({"cpu": start / times, "wall": wall / times, "entries": entries / times})
print(json.dumps(results))
"""


def peer(name: str, python: str, base: str, feeds: int) -> list[dict[str, float]] | None:
    """Run a peer's rounds in its own Python; None where it cannot run."""
    with tempfile.TemporaryDirectory() as folder:
        numbers = map(str, (feeds, WARM, *REPEATS))
        arguments = [name, base, f"{folder}/reader.sqlite", *numbers]
        done = subprocess.run(
            [python, "-c", PEER, *arguments], capture_output=True, text=True, check=False
        )
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    results: list[dict[str, float]] = json.loads(done.stdout)
    return results


def turn(base: str, number: int) -> None:
    """Tell the server which round it is."""
    with urllib.request.urlopen(f"{base}/round/{number}") as response:  # noqa: S310 - our own
        response.read()


def main() -> None:
    """Run all contenders and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--feeds", type=int, help="1000; 10000 with --memory")
    arguments.add_argument("--memory", action="store_true", help="what 10,000 feeds take")
    arguments.add_argument("--rounds", type=int, default=100, help="of --memory")
    arguments.add_argument("--peers", help="a Python with reader, sgmllib3k and requests")
    arguments.add_argument("--json", type=Path, help="write the figures here too")
    options = arguments.parse_args()
    if options.memory:
        from ingest_memory import main as measure_memory  # noqa: PLC0415

        measure_memory(options.feeds or 10_000, options.rounds, options.json)
        return
    options.feeds = options.feeds or 1_000
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(options.feeds, port), daemon=True)
    server.start()
    base = f"http://127.0.0.1:{port.get()}"
    results = {}
    for name in ("wirewatch", "plain", "stored", "reader"):
        turn(base, 0)
        if name == "wirewatch":
            results[name] = asyncio.run(ours(base, options.feeds))
        elif name == "stored":
            results[name] = asyncio.run(stored(base, options.feeds))
        elif options.peers and (found := peer(name, options.peers, base, options.feeds)):
            results[name] = found
    for name in ingest_programs.installed():
        with tempfile.TemporaryDirectory() as folder:
            found = ingest_programs.run_program(
                name, Path(folder), base, options.feeds, partial(turn, base)
            )
        if found:
            results[name] = found
    missing = set(ingest_programs.NAMES) - set(results)
    if missing:
        print(f"not installed, so not in the table: {', '.join(sorted(missing))}")
    server.terminate()
    show(results, options.feeds)
    if options.json:
        options.json.write_text(json.dumps({"feeds": options.feeds, "rounds": results}, indent=2))


def show(results: dict[str, list[dict[str, float]]], feeds: int) -> None:
    """Print CPU seconds per 1,000 feeds, feeds a second, and how many times ours that is."""
    print(f"{feeds} feeds, CPU s per 1,000 feeds (feeds/s) [times ours]")
    for number, label in enumerate(ROUNDS):
        cells = []
        for name, rounds in results.items():
            one, mine = rounds[number], results["wirewatch"][number]
            cost = one["cpu"] * 1_000 / feeds
            times = one["cpu"] / mine["cpu"]
            cells.append(f"{name} {cost:7.2f} ({feeds / one['wall']:5.0f}/s) [{times:5.1f}x]")
        print(f"{label:<16}{'   '.join(cells)}")
    held = ", ".join(f"{one['mb']:.0f}" for one in results["wirewatch"])
    print(f"wirewatch with its workers holds after each round: {held} MB")


if __name__ == "__main__":
    main()
