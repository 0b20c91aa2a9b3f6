"""Homeservers that go away, forget, log the bot out or are slow; and that it is back by itself."""

from __future__ import annotations

import asyncio
import random
import signal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.adapters.matrix import Login, MatrixChat
from bot.adapters.store import Store
from bot.core.model import PollRecord, Validators
from bot.jobs.deliver import Deliver
from bot.ports import Delivered, Later
from tests.matrix.proxy import Proxy
from tests.matrix.samples import delivery
from tests.matrix.synapse import Person

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.core.model import Delivery
    from bot.ports import Outcome
    from tests.matrix.conftest import Bot
    from tests.matrix.synapse import Synapse

SOFT_LOGOUT = {"status": 401, "errcode": "M_UNKNOWN_TOKEN", "error": "x", "soft_logout": True}


async def soon(holds: Callable[[], bool]) -> bool:
    """Wait until something holds; False if it does not within a while."""
    for _ in range(400):
        if holds():
            return True
        await asyncio.sleep(0.05)
    return False


async def test_a_homeserver_that_restarts(synapse: Synapse, start_bot: Any) -> None:
    """While it is down alerts wait, afterwards alerts and commands go on; nothing is doubled.

    Who delivers can see when it is back.
    """
    alice = await Person.enter(synapse, "alice")
    bot = await start_bot(synapse, offers=False)
    room = await alice.make_room(bot.user_id)
    await alice.wait_text(room, "!watch help", of=bot.user_id)
    first = await bot.chat.post(delivery(room, "first"))
    assert bot.chat.connected.is_set()
    synapse.stop(signal.SIGKILL)
    down = await bot.chat.post(delivery(room, "second"))
    noticed = await soon(lambda: not bot.chat.connected.is_set())
    await asyncio.to_thread(synapse.start)
    assert isinstance(down, Later)
    assert noticed
    assert await bot.chat.post(delivery(room, "first")) == first
    assert isinstance(await bot.chat.post(delivery(room, "second")), Delivered)
    await alice.say(room, "!watch after")
    await alice.wait_text(room, "you said <after>", of=bot.user_id)
    alerts = [e for e in await alice.events(room, of=bot.user_id) if "Harbour" in str(e)]
    assert len(alerts) == 2
    assert bot.chat.connected.is_set()


async def test_logged_out_logs_in_again(bot: Bot, alice: Person, room: str) -> None:
    """With a password a lost token is replaced; the device stays, so nothing is doubled."""
    first = await bot.chat.post(delivery(room))
    device = bot.chat._account.session.device_id
    await bot.chat._account.request("POST", "/_matrix/client/v3/logout/all", {})
    await alice.say(room, "!watch after")
    await alice.wait_text(room, "you said <after>", of=bot.user_id)
    assert bot.chat._account.session.device_id == device
    assert await bot.chat.post(delivery(room)) == first


async def test_a_place_in_the_stream_nobody_knows(bot: Bot, alice: Person, room: str) -> None:
    """A sync token that means nothing to the homeserver is dropped, and the bot goes on."""
    await bot.chat.stop()
    bot.chat._account.keep(since="s1_nonsense")
    await bot.restart()
    await alice.say(room, "!watch after")
    await alice.wait_text(room, "you said <after>", of=bot.user_id)


async def test_a_restored_homeserver(bot: Bot, alice: Person, room: str) -> None:
    """A place in the stream that lies in the future of a restored database leads on from now."""
    await bot.chat.stop()
    events, _, others = bot.chat._account.session.since.partition("_")
    bot.chat._account.keep(since=f"s{int(events[1:]) + 1_000_000}_{others}")
    await bot.restart()
    await alice.say(room, "!watch after")
    await alice.wait_text(room, "you said <after>", of=bot.user_id)


async def test_a_soft_logout_keeps_the_device(
    synapse: Synapse, start_bot: Any, alice: Person
) -> None:
    """Asked to log in again, the bot does so as the same device, with its keys as they were."""
    async with Proxy(synapse.url, where="/_matrix/client/v3/") as proxy:
        bot = await start_bot(synapse, proxy.url, offers=False)
        room = await alice.make_room(bot.user_id)
        await alice.wait_text(room, "!watch help", of=bot.user_id)
        first = await bot.chat.post(delivery(room))
        account = bot.chat._account
        before = account.session, dict(account.client.olm.account.identity_keys)
        proxy.faults = [SOFT_LOGOUT, SOFT_LOGOUT]  # for the next sync and for whoami
        await alice.say(room, "news for the stream")
        await alice.wait_for(room, lambda _: not proxy.faults)
        await alice.say(room, "!watch after")
        await alice.wait_text(room, "you said <after>", of=bot.user_id)
        assert account.session.access_token != before[0].access_token
        assert account.session.device_id == before[0].device_id
        assert dict(account.client.olm.account.identity_keys) == before[1]
        assert await bot.chat.post(delivery(room)) == first


async def test_away_at_the_start(
    synapse: Synapse, start_bot: Any, bot: Bot, tmp_path: Path
) -> None:
    """Where the homeserver was away at the start, it can be seen when it is there."""
    async with Proxy(synapse.url, where="/_matrix/") as proxy:
        proxy.faults = ["502"] * 3
        options = {**bot.options, "folder": tmp_path / "other"}
        chat = MatrixChat(Login(proxy.url, bot.user_id, "pw"), **options)
        await chat.start()
        assert isinstance(await chat.post(delivery("!room:localhost")), Later)
        assert not chat.connected.is_set()
        async with asyncio.timeout(60):
            await chat.connected.wait()
        await chat.stop()


JOINS: list[tuple[list[Any], bool]] = [
    # what joining meets, whether the bot comes in the end
    (["502", "504 after"], True),
    ([{"status": 502, "errcode": "M_UNKNOWN", "error": "Failed to contact"}], True),
    ([{"status": 429, "errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 100}], True),
    ([{"status": 404, "errcode": "M_NOT_FOUND", "error": "no known servers"}], False),
    ([{"status": 400, "errcode": "M_INCOMPATIBLE_ROOM_VERSION", "error": "x"}], False),
    ([{"status": 403, "errcode": "M_FORBIDDEN", "error": "x"}], False),
]


async def test_joining_over_federation(synapse: Synapse, start_bot: Any, alice: Person) -> None:
    """A room whose servers cannot be reached is tried again, one that refuses is left alone."""
    async with Proxy(synapse.url, where="/join/") as proxy:
        bot = await start_bot(synapse, proxy.url)
        for faults, comes in JOINS:
            proxy.faults = list(faults)
            room = await alice.make_room(bot.user_id)
            if comes:
                await alice.wait_text(room, "!watch help", of=bot.user_id)
            else:
                await alice.wait_for(room, lambda _: not proxy.faults)
            assert (room in bot.entered) is comes
        last = await alice.make_room(bot.user_id)
        await alice.wait_text(last, "!watch help", of=bot.user_id)
        assert len(bot.entered) == sum(comes for _, comes in JOINS) + 1


class Quick:
    """A chat that takes everything at once."""

    name = "console"
    doubt = timedelta(0)

    def __init__(self) -> None:
        self.posted: list[str] = []
        self.first = asyncio.Event()

    async def post(self, sent: Delivery) -> Outcome:
        self.posted.append(sent.id)
        self.first.set()
        return Delivered(sent.id)

    async def revise(self, sent: Delivery, ref: str) -> Outcome:
        raise NotImplementedError

    async def find(self, sent: Delivery) -> str | None:
        raise NotImplementedError


async def test_a_slow_homeserver_delays_no_other_chat(
    synapse: Synapse, start_bot: Any, alice: Person, tmp_path: Path
) -> None:
    """While the homeserver sits on an alert, the other chats have theirs, new ones too."""
    async with Proxy(synapse.url) as proxy:
        bot = await start_bot(synapse, proxy.url, offers=False)
        room = await alice.make_room(bot.user_id)
        await alice.wait_text(room, "!watch help", of=bot.user_id)
        store, quick = Store(f"sqlite:///{tmp_path}/outbox.db"), Quick()
        await store.open()
        chats = {"matrix": bot.chat, "console": quick}
        deliver = Deliver(chats, store, bot.options["clock"], random.random)
        now = datetime.now(UTC)

        async def bring(*found: Delivery) -> None:
            await store.record(PollRecord("feed", now, Validators(), now, deliveries=found))

        def quick_one(name: str) -> Delivery:
            slow = delivery("", name, article=name)
            return slow.__class__(slow.id, "console", "", slow.rule_id, slow.message)

        proxy.gate.clear()
        await bring(delivery(room, "slow"), quick_one("a"))
        draining = asyncio.create_task(deliver.drain())
        await quick.first.wait()
        await bring(quick_one("b"))
        for _ in range(1000):
            await deliver.drain()
            if len(quick.posted) == 2:
                break
            await asyncio.sleep(0.01)
        assert len(quick.posted) == 2
        assert not draining.done()
        proxy.gate.set()
        await draining
        assert await store.count_deliveries() == {"delivered": 3}
        await store.close()
