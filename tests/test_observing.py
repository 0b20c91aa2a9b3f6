"""What whoever runs the bot can see: metrics, health, readiness."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from aiohttp import ClientSession, web

from bot.adapters.metrics import KINDS, POLL_RESULTS, POST_RESULTS, Metrics
from bot.adapters.probes import BELIEVED, probe_routes
from bot.adapters.store import Store
from bot.adapters.store import vitals as vitals_module
from bot.core.account import LABELS
from bot.core.match import RuleSet
from bot.core.model import Feed, FeedState, Validators
from bot.core.officials import Officials
from bot.core.story import Stories
from bot.errors import EgressError, FeedError, FetchError, StoreError
from bot.jobs.meter import Meter, Pulse, Uncounted
from bot.jobs.readiness import Readiness, chats_check, database_check, heartbeat_check
from bot.jobs.reading import Reader
from bot.jobs.watch import Pace, Watch
from bot.ports import Later, Refused, Unknown
from tests.jobs.chats import ToldChat, deliver_to
from tests.jobs.test_watch import HOLM, RULES, FakeFeeds, FakePages
from tests.postgres import empty_database as postgres_database
from tests.process.program import PATIENCE, Program
from tests.samples import FEED, NOW, make_article, make_news
from tests.slack.local_slack import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.conftest import TurnedClock

ROOT = Path(__file__).parents[1]
COUNTED_CHATS = ("console", "slack", "matrix")


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(COUNTED_CHATS)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def watch_with(store: Store, clock: TurnedClock, feeds: FakeFeeds, meter: Meter) -> Watch:
    rules = RuleSet(Officials([HOLM]), RULES)
    reader = Reader(FakePages(""), rules, Officials([HOLM]), meter=meter)
    return Watch(
        feeds=feeds,
        reader=reader,
        store=store,
        rules=rules,
        stories=Stories(look_back=timedelta(days=3)),
        chats=("console", "slack"),
        clock=clock,
        pace=Pace(300, prime=False, chance=lambda: 0.5),
        meter=meter,
    )


async def test_polls_are_counted_by_how_they_ended(
    store: Store, clock: TurnedClock, metrics: Metrics
) -> None:
    """News, nothing, each kind of failure; each poll once, with how late it was."""
    feeds = FakeFeeds(make_article("1"), make_article("2", title="Ferry two", text="Ferry."))
    watch = watch_with(store, clock, feeds, metrics)
    await store.add_feeds([FEED])
    due = clock.now() - timedelta(seconds=40)
    assert (await watch.poll(FeedState(FEED, next_poll=due))).result == "news"
    assert (await watch.poll(FeedState(FEED, Validators(etag="v2")))).result == "unchanged"
    for error in (
        FetchError("no answer"),
        FetchError("HTTP 500", status=500),
        EgressError(),
        FeedError("a picture"),
    ):
        feeds.error = error
        await watch.poll(FeedState(FEED))
    counted = {result: value(metrics, "wirewatch_polls_total", result=result) for result in
               POLL_RESULTS}  # fmt: skip
    assert counted == dict.fromkeys(POLL_RESULTS, 1) | {"no_news": 0, "store_error": 0}
    assert value(metrics, "wirewatch_poll_duration_seconds_count") == 6
    assert value(metrics, "wirewatch_poll_lag_seconds_sum") == 40
    assert value(metrics, "wirewatch_parse_duration_seconds_count") == 1
    assert value(metrics, "wirewatch_match_duration_seconds_count") == 2
    assert value(metrics, "wirewatch_entries_total", outcome="matched") == 2
    queued = [value(metrics, "wirewatch_alerts_total", chat=chat, kind=kind)
              for chat in ("console", "slack") for kind in KINDS]  # fmt: skip
    assert sum(number or 0 for number in queued) == await _count(store)


async def _count(store: Store) -> int:
    return sum((await store.count_deliveries()).values())


async def test_a_poll_that_the_database_refused_is_counted(
    store: Store, clock: TurnedClock, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = watch_with(store, clock, FakeFeeds(make_article("1")), metrics)
    await store.add_feeds([FEED])

    async def refuse(_record: object) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(store, "record", refuse)
    with pytest.raises(StoreError):
        await watch.poll(FeedState(FEED))
    assert value(metrics, "wirewatch_polls_total", result="store_error") == 1
    assert value(metrics, "wirewatch_alerts_total", chat="console", kind="alert") == 0


async def test_deliveries_are_counted_by_outcome_with_the_time_they_waited(
    store: Store, clock: TurnedClock, metrics: Metrics
) -> None:
    """Taken, asked to wait, in doubt and found, refused: each is counted once."""
    slack = ToldChat(clock)
    said = iter([None, Later("ratelimited", clock.now() + timedelta(seconds=90)), None,
                 Unknown("accepted"), Refused("archived")])  # fmt: skip
    slack.rule = lambda _delivery: next(said)
    deliver = deliver_to(store, clock, slack, meter=metrics)
    await store.enqueue([make_news(number) for number in range(4)], clock.now())
    for _ in range(400):
        await deliver.drain()
        clock.turn(seconds=1)
        if value(metrics, "wirewatch_deliveries_total", chat="slack", result="refused"):
            break
    counted = {result: value(metrics, "wirewatch_deliveries_total", chat="slack", result=result)
               for result in POST_RESULTS}  # fmt: skip
    assert counted == {
        "delivered": 2, "later": 1, "unknown": 1, "found": 1, "refused": 1, "fault": 0,
        "given_up": 0,
    }  # fmt: skip
    assert value(metrics, "wirewatch_rate_limits_total", chat="slack") == 1
    assert value(metrics, "wirewatch_rate_limits_total", chat="matrix") == 0
    assert value(metrics, "wirewatch_delivery_wait_seconds_count", chat="slack") == 3
    assert (value(metrics, "wirewatch_delivery_wait_seconds_sum", chat="slack") or 0) >= 90
    assert value(metrics, "wirewatch_post_duration_seconds_count", chat="slack") == 5


@asynccontextmanager
async def opened(kind: str, tmp_path: Path) -> AsyncIterator[Store]:
    async with AsyncExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'vitals.db'}"
        if kind == "postgresql":
            url = await stack.enter_async_context(postgres_database())
        store = Store(url)
        stack.push_async_callback(store.close)
        await store.open()
        yield store


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_how_feeds_and_outbox_stand_is_read_from_the_database(
    kind: str, tmp_path: Path, metrics: Metrics
) -> None:
    async with opened(kind, tmp_path) as store:
        feeds = [Feed(f"http://{number}.example/") for number in range(4)]
        await store.add_feeds(feeds)
        await store.feed_failed(feeds[0].id, "HTTP 500", NOW + timedelta(hours=1))
        await store.pause_feed(feeds[1].id, paused=True)
        hour = NOW - timedelta(hours=1)
        await store.feed_unchanged(feeds[2].id, Validators(), hour, NOW - timedelta(minutes=5))
        await store.enqueue([make_news(1), make_news(2)], NOW - timedelta(minutes=2))
        found = await store.vitals(NOW)
        assert found.feeds == {"healthy": 2, "failing": 1, "paused": 1}
        assert (found.overdue, found.overdue_since) == (2, NOW - timedelta(minutes=5))
        assert found.outbox == {("slack", "pending"): (2, NOW - timedelta(minutes=2))}
        assert await store.schema_fault() == ""
        metrics.show_vitals(found, NOW)
    age = value(metrics, "wirewatch_outbox_oldest_age_seconds", chat="slack", state="pending")
    assert age == 120
    assert value(metrics, "wirewatch_feeds_overdue_oldest_age_seconds") == 300
    metrics.show_vitals(None, NOW)
    assert value(metrics, "wirewatch_feeds", state="healthy") is None


async def test_readiness_says_which_check_failed(
    store: Store, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Database, schema, chats and heartbeat, each by itself; alive stays alive."""
    seconds, link = [0.0], asyncio.Event()
    pulse = Pulse(lambda: seconds[0])
    chat = cast("Any", ToldChat(clock))
    chat.connected = link
    readiness = Readiness(
        {
            "database": database_check(store),
            "chats": chats_check({"slack": chat, "console": ToldChat(clock, "console")}),
            "heartbeat": heartbeat_check(pulse),
        }
    )
    assert await readiness.faults() == {
        "database": "", "chats": "not connected: slack", "heartbeat": "no tick yet",
    }  # fmt: skip
    link.set()
    pulse.beat()
    async with served(readiness, Metrics(COUNTED_CHATS), lambda: seconds[0]) as ask:
        status, told = await ask("/readyz")
        assert (status, json.loads(told)["ready"]) == (200, True)
        seconds[0] = 60.0
        status, told = await ask("/readyz")
        assert status == 503
        assert json.loads(told)["checks"] == {
            "database": "ok", "chats": "ok", "heartbeat": "the last tick was 60 seconds ago",
        }  # fmt: skip
        pulse.beat()
        monkeypatch.setattr(vitals_module, "HEAD", "9999")
        seconds[0] += 2 * BELIEVED
        status, told = await ask("/readyz")
        assert status == 503
        assert "needs 9999" in json.loads(told)["checks"]["database"]
        await store.close()
        assert (await ask("/healthz"))[0] == 200


async def test_a_check_that_does_not_answer_is_a_failed_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def hang() -> str:
        await asyncio.Event().wait()
        return ""

    async def refuse() -> str:
        raise StoreError("connection refused")

    monkeypatch.setattr("bot.jobs.readiness.PATIENCE", 0.05)
    found = await Readiness({"database": hang, "other": refuse}).faults()
    assert found == {"database": "no answer within 0.05 seconds", "other": "connection refused"}


async def test_many_who_ask_at_once_cost_one_look(metrics: Metrics) -> None:
    asked = []

    async def count() -> bytes:
        asked.append(1)
        await asyncio.sleep(0.01)
        return metrics.render()

    async with served(Readiness({}), metrics, lambda: 0.0, count) as ask:
        answers = await asyncio.gather(*(ask("/metrics") for _ in range(20)))
    assert {status for status, _ in answers} == {200}
    assert len(asked) == 1


@asynccontextmanager
async def served(
    readiness: Readiness,
    metrics: Metrics,
    now: Callable[[], float],
    count: Callable[[], Any] | None = None,
) -> AsyncIterator[Callable[[str], Any]]:
    """Serve the probes on a free port; give what asks them."""

    async def render() -> bytes:
        return metrics.render()

    app = web.Application()
    app.add_routes(probe_routes(readiness.faults, count or render, now))
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with ClientSession() as session:

        async def ask(path: str) -> tuple[int, str]:
            async with session.get(base + path) as answer:
                return answer.status, await answer.text()

        yield ask
    await runner.cleanup()


def names_of(metrics: Metrics) -> set[str]:
    """Give the names of our metrics as Prometheus stores them."""
    found = set()
    for family in metrics.registry.collect():
        if family.name.startswith("wirewatch_"):
            found.add(f"{family.name}_total" if family.type == "counter" else family.name)
    return found


def test_the_docs_name_every_metric_and_no_other(metrics: Metrics) -> None:
    words = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(wirewatch_\w+)`", words, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == names_of(metrics)


def test_names_follow_the_conventions(metrics: Metrics) -> None:
    """Base units only, `_total` for what grows (prometheus.io/docs/practices/naming)."""
    for family in metrics.registry.collect():
        if not family.name.startswith("wirewatch_"):
            continue
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", family.name)
        assert not re.search(r"milli|minutes|hours|_ms$|_kb$", family.name)
        if family.type == "histogram":
            assert family.name.endswith("_seconds")
        assert family.documentation


def test_the_meters_agree() -> None:
    """Whatever a job may count, both can; entries are those of the daily account."""
    methods = {name for name in vars(Meter) if not name.startswith("_")}
    assert methods == {name for name in vars(Uncounted) if not name.startswith("_")}
    assert all(callable(getattr(Metrics, name)) for name in methods)
    assert set(LABELS) >= {"known", "primed", "unmatched", "unread", "matched"}


@pytest.mark.process
async def test_the_program_tells_how_it_does(tmp_path: Path) -> None:
    """`wirewatch run` on the sample day: ready within the test's patience, and counting."""
    port = free_port()
    program = Program(
        tmp_path, WIREWATCH_FEEDS="sample-wire", WIREWATCH_METRICS=f"127.0.0.1:{port}"
    )
    program.start("--speed", "6000")
    try:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        counted = 0.0
        while counted < 3:
            assert asyncio.get_running_loop().time() < deadline, counted
            await asyncio.sleep(0.2)
            try:
                text = await asyncio.to_thread(_get, f"http://127.0.0.1:{port}/metrics")
            except OSError:
                continue
            found = re.search(r'wirewatch_alerts_total\{chat="console",kind="alert"\} (\S+)', text)
            counted = float(found[1]) if found else 0.0
        assert json.loads(await asyncio.to_thread(_get, f"http://127.0.0.1:{port}/readyz"))["ready"]
        assert "canary" not in text.replace("wirewatch_canary", "").replace("a canary", "")
    finally:
        await asyncio.to_thread(program.kill)


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 -- our own program
        return str(answer.read().decode())
