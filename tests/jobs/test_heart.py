"""A database that refuses pauses the bot, is told of once, and the bot goes on by itself."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from bot.adapters.store import Store
from bot.jobs.deliver import Deliver
from bot.jobs.rulebook import RuleBook
from bot.jobs.run import Heart
from tests.jobs.test_watch import FakeFeeds, FakePages, Setting
from tests.samples import FEED, make_article

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import TurnedClock


async def ticks(heart: Heart, clock: TurnedClock, count: int) -> list[str]:
    """Beat some times; give what the log says."""
    with capture_logs() as lines:
        for _ in range(count):
            await heart.tick()
            await asyncio.gather(*heart._others)
            clock.turn(minutes=10)
    return [f"{line['log_level']}: {line['event']}" for line in lines]


async def test_a_database_that_refuses_pauses_intake_and_is_told_of_once(
    tmp_path: Path, clock: TurnedClock
) -> None:
    """Full as a full disk is: no page more can be written, until there is room again."""
    place = tmp_path / "w.db"
    store = Store(f"sqlite:///{place}")
    await store.open()
    await store.add_feeds([FEED])
    setting = Setting(store, clock, FakeFeeds(make_article("1")), FakePages())
    book = RuleBook(setting.officials, (), store)
    heart = Heart(
        watch=setting.watch,
        deliver=Deliver({}, store, clock, lambda: 0.0),
        book=book,
        claims=store,
        clock=clock,
    )
    assert await ticks(heart, clock, 2) == []
    before = (await setting.state()).validators

    big = "word " * 2_000_000
    setting.feeds.articles.append(make_article("2", text=f"The ferry came. {big}"))
    with closing(sqlite3.connect(place)) as other:
        pages = other.execute("PRAGMA page_count").fetchone()[0]
    async with store._db.write() as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
    told = await ticks(heart, clock, 4)
    assert told == ["error: the database refuses; pausing until it works"]
    assert (await setting.state()).validators == before, "a validator was saved without its entries"

    async with store._db.write() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    told = await ticks(heart, clock, 3)
    assert told == ["info: the database works again; going on"]
    assert [title for _, _, title in await setting.told()] == [make_article("2").title]
    await heart.stop()
    await store.close()
