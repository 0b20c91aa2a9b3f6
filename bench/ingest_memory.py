"""How much memory 10,000 feeds take, and whether it grows: `bench/ingest.py --memory`.

The real way of a poll: `Watch` over `HttpFeeds`, the parser pool and a SQLite store on disk, feeds
claimed 64 at a time as the bot does, each round all feeds once. The first round primes them; in
each later one a hundredth has a new entry, the others answer 304. Resident memory of the program
and of its workers is noted after each round. No rule matches: what matching costs is measured in
`bench/match.py`.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import platform
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.model import FeedState

ENTRIES = 10
CHANGED = 100  # one feed of so many has news in a round


def document(feed: int, newest: int) -> bytes:
    """Write a small feed."""
    entries = "".join(
        f"<item><title>Report {one} of outlet {feed}</title><link>https://x.example/{feed}/{one}"
        f"</link><guid>https://x.example/{feed}/{one}</guid><pubDate>Fri, 01 May 2026 "
        f"{one % 24:02}:00:00 GMT</pubDate><description>The council of district {feed} met for the "
        f"{one}th time and adjourned without a vote, as it had before.</description></item>"
        for one in range(newest, newest - ENTRIES, -1)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Outlet {feed}</title><link>https://x.example/{feed}</link>{entries}"
        f"</channel></rss>"
    ).encode()


def serve(port: multiprocessing.Queue[int]) -> None:
    """Serve `/<feed>`; `/round/<n>` turns to a round."""
    from aiohttp import web  # noqa: PLC0415
    from local_server import serve_with  # noqa: PLC0415 -- beside this file

    now = {"round": 0}

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path.startswith("/round/"):
            now["round"] = int(request.path.rsplit("/", 1)[1])
            return web.Response()
        feed = int(request.path[1:])
        # In round n the feeds n, n + 100, n + 200, … have one entry more.
        newest = ENTRIES + (now["round"] + CHANGED - 1 - feed % CHANGED) // CHANGED
        tag = f'"{newest}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        headers = {"ETag": tag, "Content-Type": "application/rss+xml"}
        return web.Response(body=document(feed, newest), headers=headers)

    serve_with(answer, port)


class Turned:
    """A clock that stands still until the next round."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 2, tzinfo=UTC)

    def now(self) -> datetime:
        """Give its time."""
        return self.time


def resident(pids: list[int]) -> float:
    """Give megabytes."""
    kilobytes = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return kilobytes / 1024


async def rounds(base: str, feeds: int, count: int, folder: str) -> list[dict[str, float]]:
    """Run the rounds; give what each cost and what was held after it."""
    from bot.adapters.feeds import HttpFeeds  # noqa: PLC0415
    from bot.adapters.http import HttpClient, Limits  # noqa: PLC0415
    from bot.adapters.pages import HttpPages  # noqa: PLC0415
    from bot.adapters.parsing import ParserPool  # noqa: PLC0415
    from bot.adapters.store import Store  # noqa: PLC0415
    from bot.core.match import RuleSet  # noqa: PLC0415
    from bot.core.model import Feed, Rule  # noqa: PLC0415
    from bot.core.officials import Officials  # noqa: PLC0415
    from bot.core.story import Stories  # noqa: PLC0415
    from bot.jobs.reading import Reader  # noqa: PLC0415
    from bot.jobs.watch import Pace, Watch  # noqa: PLC0415

    clock, store, officials = Turned(), Store(f"sqlite:///{folder}/wirewatch.db"), Officials([])
    rules = RuleSet(officials, [Rule("none", "none", "Rafah ceasefire", ("console",))])
    limits = Limits(connections=64, per_host=64)
    allow = {base.removeprefix("http://")}
    found: list[dict[str, float]] = []
    await store.open()
    async with HttpClient(allow=allow, limits=limits) as client, ParserPool(2) as pool:
        watch = Watch(
            feeds=HttpFeeds(client, pool),
            reader=Reader(HttpPages(client, pool), rules, officials),
            store=store,
            rules=rules,
            stories=Stories(),
            chats=("console",),
            clock=clock,
            pace=Pace(300, prime=True, chance=lambda: 0.0),
        )
        await store.add_feeds(Feed(f"{base}/{number}") for number in range(feeds))
        for number in range(count + 1):
            await _turn(client, base, number)
            cpu, wall, new, polls = time.process_time(), time.perf_counter(), 0, 0
            while states := await store.claim_due(clock.now(), 64, timedelta(minutes=10)):
                done = await asyncio.gather(*map(watch.poll, states))
                new += sum(poll.new for poll in done)
                polls += len(done)
                _check(states, [poll.error for poll in done])
            workers = [*pool._idle, *pool.apart._idle]  # noqa: SLF001
            children = [worker._child.pid for worker in workers]  # noqa: SLF001
            found.append(
                {
                    "polls": polls,
                    "new": new,
                    "cpu": round(time.process_time() - cpu, 2),
                    "wall": round(time.perf_counter() - wall, 2),
                    "mb": round(resident([os.getpid()]), 1),
                    "workers_mb": round(resident(children), 1),
                }
            )
            print(number, found[-1], flush=True)
            clock.time += timedelta(hours=7)
        await store.close()
    return found


def _check(states: list[FeedState], errors: list[str | None]) -> None:
    for state, error in zip(states, errors, strict=True):
        assert error is None, (state.feed.url, error)


async def _turn(client: object, base: str, number: int) -> None:
    await client.get(f"{base}/round/{number}")  # type: ignore[attr-defined]


def main(feeds: int, count: int, where: Path | None) -> None:
    """Run it, print and write what was found."""
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    server.start()
    with tempfile.TemporaryDirectory() as folder:
        base = f"http://127.0.0.1:{port.get()}"
        found = asyncio.run(rounds(base, feeds, count, folder))
        size = sum(one.stat().st_size for one in Path(folder).iterdir()) / 1e6
    server.terminate()
    held = [one["mb"] + one["workers_mb"] for one in found]
    tenth = max(len(held) // 10, 1)
    early, late = held[tenth : 2 * tenth] or held, held[-tenth:]
    summary = {
        "feeds": feeds,
        "rounds": count,
        "most_mb": max(held),
        "early_mb": round(sum(early) / len(early), 1),
        "late_mb": round(sum(late) / len(late), 1),
        "database_mb": round(size, 1),
        "python": platform.python_version(),
        "each": found,
    }
    print({name: value for name, value in summary.items() if name != "each"})
    if where:
        where.write_text(json.dumps(summary, indent=1) + "\n")
