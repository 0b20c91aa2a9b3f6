"""The whole way of a poll, for the benchmarks: claims, client, pool, decisions, a store on disk."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.adapters.http import HttpClient
    from bot.adapters.parsing import ParserPool
    from bot.adapters.store import Store
    from bot.jobs.watch import Watch

LEASE = timedelta(minutes=10)


class Turned:
    """A clock that stands still until the next round."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 2, tzinfo=UTC)

    def now(self) -> datetime:
        """Give its time."""
        return self.time

    def turn(self) -> None:
        """Go on until every feed is due."""
        self.time += timedelta(hours=7)


def watch_of(client: HttpClient, pool: ParserPool, store: Store, clock: Turned) -> Watch:
    """Join what a poll needs; its one rule is met by nothing."""
    from bot.adapters.feeds import HttpFeeds  # noqa: PLC0415
    from bot.adapters.pages import HttpPages  # noqa: PLC0415
    from bot.core.match import RuleSet  # noqa: PLC0415
    from bot.core.model import Rule  # noqa: PLC0415
    from bot.core.officials import Officials  # noqa: PLC0415
    from bot.core.story import Stories  # noqa: PLC0415
    from bot.jobs.reading import Reader  # noqa: PLC0415
    from bot.jobs.watch import Pace, Watch  # noqa: PLC0415

    officials = Officials([])
    rules = RuleSet(officials, [Rule("none", "none", "Rafah ceasefire", ("console",))])
    return Watch(
        feeds=HttpFeeds(client, pool),
        reader=Reader(HttpPages(client, pool), rules, officials),
        store=store,
        rules=rules,
        stories=Stories(),
        chats=("console",),
        clock=clock,
        pace=Pace(300, prime=True, chance=lambda: 0.0),
    )


async def poll_due(watch: Watch, store: Store, clock: Turned) -> tuple[int, int]:
    """Poll all that is due, 64 claimed at a time as the bot does; give polls and new articles."""
    polls = new = 0
    while states := await store.claim_due(clock.now(), 64, LEASE):
        done = await asyncio.gather(*map(watch.poll, states))
        for state, poll in zip(states, done, strict=True):
            assert poll.error is None, (state.feed.url, poll.error)
        polls += len(done)
        new += sum(poll.new for poll in done)
    return polls, new
