"""Many feeds for a while, a tenth of them hostile: nothing is lost, nobody is hammered.

The bot's own way of a poll on a real store; the server keeps its own log: what it published, who
asked when, how many at a time. Afterwards the log is compared with what is stored. Some seconds
and 60 feeds by default; 5,000 feeds for half an hour with WIREWATCH_PROFILE=nightly; other sizes
with WIREWATCH_SOAK=<feeds>,<hosts>,<seconds>,<seconds between polls>.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import defaultdict
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
    from bot.adapters.store import Store

SIZES = os.environ.get("WIREWATCH_SOAK") or ("5000,500,1800,60" if NIGHTLY else "60,6,6,1")
FEEDS, HOSTS, SECONDS = (int(part) for part in SIZES.split(",")[:3])
EVERY = float(SIZES.split(",")[3])
LONG = SECONDS > 60
KEPT = 20
GROWTH = 60 << 20
LEASE = timedelta(minutes=10)
# Those that take the server's own processor for long, or more memory than the test may.
HEAVY = ("bomb", "endless", "long", "many", "nested", "open", "odd")
BAD = [name for name in MODES if not any(part in name for part in HEAVY)]
LUCK = random.Random(3)  # noqa: S311 - repeatable


@dataclass
class Publisher:
    """Serves the feeds `/0`, `/1`, … and writes down what happens."""

    published: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    asked: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    busy: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    busiest: int = 0

    def publish(self) -> None:
        """Add an entry to a tenth of the feeds."""
        for number in LUCK.sample(range(FEEDS), FEEDS // 10):
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
                if path in MODES:  # a redirect to itself
                    await MODES[path][0](writer)
                    return
                number = int(path)
                self.asked[number].append(asyncio.get_running_loop().time())
                if number % 10 == 9:
                    await MODES[BAD[number // 10 % len(BAD)]][0](writer)
                    return
                host = number % HOSTS
                self.busy[host] += 1
                self.busiest = max(self.busiest, self.busy[host])
                try:
                    await asyncio.sleep(0.005)
                    await answer(self.body(number))(writer)
                finally:
                    self.busy[host] -= 1
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


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


def resident() -> int:
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("VmRSS:"))


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
        while not running.done() and datetime.now(UTC) < end - timedelta(seconds=1.5 * EVERY):
            server.publish()
            await asyncio.sleep(EVERY / 4)
            sizes.append(resident())
        await running
        # What was published at the very end is read by hand.
        for state in await store.feed_states():
            number = int(state.feed.url.rsplit("/", 1)[1])
            if number % 10 != 9 and server.published[number]:
                await bot.poll(state)
    listener.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    states = {int(s.feed.url.rsplit("/", 1)[1]): s for s in await store.feed_states()}
    keys = await bot.keys()
    early, late = sizes[len(sizes) * 3 // 10], sizes[-1]
    print(  # noqa: T201 -- the figures of a long run
        f"{FEEDS} feeds, {SECONDS} s: {bot.polls} polls, {sum(map(len, keys.values()))} entries "
        f"stored of {sum(map(len, server.published.values()))} published, memory "
        f"{early >> 20} then {late >> 20} MB, at most {server.busiest} at a host"
    )
    good = [number for number in range(FEEDS) if number % 10 != 9]
    lost = {n: set(server.published[n]) - set(keys[feed(n).id]) for n in good}
    assert not {number: found for number, found in lost.items() if found}
    assert all(len(keys[feed(n).id]) == len(server.published[n]) for n in good)
    assert sum(len(server.asked[number]) for number in good) > len(good) * 2
    assert {n: states[n].error for n in good if states[n].error} == {}
    assert server.busiest <= limits.per_host
    # The last request of each was made by hand, to read what was published at the end.
    gaps = [b - a for n in good for a, b in pairwise(server.asked[n][:-1])]
    assert min(gaps) > EVERY * 0.9
    bad = [states[number].error for number in range(FEEDS) if number % 10 == 9]
    assert all(len(reason) < 120 for reason in bad if reason)
    if sys.platform == "linux":
        assert late - early < GROWTH
