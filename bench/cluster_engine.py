"""What the engine adds to a polled feed, and a turn to a placed article; see `bench.cluster`."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bench.cluster_outlets import OLD, database_cpu, make_due, make_feeds

if TYPE_CHECKING:
    from bot.core.model import FeedState
    from tests.crash.server import Server


def measure_engine(server: Server, feeds: int) -> dict[str, Any]:
    """Take the best of three rounds, with and without the engine in turns."""
    asyncio.run(make_feeds(server.url, feeds, 1))
    rows: dict[str, Any] = {"with": [], "without": []}
    for _ in range(3):
        for name in ("with", "without"):
            make_due(server)
            rows[name].append(asyncio.run(engine_cost(server, feeds, name == "with")))
    best = {
        name: {
            what: min(row[what] for row in rows[name]) for what in ("worker_ms", "postgresql_ms")
        }
        for name in rows
    }
    added = {what: round(best["with"][what] - best["without"][what], 3) for what in best["with"]}
    for name in ("with", "without"):
        print(f"{name} the engine, CPU of a feed:", {k: round(v, 3) for k, v in best[name].items()})
    print("the engine adds", added)
    return {"feeds": feeds, "a_job": 50, "added": added, "rounds": rows}


async def engine_cost(server: Server, count: int, engine: bool) -> dict[str, float]:  # noqa: FBT001
    """Claim, fetch and finish; or only what a poll writes anyway."""
    from bot.adapters.cluster import Engine, Job, Lane  # noqa: PLC0415 -- heavy
    from bot.adapters.store import Store  # noqa: PLC0415 -- the same
    from bot.core.model import Validators  # noqa: PLC0415 -- the same
    from bot.jobs.cluster import Polling  # noqa: PLC0415 -- the same
    from bot.jobs.cluster.polling import AT_ONCE  # noqa: PLC0415 -- the same
    from bot.jobs.watch import Poll  # noqa: PLC0415 -- the same

    class Clock:
        def now(self) -> datetime:
            return datetime.now(UTC)

    store, done = Store(server.url, shared=True), asyncio.Event()
    await store.open()
    left = [count]

    class Nothing:
        async def poll(self, state: FeedState) -> Poll:
            later = datetime(2100, 1, 1, tzinfo=UTC)
            now = datetime.now(UTC)
            await store.feed_unchanged(state.feed.id, Validators(OLD), now, later, state.habits)
            left[0] -= 1
            if not left[0]:
                done.set()
            return Poll(state)

    watch = Nothing()
    polling = Polling(watch, store, Clock())

    async def poll(ids: list[str], until: str) -> None:
        await polling.poll(ids, datetime.fromisoformat(until))

    states = [] if engine else await store.feed_states()
    server.do("CHECKPOINT")
    wall, own, theirs = time.monotonic(), time.process_time(), database_cpu(server)
    if engine:
        jobs = (Job("claim", polling.claim, "* * * * * *"), Job("poll", poll, again=5))
        made = Engine(store.conninfo, [Lane("poll", jobs, 32)])
        running = asyncio.create_task(made.run())
        await done.wait()
    else:
        for at in range(0, count, AT_ONCE):  # as many at once as a program polls
            await asyncio.gather(*(watch.poll(state) for state in states[at : at + AT_ONCE]))
    found = {
        "worker_ms": (time.process_time() - own) * 1000 / count,
        "postgresql_ms": (database_cpu(server) - theirs) * 1000 / count,
        "wall_s": time.monotonic() - wall,
    }
    if engine:
        made.stop()
        await running
    await store.close()
    return found


# ------------------------------------------------------------------------ placing in turns


async def placing_cost(server: Server, count: int) -> dict[str, float]:
    """Place and record articles that match: alone, in turns, and in turns with another program."""
    from bot.adapters.store import Store  # noqa: PLC0415 -- heavy
    from bot.core.match import RuleSet  # noqa: PLC0415 -- the same
    from bot.core.model import Article, PollRecord, Rule, Validators  # noqa: PLC0415 -- the same
    from bot.core.officials import Officials  # noqa: PLC0415 -- the same
    from bot.core.story import Stories  # noqa: PLC0415 -- the same
    from bot.jobs.cluster import StoriesInStep  # noqa: PLC0415 -- the same
    from bot.jobs.placing import Placing  # noqa: PLC0415 -- the same
    from bot.jobs.reading import Reader  # noqa: PLC0415 -- the same
    from tests.crash.news import invent  # noqa: PLC0415 -- the same

    rules = RuleSet(Officials([]), (Rule("r", "r", "harbour", ("slack:C1",)),))
    reader, now, found = Reader(None, rules, Officials([])), datetime.now(UTC), {}
    for seed, (name, programs, turns) in enumerate(
        (("alone", 1, False), ("in turns", 1, True), ("in turns with another", 2, True))
    ):
        stores = [Store(server.url, shared=turns) for _ in range(programs)]
        desks = []
        for store in stores:
            await store.open()
            stories = Stories()
            step = StoriesInStep(store, stories) if turns else None
            if step:
                await step.load(now)
            desks.append(Placing(
                rules=rules, stories=stories, store=store, chats=("slack",), turns=step
            ))  # fmt: skip
        spent = 0.0
        for at in range(count):
            story = invent(at, "harbour", seed=seed)
            article = Article(
                feed_id=f"f{at % 50}", key=f"{seed}/{at}", url=f"https://x.example/{seed}/{at}",
                title=story.title, text=story.text, published=now, arrived=now,
                source=f"Outlet {at % 50}", lang="en",
            )  # fmt: skip
            reading = await reader.read(article, "never")
            record = PollRecord(article.feed_id, now, Validators(), now, seen=(article,))
            began = time.perf_counter()
            await desks[at % programs].hand_over(record, [reading])
            spent += time.perf_counter() - began
        found[name] = round(spent * 1000 / count, 2)
        for store in stores:
            await store.close()
    return found
