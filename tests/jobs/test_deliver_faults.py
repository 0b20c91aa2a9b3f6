"""What fails: refusals, outages, clocks that jump. Nothing is lost, and it is said once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.core.model import AuditEntry, DeliveryState, Notice, Rule
from bot.core.owners import inboxes
from bot.core.pacing import GIVE_UP, LONGEST_RETRY
from bot.ports import Delivered, Later, Outcome, Refused, Unknown
from tests.jobs.chats import ToldChat, deliver_to
from tests.samples import NOW, make_delivery, make_news

if TYPE_CHECKING:
    from bot.adapters.store import Store
    from bot.core.model import Delivery
    from bot.jobs.deliver import Deliver
    from tests.conftest import TurnedClock


async def live(job: Deliver, clock: TurnedClock, seconds: int, step: float = 1) -> None:
    """Let the heart beat for a while."""
    for _ in range(int(seconds / step)):
        await job.drain()
        clock.turn(seconds=step)


def archived(_delivery: Delivery) -> Outcome:
    return Refused("is_archived")


async def test_a_refusal_stops_its_channel_and_no_other(store: Store, clock: TurnedClock) -> None:
    """Of eight alerts one is tried; the others wait; the audit log says it once."""
    await store.enqueue([*(make_news(at) for at in range(8)), make_news(99, "C2")], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda one: Refused("is_archived") if one.channel == "C1" else None
    await live(deliver_to(store, clock, chat), clock, 50)
    assert chat.links == ["http://harbour.example/99"]
    assert len(chat.tries) == 2
    assert await store.count_deliveries() == {"blocked": 1, "pending": 7, "delivered": 1}
    report = await store.outbox_report(clock.now())
    assert [(t.state, t.channel, t.count) for t in report.troubles] == [
        ("stopped", "C1", 7),
        ("blocked", "C1", 1),
    ]
    [entry] = await store.audit_log()
    assert entry.what == "stopped slack:C1, which refuses"
    assert entry.after == "is_archived"


async def test_whoever_made_a_rule_of_a_channel_that_refuses_is_told_once(
    store: Store, clock: TurnedClock
) -> None:
    """The team of two who have rules in C1 hear of it directly; who has one elsewhere does not."""
    rules = [
        Rule("slack:T1/C1/a", "a", "ferry", ("slack:T1/C1",), "Ida Berg (U0000001), 2024-04-30"),
        Rule("slack:T1/C1/b", "b", "quay", ("slack:T1/C1",), "U0000002, 2024-04-30"),
        Rule("slack:T1/C2/c", "c", "ferry", ("slack:T1/C2",), "Ulf (U0000003), 2024-04-30"),
        Rule("d", "d", "ferry", ("slack:T1/C1",), "rules/team.yaml:3"),
    ]
    await store.enqueue([make_news(at, "T1/C1") for at in range(3)], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda one: Refused("is_archived") if one.channel == "T1/C1" else None
    owners = partial(inboxes, rules)
    await live(deliver_to(store, clock, chat, owners=owners), clock, 6 * 3600, step=300)
    assert [posted.channel for posted in chat.posts] == ["T1/U0000001", "T1/U0000002"]
    told = chat.posts[0].message
    assert isinstance(told, Notice)
    assert told.text == (
        "I cannot post in slack:T1/C1, where you made a rule: is_archived. Nothing is lost: what "
        "is for it waits. Unarchive the channel or /invite me there again, and it goes on by "
        "itself; /watch list there shows its rules."
    )


def test_nobody_is_written_to_where_no_direct_message_is_known() -> None:
    rule = Rule("r", "r", "ferry", ("matrix:!a:b.example",), "@ida:b.example, 2024-04-30")
    assert inboxes([rule], "matrix", "!a:b.example") == []
    assert inboxes([rule], "slack", "C1") == []


async def test_a_channel_that_refuses_is_rarely_tried_and_told_of_once(
    store: Store, clock: TurnedClock
) -> None:
    await store.enqueue([make_news(at) for at in range(8)], NOW)
    chat = ToldChat(clock)
    chat.rule = archived
    await live(deliver_to(store, clock, chat), clock, 6 * 3600, step=300)
    assert len(chat.tries) <= 30
    assert chat.tries[-1] - chat.tries[0] > 3600
    assert len(await store.audit_log()) == 1
    assert sum((await store.count_deliveries()).values()) == 8


async def test_a_channel_that_was_mended_quietly_gets_everything_in_order(
    store: Store, clock: TurnedClock
) -> None:
    await store.enqueue([make_news(at) for at in range(4)], NOW)
    chat = ToldChat(clock)
    chat.rule = archived
    job = deliver_to(store, clock, chat)
    await live(job, clock, 200, step=10)
    chat.rule = lambda _delivery: None
    await live(job, clock, 300, step=10)
    assert chat.links == [f"http://harbour.example/{at}" for at in range(4)]
    assert (await store.audit_log())[0].what == "resumed slack:C1"
    assert (await store.outbox_report(clock.now())).troubles == ()


async def test_who_mends_a_channel_and_says_so_need_not_wait(
    store: Store, clock: TurnedClock
) -> None:
    await store.enqueue([make_news(at) for at in range(4)], NOW)
    chat = ToldChat(clock)
    chat.rule = archived
    job = deliver_to(store, clock, chat)
    await live(job, clock, 10)
    chat.rule = lambda _delivery: None
    await store.unblock("slack", "C1")
    await live(job, clock, 12)
    assert chat.links == [f"http://harbour.example/{at}" for at in range(4)]


async def test_a_message_that_is_refused_alone_does_not_hold_up_what_comes_later(
    store: Store, clock: TurnedClock
) -> None:
    await store.enqueue([make_news(1)], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda one: Refused("too large") if one.article == "a1" else None
    job = deliver_to(store, clock, chat)
    await live(job, clock, 1800, step=60)
    await store.enqueue([make_news(2)], clock.now())
    await live(job, clock, 5)
    assert chat.links == ["http://harbour.example/2"]
    assert await store.count_deliveries() == {"blocked": 1, "delivered": 1}


async def test_a_restart_tries_what_was_refused(store: Store, clock: TurnedClock) -> None:
    """A person mends a token and starts the bot again."""
    await store.enqueue([make_news(1)], NOW)
    chat = ToldChat(clock)
    chat.rule = archived
    await live(deliver_to(store, clock, chat), clock, 3600, step=120)
    chat.rule = lambda _delivery: None
    await deliver_to(store, clock, chat).drain()
    assert len(chat.posts) == 1


async def test_a_refused_digest_keeps_what_it_carries(store: Store, clock: TurnedClock) -> None:
    await store.enqueue([make_news(at) for at in range(20)], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda one: archived(one) if one.message.kind == "digest" else None
    job = deliver_to(store, clock, chat)
    await live(job, clock, 20)
    assert await store.count_deliveries() == {"delivered": 5, "blocked": 16}
    chat.rule = lambda _delivery: None
    await store.unblock("slack", "C1")
    await live(job, clock, 5)
    assert chat.links == [f"http://harbour.example/{at}" for at in range(20)]
    assert await store.count_deliveries() == {"delivered": 21}


async def test_after_a_week_in_vain_it_is_dead_and_can_be_revived(
    store: Store, clock: TurnedClock
) -> None:
    """The pauses grow to an hour; the one behind it goes on; status and audit log say so."""
    await store.enqueue([make_news(1), make_news(2)], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda one: Later("message_limit_exceeded") if one.article == "a1" else None
    job = deliver_to(store, clock, chat, max_age=None)
    await live(job, clock, int(GIVE_UP.total_seconds()) + 36_000, step=10_800)
    assert chat.links == ["http://harbour.example/2"]
    assert 40 < len(chat.tries) < 400
    assert await store.count_deliveries() == {"dead": 1, "delivered": 1}
    assert "gave up" in (await store.audit_log())[0].what
    [trouble] = (await store.outbox_report(clock.now())).troubles
    assert (trouble.state, trouble.reason) == ("dead", "tried for a week: message_limit_exceeded")

    chat.rule = lambda _delivery: None
    entry = AuditEntry(clock.now(), "ida", "retry deliveries all")
    assert await store.retry("all", clock.now(), entry) == 1
    await job.drain()
    assert sorted(chat.links) == ["http://harbour.example/1", "http://harbour.example/2"]


async def test_one_that_nobody_knows_of_is_given_up_after_a_week_too(
    store: Store, clock: TurnedClock
) -> None:
    await store.enqueue([make_news(1)], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda _delivery: Unknown("HTTP 500")
    job = deliver_to(store, clock, chat, max_age=None)
    await live(job, clock, int(GIVE_UP.total_seconds()) + 36_000, step=10_800)
    assert await store.count_deliveries() == {"dead": 1}


async def test_a_bot_that_was_off_for_a_fortnight_tries_once_more(
    store: Store, clock: TurnedClock
) -> None:
    await store.enqueue([make_news(1)], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda _delivery: Later("away")
    await deliver_to(store, clock, chat).drain()
    clock.turn(days=14)
    job = deliver_to(store, clock, chat, max_age=None)
    await job.drain()
    chat.rule = lambda _delivery: None
    await live(job, clock, 60)
    assert len(chat.posts) == 1


async def test_once_a_chat_works_again_its_channels_wait_no_more(
    store: Store, clock: TurnedClock
) -> None:
    """After ten hours' outage, one success brings every channel within a minute."""
    await store.enqueue([make_news(at, f"C{at}") for at in range(6)], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda _delivery: Later("away")
    job = deliver_to(store, clock, chat)
    await live(job, clock, 36_000, step=1800)
    chat.rule = lambda _delivery: None
    await store.enqueue([make_news(50, "C50")], clock.now())
    await live(job, clock, 60)
    assert len(chat.posts) == 7


async def test_a_channel_that_fails_alone_is_not_hurried_for_ever(
    store: Store, clock: TurnedClock
) -> None:
    """Others of the chat succeed all the time; its pauses grow all the same."""
    await store.enqueue([make_news(0, "C0")], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda one: Later("busy") if one.channel == "C0" else None
    job = deliver_to(store, clock, chat)
    for at in range(1, 61):
        await store.enqueue([make_news(at, "C1")], clock.now())
        await live(job, clock, 60, step=60)
    failed = len(chat.tries) - len(chat.posts)
    assert len(chat.posts) >= 59
    assert failed < 12


async def test_a_chat_that_is_connected_again_is_hurried(store: Store, clock: TurnedClock) -> None:
    class Socket(ToldChat):
        connected = asyncio.Event()

    await store.enqueue([make_news(at, f"C{at}") for at in range(3)], NOW)
    chat = Socket(clock)
    chat.rule = lambda _delivery: Later("away")
    job = deliver_to(store, clock, chat)
    await live(job, clock, 36_000, step=1800)
    chat.rule = lambda _delivery: None
    chat.connected.set()
    await live(job, clock, 30)
    assert len(chat.posts) == 3


class LateChat(ToldChat):
    """Accepts without a word, and shows what it accepted only later."""

    def __init__(self, clock: TurnedClock) -> None:
        super().__init__(clock)
        self.looks = 0
        self._kept: list[Delivery] = []
        self._late = True

    async def post(self, delivery: Delivery) -> Outcome:
        if not self._late:
            return await super().post(delivery)
        self._kept.append(delivery)
        return Unknown("timeout")

    async def find(self, delivery: Delivery) -> str | None:
        self.looks += 1
        return await super().find(delivery)

    def appear(self) -> None:
        self.posts += self._kept
        self._late = False


async def test_a_clock_that_is_turned_back_holds_nothing_up(
    store: Store, clock: TurnedClock
) -> None:
    await store.enqueue([make_news(at, f"C{at}") for at in range(3)], NOW)
    chat = ToldChat(clock)
    answers = {"C0": Later("away"), "C1": Unknown("lost"), "C2": Refused("is_archived")}
    chat.rule = lambda one: answers[one.channel] if one.attempt == 1 else None
    job = deliver_to(store, clock, chat)
    await live(job, clock, 5)
    clock.turn(hours=-3)
    await live(job, clock, 150, step=10)
    assert len(chat.posts) == 3


async def test_a_clock_that_was_turned_back_while_the_bot_was_off(
    store: Store, clock: TurnedClock
) -> None:
    await store.enqueue([make_news(0)], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda _delivery: Unknown("accepted")
    await deliver_to(store, clock, chat).drain()
    clock.turn(hours=-3)
    await live(deliver_to(store, clock, chat), clock, 150, step=10)
    assert len(chat.posts) == 1
    assert await store.count_deliveries() == {"delivered": 1}


@pytest.mark.parametrize("restart", [False, True])
async def test_a_clock_that_is_put_forward_ends_no_window(
    store: Store, clock: TurnedClock, *, restart: bool
) -> None:
    """What the chat accepted appears late; a look before that would have it sent twice."""
    await store.enqueue([make_news(0), make_news(1)], NOW)
    chat = LateChat(clock)
    job = deliver_to(store, clock, chat)
    assert await job.drain() == 0
    clock.set_on(days=1)
    job = deliver_to(store, clock, chat) if restart else job
    await live(job, clock, 20)
    assert chat.looks == 0, "the window is not over, whatever the clock says"
    chat.appear()
    await live(job, clock, 60)
    assert chat.looks == 1
    assert len(chat.links) == len(set(chat.links)) == 2


@pytest.mark.parametrize("turned", [{"hours": 1}, {"hours": -1}, {"days": 1}])
async def test_a_window_is_over_when_its_time_has_passed(
    store: Store, clock: TurnedClock, turned: dict[str, float]
) -> None:
    """What never arrived comes after one window, not after as long as the clock was turned."""
    await store.enqueue([make_news(0)], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda one: Unknown("lost") if one.attempt == 1 else None
    job = deliver_to(store, clock, chat)
    await job.drain()
    (clock.turn if min(turned.values()) < 0 else clock.set_on)(**turned)
    await live(job, clock, 58)
    assert not chat.posts
    await live(job, clock, 20)
    assert len(chat.posts) == 1


async def test_what_the_store_knows_of_alone_is_measured_by_the_store(
    store: Store, clock: TurnedClock
) -> None:
    """Another program left it in doubt while this one ran: its window began when it was marked."""
    chat = ToldChat(clock)
    job = deliver_to(store, clock, chat)
    await job.drain()
    await store.enqueue([make_news(0)], clock.now())
    [(delivery, _)] = await store.deliveries_of(make_news(0).alert.article)
    await store.start_sending(delivery, clock.now())
    clock.turn(seconds=50)
    await live(job, clock, 8)
    assert not chat.posts
    await live(job, clock, 10)
    assert len(chat.posts) == 1


async def test_what_somebody_discards_while_it_is_next_is_not_sent(
    store: Store, clock: TurnedClock
) -> None:
    delivery = make_delivery("a1")
    await store.enqueue([delivery], NOW)
    entry = AuditEntry(NOW, "ida", "discard deliveries all", "", "stale")
    assert await store.discard("all", "discarded by ida: stale", NOW, entry) == 1
    assert await store.start_sending(delivery, NOW) is None
    [(found, reason)] = await store.deliveries_of("a1")
    assert (found.state, reason) == (DeliveryState.DEAD, "discarded by ida: stale")
    assert (await store.audit_log())[0].after == "stale"


async def test_pauses_double_up_to_an_hour(store: Store, clock: TurnedClock) -> None:
    await store.enqueue([make_news(1)], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda _delivery: Later("away")
    job = deliver_to(store, clock, chat)
    for _ in range(110):
        await job.drain()
        clock.turn(seconds=20 if len(chat.tries) < 8 else 600)
    pauses = [b - a for a, b in zip(chat.tries, chat.tries[1:], strict=False)]
    assert max(pauses) <= LONGEST_RETRY.total_seconds() + 600
    assert pauses[-1] >= LONGEST_RETRY.total_seconds()


async def test_delivered_is_delivered(store: Store, clock: TurnedClock) -> None:
    """What a chat took is never sent again, whatever people type."""
    await store.enqueue([make_news(1)], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda _delivery: Delivered("r")
    job = deliver_to(store, clock, chat)
    await job.drain()
    entry = AuditEntry(NOW, "ida", "retry deliveries all")
    assert await store.retry("all", NOW + timedelta(hours=1), entry) == 0
    await store.unblock("slack", "C1")
    assert await job.drain() == 0
    assert len(chat.tries) == 1
