"""What is recorded brings its job, in one transaction; feeds are leased to one job each."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from bot.adapters.store import Store, queue
from bot.adapters.store.outbox import insert_deliveries
from bot.core.model import AuditEntry, Feed, PollRecord, Validators
from bot.core.pacing import Limits
from bot.errors import StoreError
from tests.samples import FEED, NOW, make_delivery, make_news

psycopg = pytest.importorskip("psycopg", reason="PostgreSQL is not installed")

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.core.model import Delivery

    Program = Callable[[], Awaitable[Store]]
    Jobs = Callable[[], list[tuple[str, str, str, str | None]]]

LEASE = timedelta(minutes=10)
FETCH = (
    "SELECT id FROM procrastinate_fetch_job_v2(ARRAY['deliver']::varchar[],"
    " (SELECT worker_id FROM procrastinate_register_worker_v1()))"
)


def feeds(count: int) -> list[Feed]:
    return [Feed(f"http://f{at}.example/feed") for at in range(count)]


def record(*deliveries: Delivery) -> PollRecord:
    return PollRecord(
        feed_id=FEED.id,
        now=NOW,
        validators=Validators(etag="e"),
        next_poll=NOW + timedelta(minutes=5),
        seen=(),
        articles=(),
        deliveries=deliveries,
    )


async def test_deliveries_bring_one_job_a_channel(program: Program, jobs: Jobs) -> None:
    store = await program()
    await store.add_feeds([FEED])
    await store.record(record(make_news(1), make_news(2), make_news(3, "C2"), make_delivery()))
    assert jobs() == [
        ("deliver:console", "drain", "todo", "drain/console/"),
        ("deliver", "drain", "todo", "drain/slack/C1"),
        ("deliver", "drain", "todo", "drain/slack/C2"),
    ]
    await store.record(record(make_news(4)))
    assert len(jobs()) == 3, "one job at most waits for a channel"


async def test_without_the_record_there_is_no_job(program: Program, jobs: Jobs) -> None:
    store = await program()

    async def record_half() -> None:
        async with store._db.write() as connection:
            await insert_deliveries(connection, [make_news(1)], NOW)
            raise StoreError("the power fails")

    with pytest.raises(StoreError):
        await record_half()
    assert jobs() == []


async def test_a_store_of_one_bot_brings_no_jobs(database: str, jobs: Jobs) -> None:
    alone = Store(database)
    await alone.open()
    await alone.enqueue([make_news(1)], NOW)
    await alone.close()
    assert jobs() == []


async def test_a_job_is_not_fetched_before_what_it_is_to_deliver_is_there(
    program: Program, database: str, jobs: Jobs
) -> None:
    """A waiting job that was fetched earlier would find nothing, and nobody would come again."""
    store = await program()
    await store.enqueue([make_news(1)], NOW)
    with psycopg.connect(database, autocommit=True) as worker:
        async with store._db.write() as connection:
            await insert_deliveries(connection, [make_news(2)], NOW)
            hidden = await asyncio.to_thread(lambda: worker.execute(FETCH).fetchone())
            assert hidden == (None,)
        found = await asyncio.to_thread(lambda: worker.execute(FETCH).fetchone())
        assert found != (None,)
        await store.enqueue([make_news(3)], NOW)
    assert [job[2] for job in jobs()] == ["doing", "todo"]


async def test_two_programs_that_tell_the_same_channels_do_not_hinder_each_other(
    program: Program, jobs: Jobs
) -> None:
    one, two = await program(), await program()
    there, back = [make_news(1, "C1"), make_news(2, "C2")], [make_news(3, "C2"), make_news(4, "C1")]
    for at in range(10):
        more = [make_news(100 + at, "C3")]
        await asyncio.gather(one.enqueue(there + more, NOW), two.enqueue(back + more, NOW))
    assert len(jobs()) == 3


async def test_news_for_hundreds_of_channels_cost_few_statements(
    program: Program, jobs: Jobs, database: str
) -> None:
    """Nobody else places meanwhile."""
    store, said = await program(), []
    engine = store._db._writer
    assert engine is not None
    event.listen(
        engine.sync_engine, "before_cursor_execute", lambda _c, _d, text, *_: said.append(text)
    )
    news = [make_news(at, f"T{at}/C{at}") for at in range(300)] + [make_delivery()]
    await store.enqueue(news[:100], NOW)
    said.clear()
    await store.enqueue(news, NOW)
    assert len(said) < 10, said
    found = jobs()
    assert len(found) == len({lock for _, _, _, lock in found}) == 301
    assert {queue for queue, *_ in found} == {"deliver", "deliver:console"}
    with psycopg.connect(database) as connection:
        args = connection.execute("SELECT args FROM procrastinate_jobs ORDER BY id").fetchall()
    assert {"chat": "slack", "channel": "T7/C7"} in [row[0] for row in args]


async def test_a_job_that_comes_meanwhile_is_taken_for_ours(
    program: Program, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program commits a job between our look and ours; the other channels get theirs."""
    one, two = await program(), await program()
    original = queue._jobs

    def late(targets: Mapping[str, tuple[str, str]]) -> dict[str, object]:
        monkeypatch.setattr(queue, "_jobs", original)
        other = {"drain/slack/C2": ("slack", "C2")}
        with psycopg.connect(two.conninfo, autocommit=True) as admin:
            put = "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('deliver', 'drain', 0, NULL, %s,"
            put += " '{}', NULL)]::procrastinate_job_to_defer_v1[])"
            admin.execute(put.encode(), tuple(other))
        return original(targets)

    monkeypatch.setattr(queue, "_jobs", late)
    await one.enqueue([make_news(at, f"C{at}") for at in (1, 2, 3)], NOW)
    assert sorted(job[3] or "" for job in jobs()) == [f"drain/slack/C{at}" for at in (1, 2, 3)]
    assert await one.count_deliveries() == {"pending": 3}


async def test_each_feed_is_leased_to_one_job(program: Program, jobs: Jobs) -> None:
    """However many programs claim at once."""
    one, two = await program(), await program()
    await one.add_feeds(feeds(120))
    taken = await asyncio.gather(
        *(store.lease_job(NOW, 50, LEASE) for store in (one, two, one, two))
    )
    taken += [await one.lease_job(NOW, 50, LEASE)]
    assert sum(taken) == 120
    assert await two.lease_job(NOW, 50, LEASE) == 0
    assert len(jobs()) == await two.poll_jobs_waiting()


async def test_a_job_begun_again_polls_what_is_left(program: Program) -> None:
    store = await program()
    await store.add_feeds(feeds(3))
    await store.lease_job(NOW, 50, LEASE)
    ids, until = [feed.id for feed in feeds(3)], NOW + LEASE
    assert {state.feed.id for state in await store.leased(ids, until)} == set(ids)
    await store.feed_unchanged(ids[0], Validators(), NOW, NOW + LEASE)
    assert {state.feed.id for state in await store.leased(ids, until)} == set(ids[1:])
    await store.give_back(ids[1:2], until)
    assert {state.feed.id for state in await store.leased(ids, until)} == set(ids[2:])
    assert await store.lease_job(NOW, 50, LEASE) == 1, "what was given back is due"
    assert await store.leased(ids, until + LEASE) == []


async def test_the_longest_due_come_first(program: Program) -> None:
    store = await program()
    early, late, never = feeds(3)
    await store.add_feeds([early, late, never])
    await store.feed_unchanged(late.id, Validators(), NOW, NOW - timedelta(minutes=1))
    await store.feed_unchanged(early.id, Validators(), NOW, NOW - timedelta(minutes=2))
    for expected in (never, early, late):
        await store.lease_job(NOW, 1, LEASE)
        assert [s.feed for s in await store.leased([expected.id], NOW + LEASE)] == [expected]


async def test_a_sweep_finds_what_may_go_now(program: Program, jobs: Jobs) -> None:
    store = await program()
    async with store._db.write() as connection:
        news = [make_news(at, f"C{at}") for at in range(4)]
        await insert_deliveries(connection, news, NOW, rank=0)  # no job of their own
    waiting, doubtful, later, fresh = news
    await store.postpone(waiting.id, NOW, "busy")
    await store.start_sending(doubtful, NOW)  # and the program died
    await store.postpone(later.id, NOW + LEASE, "busy")
    assert await store.want_due_drains(("slack",), NOW) == 3
    locks = {job[3] for job in jobs()}
    assert locks == {f"drain/slack/C{at}" for at in (0, 1, 3)}, later
    assert await store.want_due_drains(("slack",), NOW) == 0, "they have their jobs"
    assert await store.want_due_drains(("matrix",), NOW) == 0
    assert await store.want_due_drains(("slack",), NOW + LEASE) == 1
    assert fresh.channel == "C3"


async def test_a_stopped_channel_is_swept_when_its_probe_is_due(program: Program) -> None:
    store = await program()
    news = make_news(1)
    async with store._db.write() as connection:
        await insert_deliveries(connection, [news, make_news(2)], NOW, rank=0)
    await store.block(news.id, "archived", NOW)
    await store.stop_channel(
        news.id,
        "slack",
        "C1",
        reason="archived",
        now=NOW,
        probe_at=NOW + LEASE,
        entry=AuditEntry(NOW, "wirewatch", "stopped slack:C1"),
    )
    assert await store.want_due_drains(("slack",), NOW) == 0
    assert await store.want_due_drains(("slack",), NOW + LEASE) == 1


async def test_an_attempt_is_begun_once(program: Program) -> None:
    """Two programs that both believe to be the writer: one sends."""
    one, two = await program(), await program()
    await one.enqueue([make_news(1)], NOW)
    seen = [await store.delivery(make_news(1).id) for store in (one, two)]
    begun = await asyncio.gather(
        *(store.start_sending(known, NOW) for store, known in zip((one, two), seen, strict=True))
    )
    assert sorted(found is not None for found in begun) == [False, True]


async def test_what_a_halted_writer_comes_back_with_changes_nothing(program: Program) -> None:
    store = await program()
    await store.enqueue([make_news(1)], NOW)
    first = await store.start_sending(make_news(1), NOW)
    assert first is not None
    second = await store.start_sending(first, NOW)  # another program, after the doubt window
    assert second is not None
    await store.postpone(first.id, NOW + LEASE, "429", attempt=first.attempt)
    await store.block(first.id, "archived", NOW, attempt=first.attempt)
    found = await store.delivery(first.id)
    assert (found.state, found.attempt) == ("sending", 2)
    await store.delivered(second.id, "ref", NOW)
    await store.postpone(second.id, NOW, "too late", attempt=second.attempt)
    assert (await store.delivery(first.id)).state == "delivered"


async def test_programs_share_the_pace_of_a_chat(program: Program) -> None:
    one, two = await program(), await program()
    limits = Limits(chat=0.2, burst=3)
    granted = [await store.turn("slack", limits, NOW) for store in (one, two, one)]
    assert granted == [None, None, None]
    again = await two.turn("slack", limits, NOW)
    assert again == NOW + timedelta(seconds=0.2)
    assert await one.turn("slack/T1", limits, NOW) is None, "each workspace has its own"
    assert await one.turn("slack", limits, again) is None
    await one.hold_turns("slack", limits, NOW + LEASE)
    assert await two.turn("slack", limits, NOW + timedelta(seconds=9)) == NOW + LEASE
    assert await two.turn("slack", limits, NOW + LEASE) is None
    assert await two.turn("console", Limits(), NOW) is None


async def test_programs_that_write_a_channel_in_turn_keep_its_pace(program: Program) -> None:
    """Each knows its own messages only; a channel is not hurried when it changes hands."""
    one, two = await program(), await program()
    limits, second = Limits(channel=1.0, chat=0.2, burst=3), timedelta(seconds=1)
    assert await one.turn("slack/T1", limits, NOW, "slack/T1/C1") is None
    assert await two.turn("slack/T1", limits, NOW, "slack/T1/C1") == NOW + second
    assert await two.turn("slack/T1", limits, NOW, "slack/T1/C2") is None
    # What was refused for the channel's sake took no turn of the workspace.
    assert await one.turn("slack/T1", limits, NOW, "slack/T1/C3") is None
    assert await one.turn("slack/T1", limits, NOW, "slack/T1/C4") == NOW + second / 5
    assert await two.turn("slack/T1", limits, NOW + second, "slack/T1/C1") is None


async def test_a_state_of_slack_is_spent_once(program: Program) -> None:
    """Whichever program it comes back to."""
    one, two = await program(), await program()
    spent = [await store.spend_slack_state("s", NOW, NOW + LEASE) for store in (one, two, one)]
    assert spent == [True, False, False]


async def test_a_database_that_stays_away_is_one_line_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pool that waits in vain raises an error of its own, not procrastinate's."""
    from procrastinate import PsycopgConnector  # noqa: PLC0415 -- needs an extra
    from psycopg_pool import PoolTimeout  # noqa: PLC0415 -- the same

    from bot.adapters.cluster.schema import make_tables  # noqa: PLC0415 -- the same

    async def in_vain(*_: object, **__: object) -> None:
        raise PoolTimeout("pool initialization incomplete after 30.0 sec")

    monkeypatch.setattr(PsycopgConnector, "open_async", in_vain)
    with pytest.raises(StoreError, match="incomplete after 30"):
        await make_tables("host=nowhere", contextlib.AsyncExitStack())
