"""Outbox to chat, on a real store; only the chat is a fake."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.core.model import DeliveryState, PollRecord, Validators
from bot.jobs.deliver import Deliver
from bot.ports import Delivered, Later, Outcome, Refused, Unknown
from tests.samples import FEED, NOW, make_delivery

if TYPE_CHECKING:
    from bot.adapters.store import Store
    from bot.core.model import Delivery
    from tests.conftest import TurnedClock


class FakeChat:
    """Says what it is told to say, and keeps what it accepted: the oracle."""

    name = "console"

    def __init__(self, *script: Outcome | Exception, doubt: float = 60) -> None:
        self.doubt = timedelta(seconds=doubt)
        self.script = list(script)
        self.accepted: list[str] = []
        self.looks = 0
        self.unreachable = False

    async def post(self, delivery: Delivery) -> Outcome:
        outcome = self.script.pop(0) if self.script else Delivered("ref")
        await asyncio.sleep(0)
        if isinstance(outcome, Exception):
            raise outcome
        if isinstance(outcome, Delivered) or outcome == Unknown("accepted"):
            self.accepted.append(delivery.alert.article)
        return outcome

    async def find(self, delivery: Delivery) -> str | None:
        self.looks += 1
        if self.unreachable:
            raise ConnectionResetError("reset")
        return "ref" if delivery.alert.article in self.accepted else None


async def fill(store: Store, *deliveries: Delivery) -> None:
    await store.record(PollRecord(FEED.id, NOW, Validators(), NOW, deliveries=deliveries))


def deliver(store: Store, clock: TurnedClock, *chats: FakeChat) -> Deliver:
    async def sleep(seconds: float) -> None:
        clock.turn(seconds=seconds)

    return Deliver({chat.name: chat for chat in chats}, store, clock, lambda: 0.0, sleep=sleep)


async def test_deliveries_arrive_in_order_and_once(store: Store, clock: TurnedClock) -> None:
    await fill(store, *(make_delivery(f"a{at}") for at in range(5)))
    chat = FakeChat()
    job = deliver(store, clock, chat)
    assert await job.drain() == 5
    assert await job.drain() == 0
    assert chat.accepted == ["a0", "a1", "a2", "a3", "a4"]
    assert await store.count_deliveries() == {"delivered": 5}


async def test_a_refused_message_is_set_aside_and_the_next_goes_on(
    store: Store, clock: TurnedClock
) -> None:
    """Whether it was the message or the channel is known once another one passes."""
    await fill(store, make_delivery("a1"), make_delivery("a2"))
    chat = FakeChat(Refused("too large"), Refused("too large"))
    job = deliver(store, clock, chat)
    assert await job.drain() == 0
    clock.turn(minutes=2)
    assert await job.drain() == 1
    assert chat.accepted == ["a2"]
    assert await store.count_deliveries() == {"blocked": 1, "delivered": 1}


async def test_later_means_later_and_keeps_the_order(store: Store, clock: TurnedClock) -> None:
    await fill(store, make_delivery("a1"), make_delivery("a2"))
    chat = FakeChat(Later("ratelimited", NOW + timedelta(seconds=30)))
    job = deliver(store, clock, chat)
    assert await job.drain() == 0
    clock.turn(seconds=27)
    assert await job.drain() == 0
    clock.turn(seconds=3)
    assert await job.drain() == 2
    assert chat.accepted == ["a1", "a2"]


@pytest.mark.parametrize("accepted", [True, False])
async def test_an_unknown_one_is_looked_for_after_the_doubt_window(
    store: Store, clock: TurnedClock, *, accepted: bool
) -> None:
    """It is never sent again before the chat was asked, nor twice when the chat has it."""
    await fill(store, make_delivery("a1"), make_delivery("a2"))
    chat = FakeChat(Unknown("accepted" if accepted else "lost"))
    job = deliver(store, clock, chat)
    assert await job.drain() == 0
    clock.turn(seconds=59)
    assert await job.drain() == 0
    assert chat.looks == 0
    clock.turn(seconds=2)
    assert await job.drain() == 2
    assert chat.looks == 1
    assert chat.accepted == ["a1", "a2"]


async def test_what_a_crash_left_is_looked_for(store: Store, clock: TurnedClock) -> None:
    """A delivery marked as being sent, by a program that died, is not sent blindly."""
    was_sent, was_not = make_delivery("a1"), make_delivery("a2")
    await fill(store, was_sent, was_not)
    await store.start_sending(was_sent, NOW)
    await store.start_sending(was_not, NOW)
    chat = FakeChat(doubt=0)
    chat.accepted.append("a1")
    assert await deliver(store, clock, chat).drain() == 2
    assert chat.accepted == ["a1", "a2"]


async def test_a_chat_that_cannot_be_asked_is_asked_again(store: Store, clock: TurnedClock) -> None:
    await fill(store, make_delivery("a1"))
    chat = FakeChat(Unknown("accepted"), doubt=1)
    job = deliver(store, clock, chat)
    await job.drain()
    chat.unreachable = True
    clock.turn(seconds=5)
    assert await job.drain() == 0
    chat.unreachable = False
    clock.turn(hours=2)
    assert await job.drain() == 1
    assert chat.accepted == ["a1"]


async def test_a_fault_in_a_chat_counts_as_unknown(store: Store, clock: TurnedClock) -> None:
    await fill(store, make_delivery("a1"))
    chat = FakeChat(ValueError("a fault of ours"))
    job = deliver(store, clock, chat)
    assert await job.drain() == 0
    found = await store.next_delivery("console", "")
    assert found is not None
    assert found[0].state is DeliveryState.SENDING
    clock.turn(minutes=5)
    assert await job.drain() == 1
    assert chat.accepted == ["a1"]


async def test_a_slow_chat_delays_no_other(store: Store, clock: TurnedClock) -> None:
    class Slow(FakeChat):
        name = "slack"
        gate = asyncio.Event()

        async def post(self, delivery: Delivery) -> Outcome:
            await self.gate.wait()
            return await super().post(delivery)

    slow, quick = Slow(), FakeChat()
    await fill(store, make_delivery("a1", "slack", "C1"), make_delivery("a1"))
    job = deliver(store, clock, slow, quick)
    waiting = asyncio.ensure_future(job.drain())
    while not quick.accepted:  # noqa: ASYNC110 -- what a chat accepted is no event
        await asyncio.sleep(0.01)
    await fill(store, make_delivery("a2"))
    assert await job.drain() == 1, "the busy channel is left alone, the other served"
    slow.gate.set()
    assert await waiting == 2
    assert slow.accepted == ["a1"]


async def test_two_drains_at_once_do_not_double(store: Store, clock: TurnedClock) -> None:
    await fill(store, *(make_delivery(f"a{at}") for at in range(10)))
    chat = FakeChat()
    job = deliver(store, clock, chat)
    await asyncio.gather(*(job.drain() for _ in range(4)))
    assert chat.accepted == [f"a{at}" for at in range(10)]


async def test_a_chat_that_does_not_run_keeps_its_deliveries(
    store: Store, clock: TurnedClock
) -> None:
    await fill(store, make_delivery("a1", "slack", "C1"))
    assert await deliver(store, clock, FakeChat()).drain() == 0
    assert await store.count_deliveries() == {"pending": 1}


async def test_two_looks_that_end_together_give_a_channel_one_writer(
    store: Store, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each tick looks at the outbox; on a busy machine the answers come at the same moment."""
    await fill(store, *(make_delivery(f"a{at}") for at in range(3)))
    chat, ready = FakeChat(), asyncio.Event()
    job = deliver(store, clock, chat)
    await job.drain()
    await fill(store, *(make_delivery(f"b{at}") for at in range(3)))
    waiting = await store.waiting_channels(["console"])

    async def together(*_: object) -> list[tuple[str, str]]:
        await ready.wait()
        return waiting

    monkeypatch.setattr(store, "waiting_channels", together)
    looks = [asyncio.create_task(job.drain()) for _ in range(3)]
    await asyncio.sleep(0)
    ready.set()
    assert sum(await asyncio.gather(*looks)) == 3
    assert chat.accepted == ["a0", "a1", "a2", "b0", "b1", "b2"]
