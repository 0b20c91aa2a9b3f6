"""Pace and bursts: about a message a second, many alerts in few messages, none lost."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.adapters.store import Store
from bot.core.alert import notice_for
from bot.core.model import DeliveryState
from bot.ports import Delivered, Later, Outcome, Unknown
from tests.jobs.chats import ToldChat, deliver_to, links_of
from tests.samples import NOW, make_news

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.model import Delivery
    from tests.conftest import TurnedClock


async def test_a_channel_gets_a_message_a_second(store: Store, clock: TurnedClock) -> None:
    await store.enqueue([make_news(at) for at in range(5)], NOW)
    chat = ToldChat(clock)
    assert await deliver_to(store, clock, chat).drain() == 5
    assert chat.kinds == ["alert"] * 5
    gaps = [after - before for before, after in zip(chat.times, chat.times[1:], strict=False)]
    assert min(gaps) >= 1.0


async def test_a_workspace_has_a_bucket(store: Store, clock: TurnedClock) -> None:
    """Sixty channels at once: twenty messages go, the rest five a second."""
    await store.enqueue([make_news(at, f"C{at}") for at in range(60)], NOW)
    chat = ToldChat(clock)
    job = deliver_to(store, clock, chat)
    while len(chat.posts) < 60:
        await job.drain()
        clock.turn(seconds=0.1)
    assert chat.times[-1] - NOW.timestamp() >= 7.8


async def test_a_burst_is_a_few_alerts_and_then_digests(store: Store, clock: TurnedClock) -> None:
    """The rest is told in order, fifty links a message, and every delivery gets its ref."""
    await store.enqueue(
        [make_news(at, rule="ferries" if at < 90 else "tides") for at in range(123)], NOW
    )
    chat = ToldChat(clock)
    await deliver_to(store, clock, chat).drain()
    assert chat.kinds == ["alert"] * 5 + ["digest"] * 3
    assert chat.titles == ["50 more on ferries", "50 more on ferries and tides", "18 more on tides"]
    assert chat.links == [f"http://harbour.example/{at}" for at in range(123)]
    assert await store.count_deliveries() == {"delivered": 126}
    for at in (0, 60, 122):
        [(found, _)] = await store.deliveries_of(f"a{at}")
        assert found.state is DeliveryState.DELIVERED


async def test_a_large_burst_drains_fifty_a_second(store: Store, clock: TurnedClock) -> None:
    wanted = [make_news(at) for at in range(2000)]
    await store.enqueue(wanted, NOW)
    chat = ToldChat(clock)
    await deliver_to(store, clock, chat).drain()
    assert sorted(chat.links) == sorted(link for one in wanted for link in links_of(one))
    seconds = chat.times[-1] - chat.times[0]
    assert seconds <= 60, "ten thousand would take five times as long: within five minutes"
    assert await store.count_deliveries() == {"delivered": 2000 + len(chat.titles)}


async def test_what_comes_while_a_burst_drains_keeps_its_order(
    store: Store, clock: TurnedClock
) -> None:
    await store.enqueue([make_news(at) for at in range(70)], NOW)
    chat, extra = ToldChat(clock), iter(range(70, 120))

    def more(_delivery: Delivery) -> None:
        late.extend(make_news(at) for at in (next(extra, None),) if at is not None)

    late: list[Delivery] = []
    chat.rule = more
    job = deliver_to(store, clock, chat)
    for _ in range(60):
        await job.drain()
        await store.enqueue(late, clock.now())
    assert chat.links == [f"http://harbour.example/{at}" for at in range(len(chat.links))]
    assert len(chat.links) == 120


async def test_a_notice_in_a_burst_keeps_its_place(store: Store, clock: TurnedClock) -> None:
    alerts = [make_news(at) for at in range(20)]
    notice = notice_for("slack", "C1", "A feed fails.", key="feed")
    await store.enqueue([*alerts[:12], notice, *alerts[12:]], NOW)
    chat = ToldChat(clock)
    await deliver_to(store, clock, chat).drain()
    assert chat.links == [f"http://harbour.example/{at}" for at in range(20)]
    told = [link for at in range(chat.kinds.index("notice")) for link in links_of(chat.posts[at])]
    assert len(told) == 12


async def test_a_follow_up_stands_below_the_digest_that_told_its_story(
    store: Store, clock: TurnedClock
) -> None:
    await store.enqueue([make_news(at) for at in range(12)], NOW)
    chat = ToldChat(clock)
    job = deliver_to(store, clock, chat)
    await job.drain()
    assert chat.kinds == ["alert"] * 5 + ["digest"]
    later = make_news(9, kind="follow-up")
    await store.enqueue([replace(later, id="f" * 32)], clock.now())
    await job.drain()
    home = next(at for at, p in enumerate(chat.posts, 1) if links_of(later)[0] in links_of(p))
    assert chat.posts[-1].parent_ref == f"ref-{home}"


async def test_a_chat_without_pace_gets_every_alert_alone(store: Store, clock: TurnedClock) -> None:
    await store.enqueue([replace(make_news(at), chat="console") for at in range(30)], NOW)
    chat = ToldChat(clock, "console")
    assert await deliver_to(store, clock, chat).drain() == 30
    assert chat.kinds == ["alert"] * 30


async def test_retry_after_holds_the_whole_chat(store: Store, clock: TurnedClock) -> None:
    """Limits count for a workspace; nothing is sent to any channel before the time named."""
    await store.enqueue([make_news(1, "C1")], NOW)
    chat = ToldChat(clock)
    named = NOW + timedelta(seconds=90)
    chat.rule = lambda _delivery: Later("ratelimited", named) if len(chat.tries) == 1 else None
    job = deliver_to(store, clock, chat)
    await job.drain()
    await store.enqueue([make_news(2, "C2")], NOW)
    for _ in range(100):
        await job.drain()
        clock.turn(seconds=1)
    assert len(chat.posts) == 2
    assert min(chat.tries[1:]) >= named.timestamp()


async def test_a_success_elsewhere_does_not_end_a_named_pause(
    store: Store, clock: TurnedClock
) -> None:
    """Two messages are under way; one is told to wait, the other is taken a moment later."""
    await store.enqueue([make_news(at, f"C{at}") for at in range(3)], NOW)
    chat, named = ToldChat(clock), NOW + timedelta(seconds=90)
    chat.rule = lambda one: Later("ratelimited", named) if one.channel == "C0" else None
    job = deliver_to(store, clock, chat)
    await job.drain()
    await store.enqueue([make_news(9, "C9")], NOW)
    for _ in range(40):
        await job.drain()
        clock.turn(seconds=2)
    assert "http://harbour.example/9" not in chat.links
    assert max(chat.tries) < named.timestamp()
    clock.turn(seconds=20)
    await job.drain()
    assert "http://harbour.example/9" in chat.links


async def test_retry_after_outlives_a_restart(store: Store, clock: TurnedClock) -> None:
    await store.enqueue([make_news(1, "C1")], NOW)
    chat, named = ToldChat(clock), NOW + timedelta(seconds=90)
    chat.rule = lambda _delivery: Later("ratelimited", named)
    await deliver_to(store, clock, chat).drain()
    await store.enqueue([make_news(2, "C2")], NOW)
    chat.rule = lambda _delivery: None
    again = deliver_to(store, clock, chat)
    for _ in range(100):
        await again.drain()
        clock.turn(seconds=1)
    assert len(chat.posts) == 2
    assert min(chat.tries[1:]) >= named.timestamp()


class PowerCut(BaseException):
    """Ends everything, as a crash does."""


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # its file is copied
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["carry", "start_sending", "delivered"])
async def test_a_crash_at_any_step_of_a_digest_loses_and_doubles_nothing(
    store: Store, clock: TurnedClock, tmp_path: Path, step: str, when: str
) -> None:
    """The store is copied at the moment of the crash, and a new bot goes on with the copy."""
    await store.enqueue([make_news(at) for at in range(40)], NOW)
    chat = ToldChat(clock, doubt=1)
    plain, copy = getattr(store, step), tmp_path / "copy.db"

    async def cut(*args: object, **named: object) -> object:
        if chat.kinds.count("alert") < 5:
            return await plain(*args, **named)
        if when == "after":
            await plain(*args, **named)
        await _copied(tmp_path / "wirewatch.db", copy)
        raise PowerCut

    setattr(store, step, cut)
    with pytest.raises(PowerCut):
        await deliver_to(store, clock, chat).drain()
    again = Store(f"sqlite:///{copy}")
    await again.open()
    job = deliver_to(again, clock, chat)
    for _ in range(30):
        clock.turn(seconds=2)
        await job.drain()
    assert chat.links == [f"http://harbour.example/{at}" for at in range(40)]
    assert set(await again.count_deliveries()) == {"delivered"}
    await again.close()


async def _copied(database: Path, copy: Path) -> None:
    """Copy a database with what stands in its log, as a disk would keep it."""
    for end in ("", "-wal"):
        source = database.with_name(database.name + end)
        if source.exists():
            shutil.copy(source, copy.with_name(copy.name + end))


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_digest_in_doubt_is_looked_for(
    store: Store, clock: TurnedClock, *, accepted: bool
) -> None:
    await store.enqueue([make_news(at) for at in range(30)], NOW)
    chat = ToldChat(clock, doubt=10)

    def once(delivery: Delivery) -> Outcome | None:
        first = delivery.message.kind == "digest" and delivery.attempt == 1
        return Unknown("accepted" if accepted else "lost") if first else None

    chat.rule = once
    job = deliver_to(store, clock, chat)
    for _ in range(20):
        await job.drain()
        clock.turn(seconds=2)
    assert chat.links == [f"http://harbour.example/{at}" for at in range(30)]
    assert set(await store.count_deliveries()) == {"delivered"}


async def test_a_stop_ends_a_burst_between_two_messages(store: Store, clock: TurnedClock) -> None:
    await store.enqueue([make_news(at) for at in range(30)], NOW)
    chat = ToldChat(clock)
    job = deliver_to(store, clock, chat)

    def stop_at_third(_delivery: Delivery) -> Outcome | None:
        if len(chat.tries) == 3:
            job.stop()
        return Delivered("ref")

    chat.rule = stop_at_third
    assert await job.drain() == 3
    assert len(chat.tries) == 3
