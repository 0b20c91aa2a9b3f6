"""Somebody falls silent: channels that asked for it are told, once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.model import Entity, Notice, Office, PollRecord, StoredArticle, Validators
from bot.core.officials import Officials
from bot.jobs.answer import answer
from bot.jobs.answer.desk import Desk
from bot.jobs.chores import Chore, Retention
from bot.jobs.reading import Reader
from bot.jobs.rulebook import RuleBook
from bot.jobs.silence import Silences
from bot.ports import Incoming, Reply
from tests.samples import FEED, NOW, make_article, make_delivery

if TYPE_CHECKING:
    from bot.adapters.store import Store
    from bot.core.model import Article
    from tests.conftest import TurnedClock

HOLM = Entity("holm", "Ida Holm", gender="female", offices=(Office("mayor", "Orrin"),))


class Room:
    """A channel, the clock, and what arrives."""

    def __init__(self, store: Store, clock: TurnedClock) -> None:
        self.store, self.clock = store, clock
        officials = Officials([HOLM])
        book = RuleBook(officials, [], store)
        reader = Reader(None, book.active, officials)  # type: ignore[arg-type]
        self.desk = Desk(store, book, reader, clock, ("console",))
        self.silences = Silences(self.desk)
        self._count = 0

    async def type(self, text: str, **who: Any) -> Reply:
        return await answer(self.desk, Incoming(text, "console", who="ida", **who))

    async def say(self, words: str) -> Article:
        """An article quotes the mayor; no rule met it, so nobody analyzed it."""
        self._count += 1
        now = self.clock.now()
        article = make_article(
            f"said {self._count}",
            text=f'"{words}," Mayor Ida Holm said.',
            published=now,
            arrived=now,
        )
        await self.poll(article)
        return article

    async def poll(self, *articles: Article) -> None:
        stored = tuple(StoredArticle(article, outcome="no rule matched") for article in articles)
        now = self.clock.now()
        record = PollRecord(FEED.id, now, Validators(), now, seen=articles, articles=stored)
        await self.store.record(record)

    async def later(self, **by: float) -> list[str]:
        """Turn the clock, poll the feed, check; give what the channel is told."""
        self.clock.turn(**by)
        await self.poll()
        return await self.check()

    async def check(self) -> list[str]:
        await self.silences.check()
        told = []
        while waiting := await self.store.next_delivery("console", ""):
            message = waiting[0].message
            assert isinstance(message, Notice)
            told.append(message.text)
            await self.store.delivered(waiting[0].id, "ref", self.clock.now())
        return told


@pytest.fixture
async def room(store: Store, clock: TurnedClock) -> Room:
    await store.add_feeds([FEED])
    return Room(store, clock)


async def test_a_silence_is_told_once_and_begins_anew_with_a_word(room: Room) -> None:
    await room.say("The bridge stays shut until the spring")
    reply = await room.type("silence @holm 3d")
    assert reply == Reply("will tell when nobody reports a word of Ida Holm for 3d", public=True)
    assert await room.later(days=2, hours=23) == []
    [told] = await room.later(hours=2)
    assert told.startswith("Nobody has reported a word of Ida Holm for 3 days. The last was “The")
    assert "The Harbour Times, 2024-04-30 12:00 UTC http://harbour.example/said 1" in told
    assert await room.later(days=5) == []
    await room.say("The bridge is open for walkers now")
    assert await room.later(days=2) == []
    [again] = await room.later(days=2)
    assert "open for walkers" in again


async def test_a_topic_counts_only_words_about_it(room: Room) -> None:
    await room.say("The bridge stays shut until the spring")
    await room.type("silence @holm ferry 36h")
    assert await room.later(hours=20) == []
    await room.say("The school gets a new roof this year")
    [told] = await room.later(hours=20)
    assert told == "Nobody has reported a word of Ida Holm on ferry for 36 hours."


async def test_a_silence_lasts_from_when_it_was_asked_for(room: Room) -> None:
    room.clock.turn(days=30)
    await room.type("silence @holm 3d")
    assert await room.later(hours=1) == []


async def test_feeds_that_are_not_read_are_no_silence(room: Room) -> None:
    await room.type("silence @holm 1d")
    await room.poll()
    room.clock.turn(days=2)
    assert await room.check() == []
    assert len(await room.later(hours=1)) == 1


async def test_a_crash_between_telling_and_noting_tells_it_once(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.type("silence @holm 1d")

    async def crash(*_: object) -> None:
        raise RuntimeError("killed")

    room.clock.turn(days=2)
    await room.poll()
    with monkeypatch.context() as patched:
        patched.setattr(room.store, "silence_told", crash)
        with pytest.raises(RuntimeError):
            await room.silences.check()
    assert len(await room.check()) == 1
    assert await room.later(hours=1) == []


async def test_silences_are_listed_ended_and_in_the_audit_log(room: Room) -> None:
    assert "no silences" in (await room.type("silence")).text
    await room.type("silence @holm ferry OR bridge 36h")
    await room.type("silence @holm 7d")
    listed = (await room.type("silence list")).text
    assert "@holm 7d (since 2024-04-30, ida)" in listed
    assert "@holm ferry OR bridge 36h" in listed
    await room.type("silence @holm 2d")
    assert "@holm 2d" in (await room.type("silence")).text
    assert (await room.type("silence off @holm")).public
    assert "no silences" in (await room.type("silence")).text
    audit = (await room.type("audit")).text
    assert "silence add in console (@holm 7d -> @holm 2d)" in audit
    assert "silence off in console" in audit


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("silence @hulm 3d", "unknown entity @hulm"),
        ("silence @holm", "needs a time such as 3d"),
        ("silence @holm (ferry 3d", "^"),
        ("silence @holm 500d", "from 1h to 90d"),
        ("silence off @holm", "no such silence"),
        ("silence off", "needs more"),
    ],
)
async def test_what_is_wrong_is_said(room: Room, text: str, wrong: str) -> None:
    reply = await room.type(text)
    assert not reply.ok
    assert wrong in reply.text
    assert await room.store.silences() == []


async def test_strangers_may_look_but_not_set(room: Room) -> None:
    assert not (await room.type("silence @holm 3d", may_change=False)).ok
    assert (await room.type("silence", may_change=False)).ok


async def test_a_chore_is_done_once_an_hour_and_never_twice_at_once(clock: TurnedClock) -> None:
    done = []

    async def work() -> None:
        done.append(clock.now())
        await chore()  # as if the next tick came while it lasts

    chore = Chore(work, clock)
    await chore()
    await chore()
    assert len(done) == 1
    clock.turn(minutes=59)
    await chore()
    clock.turn(minutes=2)
    await chore()
    assert len(done) == 2


async def test_old_texts_go_and_what_is_needed_stays(store: Store, clock: TurnedClock) -> None:
    """An open delivery keeps its article; the alert of a story that goes on keeps its thread."""
    await store.add_feeds([FEED])
    old = NOW - timedelta(days=40)
    gone, waiting, fresh = (
        make_article(key, arrived=arrived)
        for key, arrived in (("gone", old), ("waiting", old), ("fresh", NOW))
    )
    told, open_one = make_delivery(gone.id), make_delivery(waiting.id)
    articles = tuple(StoredArticle(article) for article in (gone, waiting, fresh))
    await store.record(
        PollRecord(
            FEED.id, old, Validators(), NOW, seen=(gone, waiting, fresh), articles=articles,
            deliveries=(told, open_one),
        )
    )  # fmt: skip
    await store.delivered(told.id, "ref", old)
    await Retention(store, clock, 30).prune()
    assert await store.article(gone.id) is None
    assert await store.deliveries_of(gone.id) == []
    assert await store.article(waiting.id) is not None
    assert len(await store.deliveries_of(waiting.id)) == 1
    assert await store.article(fresh.id) is not None
    assert await store.unseen(FEED.id, [gone]) == [], "what was seen never alerts again"


async def test_retention_never_reaches_into_the_look_back(store: Store, clock: TurnedClock) -> None:
    await store.add_feeds([FEED])
    young = make_article("young", arrived=NOW - timedelta(days=4))
    record = PollRecord(FEED.id, NOW, Validators(), NOW, articles=(StoredArticle(young),))
    await store.record(record)
    await Retention(store, clock, 1).prune()
    assert await store.article(young.id) is not None


async def test_pruning_goes_in_small_batches(store: Store) -> None:
    await store.add_feeds([FEED])
    old = NOW - timedelta(days=40)
    rows = tuple(StoredArticle(make_article(str(n), arrived=old)) for n in range(25))
    await store.record(PollRecord(FEED.id, NOW, Validators(), NOW, articles=rows))
    assert [await store.prune(NOW, 10) for _ in range(4)] == [10, 10, 5, 0]
