"""WebSub from the announcement to the poll: a real store, real HTTP both ways, a hub of our own."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from bot.adapters.http import HttpClient
from bot.adapters.websub import MAX_BODY, websub_routes
from bot.core.feed.links import announced
from bot.core.model import Feed, Habits, PollRecord, Validators
from bot.core.websub import LEASE, Signature, granted, renewal
from bot.jobs.hubs import AGAIN, Hubs
from tests.samples import FEED, NOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.adapters.store import Store
    from tests.conftest import TurnedClock

HUB, TOPIC = "http://hub.example/", "http://harbour.example/feed.xml"


class World:
    """A hub, our own server, and a browser for those who are neither."""

    def __init__(self, store: Store, clock: TurnedClock) -> None:
        self.store, self.clock = store, clock
        self.forms: list[dict[str, str]] = []
        self.status = 202
        self.together = 1
        self.all_here = asyncio.Event()
        self.browser: aiohttp.ClientSession
        self.hubs: Hubs
        self.base = ""

    async def hear(self, request: web.Request) -> web.Response:
        self.forms.append({name: str(value) for name, value in (await request.post()).items()})
        if len(self.forms) == self.together:
            self.all_here.set()
        await self.all_here.wait()
        return web.Response(status=self.status)

    @property
    def callback(self) -> str:
        return self.forms[-1]["hub.callback"]

    async def verify(self, **changes: str) -> tuple[int, str]:
        """Ask for confirmation as a hub does; `None` leaves a parameter out."""
        query = {"mode": "subscribe", "topic": TOPIC, "challenge": "c-1", "lease_seconds": "1000"}
        query |= changes
        named = {f"hub.{name}": value for name, value in query.items() if value}
        async with self.browser.get(self.callback, params=named) as answer:
            return answer.status, await answer.text()

    async def call(self, body: bytes = b"<rss/>", header: str | None = None) -> int:
        """Send content as a hub does, signed unless a header is given."""
        secret = self.forms[-1]["hub.secret"].encode()
        good = f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"
        headers = {"X-Hub-Signature": good if header is None else header}
        sent = io.BytesIO(body)
        async with self.browser.post(self.callback, data=sent, headers=headers) as answer:
            return answer.status

    async def due(self) -> bool:
        (state,) = await self.store.feed_states()
        return state.next_poll is not None and state.next_poll <= self.clock.now()

    async def pushed_until(self) -> object:
        (state,) = await self.store.feed_states()
        return state.pushed_until


async def announce(store: Store, hub: str = HUB) -> None:
    habits = Habits(hub=hub, topic=TOPIC)
    due = NOW + timedelta(hours=1)
    await store.record(PollRecord(FEED.id, NOW, Validators(), due, habits=habits))


@pytest.fixture
async def world(store: Store, clock: TurnedClock) -> AsyncIterator[World]:
    await store.add_feeds([FEED])
    await announce(store)
    world = World(store, clock)
    app = web.Application()
    app.add_routes([web.post("/", world.hear)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hosts = {"hub.example": f"127.0.0.1:{runner.addresses[0][1]}"}
    async with HttpClient(hosts=hosts) as client, aiohttp.ClientSession() as world.browser:
        own = web.Application()
        own_runner = web.AppRunner(own, shutdown_timeout=0.1)
        world.hubs = Hubs(store, client, "http://ours.example", clock, lambda: 0.0)
        own.add_routes(websub_routes(world.hubs))
        await own_runner.setup()
        await web.TCPSite(own_runner, "127.0.0.1", 0).start()
        world.hubs._base = f"http://127.0.0.1:{own_runner.addresses[0][1]}"
        yield world
        await own_runner.cleanup()
    await runner.cleanup()


async def active(world: World) -> World:
    await world.hubs.tick()
    assert (await world.verify())[0] == 200
    return world


async def test_a_hub_is_asked_verified_and_renewed(world: World) -> None:
    await world.hubs.tick()
    (form,) = world.forms
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", TOPIC)
    assert len(form["hub.secret"]) == 64
    assert await world.verify() == (200, "c-1")
    assert await world.pushed_until() == NOW + timedelta(seconds=1000)
    for seconds, asked in ((790, 1), (20, 2)):
        world.clock.turn(seconds=seconds)
        await world.hubs.tick()
        assert len(world.forms) == asked
    assert world.forms[1] == form
    assert await world.pushed_until() == NOW + timedelta(seconds=1000)  # it still runs
    assert (await world.verify(lease_seconds="5000"))[0] == 200
    assert await world.pushed_until() == NOW + timedelta(seconds=810 + 5000)


@pytest.mark.parametrize(
    "changes", [{"topic": "http://other.example/"}, {"challenge": ""}, {"mode": "unsubscribe"},
                {"mode": ""}, {"topic": ""}],
)  # fmt: skip
async def test_what_we_did_not_ask_for_is_not_confirmed(
    world: World, changes: dict[str, str]
) -> None:
    await world.hubs.tick()
    assert (await world.verify(**changes))[0] == 404
    assert await world.pushed_until() is None


async def test_a_guessed_callback_is_unknown(world: World) -> None:
    await active(world)
    for token in ("0" * 32, "x", "../x", "0" * 31):
        place = f"{world.hubs._base}/websub/{token}"
        async with world.browser.get(place) as answer:
            assert answer.status == 404
        async with world.browser.post(place, data=b"x") as answer:
            assert answer.status in (404, 410)


async def test_a_call_makes_the_feed_due_now_and_a_little_later(world: World) -> None:
    await active(world)
    assert not await world.due()
    assert await world.call() == 202
    assert await world.due()
    await announce(world.store)  # as a poll does
    assert not await world.due()
    world.clock.turn(seconds=AGAIN.total_seconds())
    await world.hubs.tick()
    assert await world.due()


async def test_a_hub_that_calls_all_the_time_hammers_nobody(world: World) -> None:
    """Polls that calls ask for are ten seconds apart; what came in between is not forgotten."""
    await active(world)
    polled = []
    for second in range(60):
        await world.call()
        await world.hubs.tick()
        if await world.due():
            polled.append(second)
            await announce(world.store)  # as a poll does
        world.clock.turn(seconds=1)
    assert polled == [0, 10, 20, 30, 40, 50]


async def test_a_call_does_not_outweigh_a_server_that_asked_for_patience(world: World) -> None:
    await active(world)
    until = NOW + timedelta(hours=2)
    await world.store.feed_failed(FEED.id, "HTTP 429", until, Habits(hub=HUB, topic=TOPIC))
    assert await world.call() == 202
    assert not await world.due()
    world.clock.turn(hours=1.9)
    await world.hubs.tick()
    assert not await world.due()
    world.clock.turn(hours=0.2)
    assert await world.due()


async def test_a_hub_that_does_not_answer_keeps_no_other_waiting(world: World) -> None:
    """All that are due are asked at the same time."""
    other = Feed("http://other.example/feed")
    await world.store.add_feeds([other])
    habits = Habits(hub=HUB, topic=other.url)
    later = NOW + timedelta(hours=1)
    await world.store.record(PollRecord(other.id, NOW, Validators(), later, habits=habits))
    world.together = 2  # answers the first only when the second has come
    async with asyncio.timeout(10):
        await world.hubs.tick()
    assert {form["hub.topic"] for form in world.forms} == {TOPIC, other.url}


@pytest.mark.parametrize(
    "header", ["", "sha256=", "sha256=00", "sha1=zz", "md5=d41d8cd98f00b204e9800998ecf8427e", "é"]
)
async def test_a_call_without_a_good_signature_is_ignored(world: World, header: str) -> None:
    await active(world)
    assert await world.call(header=header) == 202
    assert not await world.due()


async def test_a_call_during_a_poll_is_not_lost(world: World) -> None:
    """The poll under way may have asked before the news was there, and sets the next one itself."""
    await active(world)
    await world.store.poll_soon(FEED.id, NOW)
    assert await world.store.claim_due(NOW, 1, timedelta(minutes=10))
    await world.call()
    await announce(world.store)
    assert not await world.due()
    await world.hubs.tick()
    assert await world.due()


async def test_a_call_that_does_not_end_is_cut_off(world: World) -> None:
    await active(world)
    assert await world.call(b"x" * (MAX_BODY + 1)) == 413
    assert not await world.due()


async def test_a_hub_that_fails_is_asked_again_and_again(world: World) -> None:
    world.status = 500
    for hours, asked in ((0, 1), (0.9, 1), (0.2, 2), (1.1, 3)):
        world.clock.turn(hours=hours)
        await world.hubs.tick()
        assert len(world.forms) == asked


async def test_a_hub_that_denies_is_left_alone_for_a_week(world: World) -> None:
    await active(world)
    assert (await world.verify(mode="denied", challenge="", reason="no"))[0] == 200
    assert await world.pushed_until() is None
    assert await world.call() == 410
    world.clock.turn(days=6)
    await world.hubs.tick()
    assert len(world.forms) == 1
    world.clock.turn(days=1)
    await world.hubs.tick()
    assert len(world.forms) == 2


async def test_a_hub_inside_is_never_asked(world: World) -> None:
    """The address came from a stranger's feed: the guard judges it like any other."""
    for hub in ("http://169.254.169.254/", "http://127.0.0.1:9/", "http://[::1]/"):
        await announce(world.store, hub)
        await world.hubs.tick()
    (lease,) = await world.store.due_hubs(NOW + timedelta(days=2), 9)
    assert lease.state == "asked"
    assert world.forms == []


async def test_another_hub_gets_another_secret(world: World) -> None:
    await active(world)
    before = world.forms[-1]
    await announce(world.store, "http://hub.example/?other")
    await world.hubs.tick()
    assert world.forms[-1]["hub.secret"] != before["hub.secret"]
    assert world.callback != before["hub.callback"]


async def test_a_removed_feed_is_not_renewed_and_its_callback_is_gone(world: World) -> None:
    await active(world)
    await world.store.remove_feeds([FEED.id])
    assert await world.call() == 410
    world.clock.turn(days=1)
    await world.hubs.tick()
    assert len(world.forms) == 1


@pytest.mark.parametrize(("given", "seconds"), [
    ("1000", 1_000), ("1", 300), ("999999999", 5_184_000), ("", 864_000), ("-5", 864_000),
    ("٣", 864_000), ("9" * 50, 864_000),
])  # fmt: skip
def test_leases_are_kept_within_bounds(given: str, seconds: float) -> None:
    assert granted(given).total_seconds() == seconds
    assert renewal(granted(given)) < granted(given)
    assert timedelta(days=10) == LEASE


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512", "SHA256"])
def test_all_methods_of_the_specification_are_known(method: str) -> None:
    made = hmac.new(b"s", b"body", method.lower()).hexdigest()
    check = Signature(f"{method}={made}", "s")
    for piece in (b"bo", b"dy"):
        check.update(piece)
    assert check.holds()
    assert not Signature(f"{method}={made}", "s").holds()
    assert not Signature(f"{method}={made}", "").holds()


@pytest.mark.parametrize(
    ("header", "hub", "self_"),
    [
        ('<https://hub.example/>; rel="hub", </feed>; rel="self"', "https://hub.example/", "/feed"),
        ("<https://hub.example/>;rel=hub,<https://a.example/f>;rel=self;type=x", "https://hub.example/",
         "https://a.example/f"),
        ('<h>; rel="preload"; as="x, y", <https://hub.example/>; title="a;b"; rel="x hub"',
         "https://hub.example/", ""),
        ("<javascript:alert(1)>; rel=hub", "", ""),
        ("rel=hub", "", ""),
        ("<" * 20_000, "", ""),
        ('<a>;rel="' * 2_000, "", ""),
    ],
)  # fmt: skip
def test_link_headers_are_read(header: str, hub: str, self_: str) -> None:
    base = "https://a.example/x"
    assert announced(header, "hub", base) == hub
    wanted = f"https://a.example{self_}" if self_.startswith("/") else self_
    assert announced(header, "self", base) == wanted


async def test_a_claimed_feed_keeps_what_was_learned(store: Store) -> None:
    await store.add_feeds([FEED])
    await announce(store)
    (state,) = await store.feed_states()
    assert replace(state.habits) == Habits(hub=HUB, topic=TOPIC)
