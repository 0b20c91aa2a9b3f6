"""The delivery side of the store, on both databases: lines, holds, digests, stops, by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.core.model import (
    AuditEntry,
    Hold,
    Place,
    Placement,
    PollRecord,
    SetAside,
    StoredArticle,
    Validators,
)
from bot.ports import Refused
from tests.jobs.chats import ToldChat, deliver_to
from tests.samples import FEED, NOW, make_article, make_news

if TYPE_CHECKING:
    from bot.adapters.store import Store
    from tests.conftest import TurnedClock

ENTRY = AuditEntry(NOW, "ida", "change")


@pytest.fixture
def store(each_store: Store) -> Store:
    return each_store


async def test_a_burst_a_refusal_and_an_edit(store: Store, clock: TurnedClock) -> None:
    """The whole job runs on either database alike."""
    story = make_article("1").id
    reports = tuple(
        StoredArticle(make_article(str(n), source=f"Outlet {n}"), placement=Placement(story, place))
        for n, place in ((1, Place.NEW), (2, Place.REPRINT), (3, Place.REPRINT))
    )
    await store.add_feeds([FEED])
    await store.record(PollRecord(FEED.id, NOW, Validators(), NOW, articles=reports))
    await store.enqueue([make_news(n, story=story if n == 1 else f"s{n}") for n in range(20)], NOW)
    await store.enqueue([make_news(n, "C2") for n in (50, 51)], NOW)
    chat = ToldChat(clock)
    chat.rule = lambda one: Refused("is_archived") if one.channel == "C2" else None
    job = deliver_to(store, clock, chat)
    for _ in range(6):
        await job.drain()
        clock.turn(seconds=20)
    assert chat.links == [f"http://harbour.example/{n}" for n in range(20)]
    assert [edit.alert.sources for edit in chat.edits] == [3]
    report = await store.outbox_report(clock.now())
    assert report.last_day == 21
    assert {t.state for t in report.troubles} == {"stopped", "blocked"}
    chat.rule = lambda _one: None
    assert await store.retry("slack:C2", clock.now(), ENTRY) == 1
    clock.turn(seconds=20)
    await job.drain()
    assert chat.links[-2:] == ["http://harbour.example/50", "http://harbour.example/51"]
    assert set(await store.count_deliveries()) == {"delivered"}


async def test_holds_are_set_changed_and_dropped(store: Store) -> None:
    hold = Hold("slack", "C1", "snooze", "all", NOW + timedelta(hours=1), "ida")
    await store.put_hold(hold, ENTRY)
    await store.put_hold(hold, ENTRY)
    await store.set_quiet("slack", "C1", "22:00-07:00 UTC", NOW, ENTRY)
    await store.set_digest("slack", "C1", "hourly", NOW, ENTRY)
    state = await store.channel_state("slack", "C1")
    assert (state.holds, state.quiet, state.digest) == ((hold,), "22:00-07:00 UTC", "hourly")
    await store.drop_hold(hold, NOW, ENTRY)
    assert (await store.channel_state("slack", "C1")).holds == ()
    assert len(await store.audit_log()) == 5


async def test_what_is_set_aside_leaves_the_line_and_comes_back(store: Store) -> None:
    await store.enqueue([make_news(n) for n in range(3)], NOW)
    later = NOW + timedelta(hours=1)
    await store.set_aside([SetAside(make_news(1).id, "quiet", later, "quiet hours")], NOW)
    line = await store.line("slack", "C1", NOW, 10)
    assert [w.id for w in line.waiting] == [make_news(0).id, make_news(2).id]
    assert not line.released
    assert (await store.line("slack", "C1", later, 10)).released
    [found] = await store.released("slack", "C1", later, 10)
    assert (found.id, found.held) == (make_news(1).id, "quiet")
    await store.rejoin([found.id])
    line = await store.line("slack", "C1", later, 10)
    assert [w.id for w in line.waiting] == [make_news(n).id for n in range(3)]


async def test_discarding_and_turning_back(store: Store) -> None:
    await store.enqueue([make_news(n) for n in range(2)], NOW)
    sent = await store.start_sending(make_news(0), NOW)
    assert sent is not None
    await store.doubt(sent.id, NOW + timedelta(hours=1), "no answer")
    assert await store.latest_try() == NOW
    back = timedelta(minutes=30)
    await store.turn_back(back, NOW - back)
    found = await store.next_delivery("slack", "C1")
    assert found is not None
    assert found[1] == NOW + timedelta(minutes=30)
    assert await store.discard("all", "discarded", NOW, ENTRY) == 1
    assert len(await store.outbox_entries()) == 2
    assert await store.pauses(NOW) == {}


async def test_a_doubt_of_the_new_clock_is_not_turned_back_once_more(store: Store) -> None:
    """Its window would be over at once, and what is under way would be sent again."""
    await store.enqueue([make_news(n) for n in range(2)], NOW)
    back = timedelta(hours=1)
    old = await store.start_sending(make_news(0), NOW)
    assert old is not None
    await store.doubt(old.id, NOW + timedelta(minutes=1), "no answer", since=NOW)
    turned = NOW - back + timedelta(seconds=1)
    new = await store.start_sending(make_news(1), turned)
    assert new is not None
    await store.doubt(new.id, turned + timedelta(minutes=1), "no answer", since=turned)
    await store.turn_back(back, turned)
    since = {
        one.id: one.since for one in [await store.delivery(each.id) for each in (old, new)] if one
    }
    assert since == {old.id: NOW - back, new.id: turned}
