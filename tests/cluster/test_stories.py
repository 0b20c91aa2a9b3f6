"""Copies of one report, placed by two programs, are one story and one alert."""

from __future__ import annotations

import asyncio
import contextvars
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.core.match import RuleSet
from bot.core.model import Article, Feed, Place, PollRecord, Rule, Validators
from bot.core.officials import Officials
from bot.core.story import Stories
from bot.errors import StoreError
from bot.jobs.cluster import StoriesInStep
from bot.jobs.placing import Placing
from bot.jobs.reading import Reader
from tests.samples import NOW

psycopg = pytest.importorskip("psycopg", reason="PostgreSQL is not installed")

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.adapters.store import Store

    Program = Callable[[], Awaitable[Store]]

TEXT = (
    "The harbour of Tellmark will be closed from Monday, the council decided after nine hours.\n\n"
    "Some forty ferries must find another quay before the autumn storms, engineers warned.\n\n"
    "Repairs of the western mole will take eleven weeks and cost six million crowns."
)
RULES = (Rule("harbour", "harbour", "harbour", ("console",)),)


def outlet(number: int) -> Feed:
    return Feed(f"http://outlet{number}.example/feed")


def report(number: int, key: str = "1", **changes: object) -> Article:
    article = Article(
        feed_id=outlet(number).id,
        key=key,
        url=f"http://outlet{number}.example/{key}",
        title="Tellmark closes its harbour for repairs",
        text=TEXT,
        published=NOW,
        arrived=NOW,
        source=f"Outlet {number}",
        lang="en",
    )
    return replace(article, **changes)


class Desk:
    """What a program needs to place."""

    def __init__(self, store: Store) -> None:
        self.store, self.stories = store, Stories()
        self.turns = StoriesInStep(store, self.stories)
        rules = RuleSet(Officials([]), RULES)
        self.reader = Reader(None, rules, Officials([]))
        self.placing = Placing(
            rules=rules, stories=self.stories, store=store, chats=("console",), turns=self.turns
        )

    async def place(self, *articles: Article) -> int:
        readings = [await self.reader.read(article, "never") for article in articles]
        record = PollRecord(articles[0].feed_id, NOW, Validators(), NOW, seen=articles)
        return await self.placing.hand_over(record, readings)


async def desks(program: Program, count: int) -> list[Desk]:
    made = [Desk(await program()) for _ in range(count)]
    await made[0].store.add_feeds([outlet(number) for number in range(20)])
    for desk in made:
        await desk.turns.load(NOW)
    return made


async def test_a_copy_that_another_program_places_is_a_reprint(program: Program) -> None:
    one, two = await desks(program, 2)
    assert await one.place(report(1)) == 1
    assert await two.place(report(2)) == 0
    first, second = [await one.store.article(report(at).id) for at in (1, 2)]
    assert first.placement.story == second.placement.story
    assert second.placement.place is Place.REPRINT
    assert await one.place(report(3)) == 0
    assert len(one.stories) == len(two.stories) + 1 == 3


async def test_copies_at_the_same_moment_are_one_alert(program: Program) -> None:
    made = await desks(program, 4)
    reports = [report(number) for number in range(8)]
    alerts = await asyncio.gather(*(made[at % 4].place(one) for at, one in enumerate(reports)))
    assert sorted(alerts) == [0] * 7 + [1]
    stories = {(await made[0].store.article(one.id)).placement.story for one in reports}
    assert len(stories) == 1


async def test_a_changed_version_is_known_to_all(program: Program) -> None:
    """Its row is not new, so the order of arrival would not tell of it."""
    one, two = await desks(program, 2)
    await one.place(report(1))
    await two.place(report(2, text="Nothing about harbour masters, or anything that matters here."))
    changed = TEXT.replace("six million", "seven million")
    await one.place(report(1, text=changed))
    before = len(two.stories)
    await two.place(report(3, text=changed))
    assert len(two.stories) == before + 2, "the changed version, and its own"


async def test_a_program_that_starts_later_knows_all(program: Program) -> None:
    (one,) = await desks(program, 1)
    await one.place(report(1))
    later = Desk(await program())
    await later.turns.load(NOW)
    assert len(later.stories) == 1
    assert await later.place(report(2)) == 0
    assert len(later.stories) == 2, "nothing was taken in twice"


async def test_the_same_feed_polled_by_two_is_placed_once(program: Program) -> None:
    one, two = await desks(program, 2)
    both = await asyncio.gather(one.place(report(1)), two.place(report(1)))
    assert sorted(both) == [0, 1]


async def test_what_is_read_in_a_turn_is_read_on_its_connection(program: Program) -> None:
    """All others wait meanwhile: nothing is to cost them a second one."""
    (one,) = await desks(program, 1)

    async def pid(how: Callable[[], AbstractAsyncContextManager[AsyncConnection]]) -> int:
        async with how() as connection:
            return int((await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar_one())

    async with one.turns.turn():
        ours = await pid(one.store._db.write)
        assert await pid(one.store._db.read) == ours
        beside = asyncio.create_task(pid(one.store._db.read), context=contextvars.Context())
        assert await beside != ours, "another task reads beside it"


async def test_a_turn_that_is_broken_off_leaves_nothing(program: Program, database: str) -> None:
    """The database ends the connection under a program that places: nobody else sees its half."""
    one, two = await desks(program, 2)

    async def place_and_lose_the_connection() -> None:
        async with one.turns.turn():
            placement = one.stories.place(report(1))
            async with one.store._db.write() as connection:
                ours = (await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar_one()
            with psycopg.connect(database, autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(%s)", (ours,))
            assert placement.place is Place.NEW

    with pytest.raises(StoreError):
        await place_and_lose_the_connection()
    one.stories.forget(report(1).id)
    assert await two.place(report(2)) == 1
    assert await one.place(report(1)) == 0, "the other one was first"
