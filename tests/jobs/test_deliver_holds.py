"""Quiet hours, digests, snoozes, mutes and old alerts, from the commands to the chat."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.store import Store
from bot.core.alert import notice_for
from bot.core.model import (
    DeliveryState,
    Digest,
    Place,
    Placement,
    PollRecord,
    StoredArticle,
    Validators,
)
from bot.core.officials import Officials
from bot.jobs.answer import answer
from bot.jobs.answer.desk import Desk
from bot.jobs.reading import Reader
from bot.jobs.rulebook import RuleBook
from bot.ports import Incoming, Later, Refused, Reply
from tests.jobs.chats import ToldChat, deliver_to, links_of
from tests.samples import FEED, NOW, make_article, make_news

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.model import Delivery
    from bot.jobs.deliver import Deliver
    from tests.conftest import TurnedClock

BERLIN = ZoneInfo("Europe/Berlin")


class Room:
    """A Slack channel with the bot in it: commands are typed, time goes by, messages come."""

    def __init__(self, store: Store, clock: TurnedClock, desk: Desk) -> None:
        self.store, self.clock, self.desk = store, clock, desk
        self.chat = ToldChat(clock)
        self.job: Deliver = deliver_to(store, clock, self.chat)

    async def type(self, text: str, *, may_change: bool = True) -> Reply:
        incoming = Incoming(text, "slack", "C1", who="ida", may_change=may_change)
        return await answer(self.desk, incoming)

    async def news(self, *numbers: int, **changes: object) -> None:
        await self.store.enqueue([make_news(at, **changes) for at in numbers], self.clock.now())

    async def live(self, until: datetime, step: float = 1800) -> None:
        while self.clock.now() < until:
            await self.job.drain()
            left = (until - self.clock.now()).total_seconds()
            self.clock.turn(seconds=min(step, max(left, 0.001)))
        await self.job.drain()

    @property
    def digests(self) -> list[Digest]:
        return [p.message for p in self.chat.posts if isinstance(p.message, Digest)]


@pytest.fixture
async def room(store: Store, clock: TurnedClock) -> Room:
    officials = Officials([])
    book = RuleBook(officials, [], store)
    desk = Desk(store, book, Reader(None, book.active, officials), clock, ("slack",))
    made = Room(store, clock, desk)
    await made.type("add ferry as ferries")
    return made


def at(hour: int, minute: int = 0, day: int = 30) -> datetime:
    """Give a moment of April 2024, in UTC; Berlin is two hours ahead."""
    return datetime(2024, 4, day, hour, minute, tzinfo=UTC)


async def test_quiet_hours_hold_and_wake_with_one_digest(room: Room) -> None:
    assert (await room.type("quiet")).text == "quiet hours: off"
    told = await room.type("quiet 22:00-07:00 Europe/Berlin")
    assert told.ok
    assert told.public
    assert (await room.type("quiet")).text == "quiet hours: 22:00-07:00 Europe/Berlin"
    await room.news(1)
    await room.live(at(20, 30))
    assert room.chat.kinds == ["alert"]
    await room.news(2, 3)
    await room.store.enqueue([notice_for("slack", "C1", "A feed fails.", key="f")], at(20, 30))
    await room.live(at(23))
    await room.news(4)
    assert room.chat.kinds == ["alert"]
    assert (await room.store.count_deliveries())["postponed"] == 3
    await room.live(at(4, 50).replace(month=5, day=1))
    assert room.chat.kinds == ["alert"]
    await room.live(at(5, 1).replace(month=5, day=1), step=60)
    assert sorted(room.chat.kinds) == ["alert", "digest", "notice"]
    [digest] = room.digests
    assert digest.title == "While it was quiet: 3 alerts"
    assert [line.url for line in digest.lines] == [f"http://harbour.example/{n}" for n in (2, 3, 4)]
    assert await room.store.count_deliveries() == {"delivered": 6}
    assert (await room.store.audit_log())[0].what == "quiet hours in slack:C1"


async def test_quiet_off_brings_what_was_held(room: Room) -> None:
    await room.type("quiet 12:00-20:00")
    await room.news(1, 2)
    await room.live(at(13))
    assert room.chat.posts == []
    assert (await room.type("quiet off")).text == "quiet hours: off; alerts come at once"
    await room.live(at(13, 1), step=10)
    assert room.chat.titles == ["While it was quiet: 2 alerts"]


async def test_what_was_held_on_can_be_explained(room: Room) -> None:
    await room.type("quiet 12:00-20:00")
    await room.news(1)
    await room.job.drain()
    [(found, reason)] = await room.store.deliveries_of("a1")
    assert (found.state, reason) == (DeliveryState.POSTPONED, "quiet hours 12:00-20:00 UTC")


async def test_the_daily_account_says_why_alerts_did_not_come_at_once(room: Room) -> None:
    """Held, snoozed, muted or paced: those that wait, and those that came in a digest."""
    today = NOW.date()
    await room.type("quiet 12:00-20:00")
    await room.news(1, 2)
    await room.job.drain()
    account = await room.store.account(today)
    assert (account.states, account.held) == ({"postponed": 2}, {"postponed": {"quiet": 2}})
    assert "2 postponed (quiet 2)" in account.line()
    assert not any(fault.startswith("postponed") for fault in account.faults())
    unexplained = replace(account, held={}).faults()
    assert "postponed is 2, but those with a reason is 0" in unexplained

    await room.type("quiet off")
    await room.live(room.clock.now() + timedelta(minutes=1), step=5)
    await room.news(*range(10, 30))
    await room.live(room.clock.now() + timedelta(minutes=2), step=1)
    account = await room.store.account(today)
    assert account.states == {"delivered": 22}
    assert account.held["delivered"]["quiet"] == 2
    assert 10 <= account.held["delivered"]["burst"] <= 15

    await room.type("snooze all 2h")
    await room.news(40)
    await room.job.drain()
    assert (await room.store.account(today)).held["postponed"] == {"snooze": 1}


async def test_a_daily_digest_comes_once_a_day_or_not_at_all(room: Room) -> None:
    told = await room.type("digest daily 08:00 Europe/Berlin")
    assert told.text == "digest: daily 08:00 Europe/Berlin; the next at 2024-05-01 08:00 CEST"
    for day in range(5):
        if day != 2:
            await room.news(day * 10, day * 10 + 1)
        await room.live(NOW + timedelta(days=day + 1), step=3600)
    moments = [datetime.fromtimestamp(t, BERLIN) for t in room.chat.times]
    assert [f"{m:%d %H}" for m in moments] == ["01 08", "02 08", "04 08", "05 08"]
    assert all(digest.alerts == 2 for digest in room.digests)
    assert room.chat.titles[0] == "Digest of 01 May 08:00: 2 alerts"


@pytest.mark.parametrize(
    "change", [datetime(2024, 3, 31, tzinfo=UTC), datetime(2024, 10, 27, tzinfo=UTC)]
)
@pytest.mark.parametrize("hour", ["02:30", "08:00"])
async def test_when_clocks_change_there_is_still_one_digest_a_day(
    room: Room, change: datetime, hour: str
) -> None:
    room.clock.turn(seconds=(change - timedelta(days=2) - room.clock.now()).total_seconds())
    await room.type(f"digest daily {hour} Europe/Berlin")
    begun = room.clock.now()
    for number in range(24 * 5 // 6):
        await room.news(number)
        await room.live(begun + timedelta(hours=6 * (number + 1)), step=3600 * 3)
    days = [datetime.fromtimestamp(t, BERLIN).date() for t in room.chat.times]
    assert len(days) == len(set(days)) == 5


async def test_an_hourly_digest_groups_by_rule_and_story_with_the_best_quote(room: Room) -> None:
    await room.type("digest hourly")
    await room.news(1, 2, story="flood")
    await room.news(3, rule="tides")
    await room.news(4, story="flood", kind="follow-up", source="Coast Wire")
    await room.live(at(13, 1), step=300)
    [digest] = room.digests
    first, second = digest.lines
    assert (first.rule, first.url, second.rule) == ("ferries", "http://harbour.example/1", "tides")
    assert first.links == (
        ("The Harbour Times", "http://harbour.example/2"),
        ("Coast Wire", "http://harbour.example/4"),
    )
    assert first.quote is not None
    assert first.quote.text == "We will wait,"
    assert digest.alerts == 4


async def test_more_than_a_message_holds_become_several(room: Room) -> None:
    await room.type("digest hourly")
    await room.news(*range(120))
    await room.live(at(13, 1), step=60)
    assert len(room.digests) >= 3
    total = len(room.digests)
    assert room.chat.titles == [
        f"Digest of 30 Apr 13:00: 120 alerts ({n}/{total})" for n in range(1, total + 1)
    ]
    assert room.chat.links == [f"http://harbour.example/{n}" for n in range(120)]
    assert all(len(digest.lines) <= 50 for digest in room.digests)


async def test_digest_off_brings_what_was_gathered(room: Room) -> None:
    await room.type("digest daily")
    await room.news(1)
    await room.live(at(13))
    await room.type("digest off")
    await room.news(2)
    await room.live(at(13, 1), step=10)
    assert room.chat.kinds == ["digest", "alert"]


async def test_a_daily_digest_in_quiet_hours_comes_at_their_end(room: Room) -> None:
    """Once, and not a day later again."""
    await room.type("quiet 22:00-07:00")
    await room.type("digest daily 23:00")
    await room.news(1)
    await room.live(NOW + timedelta(days=3), step=3600)
    assert room.chat.kinds == ["digest"]
    assert f"{datetime.fromtimestamp(room.chat.times[0], UTC):%d %H}" == "01 07"


async def test_a_snooze_holds_a_rule_and_ends_with_a_digest(room: Room) -> None:
    await room.type("quiet 23:00-06:00 Europe/Berlin")  # names the channel's zone
    told = await room.type("snooze ferries until 4pm")
    assert "until 2024-04-30 16:00 CEST" in told.text
    await room.news(1, 2, rule="console/ferries")
    await room.store.enqueue([make_news(3, rule="slack:C1/ferries")], room.clock.now())
    await room.live(at(13))
    assert room.chat.links == ["http://harbour.example/1", "http://harbour.example/2"]
    assert (
        "ferries is snoozed until 2024-04-30 16:00 CEST" in (await room.type("snooze ferries")).text
    )
    [(found, reason)] = await room.store.deliveries_of("a3")
    assert (found.state, reason) == ("postponed", "snoozed until 30 Apr 16:00 CEST by ida")
    await room.live(at(14, 1), step=60)
    assert room.chat.titles == ["After the snooze: 1 alert"]
    assert (await room.type("snooze")).text == "nothing is snoozed here"


async def test_unsnooze_brings_it_now(room: Room) -> None:
    await room.type("snooze all 2d")
    assert "everything until 2024-05-02 12:00 UTC by ida" in (await room.type("snooze")).text
    await room.news(1)
    await room.live(at(13))
    assert room.chat.posts == []
    assert (await room.type("unsnooze all")).ok
    await room.live(at(13, 1), step=10)
    assert room.chat.titles == ["After the snooze: 1 alert"]
    assert not (await room.type("unsnooze all")).ok


async def test_the_last_story_is_muted_by_its_word(room: Room) -> None:
    """Its follow-ups are left out, and explain says so; other stories go on."""
    await _stored(room, 1, 2)
    assert "no story was told here yet" in (await room.type("mute story")).text
    await room.news(1, story=make_article("1").id)
    await room.job.drain()
    assert (
        await room.type("mute story")
    ).text == "“Ferry 1 stays in port” is muted here: nothing more of it"
    await room.news(5, story=make_article("1").id, kind="follow-up")
    await room.news(6)
    await room.live(at(13))
    assert room.chat.links == ["http://harbour.example/1", "http://harbour.example/6"]
    [(found, reason)] = await room.store.deliveries_of("a5")
    assert (found.state, reason) == (DeliveryState.MUTED, "story muted by ida")
    assert "Ferry 1 stays in port" in (await room.type("mute")).text
    assert (await room.type("unmute http://harbour.example/1")).ok
    await room.news(7, story=make_article("1").id, kind="follow-up")
    await room.live(at(14))
    assert room.chat.links[-1] == "http://harbour.example/7"


async def test_a_button_snoozes_a_story_by_its_id(room: Room) -> None:
    await _stored(room, 1)
    story = make_article("1").id
    assert (await room.type(f"snooze story:{story} 24h")).ok
    await room.news(5, story=story)
    await room.news(6)
    await room.live(at(13))
    assert room.chat.links == ["http://harbour.example/6"]
    assert not (await room.type("snooze story:0123456789abcdef 24h")).ok


async def _stored(room: Room, *numbers: int) -> None:
    await room.store.add_feeds([FEED])
    stored = tuple(
        StoredArticle(article, placement=Placement(article.id, Place.NEW), outcome="alerted")
        for article in (make_article(str(number)) for number in numbers)
    )
    record = PollRecord(FEED.id, NOW, Validators(), NOW, articles=stored)
    await room.store.record(record)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("quiet 22:00-07:00 Europe/Berln", "did you mean Europe/Berlin?"),
        ("quiet at night", "write 22:00-07:00"),
        ("quiet 25:00-07:00", "no time of day"),
        ("quiet 08:00-08:00", "hold nothing"),
        ("digest weekly", "write off, hourly or daily"),
        ("digest daily 08:00 Mars/Olympus", "unknown time zone"),
        ("snooze ferries for ever", "write 2h, 3d or until 8am"),
        ("snooze ferries 0h", "a snooze lasts from"),
        ("snooze nothing 2h", "no rule 'nothing' here"),
        ("mute http://harbour.example/none", "no story with"),
        ("unmute 0123456789abcdef", "no story"),
    ],
)
async def test_what_is_wrong_is_one_clear_line(room: Room, text: str, says: str) -> None:
    reply = await room.type(text)
    assert not reply.ok
    assert says in reply.text
    assert "\n" not in reply.text


@pytest.mark.parametrize("text", ["quiet off", "digest hourly", "snooze all 2h", "mute story"])
async def test_who_may_not_change_may_look(room: Room, text: str) -> None:
    assert not (await room.type(text, may_change=False)).ok
    assert (await room.type(text.partition(" ")[0], may_change=False)).ok


async def test_what_waited_a_day_is_one_catch_up_digest(room: Room) -> None:
    room.chat.rule = lambda _delivery: Later("away")
    await room.news(*range(8))
    await room.live(NOW + timedelta(hours=20), step=3600)
    await room.news(8)
    await room.live(NOW + timedelta(hours=25), step=3600)
    room.chat.rule = lambda _delivery: None
    await room.live(NOW + timedelta(hours=27), step=600)
    assert room.chat.kinds == ["digest", "alert"]
    assert room.chat.titles == ["Catching up: 8 alerts"]
    assert room.chat.links == [f"http://harbour.example/{n}" for n in range(9)]


async def test_a_channel_that_refuses_is_not_tried_in_its_quiet_hours(room: Room) -> None:
    room.chat.rule = lambda _delivery: Refused("is_archived")
    await room.news(1)
    await room.live(at(12, 30))
    tries = len(room.chat.tries)
    await room.type("quiet 12:00-20:00")
    room.chat.rule = lambda _delivery: None
    await room.live(at(19, 30))
    assert len(room.chat.tries) == tries
    await room.live(at(20, 30))
    assert room.chat.links == ["http://harbour.example/1"]


class PowerCut(BaseException):
    """Ends everything, as a crash does."""


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # its file is copied
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["set_aside", "released", "carry", "start_sending", "delivered"])
async def test_a_crash_at_any_step_of_a_night_loses_and_doubles_nothing(
    room: Room, tmp_path: Path, step: str, when: str
) -> None:
    """The store is copied at the moment of the crash, and a new bot goes on with the copy."""
    await room.type("quiet 12:00-13:00")
    await room.news(*range(4))
    plain, copy = getattr(room.store, step), tmp_path / "copy.db"

    async def cut(*args: object, **named: object) -> None:
        if when == "after":
            await plain(*args, **named)
        for end in ("", "-wal"):
            if (source := tmp_path / f"wirewatch.db{end}").exists():
                shutil.copy(source, f"{copy}{end}")
        raise PowerCut

    setattr(room.store, step, cut)
    with pytest.raises(PowerCut):
        await room.live(at(14))
    again = Store(f"sqlite:///{copy}")
    await again.open()
    job = deliver_to(again, room.clock, room.chat)
    for _ in range(40):
        room.clock.turn(minutes=5)
        await job.drain()
    assert sorted(room.chat.links) == [f"http://harbour.example/{n}" for n in range(4)]
    assert set(await again.count_deliveries()) == {"delivered"}
    await again.close()


async def _carried(room: Room, outlets: int) -> None:
    """Let more outlets carry the story of article 1."""
    story = make_article("1").id
    stored = tuple(
        StoredArticle(
            make_article(str(n), source=f"Outlet {n}", text="ORRIN (Coastal Press) - It sails."),
            placement=Placement(story, Place.REPRINT),
        )
        for n in range(2, outlets + 1)
    )
    await room.store.record(PollRecord(FEED.id, NOW, Validators(), NOW, articles=stored))


async def test_an_alert_names_more_outlets_as_its_story_grows(room: Room) -> None:
    """At most once a minute, with the agencies that the reports credit; only while it is young."""
    await _stored(room, 1)
    await room.news(1, story=make_article("1").id)
    await room.live(at(12, 2), step=10)
    assert room.chat.edits == []
    await _carried(room, 3)
    await room.live(at(12, 4), step=10)
    await _carried(room, 5)
    await room.live(at(12, 8), step=10)
    assert [edit.alert.sources for edit in room.chat.edits] == [3, 5]
    assert room.chat.edits[-1].alert.origins == ("Coastal Press",)
    assert room.chat.edits[-1].id == room.chat.posts[0].id
    await room.live(NOW + timedelta(days=3), step=6 * 3600)
    await _carried(room, 9)
    await room.live(NOW + timedelta(days=3, hours=1), step=600)
    assert len(room.chat.edits) == 2


@pytest.mark.parametrize("answer_of_chat", [Refused("message gone"), Later("busy"), None])
async def test_an_edit_that_fails_is_no_lost_alert(
    room: Room, answer_of_chat: Refused | Later | None
) -> None:
    await _stored(room, 1)
    await room.news(1, story=make_article("1").id)
    await room.job.drain()
    await _carried(room, 3)
    room.chat.edit = answer_of_chat
    await room.live(at(12, 10), step=30)
    tries = len(room.chat.edits)
    assert tries > 3 if isinstance(answer_of_chat, Later) else tries == 1
    await room.news(2)
    await room.live(at(12, 12), step=10)
    assert room.chat.links == ["http://harbour.example/1", "http://harbour.example/2"]
    assert set(await room.store.count_deliveries()) == {"delivered"}


async def test_status_tells_what_waits_and_what_is_stuck(room: Room) -> None:
    def rule(delivery: Delivery) -> Refused | None:
        return Refused("is_archived") if "harbour.example/1" in links_of(delivery)[0] else None

    await room.store.add_feeds([FEED])
    await room.store.feed_failed(FEED.id, "HTTP 500", NOW + timedelta(hours=1))
    room.chat.rule = rule
    await room.news(5)
    await room.news(1, 2, channel="C9")
    await room.live(at(12, 0, 30) + timedelta(seconds=20), step=5)
    room.clock.turn(hours=2)
    text = (await room.type("status")).text
    assert "feeds: 1, 0 healthy, 1 failing, 0 paused; last good poll none yet" in text
    assert f"failing: {FEED.url}: HTTP 500" in text
    assert "1 blocked (oldest 2 h), 1 delivered, 1 pending (oldest 2 h)" in text
    assert "in the last 24 hours: 1 delivered" in text
    assert "stopped: slack:C9 since 2 h: is_archived; 1 more wait" in text
    assert "blocked: 1 for slack:C9, oldest 2 h: is_archived" in text
