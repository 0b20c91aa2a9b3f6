"""A server with every bad manner: each costs its own feed one clear failure, and nobody else.

The server speaks raw bytes. For each mode the hostile feed is polled while a good feed on another
host is polled too: the good one is read within its time, what the bad one gives is either articles
or one line that says what was wrong, and memory stays bounded.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.adapters.feeds import HttpFeeds
from bot.adapters.http import HttpClient, Limits
from bot.adapters.parsing import ParserPool
from bot.core.model import Feed, ParsedFeed, Validators
from bot.errors import FeedError, FetchError
from bot.ports import Fetched
from tests.hostile.modes import MODES, NIGHTLY, Server, items, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
BEFORE = 0
RANDOM = random.Random(1)  # noqa: S311 - repeatable


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[Server]:
    server = Server()
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    yield server
    listener.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        if getattr(task.get_coro(), "__name__", "") == "serve":
            task.cancel()
    await asyncio.sleep(0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def feeds(server: Server) -> AsyncIterator[HttpFeeds]:
    place = f"127.0.0.1:{server.port}"
    limits = Limits(connect=1, silence=1, total=3)
    hosts = {"hostile.example": place, "good.example": place}
    async with (
        HttpClient(hosts=hosts, limits=limits) as client,
        ParserPool(2, deadline=8 if NIGHTLY else 3) as pool,
    ):
        yield HttpFeeds(client, pool)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def calm(server: Server, feeds: HttpFeeds) -> AsyncIterator[HttpFeeds]:
    """Read good feeds in the same program and pool, with a usual patience: machines are busy."""
    async with HttpClient(hosts={"good.example": f"127.0.0.1:{server.port}"}) as client:
        yield HttpFeeds(client, feeds._pool)


async def poll(feeds: HttpFeeds, url: str) -> ParsedFeed | str:
    feed = Feed(url)
    try:
        fetched = await feeds.fetch(feed, Validators())
        assert isinstance(fetched, Fetched)
        return await feeds.parse(feed, fetched, NOW)
    except (FetchError, FeedError) as error:
        return error.reason


def memory(feeds: HttpFeeds) -> int:
    """Give the bytes that this program has taken since and that its workers held at most.

    Since the tests of this file began: other tests of the same process leave theirs behind.
    """
    workers = [worker._child.pid for worker in feeds._pool._idle]
    return max(resident(os.getpid()) - BEFORE, 0) + sum(resident(w, "VmHWM:") for w in workers)


def resident(pid: int, name: str = "VmRSS:") -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(name)) << 10


def open_files() -> int:
    listing = Path("/proc/self/fd")
    return len(list(listing.iterdir())) if listing.exists() else 0


@pytest.fixture(autouse=True, scope="module")
def _before() -> None:
    global BEFORE  # noqa: PLW0603 -- one figure for the file
    BEFORE = resident(os.getpid())


@pytest.fixture(autouse=True)
def _own_peak() -> Iterator[None]:
    """This program's own peak in a test stays far from what the bombs would fill.

    Writing 5 there starts the peak anew (proc_pid_clear_refs(5)).
    """
    if sys.platform != "linux":
        yield
        return
    Path("/proc/self/clear_refs").write_text("5")
    before = resident(os.getpid())
    yield
    assert resident(os.getpid(), "VmHWM:") - before < 300 << 20


async def test_there_are_enough_modes() -> None:
    assert len(MODES) >= 30


@pytest.mark.parametrize("name", MODES)
async def test_a_bad_feed_costs_only_itself(
    feeds: HttpFeeds, calm: HttpFeeds, server: Server, name: str
) -> None:
    """The bad feed gives its articles or one clear line; the good one is read meanwhile."""
    _, expected = MODES[name]
    start = time.monotonic()

    async def good() -> float:
        for number in range(3):
            parsed = await poll(calm, f"http://good.example/{number}")
            assert isinstance(parsed, ParsedFeed), parsed
            assert parsed.articles[0].title == "Good"
        return time.monotonic() - start

    bad, seconds = await asyncio.gather(poll(feeds, f"http://hostile.example/{name}"), good())
    assert name in server.asked
    assert seconds < 15
    found = str(len(bad.articles)) if isinstance(bad, ParsedFeed) else bad
    if isinstance(expected, int):
        assert found == str(expected)
    else:
        assert any(part in found for part in expected.split("|")), found
    assert len(found) < 120
    assert "\n" not in found
    if sys.platform == "linux":
        assert memory(feeds) < 600 << 20


async def test_after_all_of_it_the_bot_works(feeds: HttpFeeds, calm: HttpFeeds) -> None:
    """Thirty modes at once, twice: nothing leaks, and good feeds are read afterwards."""
    slow = ("bomb", "long", "many", "nested", "odd", "open", "endless")
    quick = [name for name in MODES if NIGHTLY or not any(part in name for part in slow)]
    picked = RANDOM.sample(quick, 30)
    before = open_files()
    for _ in range(2):
        await asyncio.gather(*(poll(feeds, f"http://hostile.example/{name}") for name in picked))
    assert isinstance(await poll(calm, "http://good.example/x"), ParsedFeed)
    assert not feeds._client._places.hosts
    assert open_files() < before + 40


async def test_a_tag_that_changes_with_every_answer(calm: HttpFeeds, server: Server) -> None:
    """An unchanged body is unchanged whatever its ETag says, and nothing is parsed."""
    feed = Feed("http://good.example/x")
    first = await calm.fetch(feed, Validators(etag='"old"'))
    assert isinstance(first, Fetched)
    again = await calm.fetch(feed, first.validators)
    assert not isinstance(again, Fetched)


async def test_a_feed_that_shrinks_and_grows_again(calm: HttpFeeds) -> None:
    """Entries that come back have the keys that they had, so that nobody takes them for new."""
    full, short = rss(items(5, guid="#", title="t#")), rss(items(1, guid="#", title="t#"))
    feed = Feed("http://good.example/x")
    known: tuple[str, ...] = ()
    keys = []
    for body in (full, short, full):
        validators = Validators(entries=known)
        parsed = await calm.parse(feed, Fetched(body, "", feed.url, validators), NOW)
        known = parsed.entries
        keys.append([article.key for article in parsed.articles])
    assert keys == [["0", "1", "2", "3", "4"], [], ["1", "2", "3", "4"]]
