"""Tenants that share one bot: whose is what, how much each may have, and everybody's fair turn."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, select

from bot.adapters.metrics import Metrics
from bot.adapters.store import Store
from bot.adapters.store import engine as engine_module
from bot.adapters.store.fair import TENANTS_AT_ONCE
from bot.adapters.store.schema import audit, feeds, metadata, rules
from bot.adapters.store.tenancy import OWNED, SHARED, unowned
from bot.core.match import RuleSet
from bot.core.model import AuditEntry, Feed, Rule
from bot.core.officials import Officials
from bot.core.pacing import Limits
from bot.core.story import Stories
from bot.core.tenancy import Quotas, tenant_at, tenant_of_origin
from bot.jobs.answer import answer
from bot.jobs.answer.desk import Desk
from bot.jobs.deliver.fair import in_turns
from bot.jobs.reading import Reader
from bot.jobs.rulebook import RuleBook
from bot.jobs.watch import Pace, Watch
from bot.ports import Incoming, Pages
from tests.jobs.chats import ToldChat, deliver_to, links_of
from tests.jobs.test_watch import FakeFeeds, FakePages
from tests.postgres import empty_database as postgres_database
from tests.samples import FEED, NOW, make_article, make_delivery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.model import Article
    from tests.conftest import TurnedClock

LEASE = timedelta(minutes=10)
NIGHTLY = os.environ.get("WIREWATCH_PROFILE") == "nightly"
TENANTS, RULES_EACH, ARTICLES = (200, 1000, 50) if NIGHTLY else (20, 50, 20)


@pytest.fixture(params=["sqlite", "postgresql"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A real, empty store on each database."""
    async with AsyncExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'w.db'}"
        if request.param == "postgresql":
            url = await stack.enter_async_context(postgres_database())
        found = Store(url)
        stack.push_async_callback(found.close)
        await found.open()
        yield found


# --- whose is what ----------------------------------------------------------------------------


def test_every_table_says_whose_its_rows_are() -> None:
    """A new table must be named in `bot/adapters/store/tenancy.py`: owned, or shared and why."""
    assert unowned() == set()
    assert not set(OWNED) & set(SHARED)
    assert all(SHARED.values())
    for table, columns in OWNED.items():
        assert set(columns) <= set(metadata.tables[table].columns.keys()), table


def test_a_channel_says_whose_it_is() -> None:
    assert tenant_at("slack", "T1/C2") == "slack:T1"
    assert tenant_at("slack", "C2") == "slack"
    assert tenant_at("matrix", "!abc:harbour.example") == "matrix:harbour.example"
    assert tenant_at("matrix", "!of-version-12") == "matrix"
    assert tenant_at("console", "") == ""
    assert tenant_of_origin("chat:T1/C2") == "slack:T1"
    assert tenant_of_origin("chat:C02ABC") == "slack"
    assert tenant_of_origin("chat:!abc:harbour.example:8448") == "matrix:harbour.example:8448"
    assert tenant_of_origin("chat:console") == tenant_of_origin("feeds.opml:3") == ""


async def test_what_a_tenant_makes_is_stored_as_its_own(either: Store) -> None:
    rule = Rule("slack:T1/C2/x", "x", "ferry", ("slack:T1/C2",))
    entry = AuditEntry(NOW, "ida", "add x in slack:T1/C2", tenant="slack:T1")
    await either.put_rule(rule, entry)
    await either.add_feeds([Feed("http://a.example/", origin="chat:T1/C2"), FEED])
    assert await either.count_rules("slack:T1") == await either.count_feeds("slack:T1") == 1
    assert await either.count_rules("slack:T2") == await either.count_feeds("slack:T2") == 0
    assert [line.who for line in await either.audit_log(tenant="slack:T1")] == ["ida"]
    assert await either.audit_log(tenant="slack:T2") == []


async def test_a_workspace_sees_its_own_changes_alone(store: Store, clock: TurnedClock) -> None:
    desk = await desk_of(store, clock)
    assert "watching" in await ask(desk, "add ferry as mine", "T2/C9")
    assert await ask(desk, "audit", "T1/C1") == "no changes yet"
    assert "mine" in await ask(desk, "audit", "T2/C9")
    assert "mine" in await ask(desk, "audit", "", "console")


def test_what_was_stored_before_tenants_is_given_to_them(tmp_path: Path) -> None:
    """A database of the version before; old programs may go on beside the new column."""
    engine = create_engine(f"sqlite:///{tmp_path / 'w.db'}")
    config = Config()
    folder = Path(engine_module.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        feed = "INSERT INTO feeds (id, url, title, tags, full_text, backfill, origin) VALUES"
        connection.exec_driver_sql(f"{feed} ('1', 'u1', '', '[]', 'matched', 0, 'chat:T1/C2')")
        connection.exec_driver_sql(f"{feed} ('2', 'u2', '', '[]', 'matched', 0, 'feeds.opml:1')")
        rule = "INSERT INTO rules (id, name, query, channels, origin, paused) VALUES"
        connection.exec_driver_sql(f"""{rule} ('r', 'r', 'x', '["matrix:!a:b.example"]', '', 0)""")
        log = "INSERT INTO audit (at, who, what, before, after) VALUES ('2024-04-30 12:00:00.0',"
        connection.exec_driver_sql(f"{log} 'ida', 'add x in y in slack:T1/C2', '', '')")
        connection.exec_driver_sql(f"{log} 'ida', 'retry deliveries all', '', '')")
        command.upgrade(config, "head")
        # As a program of the version before writes it.
        connection.exec_driver_sql(f"{feed} ('3', 'u3', '', '[]', 'matched', 0, 'chat:T1/C2')")
        found = {row.id: row.tenant for row in connection.execute(select(feeds))}
        assert found == {"1": "slack:T1", "2": "", "3": ""}
        assert connection.scalar(select(rules.c.tenant)) == "matrix:b.example"
        assert list(connection.scalars(select(audit.c.tenant).order_by(audit.c.seq))) == [
            "slack:T1",
            "",
        ]
    engine.dispose()


# --- how much each may have -------------------------------------------------------------------


async def desk_of(store: Store, clock: TurnedClock, **more: object) -> Desk:
    book = RuleBook(Officials([]), [], store)
    await book.refresh()
    reader = Reader(cast("Pages", FakePages()), book.active, Officials([]))
    return Desk(store, book, reader, clock, ("slack", "console"), **more)  # type: ignore[arg-type]


async def ask(desk: Desk, text: str, channel: str, chat: str = "slack") -> str:
    return (await answer(desk, Incoming(text, chat, channel, "ida"))).text


async def test_quotas_are_one_clear_line_and_each_tenants_own(
    store: Store, clock: TurnedClock
) -> None:
    metrics = Metrics(("slack",))
    desk = await desk_of(store, clock, quotas=Quotas(3, 2, 2), meter=metrics)
    for number in range(2):
        assert "watching" in await ask(desk, f"add ferry{number}", f"T1/C{number}")
    assert await ask(desk, "add ferry", "T1/C9") == (
        "2 channels of this workspace have rules, as many as there may be; add it in one of them"
    )
    assert "watching" in await ask(desk, "add harbour", "T1/C0")
    assert await ask(desk, "add quay", "T1/C0") == (
        "there are 3 rules in this workspace, as many as there may be; remove one first"
    )
    assert "removed" in await ask(desk, "remove harbour", "T1/C0")
    assert "watching" in await ask(desk, "add quay", "T1/C0")
    for number in range(2):
        assert "added" in await ask(desk, f"feed add http://{number}.example/feed", "T1/C0")
    assert await ask(desk, "feed add http://x.example/feed", "T1/C0") == (
        "this workspace may add 2 feeds and has 2; 1 more would be too many"
    )
    assert "is watched already" in await ask(desk, "feed add http://1.example/feed", "T1/C0")
    # Another workspace is not touched by it, and the operator may have anything.
    assert "watching" in await ask(desk, "add quay", "T2/C0")
    for number in range(5):
        assert "watching" in await ask(desk, f"add quay{number}", "", "console")
    hits = {quota: metrics.registry.get_sample_value("wirewatch_quota_refusals_total",
                                                     {"quota": quota})
            for quota in ("rules", "channels", "feeds")}  # fmt: skip
    assert hits == {"rules": 1, "channels": 1, "feeds": 1}


# --- everybody's fair turn --------------------------------------------------------------------


async def test_feeds_of_a_tenant_who_adds_thousands_hold_up_nobody_elses(either: Store) -> None:
    """Never polled feeds come first; without turns all 2,000 would come before the others'."""
    noisy = [Feed(f"http://noisy.example/{n}", origin="chat:T0/C1") for n in range(2000)]
    quiet = [Feed(f"http://{n}.example/", origin=f"chat:T{n}/C1") for n in range(1, 40)]
    own = Feed("http://own.example/")
    await either.add_feeds([*quiet, own])
    for feed in (*quiet, own):
        await either.feed_failed(feed.id, "", NOW - timedelta(minutes=1))
    await either.add_feeds(noisy)
    claimed: list[str] = []
    for _ in range(8):
        states = await either.claim_due(NOW, 16, LEASE)
        assert len(states) == 16
        claimed += [state.feed.url for state in states]
    assert len(set(claimed)) == 128
    assert {feed.url for feed in (*quiet, own)} <= set(claimed)


async def test_with_two_tenants_each_gets_half_until_one_has_no_more(either: Store) -> None:
    await either.add_feeds(
        [Feed(f"http://a.example/{n}", origin="chat:T1/C1") for n in range(100)]
        + [Feed(f"http://b.example/{n}", origin="chat:T2/C1") for n in range(20)]
    )
    shares = []
    for _ in range(6):
        states = await either.claim_due(NOW, 20, LEASE)
        shares.append(Counter(state.feed.origin for state in states)["chat:T2/C1"])
    assert shares == [10, 10, 0, 0, 0, 0]
    assert await either.claim_due(NOW, 20, LEASE) == []
    assert TENANTS_AT_ONCE < 20


def test_tenants_take_turns_and_so_do_the_channels_of_each() -> None:
    large, small = "!{}:large.example", "!{}:small.example"
    rooms = [("matrix", large.format(n)) for n in range(4)]
    rooms += [("matrix", small.format(n)) for n in range(2)]
    assert [room for _, room in in_turns(rooms, {})] == [
        "!0:large.example", "!0:small.example", "!1:large.example", "!1:small.example",
        "!2:large.example", "!3:large.example",
    ]  # fmt: skip
    # Whoever was told something last comes last, rooms as well as their homeservers.
    told = {rooms[0]: NOW, rooms[1]: NOW - timedelta(seconds=1)}
    assert [room for _, room in in_turns(rooms[:5], told)] == [
        "!0:small.example", "!2:large.example", "!3:large.example", "!1:large.example",
        "!0:large.example",
    ]  # fmt: skip


async def test_rooms_of_a_small_homeserver_do_not_wait_for_all_of_a_large_ones(
    store: Store, clock: TurnedClock
) -> None:
    """All rooms share the bot's account and its limit; the small one has its turn each time."""
    large = [make_delivery(f"L{n}-{at}", "matrix", f"!{n}:large.example", story=f"s{n}-{at}")
             for n in range(30) for at in range(3)]  # fmt: skip
    small = [make_delivery(f"S{n}-{at}", "matrix", f"!{n}:small.example", story=f"t{n}-{at}")
             for n in range(2) for at in range(3)]  # fmt: skip
    await store.enqueue([*large, *small], clock.now())
    chat = ToldChat(clock, "matrix")

    async def sleep(seconds: float) -> None:
        end = clock.now() + timedelta(seconds=seconds)
        await asyncio.sleep(0.005)  # what is being sent arrives meanwhile
        clock.turn(seconds=max(0.0, (end - clock.now()).total_seconds()))

    limits = {"matrix": Limits(chat=0.2, burst=1)}
    deliver = deliver_to(store, clock, chat, limits=limits, sleep=sleep)
    for _ in range(300):
        await deliver.drain()
        clock.turn(seconds=1)
        if len(chat.posts) == len(large) + len(small):
            break
    assert len(chat.posts) == len({posted.id for posted in chat.posts}) == 96
    places = [at for at, posted in enumerate(chat.posts) if ":small." in posted.channel]
    # Six messages, every second turn: with one line for all, the last is near the end.
    assert max(places) < 30


async def test_many_tenants_rules_on_one_feed(store: Store, clock: TurnedClock) -> None:
    """One poll for all of them; every match arrives once, and a noisy tenant's bursts are its own.

    20 tenants with 50 rules and 1,000 matches; in the long profile 200 with 1,000 rules, and
    10,000 matches.
    """
    watched = RuleSet(Officials([]), [
        Rule(f"slack:T{tenant}/C1/{number}", f"r{number}", query, (f"slack:T{tenant}/C1",))
        for tenant in range(TENANTS)
        for number, query in enumerate(_queries(tenant))
    ])  # fmt: skip
    articles = [_article(number) for number in range(ARTICLES)]
    feeds_asked = FakeFeeds(*articles)
    watch = Watch(
        feeds=feeds_asked,
        reader=Reader(cast("Pages", FakePages("")), watched, Officials([])),
        store=store,
        rules=watched,
        stories=Stories(),
        chats=("slack",),
        clock=clock,
        pace=Pace(300, prime=False, chance=lambda: 0.0),
    )
    await store.add_feeds([FEED])
    [state] = await store.claim_due(clock.now(), 10, LEASE)
    poll = await watch.poll(state)
    assert len(feeds_asked.asked) == 1
    assert await store.claim_due(clock.now(), 10, LEASE) == []
    # Each tenant watches for every article with one rule; the noisy one with as many as it can.
    noisy = min(RULES_EACH, 50)
    assert poll.alerts == ARTICLES * (TENANTS - 1 + noisy)
    chat = ToldChat(clock)
    deliver = deliver_to(store, clock, chat)
    first_quiet: dict[str, int] = {}
    while True:
        await deliver.drain()
        if set(await store.count_deliveries()) <= {"delivered"}:
            break
        clock.turn(seconds=1)
    told = Counter((posted.channel, link) for posted in chat.posts for link in links_of(posted))
    for tenant in range(1, TENANTS):
        for article in articles:
            assert told[f"T{tenant}/C1", article.url] == 1
    assert sum(told.values()) >= ARTICLES * (TENANTS - 1)
    for at, posted in enumerate(chat.posts):
        first_quiet.setdefault(posted.channel, at)
    assert len(first_quiet) == TENANTS
    # Everybody hears something before anybody hears their third message.
    assert max(first_quiet.values()) < 3 * TENANTS


def _queries(tenant: int) -> list[str]:
    """Give a tenant's rules: one (for the noisy one 50) meets every article, the others none."""
    loud = min(RULES_EACH, 50) if tenant == 0 else 1
    return ["ferry"] * loud + [f"absent{tenant}x{n}" for n in range(RULES_EACH - loud)]


def _article(number: int) -> Article:
    words = " ".join(f"w{number}x{at}" for at in range(40))
    return make_article(
        str(number),
        title=f"Ferry {words[:60]}",
        text=f"The ferry {words}.",
        url=f"http://harbour.example/{number}",
    )
