"""What a program does with a job of polls or of a channel, whatever becomes of it meanwhile."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from structlog.testing import capture_logs

pytest.importorskip("psycopg", reason="PostgreSQL is not installed")
pytest.importorskip("procrastinate", reason="the engine is not installed")

from bot.adapters.cluster import engine
from bot.adapters.store import locks
from bot.app.cluster import chat
from bot.app.cluster.worker import queues_of
from bot.core.model import AuditEntry, Feed, FeedState, Rule
from bot.core.officials import Officials
from bot.errors import CommandError, StoreError
from bot.jobs.cluster import Draining, Polling, polling, rules
from bot.jobs.rulebook import RuleBook
from bot.jobs.watch import Poll

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from rich.console import Console

    from bot.adapters.store import Store
    from bot.app.cluster.house import House
    from bot.jobs.cluster.draining import Lines
    from bot.jobs.deliver import Deliver
    from bot.jobs.watch import Watch
    from tests.conftest import TurnedClock

SOON = 20.0
LEASE = timedelta(minutes=10)


def feeds(count: int) -> list[Feed]:
    return [Feed(f"http://f{at}.example/feed") for at in range(count)]


class FakeLeases:
    """Everything asked for is leased."""

    def __init__(self) -> None:
        self.back: list[str] = []
        self.due, self.waiting = 0, 0

    async def leased(self, ids: Collection[str], until: datetime) -> list[FeedState]:
        del until
        return [FeedState(feed) for feed in feeds(200) if feed.id in set(ids)]

    async def give_back(self, ids: Collection[str], until: datetime) -> None:
        del until
        self.back += ids

    async def lease_job(self, now: datetime, size: int, lease: timedelta) -> int:
        del now, lease
        taken = min(size, self.due)
        self.due -= taken
        self.waiting += bool(taken)
        return taken

    async def poll_jobs_waiting(self) -> int:
        return self.waiting


class FakeWatch:
    """Polls as it is told."""

    def __init__(self) -> None:
        self.polled: list[str] = []
        self.go_on = asyncio.Event()
        self.fault: dict[str, Exception] = {}

    async def poll(self, state: FeedState) -> Poll:
        self.polled.append(state.feed.id)
        if error := self.fault.get(state.feed.id):
            raise error
        await self.go_on.wait()
        return Poll(state)


@pytest.fixture
def leases() -> FakeLeases:
    return FakeLeases()


@pytest.fixture
def watch() -> FakeWatch:
    return FakeWatch()


@pytest.fixture
def polls(leases: FakeLeases, watch: FakeWatch, clock: TurnedClock) -> Polling:
    return Polling(cast("Watch", watch), leases, clock)


async def test_a_feed_that_waited_for_longer_than_its_lease_is_not_polled(
    polls: Polling, watch: FakeWatch, clock: TurnedClock
) -> None:
    """By then another program may have claimed it: it would be polled twice."""
    ids = [feed.id for feed in feeds(polling.AT_ONCE + 10)]
    job = asyncio.create_task(polls.poll(ids, clock.now() + LEASE))
    async with asyncio.timeout(SOON):
        while len(watch.polled) < polling.AT_ONCE:  # noqa: ASYNC110 -- it tells nobody
            await asyncio.sleep(0)
        clock.turn(seconds=LEASE.total_seconds())
        watch.go_on.set()
        await job
        assert len(watch.polled) == polling.AT_ONCE
        await polls.poll(ids, clock.now())
    assert len(watch.polled) == polling.AT_ONCE, "the whole job came too late"


async def test_what_goes_wrong_with_a_feed_costs_no_other(
    polls: Polling, watch: FakeWatch, leases: FakeLeases, clock: TurnedClock
) -> None:
    one, two, three = (feed.id for feed in feeds(3))
    watch.fault = {one: StoreError("full"), two: ValueError("a fault of ours")}
    watch.go_on.set()
    await polls.poll([one, two, three], clock.now() + LEASE)
    assert set(watch.polled) == {one, two, three}
    assert leases.back == [one], "what the database refused is due again at once"


async def test_a_program_that_ends_gives_back_what_it_has(
    polls: Polling, watch: FakeWatch, leases: FakeLeases, clock: TurnedClock
) -> None:
    ids = [feed.id for feed in feeds(3)]
    job = asyncio.create_task(polls.poll(ids, clock.now() + LEASE))
    while len(watch.polled) < 3:  # noqa: ASYNC110 -- it tells nobody
        await asyncio.sleep(0)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert leases.back == ids


async def test_what_is_due_becomes_jobs_but_not_more_than_can_be_begun_soon(
    polls: Polling, leases: FakeLeases
) -> None:
    leases.due = 120
    await polls.claim()
    assert (leases.waiting, leases.due) == (3, 0)
    leases.due = 10_000
    await polls.claim()
    assert leases.waiting == polling.AHEAD


def test_what_is_promised_in_seconds_follows_from_the_programs_own_seconds() -> None:
    """A dead worker's jobs within a minute, a chat in half of one, rules in five seconds."""
    every = int(engine.RESCUE.rpartition("/")[2])
    assert engine.DEAD + engine.BEAT + every + engine.POLLED < 60
    assert engine.DEAD > 2 * engine.BEAT, "one sign of life that is late is no death"
    idle, between, count = map(int, re.findall(r"=(\d+)", locks.KEEPALIVE))
    assert idle + between * count + chat.STAND_BY < 30
    assert rules.AT_THE_LATEST < 5


def test_queues_are_named_by_commas() -> None:
    assert queues_of("poll,match,deliver") == ("poll", "match", "deliver")
    assert queues_of(" deliver , poll,deliver,") == ("deliver", "poll")
    with pytest.raises(CommandError, match="unknown queue 'pol', known are poll, match, deliver"):
        queues_of("poll,pol")
    with pytest.raises(CommandError, match="unknown queue ','"):
        queues_of(",")


class FakeVersions:
    """A version that is set by hand."""

    version = 0

    async def rules_version(self) -> int:
        return self.version


async def test_rules_are_read_one_by_one_only_where_it_is_known_which_changed() -> None:
    versions, read = FakeVersions(), asyncio.Queue[Collection[str] | None]()

    async def refresh(only: Collection[str] | None) -> None:
        read.put_nowait(only)
        if only == {"refused"}:
            raise StoreError("away")

    step = rules.RulesInStep(versions, refresh)
    running = asyncio.create_task(step.run())

    async def after(version: int, *heard: str) -> Collection[str] | None:
        versions.version = version
        for change in heard or ("",):
            step.heard(change)
        return await read.get()

    try:
        async with asyncio.timeout(SOON):
            assert await read.get() is None
            assert await after(1, "1 slack:T1/C1/my rule") == {"slack:T1/C1/my rule"}
            assert await after(3, "2 a", "3 b") == {"a", "b"}
            assert await after(5, "5 b") is None, "the fourth was not heard of"
            assert await after(6, "6") is None, "it may be any"
            assert await after(6 + 101, *(f"{n} r{n}" for n in range(7, 108))) is None, "too many"
            assert await after(108, "108 refused") == {"refused"}
            assert await after(109, "109 c") == {"refused", "c"}, "what failed is read again"
            assert await after(4, "110 d") is None, "an older database was put there"
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_only_the_rules_that_changed_are_read_anew(store: Store) -> None:
    """A pause that was lifted gives a file's rule back; what is gone goes; others stay put."""
    entry = AuditEntry(datetime(2024, 4, 30, tzinfo=UTC), "ida", "changed")
    file = Rule("file", "file", "quay", ("console",))
    mine, other = (Rule(name, name, "ferry", ("console",)) for name in ("mine", "other"))
    book = RuleBook(Officials([]), [file], store)
    for rule in (mine, other, replace(file, query="", paused=True)):
        await store.put_rule(rule, entry)
    await book.refresh()
    assert {rule.name: rule.paused for rule in book} == {
        "file": True,
        "mine": False,
        "other": False,
    }
    await store.put_rule(replace(mine, query="pier"), entry)
    await store.drop_rule("other", entry)
    await store.drop_rule("file", entry)
    await book.refresh(["mine"])
    assert {rule.name: rule.query for rule in book} == {
        "file": "quay", "mine": "pier", "other": "ferry"
    }  # fmt: skip
    await book.refresh(["other", "file", "nobody's"])
    assert {rule.name: rule.paused for rule in book} == {"file": False, "mine": False}
    assert book.active.rule("file")
    assert not book.active.rule("other")


class FakeLocks:
    """One program's, as the real ones: what it has it is given again."""

    def __init__(self) -> None:
        self.held: set[str] = set()

    async def take(self, name: str) -> bool:
        await asyncio.sleep(0)
        self.held.add(name)
        return True

    async def free(self, name: str) -> None:
        await asyncio.sleep(0)
        self.held.discard(name)

    async def holds(self, name: str) -> bool:
        return name in self.held


class FakeDeliver:
    """Is busy until told to go on; notes whether the channel was its own all the time."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.begun = 0
        self.mine: list[bool] = []

    async def drain_channel(
        self, chat: str, channel: str, mine: Callable[[], Awaitable[bool]]
    ) -> int:
        del chat, channel
        self.begun += 1
        await self.go_on.wait()
        self.mine.append(await mine())
        return 1


async def test_who_holds_a_chat_waits_for_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It went away between the lock and the first job: the program goes on, and says it once."""
    locks_, tries, stopped = FakeLocks(), [0], asyncio.Event()

    async def hold(*_: object) -> None:
        tries[0] += 1
        assert locks_.held == {"chat/slack"}
        if tries[0] < 3:
            raise StoreError("away")
        stopped.set()

    monkeypatch.setattr(chat, "_hold", hold)
    monkeypatch.setattr(chat, "STAND_BY", 0.01)
    house = SimpleNamespace(stopped=stopped, locks=locks_)
    with capture_logs() as said:
        async with asyncio.timeout(SOON):
            await chat._keep(cast("House", house), "slack", cast("Console", None))
    assert tries == [3]
    assert [line["event"] for line in said] == ["slack: the database is away"]
    assert not locks_.held


async def test_two_jobs_of_a_channel_in_one_program_write_it_one_after_the_other(
    clock: TurnedClock,
) -> None:
    """The second must not give the lock back that the first one writes under."""
    held, deliver = FakeLocks(), FakeDeliver()
    chats = ("slack",)
    draining = Draining(cast("Deliver", deliver), cast("Lines", object()), held, chats, clock)
    jobs = [asyncio.create_task(draining.drain("slack", "C1")) for _ in range(2)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert (deliver.begun, held.held) == (1, {"drain/slack/C1"})
    deliver.go_on.set()
    async with asyncio.timeout(SOON):
        await asyncio.gather(*jobs)
    assert deliver.mine == [True, True]
    assert not held.held
