"""Writes of many polls in few transactions; each poll goes on when its own row is stored."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.model import Feed, Habits, Validators
from bot.errors import StoreError
from tests.samples import NOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.adapters.store import Store

FEEDS = [Feed(f"http://{number}.example/") for number in range(40)]


@pytest.fixture
def store(each_store: Store) -> Store:
    return each_store


@pytest.fixture
def writes(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Note each transaction: None, or why it is refused."""
    noted: list[str | None] = []
    write = store._db.write

    @asynccontextmanager
    async def noting() -> AsyncIterator[Any]:
        refused = noted[-1] if noted and noted[-1] == "disk full" else None
        noted.append(refused)
        if refused:
            noted[-1] = None
            raise StoreError(refused)
        async with write() as connection:
            yield connection

    monkeypatch.setattr(store._db, "write", noting)
    return noted


async def unchanged(store: Store, feed: Feed, number: int) -> None:
    habits = Habits(wait=float(number))
    validators = Validators(etag=f"e{number}")
    await store.feed_unchanged(feed.id, validators, NOW, NOW + timedelta(minutes=5), habits)


async def test_polls_that_end_together_are_stored_together(
    store: Store, writes: list[str | None]
) -> None:
    await store.add_feeds(FEEDS)
    writes.clear()
    await asyncio.gather(*(unchanged(store, feed, at) for at, feed in enumerate(FEEDS)))
    assert len(writes) <= 3
    states = {state.feed.url: state for state in await store.feed_states()}
    for at, feed in enumerate(FEEDS):
        state = states[feed.url]
        assert (state.validators.etag, state.habits.wait) == (f"e{at}", at)
        assert (state.last_success, state.next_poll) == (NOW, NOW + timedelta(minutes=5))


async def test_each_hears_of_a_refusal_and_the_next_are_stored(
    store: Store, writes: list[str | None]
) -> None:
    await store.add_feeds(FEEDS)
    writes.append("disk full")
    polls = (unchanged(store, feed, at) for at, feed in enumerate(FEEDS))
    found = await asyncio.gather(*polls, return_exceptions=True)
    assert [str(one) for one in found] == ["disk full"] * len(FEEDS)
    await unchanged(store, FEEDS[0], 7)
    assert sum(state.validators.etag is not None for state in await store.feed_states()) == 1


async def test_one_that_gave_up_holds_up_nobody(store: Store) -> None:
    await store.add_feeds(FEEDS)
    tasks = [asyncio.create_task(unchanged(store, feed, at)) for at, feed in enumerate(FEEDS)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in found].count(asyncio.CancelledError) == 1
    assert sum(one is None for one in found) == len(FEEDS) - 1


async def test_a_poll_keeps_what_it_does_not_speak_of(store: Store) -> None:
    """Entry hashes stay, failures are halved, the claim is given back."""
    await store.add_feeds(FEEDS[:1])
    for _ in range(5):
        await store.feed_failed(FEEDS[0].id, "no", NOW)
    assert await store.claim_due(NOW, 9, timedelta(hours=1))
    await unchanged(store, FEEDS[0], 1)
    (state,) = await store.feed_states()
    assert (state.failures, state.error) == (2, None)
    assert await store.claim_due(NOW + timedelta(minutes=5), 9, timedelta(hours=1))
