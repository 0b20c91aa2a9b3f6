"""Feeds that turn hostile after they were good: what is stored stays, and nobody is told twice."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
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
from tests.hostile.modes import MODES, NIGHTLY, Mode, Writer, answer, rss
from tests.samples import NOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.adapters.store import Store
    from tests.conftest import TurnedClock

FEED = Feed("http://hostile.example/feed")
SLOW = ("bomb", "long", "many", "nested", "odd", "open", "endless", "slow", "silent", "unclosed")
TURNS = [name for name in MODES if NIGHTLY or not any(part in name for part in SLOW)]
TEXT = (
    "A car ferry with 214 people on board lost power off Orrin Head before dawn on Tuesday and "
    "drifted for two hours until tugs took it in tow, the coast guard said. Divers will look at "
    "the engines on Wednesday, and the ferries of the same yard stay in port until they have."
)


HEAD = "<title>T</title><language>en</language>"  # declared: a guess loads a model


def entry(guid: str, **fields: str) -> str:
    given = {"title": "Ferry drifts off Orrin Head", "description": TEXT} | fields
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in given.items())
    return f"<item><guid>{guid}</guid>{inner}</item>"


class Setting:
    """One feed, a server that answers as it is told, and the bot's own way of a poll."""

    def __init__(self, store: Store, clock: TurnedClock) -> None:
        self.store, self.clock = store, clock
        self.mode: Mode = answer(rss(entry("1"), HEAD))
        self.watch: Watch

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await self.mode(writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def state(self) -> FeedState:
        return (await self.store.feed_states())[0]

    async def poll(self, *entries: str) -> int:
        """Poll, after the server was given these entries if any; give the number of alerts."""
        if entries:
            self.mode = answer(rss("".join(entries), HEAD))
        self.clock.turn(minutes=10)
        return (await self.watch.poll(await self.state())).alerts

    async def stored(self) -> list[str]:
        since = NOW - timedelta(days=1)
        return [one.article.key async for one in self.store.articles_since(since)]


@pytest.fixture
async def setting(store: Store, clock: TurnedClock) -> AsyncIterator[Setting]:
    setting, officials = Setting(store, clock), Officials([])
    listener = await asyncio.start_server(setting.serve, "127.0.0.1", 0)
    hosts = {"hostile.example": f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"}
    rules = RuleSet(officials, [Rule("ferries", "ferries", "ferry", ("console",))])
    await store.add_feeds([FEED])
    limits = Limits(connect=1, silence=1, total=3)
    async with HttpClient(hosts=hosts, limits=limits) as client, ParserPool(1, deadline=5) as pool:
        setting.watch = Watch(
            feeds=HttpFeeds(client, pool),
            reader=Reader(HttpPages(client, pool), rules, officials),
            store=store,
            rules=rules,
            stories=Stories(),
            chats=("console",),
            clock=clock,
            pace=Pace(300, prime=True, chance=lambda: 0.0),
        )
        yield setting
    listener.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        if getattr(task.get_coro(), "__name__", "") == "serve":
            task.cancel()
    await asyncio.sleep(0)


async def test_what_is_stored_outlives_all_that_the_server_does(setting: Setting) -> None:
    """Each mode in turn, the good feed between them: a clear reason, nothing lost, no repeat."""
    await setting.poll()
    assert await setting.stored() == ["1"]
    for number, name in enumerate(TURNS):
        setting.mode = MODES[name][0]
        await setting.poll()
        state = await setting.state()
        assert state.error is None or 5 < len(state.error) < 120, name
        assert "1" in await setting.stored(), name
        await setting.poll(entry("1"), entry(f"new-{number}", title=f"Snow {name}", description=""))
        assert (await setting.state()).error is None, name
        assert f"new-{number}" in await setting.stored(), name
    waiting = await setting.store.next_delivery("console", "")
    assert waiting is None, waiting


async def test_an_entry_whose_id_changes_each_time_alerts_once(setting: Setting) -> None:
    """It is another entry to the feed, but the same report of the same story."""
    await setting.poll(entry("first", title="Snow", description="It snowed."))
    alerts = [await setting.poll(entry(f"id-{number}")) for number in range(5)]
    assert alerts == [1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    "date",
    ["Fri, 01 Jan 2100 00:00:00 GMT", "Thu, 01 Jan 1998 00:00:00 GMT", "0000-00-00", ""],
)
async def test_no_date_repeats_or_hides_an_entry(setting: Setting, date: str) -> None:
    await setting.poll(entry("first", title="Snow", description="It snowed."))
    alerts = [await setting.poll(entry("1", pubDate=date)) for _ in range(3)]
    assert alerts == [1, 0, 0]
    state = await setting.state()
    assert state.next_poll is not None
    assert state.next_poll - setting.clock.now() <= timedelta(hours=6)


async def test_a_feed_that_shrinks_and_grows_alerts_once_for_each_entry(setting: Setting) -> None:
    snow = [
        entry(str(number), title=f"Storm {number}", description=f"A ferry {word} and {word}.")
        for number, word in enumerate(["waits", "sinks", "turns", "sails"])
    ]
    await setting.poll(entry("first", title="Snow", description="It snowed."))
    shapes = itertools.chain([snow, snow[:1], snow, snow[::-1], snow[2:], snow])
    found = [await setting.poll(*shape) for shape in shapes]
    assert sum(found[1:]) == 0
    assert found[0] > 0
