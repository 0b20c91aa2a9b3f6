"""Many outlets on a local server, their feeds in a database, and what processes take of the CPU."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from bench.local_server import serve_with

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableSequence

    from tests.crash.server import Server

    Counts = MutableSequence[int]

HOSTS = 500
CHANGED = 20
"""One feed of so many has a new entry."""
OLD = '"old"'


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

    async def answer(request: web.BaseRequest) -> web.Response:
        feed = int(request.path[1:])
        asked[feed] += 1
        await asyncio.sleep(delay)
        if feed % CHANGED and request.headers.get("If-None-Match") == OLD:
            return web.Response(status=304, headers={"ETag": OLD})
        return web.Response(
            body=document(feed), content_type="application/rss+xml", headers={"ETag": '"new"'}
        )

    serve_with(answer, port, "0.0.0.0")  # noqa: S104 -- 127.0.x.y


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
