"""The heart: what is due is polled at once, however much of it there is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.core.model import Feed, FeedState
from bot.errors import StoreError
from bot.jobs.run import POLLS_AT_ONCE, Heart
from bot.jobs.watch import Poll

if TYPE_CHECKING:
    from collections.abc import Collection

NOW = datetime(2026, 5, 4, tzinfo=UTC)


class Everything:
    """Store, clock, rules and outbox of a bot that only polls."""

    def __init__(self, feeds: int) -> None:
        self.due = [FeedState(Feed(f"http://{number}.example/")) for number in range(feeds)]
        self.polled: list[str] = []
        self.busy = self.busiest = 0
        self.released: list[str] = []
        self.time = NOW
        self.turned: list[tuple[timedelta, str]] = []
        self.kept: Collection[str] | None = None
        """Claims that were kept when all others were given back."""

    def now(self) -> datetime:
        return self.time

    async def claim_due(self, _now: datetime, limit: int, _lease: object) -> list[FeedState]:
        given, self.due = self.due[:limit], self.due[limit:]
        return given

    async def release_claims(
        self, ids: Collection[str] | None = None, *, but: Collection[str] = ()
    ) -> None:
        self.released += ids or ()
        if ids is None:
            self.kept = but

    async def latest_poll(self) -> datetime | None:
        return None

    async def turn_back_feeds(self, by: timedelta, only: str = "") -> None:
        self.turned.append((by, only))

    async def rules_version(self) -> int:
        return 1

    async def refresh(self) -> None:
        """Nothing changes."""

    async def drain(self) -> int:
        return 0

    def stop(self) -> None:
        """Nothing is sent."""

    async def poll(self, state: FeedState) -> Poll:
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        await asyncio.sleep(0.001)
        self.busy -= 1
        self.polled.append(state.feed.url)
        return Poll(state)


def heart(world: Everything, at_once: int = POLLS_AT_ONCE, **chores: Any) -> Heart:
    anything = cast("Any", world)
    return Heart(
        watch=anything,
        deliver=anything,
        book=anything,
        claims=anything,
        clock=world,
        chores=chores,
        at_once=at_once,
    )


@pytest.mark.parametrize("at_once", [POLLS_AT_ONCE, 200])
async def test_one_tick_polls_all_that_is_due_some_at_a_time(at_once: int) -> None:
    world = Everything(500)
    beating = heart(world, at_once)
    await beating.tick()
    async with asyncio.timeout(30):
        while len(world.polled) < 500:  # noqa: ASYNC110 -- many tasks, no single event
            await asyncio.sleep(0.01)
    assert len(set(world.polled)) == 500
    assert at_once // 2 < world.busiest <= at_once
    await beating.stop()


async def test_a_stopped_heart_claims_nothing_more() -> None:
    world = Everything(500)
    beating = heart(world)
    await beating.tick()
    await beating.stop()
    await asyncio.sleep(0.01)
    assert len(world.polled) <= 2 * POLLS_AT_ONCE
    assert len(world.due) >= 500 - 2 * POLLS_AT_ONCE


async def test_a_chore_that_fails_or_takes_long_holds_up_nothing() -> None:
    """Each is at work once at a time; the next tick tries again what the database refused."""
    world, going, tried = Everything(3), asyncio.Event(), []

    async def long() -> None:
        tried.append("long")
        await going.wait()

    async def refused() -> None:
        tried.append("refused")
        raise StoreError("disk full")

    beating = heart(world, long=long, refused=refused)
    for _ in range(3):
        await beating.tick()
        await asyncio.sleep(0.01)
    assert tried.count("long") == 1
    assert tried.count("refused") == 3
    assert len(world.polled) == 3
    going.set()
    await beating.stop()


class Doubtful(Everything):
    """Its database claims once, and then says that it could not."""

    claimed: tuple[FeedState, ...] = ()

    async def claim_due(self, now: datetime, limit: int, lease: object) -> list[FeedState]:
        given = await super().claim_due(now, limit, lease)
        if self.claimed:
            return given
        self.claimed = tuple(given)
        raise StoreError("disk I/O error")

    async def release_claims(
        self, ids: Collection[str] | None = None, *, but: Collection[str] = ()
    ) -> None:
        await super().release_claims(ids, but=but)
        self.due += [state for state in self.claimed if ids is None or state.feed.id in ids]


async def test_claims_that_nobody_saw_are_given_back_when_the_database_works_again() -> None:
    world = Doubtful(feeds=3)
    beating = heart(world)
    await beating.tick()
    assert (world.polled, world.due) == ([], [])
    await beating.tick()
    await beating.tick()
    await beating.stop()
    assert world.kept == set()
    assert len(world.polled) == 3


async def test_a_poll_under_way_moves_with_a_clock_that_is_turned_back() -> None:
    """Its next poll is stored after the others were moved: it alone would wait for an hour."""
    going = asyncio.Event()

    class Slow(Everything):
        async def poll(self, state: FeedState) -> Poll:
            await going.wait()
            return await super().poll(state)

    slow = Slow(1)
    feed = slow.due[0].feed
    beating = heart(slow)
    await beating.tick()
    await asyncio.sleep(0)  # the poll begins
    slow.time -= timedelta(hours=1)
    await beating.tick()
    assert slow.turned == [(timedelta(hours=1), "")]
    going.set()
    async with asyncio.timeout(30):
        while len(slow.turned) < 2:  # noqa: ASYNC110 -- set by the store's call
            await asyncio.sleep(0.001)
    assert slow.turned[1] == (timedelta(hours=1), feed.id)
    slow.due = [FeedState(Feed("http://later.example/"))]
    await beating.tick()
    await beating.stop()
    assert len(slow.turned) == 2, "what was polled since knows the new time"
