"""Feedback on a real store: noted, taken back, counted, and the rule tightened by one command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.alert import delivery_id
from bot.core.model import Delivery, Match, PollRecord, StoredArticle, Validators
from bot.core.officials import Officials
from bot.jobs.answer.desk import Desk
from bot.jobs.reading import Reader
from bot.jobs.rulebook import RuleBook
from tests.core.test_tighten import CRICKET, NEWS
from tests.jobs.test_answer import FROM_FILE, NoPages, Room
from tests.samples import FEED, NOW, make_alert

if TYPE_CHECKING:
    from bot.adapters.store import Store
    from bot.ports import Reply
    from tests.conftest import TurnedClock

RULE = "console/rafah"


@pytest.fixture
async def watched(store: Store, clock: TurnedClock) -> Room:
    """A rule that told of five articles."""
    book = RuleBook(Officials(), [FROM_FILE], store)
    await book.refresh()
    reader = Reader(NoPages(), book.active, book.officials)
    room = Room(Desk(store, book, reader, clock, ("console",)))
    await room.type("add Rafah as rafah")
    await store.add_feeds([FEED])
    articles = [*CRICKET, *NEWS]
    stored = tuple(
        StoredArticle(article, matches=(Match(RULE, ("Rafah",), ()),), analyzed=True)
        for article in articles
    )
    deliveries = tuple(
        Delivery(
            delivery_id("console", "", RULE, article.id),
            "console",
            "",
            RULE,
            make_alert(article.id),
        )
        for article in articles
    )
    now = clock.now()
    await store.record(
        PollRecord(FEED.id, now, Validators(), NOW, tuple(articles), stored, deliveries)
    )
    for delivery in deliveries:
        await store.delivered(delivery.id, "ref", now)
    return room


async def object_to(room: Room, *numbers: int, reason: str = "wrong-sense") -> list[Reply]:
    return [await room.type(f"feedback rafah {CRICKET[n].id} {reason}") for n in numbers]


async def test_feedback_is_noted_and_counted(watched: Room) -> None:
    assert "5 alerts, 0 not relevant" in (await watched.type("show rafah")).text
    [reply] = await object_to(watched, 0)
    assert reply.ok
    assert not reply.public
    assert "noted for rafah: Rafah XI win the cricket cup (wrong sense of a word)" in reply.text
    shown = (await watched.type("show rafah")).text
    assert "5 alerts, 1 not relevant; precision 80%" in shown
    assert "people said: wrong sense of a word 1" in shown
    assert "feedback on rafah in console" in (await watched.type("audit")).text


async def test_opinion_is_taken_back(watched: Room) -> None:
    await object_to(watched, 0)
    [reply] = await object_to(watched, 0, reason="undo")
    assert reply.text == "taken back: Rafah XI win the cricket cup"
    assert "5 alerts, 0 not relevant" in (await watched.type("show rafah")).text
    [again] = await object_to(watched, 0, reason="undo")
    assert not again.ok


async def test_one_opinion_a_person_on_each_alert(watched: Room) -> None:
    await object_to(watched, 0, 0)
    await object_to(watched, 0, reason="not-news")
    shown = (await watched.type("show rafah")).text
    assert "1 not relevant" in shown
    assert "people said: not news 1" in shown


async def test_too_many_is_no_word_on_precision(watched: Room) -> None:
    await object_to(watched, 0, reason="too-many")
    shown = (await watched.type("show rafah")).text
    assert "5 alerts, 0 not relevant; precision 100%" in shown
    assert "too many 1" in shown


async def test_tightening_is_proposed_tested_and_applied(watched: Room) -> None:
    await object_to(watched, 0, 1, 2)
    reply = await watched.type("show rafah")
    assert "proposed: Rafah -cricket" in reply.text
    assert "leaves out 3 of the 3 that were not relevant and loses none of the 2 others" in (
        reply.text
    )
    [offer] = reply.offers
    assert offer.command == "edit rafah Rafah -cricket"
    applied = await watched.type(offer.command)
    assert applied.public
    assert "over 7 days: gains 0, loses 3 articles" in applied.text
    assert watched.desk.book.active.rule(RULE).query == "Rafah -cricket"


async def test_second_objection_leads_to_the_rule(watched: Room) -> None:
    first, second = await object_to(watched, 0, 1)
    assert first.offers == ()
    assert [offer.command for offer in second.offers] == ["show rafah"]


async def test_old_opinions_do_not_count(watched: Room, clock: TurnedClock) -> None:
    await object_to(watched, 0, 1)
    clock.turn(days=31)
    assert "last 30 days: no alerts" in (await watched.type("show rafah")).text


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("feedback rafah nothing wrong-sense", "no stored article"),
        (f"feedback rafah {CRICKET[0].id} dull", "unknown reason"),
        (f"feedback nobody {CRICKET[0].id} not-news", "no rule"),
        (f"feedback ferries {CRICKET[0].id} not-news", "ferries did not match"),
        ("feedback rafah", "feedback needs more"),
    ],
)
async def test_what_cannot_be_meant_is_said(watched: Room, text: str, wrong: str) -> None:
    reply = await watched.type(text)
    assert not reply.ok
    assert wrong in reply.text


async def test_feedback_is_a_change(watched: Room) -> None:
    reply = await watched.type(f"feedback rafah {CRICKET[0].id} not-news", may_change=False)
    assert not reply.ok
    assert "0 not relevant" in (await watched.type("show rafah")).text


async def test_feedback_by_link(watched: Room) -> None:
    assert (await watched.type(f"feedback rafah <{CRICKET[0].url}> not-news")).ok
