"""Writes of many polls in few transactions; each poll goes on when its own row is stored."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.core.model import Feed, Habits, PollRecord, StoredArticle, Validators
from bot.errors import StoreError
from tests.samples import NOW, make_article

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

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


def brought(feed: Feed, title: str = "Ferry sails") -> PollRecord:
    """Give what a poll brought: one new entry, and the ETag under which it came."""
    article = make_article(f"{feed.url}{title}", feed_id=feed.id, title=title)
    return PollRecord(
        feed.id,
        NOW,
        Validators(etag=f'"{feed.url}"'),
        NOW + timedelta(minutes=5),
        seen=(article,),
        articles=(StoredArticle(article, outcome="no rule matched"),),
        tally={"new": 1},
    )


async def test_what_polls_bring_together_is_stored_together(
    store: Store, writes: list[str | None]
) -> None:
    await store.add_feeds(FEEDS)
    writes.clear()
    await asyncio.gather(*(store.record(brought(feed)) for feed in FEEDS))
    assert len(writes) <= 3
    assert await store.count_articles(NOW - timedelta(days=1)) == len(FEEDS)
    assert (await store.account(NOW.date())).tally["new"] == len(FEEDS)
    for state in await store.feed_states():
        assert (state.validators.etag, state.primed) == (f'"{state.feed.url}"', True)
    news = [brought(feed).seen + brought(feed, "Ferry sinks").seen for feed in FEEDS]
    asked = (store.unseen(feed.id, both) for feed, both in zip(FEEDS, news, strict=True))
    assert await asyncio.gather(*asked) == [[new] for _, new in news]


async def test_a_poll_that_the_database_does_not_take_costs_only_itself(store: Store) -> None:
    """Neither its entry nor its ETag is stored; those who shared its transaction are."""
    await store.add_feeds(FEEDS)
    records = [brought(feed) for feed in FEEDS]
    (good,) = records[7].articles
    bad = replace(good, article=replace(good.article, published=cast("datetime", "noon")))
    records[7] = replace(records[7], articles=(bad,))
    found = await asyncio.gather(*map(store.record, records), return_exceptions=True)
    assert [at for at, one in enumerate(found) if one is not None] == [7]
    assert await store.count_articles(NOW - timedelta(days=1)) == len(FEEDS) - 1
    tags = {state.feed.url: state.validators.etag for state in await store.feed_states()}
    assert [feed.url for feed in FEEDS if tags[feed.url] is None] == [FEEDS[7].url]
    assert await store.unseen(FEEDS[7].id, records[7].seen) == list(records[7].seen)
