"""Alerts on a real Synapse."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.adapters.matrix import survey
from bot.core.alert import notice_for
from bot.core.model import Delivery, Digest, DigestLine, Excerpt, KeyQuote
from bot.ports import Delivered
from tests.matrix.samples import ALERT, delivery

if TYPE_CHECKING:
    from tests.matrix.conftest import Bot
    from tests.matrix.synapse import Person, Synapse


async def test_post_and_find(bot: Bot, alice: Person, room: str) -> None:
    """An alert arrives as a notice that mentions nobody, and is found again by its delivery."""
    sent = delivery(room)
    outcome = await bot.chat.post(sent)
    assert isinstance(outcome, Delivered)
    event = await alice.wait_text(room, "Harbour of Dunmore", of=bot.user_id)
    assert event["content"]["msgtype"] == "m.notice"
    assert event["content"]["m.mentions"] == {}
    assert outcome.ref == f"{room} {event['event_id']}"
    assert await bot.chat.find(replace(sent, since=datetime.now(UTC))) == outcome.ref
    assert await bot.chat.find(delivery(room, "another")) is None


async def test_posting_twice_gives_one_event(bot: Bot, alice: Person, room: str) -> None:
    """The same delivery posted again, also after a restart of the bot, is the same event."""
    first = await bot.chat.post(delivery(room))
    again = await bot.chat.post(delivery(room))
    await bot.restart()
    later = await bot.chat.post(delivery(room, more_quotes=9))
    assert first == again == later
    alerts = [e for e in await alice.events(room, of=bot.user_id) if "Harbour" in str(e)]
    assert len(alerts) == 1


async def test_what_follows_stands_in_a_thread(bot: Bot, alice: Person, room: str) -> None:
    """A follow-up hangs below the first alert of its story."""
    first = await bot.chat.post(delivery(room))
    assert isinstance(first, Delivered)
    later = replace(delivery(room, "two", kind="follow-up"), parent_ref=first.ref)
    await bot.chat.post(later)
    event = await alice.wait_text(room, "Follow-up: Harbour", of=bot.user_id)
    root = first.ref.split()[1]
    assert event["content"]["m.relates_to"]["event_id"] == root
    found = await alice.call("GET", f"rooms/{room}/threads", version="v1")
    assert [thread["event_id"] for thread in found["chunk"]] == [root]


async def test_the_largest_alert_fits(bot: Bot, alice: Person, room: str) -> None:
    """The homeserver takes what the longest articles give, in the widest letters."""
    wide = Excerpt("界" * 3000)
    quotes = (KeyQuote((wide,), "Ada Venn"),) * 9
    outcome = await bot.chat.post(delivery(room, summary=(wide,) * 9, quotes=quotes))
    assert isinstance(outcome, Delivered)
    await alice.wait_text(room, "more quotes in the article", of=bot.user_id)


async def test_alerts_in_a_row_keep_their_order(bot: Bot, alice: Person, room: str) -> None:
    """Ten alerts posted at once and their offers do not get into each other's way."""
    outcomes = await asyncio.gather(*(bot.chat.post(delivery(room, f"n{n}")) for n in range(10)))
    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    events = await alice.events(room, of=bot.user_id)
    there = [e["event_id"] for e in events if "org.wirewatch.delivery" in e["content"]]
    assert sorted(there) == sorted(outcome.ref.split()[1] for outcome in outcomes)


async def test_check_tells_where_the_bot_may_write(
    synapse: Synapse, bot: Bot, alice: Person, room: str
) -> None:
    """`wirewatch check` names the login and each room with what the bot may do there."""
    await alice.call("PUT", f"rooms/{room}/state/m.room.name", {"name": "News\u202e desk"})
    quiet = {"events_default": 50}
    mute = await alice.make_room(bot.user_id, power_level_content_override=quiet)
    await alice.wait_for(mute, lambda _: len(bot.entered) == 2)
    lines = await survey(bot.login, bot.folder)
    device = bot.chat._account.session.device_id
    assert lines[0] == f"{bot.user_id} on {synapse.url}, device {device}"
    assert lines[1].startswith("session key ")
    assert f"{room}: News desk, not encrypted, power 0, may write" in lines
    long = {"name": "n" * 9_000 + "\n\x1b[31m"}
    await alice.call("PUT", f"rooms/{room}/state/m.room.name", long)
    assert all(len(line) < 250 for line in await survey(bot.login, bot.folder))
    assert f"{mute}: without a name, not encrypted, power 0, MAY NOT WRITE" in lines


def long_digest(room: str) -> Delivery:
    """Make a digest that no single event can hold."""
    quote = KeyQuote((Excerpt("quote " + "é" * 200),), "Ada Venn")
    one = DigestLine("harbour", "Story", "", "", "x.example", ALERT.published, quote)
    lines = tuple(
        replace(one, title=f"Story {at} " + "界" * 200, url=f"https://x.example/{at}")
        for at in range(50)
    )
    return replace(delivery(room), message=Digest("digest", "50 alerts", lines, 50))


async def test_a_long_digest_is_several_events(bot: Bot, alice: Person, room: str) -> None:
    """They come in order, once, whatever is posted again; the last one stands for all."""
    sent = replace(long_digest(room), since=datetime.now(UTC))
    first = await bot.chat.post(sent)
    assert isinstance(first, Delivered)
    await bot.restart()
    assert await bot.chat.post(sent) == first
    events = [e for e in await alice.events(room, of=bot.user_id) if "50 alerts" in str(e)]
    titles = [event["content"]["body"].split("\n")[0] for event in events]
    assert titles == [f"50 alerts ({n} of {len(events)})" for n in range(1, len(events) + 1)]
    assert len(events) > 1
    assert first.ref == f"{room} {events[-1]['event_id']}"
    assert await bot.chat.find(sent) == first.ref
    assert await bot.chat.revise(sent, first.ref) == first


async def test_a_notice_is_no_alert(bot: Bot, alice: Person, room: str) -> None:
    """A sentence of the bot's own comes once and is found again; reacting to it does nothing."""
    sent = replace(notice_for("matrix", room, "Feed <x> fails", key="k"), since=datetime.now(UTC))
    first = await bot.chat.post(sent)
    assert first == await bot.chat.post(sent)
    assert isinstance(first, Delivered)
    event = await alice.wait_text(room, "Feed <x> fails", of=bot.user_id)
    assert event["content"]["formatted_body"] == "Feed &lt;x&gt; fails"
    assert await bot.chat.find(sent) == first.ref
    await alice.react(room, event["event_id"], "❓")
    await alice.say(room, "!watch end")
    await alice.wait_text(room, "you said <end>", of=bot.user_id)
    assert bot.desk.texts == ["end"]


async def test_a_revised_alert(bot: Bot, alice: Person, room: str) -> None:
    """An edit replaces the words in place, once, and is never taken for the alert itself."""
    sent = replace(delivery(room), since=datetime.now(UTC))
    first = await bot.chat.post(sent)
    assert isinstance(first, Delivered)
    more = replace(sent, message=replace(sent.alert, sources=7))
    edit = await bot.chat.revise(more, first.ref)
    assert edit == await bot.chat.revise(more, first.ref)
    event = await alice.wait_text(room, "· 7 sources", of=bot.user_id)
    assert event["content"]["m.relates_to"] == {
        "rel_type": "m.replace",
        "event_id": first.ref.split()[1],
    }
    assert await bot.chat.find(sent) == first.ref
