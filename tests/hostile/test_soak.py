"""Many feeds for a while, a tenth of them hostile: nothing is lost, nobody is hammered.

The server keeps its own log: what it published, who asked when, how many at a time. Afterwards the
log is compared with what was read. Some seconds and 60 feeds by default; 5,000 feeds for half an
hour with WIREWATCH_PROFILE=nightly.
"""

import asyncio
import heapq
import random
import sys
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.adapters.feeds import HttpFeeds
from bot.adapters.http import HttpClient, Limits
from bot.adapters.parsing import ParserPool
from bot.core.model import Feed, Validators
from bot.core.politeness import after_failure, next_poll
from bot.errors import FeedError, FetchError
from bot.ports import Fetched
from tests.hostile.modes import MODES, NIGHTLY, Writer, answer, rss

FEEDS, HOSTS, SECONDS, EVERY = (5_000, 500, 1_800, 60.0) if NIGHTLY else (60, 6, 6, 1.0)
KEPT = 20
GROWTH = 60 << 20
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


@dataclass
class Poller:
    """Polls what is due, politely, and remembers keys."""

    feeds: HttpFeeds
    keys: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    known: dict[int, Validators] = field(default_factory=dict)
    failures: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    reasons: dict[int, str] = field(default_factory=dict)

    async def poll(self, number: int) -> datetime:
        """Poll a feed; give when it is due again."""
        feed = Feed(f"http://h{number % HOSTS}.example/{number}")
        try:
            got = await self.feeds.fetch(feed, self.known.get(number, Validators()))
            if isinstance(got, Fetched):
                parsed = await self.feeds.parse(feed, got, datetime.now(UTC))
                self.known[number] = replace(got.validators, entries=parsed.entries)
                self.keys[number] += [article.key for article in parsed.articles]
        except (FetchError, FeedError) as error:
            self.failures[number] += 1
            self.reasons[number] = error.reason
            return after_failure(datetime.now(UTC), self.failures[number])
        return next_poll(datetime.now(UTC), EVERY, roll=LUCK.random())

    async def run(self, until: datetime) -> None:
        """Poll all feeds when they are due, 64 at a time."""
        start = datetime.now(UTC)
        due = [(start + timedelta(seconds=EVERY * n / FEEDS), n) for n in range(FEEDS)]
        heapq.heapify(due)
        slots = asyncio.Semaphore(64)

        async def one(number: int) -> None:
            async with slots:
                heapq.heappush(due, (await self.poll(number), number))

        async with asyncio.TaskGroup() as group:
            while datetime.now(UTC) < until:
                while due and due[0][0] <= datetime.now(UTC):
                    group.create_task(one(heapq.heappop(due)[1]))
                await asyncio.sleep(0.02)


def resident() -> int:
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("VmRSS:"))


@pytest.mark.timeout(0)
async def test_many_feeds_for_a_while() -> None:
    """No entry is lost or read twice, two at a host, never sooner than due, memory stays flat."""
    server = Publisher()
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    hosts = {f"h{number}.example": f"127.0.0.1:{port}" for number in range(HOSTS)}
    limits = Limits(connect=2, silence=1, total=3)
    async with HttpClient(hosts=hosts, limits=limits) as client, ParserPool(2) as pool:
        poller = Poller(HttpFeeds(client, pool))
        end = datetime.now(UTC) + timedelta(seconds=SECONDS)
        running = asyncio.create_task(poller.run(end))
        early = 0
        while not running.done() and datetime.now(UTC) < end - timedelta(seconds=1.5 * EVERY):
            server.publish()
            await asyncio.sleep(EVERY / 4)
            if not early and datetime.now(UTC) > end - timedelta(seconds=SECONDS * 0.7):
                early = resident()
        await running
        late = resident()
        for number in range(FEEDS):
            if number % 10 != 9 and server.published[number]:
                await poller.poll(number)
    listener.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    good = [number for number in range(FEEDS) if number % 10 != 9]
    lost = {n: set(server.published[n]) - set(poller.keys[n]) for n in good}
    assert not {number: keys for number, keys in lost.items() if keys}
    assert all(len(poller.keys[n]) == len(server.published[n]) for n in good)
    assert sum(len(server.asked[number]) for number in good) > len(good) * 2
    assert not set(good) & set(poller.reasons), poller.reasons
    assert server.busiest <= limits.per_host
    # The last request of each was made by hand, to read what was published at the end.
    gaps = [b - a for n in good for a, b in pairwise(server.asked[n][:-1])]
    assert min(gaps) > EVERY * 0.9
    assert all(reason and len(reason) < 120 for reason in poller.reasons.values())
    if sys.platform == "linux" and early:
        assert late - early < GROWTH
