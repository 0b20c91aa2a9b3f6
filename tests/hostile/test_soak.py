"""Many feeds for a while, a tenth of them hostile: nothing is lost, nobody is hammered.

The bot's own way of a poll on a real store; the server keeps its own log: what it published, who
asked when, how many at a time. Each host serves good feeds and hostile ones, so that they share
its two connections. Afterwards the log is compared with what is stored. Some seconds and 60 feeds
by default; 5,000 feeds for half an hour with WIREWATCH_PROFILE=nightly; other sizes
with WIREWATCH_SOAK=<feeds>,<hosts>,<seconds>,<seconds between polls>.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import statistics
import sys
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.adapters.feeds import HttpFeeds
from bot.adapters.http import HttpClient, Limits
from bot.adapters.pages import HttpPages
from bot.adapters.parsing import ParserPool
from bot.core.match import RuleSet
from bot.core.model import Feed, FeedState, Rule
from bot.core.officials import Officials
from bot.core.story import Stories
from bot.jobs.reading import Reader
from bot.jobs.watch import Pace, Watch
from tests.hostile.modes import MODES, NIGHTLY, Writer, answer, rss

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.adapters.store import Store

SIZES = os.environ.get("WIREWATCH_SOAK") or ("5000,500,1800,60" if NIGHTLY else "60,6,6,1")
FEEDS, HOSTS, SECONDS = (int(part) for part in SIZES.split(",")[:3])
EVERY = float(SIZES.split(",")[3])
LONG = SECONDS > 60
KEPT = 20
HOST = re.compile(rb"\r\nHost: (h\d+\.example)")
GROWTH = 60 << 20
LEASE = timedelta(minutes=10)
# Those that take the server's own processor for long, or more memory than the test may.
HEAVY = ("tiny", "bomb", "endless", "long", "many", "nested", "open", "odd")
BAD = [name for name in MODES if not any(part in name for part in HEAVY)]
LUCK = random.Random(3)  # noqa: S311 - repeatable


@dataclass
class Publisher:
    """Serves the feeds `/0`, `/1`, … and writes down what happens."""

    published: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    asked: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    busy: dict[bytes, int] = field(default_factory=lambda: defaultdict(int))
    busiest: int = 0

    def publish(self) -> None:
        """Add an entry to a tenth of the good feeds."""
        for number in LUCK.sample(GOOD, len(GOOD) // 10):
            self.published[number].append(f"{number}-{len(self.published[number])}")

    def body(self, number: int) -> bytes:
        entries = reversed(self.published[number][-KEPT:])
        return rss(
            "".join(f"<item><guid>{one}</guid><title>{one}</title></item>" for one in entries)
        )

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split()[1].decode().lstrip("/")
                found = HOST.search(head)
                assert found
                with self.counted(found[1]):
                    if not await self.answered(path, reader, writer):
                        return
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    @contextmanager
    def counted(self, host: bytes) -> Iterator[None]:
        """Count a request among those under way at its host."""
        self.busy[host] += 1
        self.busiest = max(self.busiest, self.busy[host])
        try:
            yield
        finally:
            self.busy[host] -= 1

    async def answered(self, path: str, reader: asyncio.StreamReader, writer: Writer) -> bool:
        """Answer a request; say whether the connection goes on."""
        if path in MODES:  # a redirect to itself
            return await misbehaved(path, reader, writer)
        number = int(path)
        self.asked[number].append(asyncio.get_running_loop().time())
        if hostile(number):
            return await misbehaved(BAD[number % len(BAD)], reader, writer)
        await asyncio.sleep(0.005)
        await answer(self.body(number))(writer)
        return True


async def misbehaved(name: str, reader: asyncio.StreamReader, writer: Writer) -> bool:
    """Do what a mode does until the client has had enough of it."""
    tasks = [asyncio.ensure_future(one) for one in (MODES[name][0](writer), reader.read())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    for task in done:
        task.exception()  # a connection that the client has ended
    return False


def hostile(number: int) -> bool:
    """Say whether a feed is of the hostile tenth; each host has some of them."""
    return number // HOSTS % 10 == 9


GOOD = [number for number in range(FEEDS) if not hostile(number)]


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Bot:
    """Claims and polls what is due, as the program's heart does."""

    store: Store
    watch: Watch
    polls: int = 0

    async def poll(self, state: FeedState) -> None:
        await self.watch.poll(state)
        self.polls += 1

    async def run(self, until: datetime) -> None:
        under_way: set[asyncio.Task[None]] = set()
        while (now := datetime.now(UTC)) < until:
            for state in await self.store.claim_due(now, 64 - len(under_way), LEASE):
                task = asyncio.create_task(self.poll(state))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            await asyncio.sleep(0.02)
        await asyncio.gather(*under_way)

    async def keys(self) -> dict[str, list[str]]:
        """Give the keys that are stored of each feed."""
        found: dict[str, list[str]] = defaultdict(list)
        async for one in self.store.articles_since(datetime.now(UTC) - timedelta(days=1)):
            found[one.article.feed_id].append(one.article.key)
        return found


def resident(pid: int | str = "self") -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # another system, or a worker that has ended
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("VmRSS:"))


def workers(pool: ParserPool) -> int:
    """Give the bytes that the pool's workers hold."""
    pools = (pool, pool.apart)
    return sum(resident(one._child.pid) for each in pools for one in (*each._idle, *each._busy))


def feed(number: int) -> Feed:
    url = f"http://h{number % HOSTS}.example/{number}"
    return Feed(url, f"Outlet {number}", every=EVERY, backfill=True)


@pytest.mark.timeout(0)
async def test_many_feeds_for_a_while(store: Store) -> None:
    """No entry is lost or stored twice, two at a host, never sooner than due, memory stays flat."""
    server, officials = Publisher(), Officials([])
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    hosts = {f"h{number}.example": f"127.0.0.1:{port}" for number in range(HOSTS)}
    limits = Limits() if LONG else Limits(connect=2, silence=1, total=3)
    await store.add_feeds(feed(number) for number in range(FEEDS))
    rules = RuleSet(officials, [Rule("none", "none", "Rafah ceasefire", ("console",))])
    async with HttpClient(hosts=hosts, limits=limits) as client, ParserPool(2) as pool:
        watch = Watch(
            feeds=HttpFeeds(client, pool),
            reader=Reader(HttpPages(client, pool), rules, officials),
            store=store,
            rules=rules,
            stories=Stories(),
            chats=("console",),
            clock=SystemClock(),
            pace=Pace(EVERY, prime=True, chance=LUCK.random),
        )
        bot = Bot(store, watch)
        begin = datetime.now(UTC)
        end = begin + timedelta(seconds=SECONDS)
        running = asyncio.create_task(bot.run(end))
        sizes: list[int] = []
        children: list[int] = []
        while not running.done() and datetime.now(UTC) < end - timedelta(seconds=1.5 * EVERY):
            server.publish()
            await asyncio.sleep(EVERY / 4)
            sizes.append(resident())
            children.append(workers(pool))
        await running
        # What was published at the very end is read by hand.
        for state in await store.feed_states():
            number = int(state.feed.url.rsplit("/", 1)[1])
            if not hostile(number) and server.published[number]:
                await bot.poll(state)
    listener.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    states = {int(s.feed.url.rsplit("/", 1)[1]): s for s in await store.feed_states()}
    keys = await bot.keys()
    third = len(sizes) * 3 // 10
    early, late = sizes[third], sizes[-1]
    lost = {n: set(server.published[n]) - set(keys[feed(n).id]) for n in GOOD}
    # The last request of each was made by hand, to read what was published at the end.
    gaps = [b - a for n in GOOD for a, b in pairwise(server.asked[n][:-1])]
    print(  # noqa: T201 -- the figures of a long run
        f"{FEEDS} feeds, {SECONDS} s: {bot.polls} polls; of {len(GOOD)} good feeds "
        f"{sum(map(len, server.published.values()))} entries published, "
        f"{sum(len(keys[feed(n).id]) for n in GOOD)} stored, {sum(map(len, lost.values()))} lost; "
        f"memory {sizes[0] >> 20} at first, {early >> 20} early, {late >> 20} MB late, workers "
        f"{children[third] >> 20} then {children[-1] >> 20} MB; at most {server.busiest} at a "
        f"host; {min(gaps):.1f} s between polls at least, {statistics.median(gaps):.1f} in the "
        f"middle, {max(gaps):.1f} at most"
    )
    assert not {number: found for number, found in lost.items() if found}
    assert all(len(keys[feed(n).id]) == len(server.published[n]) for n in GOOD)
    assert sum(len(server.asked[number]) for number in GOOD) > len(GOOD) * 2
    assert {n: states[n].error for n in GOOD if states[n].error} == {}
    assert server.busiest <= limits.per_host
    assert min(gaps) > EVERY * 0.9
    bad = [states[number].error for number in range(FEEDS) if hostile(number)]
    assert all(len(reason) < 120 for reason in bad if reason)
    assert sum(reason is not None for reason in bad) > len(bad) // 2
    if sys.platform == "linux":
        assert late - early < GROWTH
