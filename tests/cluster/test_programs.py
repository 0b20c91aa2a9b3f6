"""Locks, the engine and rules in step, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from bot.adapters.store import Store
from bot.adapters.store.keys import RUNNING
from bot.core.model import AuditEntry, Rule
from bot.errors import SettingsError, StoreError
from bot.jobs.cluster import RulesInStep
from tests.samples import NOW

psycopg = pytest.importorskip("psycopg", reason="PostgreSQL is not installed")
pytest.importorskip("procrastinate", reason="the engine is not installed")

from bot.adapters.cluster import Engine, Job, Lane, engine  # noqa: E402 -- optional

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    Program = Callable[[], Awaitable[Store]]

SOON = 60.0


def end_connections(database: str) -> None:
    """Do to all connections what a restart of the server does."""
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid != pg_backend_pid()"
        )


async def test_a_lock_is_one_programs(program: Program) -> None:
    one, two = (await program()).locks(), (await program()).locks()
    assert await one.take("chat/slack")
    assert await one.take("chat/slack"), "it has it already"
    assert not await two.take("chat/slack")
    assert await two.take("chat/matrix")
    assert not await two.holds("chat/slack")
    await one.free("chat/slack")
    assert await two.take("chat/slack")
    await one.close()
    await two.close()


async def test_a_lock_ends_with_the_connection(program: Program, database: str) -> None:
    one, two = (await program()).locks(), (await program()).locks()
    assert await one.take("chat/slack")
    end_connections(database)
    assert not await one.holds("chat/slack"), "it must not believe that it still has it"
    with contextlib.suppress(StoreError):  # its own connection was ended as well
        await two.take("other")
    assert await two.take("chat/slack")
    assert not await one.take("chat/slack")
    await one.close()
    await two.close()


async def test_a_bot_alone_and_workers_keep_each_other_out(database: str, program: Program) -> None:
    bot = Store(database).single_run()
    one, two = (await program()).locks(), (await program()).locks()
    assert await one.take(RUNNING, together=True)
    assert await two.take(RUNNING, together=True)
    with pytest.raises(StoreError, match="workers and chats"):
        await asyncio.to_thread(bot.take)
    await one.close()
    await two.close()
    for _ in range(100):
        with contextlib.suppress(StoreError):
            await asyncio.to_thread(bot.take)
            break
        await asyncio.sleep(0.1)  # the server notices the closed connections in its own time
    assert not await one.take(RUNNING, together=True)
    bot.free()
    await one.close()


def test_workers_need_a_postgresql(tmp_path: object) -> None:
    with pytest.raises(SettingsError, match="PostgreSQL"):
        Store(f"sqlite:///{tmp_path}/x.db", shared=True)


async def test_rules_are_told_to_other_programs(program: Program) -> None:
    """At once, and not only when somebody looks."""
    one, two = await program(), await program()
    read: asyncio.Queue[tuple[object, int]] = asyncio.Queue()

    async def refresh(only: Collection[str] | None) -> None:
        read.put_nowait((only, len(await two.stored_rules(only))))

    rules = RulesInStep(two, refresh)
    heard: asyncio.Queue[bool] = asyncio.Queue()

    def hear(change: str) -> None:
        heard.put_nowait(True)
        rules.heard(change)

    running = [asyncio.create_task(work) for work in (two.listen(hear), rules.run())]
    try:
        async with asyncio.timeout(SOON):
            assert await read.get() == (None, 0)
            await heard.get()  # the connection stands
            rule = Rule("r", "r", "ferry", ("console",), "chat:console", paused=False)
            await one.put_rule(rule, AuditEntry(NOW, "ann", "added r"))
            await heard.get()
            assert await read.get() == ({"r"}, 1), "that one, not all of 100,000"
            await one.put_slack_names({"#desk": "C1"})
            await heard.get()
            assert await read.get() == (None, 1), "any may read otherwise"
            await one.drop_rule("r", AuditEntry(NOW, "ann", "removed r"))
            assert await read.get() == ({"r"}, 0)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def test_rules_come_without_being_told_too(program: Program) -> None:
    store, read = await program(), asyncio.Event()

    async def refresh(only: Collection[str] | None) -> None:
        assert only is None, "nobody said which"
        read.set()

    running = asyncio.create_task(RulesInStep(store, refresh).run())
    try:
        async with asyncio.timeout(SOON):
            await read.wait()
            read.clear()
            rule = Rule("r", "r", "ferry", ("console",), "chat:console", paused=False)
            await store.put_rule(rule, AuditEntry(NOW, "ann", "added r"))
            await read.wait()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that are noticed to be dead sooner."""
    for name, value in {
        "BEAT": 0.5, "DEAD": 3.0, "RESCUE": "* * * * * *", "POLLED": 0.2, "_AGAIN": 0.2,
    }.items():  # fmt: skip
        monkeypatch.setattr(engine, name, value)


@contextlib.asynccontextmanager
async def running(store: Store, *jobs: Job, queue: str = "deliver") -> object:
    """Let an engine work."""
    made = Engine(store.conninfo, [Lane(queue, jobs, at_once=4, prompt=True)])
    task = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        made.stop()
        async with asyncio.timeout(SOON):
            await task


async def put(store: Store, lock: str | None = None, **args: object) -> None:
    from bot.adapters.store.queue import defer  # noqa: PLC0415 -- beside its only use

    async with store._db.write() as connection:
        await defer(connection, "deliver", "drain", args, lock)


@pytest.mark.usefixtures("quick")
async def test_jobs_are_done_and_gone(program: Program, jobs: Callable[[], list[object]]) -> None:
    store, done = await program(), asyncio.Queue[str]()

    async def drain(channel: str) -> None:
        done.put_nowait(channel)
        if channel == "bad":
            raise StoreError("refused")

    async with running(store, Job("drain", drain)), asyncio.timeout(SOON):
        for channel in ("a", "bad", "b"):
            await put(store, channel=channel)
        assert {await done.get() for _ in range(3)} == {"a", "bad", "b"}
        while any(job[1] == "drain" for job in jobs()):  # noqa: ASYNC110 -- it is the server's word
            await asyncio.sleep(0.1)


@pytest.mark.usefixtures("quick")
async def test_a_dead_programs_job_is_begun_again(program: Program, database: str) -> None:
    """Also where another job with its lock waits, and where the dead one's row was cleared away."""
    store, done = await program(), asyncio.Queue[str]()

    async def drain(channel: str) -> None:
        done.put_nowait(channel)

    await put(store, "drain/one", channel="one")
    await put(store, "drain/two", channel="two")
    with psycopg.connect(database, autocommit=True) as dead:
        for _ in range(2):
            dead.execute(
                "SELECT id FROM procrastinate_fetch_job_v2(ARRAY['deliver']::varchar[],"
                " (SELECT worker_id FROM procrastinate_register_worker_v1()))"
            )
    await put(store, "drain/two", channel="two again")
    async with running(store, Job("drain", drain)), asyncio.timeout(SOON):
        assert {await done.get() for _ in range(2)} == {"one", "two again"}


@pytest.mark.usefixtures("quick")
async def test_jobs_that_failed_are_kept_for_a_day(
    program: Program,
    database: str,
    jobs: Callable[[], list[tuple[str, ...]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that somebody can look at them; then they are cleared away."""
    monkeypatch.setattr(engine, "PRUNE", "* * * * * *")
    store = await program()
    await put(store, "old")
    await put(store, "new")
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'drain'")
        admin.execute(
            "UPDATE procrastinate_events SET at = now() - interval '25 hours' WHERE job_id ="
            " (SELECT id FROM procrastinate_jobs WHERE queueing_lock = 'old')"
        )

    def kept() -> set[str]:
        return {lock for _, job, _, lock in jobs() if job == "drain"}

    assert kept() == {"old", "new"}
    async with running(store), asyncio.timeout(SOON):
        while "old" in kept():  # noqa: ASYNC110 -- it is the server's word
            await asyncio.sleep(0.1)
    assert kept() == {"new"}


@pytest.mark.usefixtures("quick")
async def test_the_engine_goes_on_when_the_database_comes_back(
    program: Program, database: str
) -> None:
    store, done = await program(), asyncio.Queue[str]()

    async def drain(channel: str) -> None:
        done.put_nowait(channel)

    async with running(store, Job("drain", drain)), asyncio.timeout(SOON):
        for at in range(3):
            await put(store, channel=str(at))
            assert await done.get() == str(at)
            end_connections(database)


@pytest.mark.parametrize("moment", [0.0, 0.002, 0.005, 0.01, 0.02, 0.04])
async def test_an_engine_that_is_cancelled_while_it_opens_leaves_nothing_behind(
    program: Program, moment: float
) -> None:
    """A program that is to end just as it takes a chat over would otherwise never end."""
    store = await program()
    before = asyncio.all_tasks()
    made = Engine(store.conninfo, [Lane("deliver", [], at_once=1, prompt=True)])
    opening = asyncio.create_task(made.run())
    await asyncio.sleep(moment)
    opening.cancel()
    async with asyncio.timeout(SOON):
        await asyncio.gather(opening, return_exceptions=True)
    assert {task.get_name() for task in asyncio.all_tasks() - before} == set()


@pytest.mark.usefixtures("quick")
async def test_a_periodic_job_is_done_once_for_all_programs(program: Program) -> None:
    stores, done = [await program() for _ in range(3)], [0, 0, 0]
    begun = asyncio.get_running_loop().time()

    def chore(at: int) -> Job:
        async def work() -> None:
            done[at] += 1

        return Job("chore", work, "* * * * * *")

    async with contextlib.AsyncExitStack() as stack:
        for at, store in enumerate(stores):
            await stack.enter_async_context(running(store, chore(at)))
        async with asyncio.timeout(SOON):
            while sum(done) < 4:  # noqa: ASYNC110 -- time passes by itself
                await asyncio.sleep(0.05)
    passed = asyncio.get_running_loop().time() - begun
    assert sum(done) <= passed + 2
