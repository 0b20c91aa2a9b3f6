"""Reactions as buttons, on a real Synapse."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.ports import Delivered
from tests.matrix.samples import ALERT, STORED, delivery

if TYPE_CHECKING:
    from tests.matrix.conftest import Bot
    from tests.matrix.synapse import Person

ARTICLE = STORED.article.id


@pytest.fixture
async def alert(bot: Bot, room: str) -> str:
    """An alert in the room; its event."""
    outcome = await bot.chat.post(delivery(room, article=ARTICLE))
    assert isinstance(outcome, Delivered)
    return outcome.ref.split()[1]


async def joined(alice: Person, bob: Person, room: str) -> None:
    await alice.call("POST", f"rooms/{room}/invite", {"user_id": bob.user_id})
    await bob.call("POST", f"join/{room}", {})


async def settled(bot: Bot, alice: Person, room: str, word: str = "end") -> list[str]:
    """Wait until all before has been dealt with; give what the desk was asked before."""
    await alice.say(room, f"!watch {word}")
    await alice.wait_text(room, f"you said <{word}>", of=bot.user_id)
    assert bot.desk.texts[-1] == word
    return bot.desk.texts[:-1]


async def test_all_are_offered(bot: Bot, alice: Person, room: str, alert: str) -> None:
    """The bot puts every reaction that does something below its alert, in order."""
    await alice.wait_for(room, lambda e: "💬" in str(e["content"]), of=bot.user_id)
    offered = [
        event["content"]["m.relates_to"]
        for event in await alice.events(room, of=bot.user_id, kind="m.reaction")
    ]
    assert [relation["key"] for relation in offered] == ["🔕", "🗑", "❓", "💬"]
    assert {relation["event_id"] for relation in offered} == {alert}


async def test_reactions_ask_about_the_alert(
    bot: Bot, alice: Person, room: str, alert: str
) -> None:
    """A question runs its command for the alert's article, once, and answers in its thread."""
    reacted = await alice.react(room, alert, "❓")
    answer = await alice.wait_text(room, f"you said <explain {ALERT.url}>", of=bot.user_id)
    assert answer["content"]["m.relates_to"]["event_id"] == alert
    other = await alice.say(room, "not an alert")
    await alice.react(room, other, "❓")
    await alice.react(room, alert, "👍")
    await alice.react(room, alert, "💬")
    quotes = await alice.wait_text(room, "2 quotes", of=bot.user_id)
    assert quotes["content"]["body"] == (
        "Harbour of Dunmore to close, minister says\n2 quotes\n"
        "> “We will close the harbour”\n> — Ada Venn, minister of ports\n"
        "> “Nobody asked us”\n> — unattributed"
    )
    assert quotes["content"]["m.relates_to"]["event_id"] == alert
    await alice.redact(room, reacted)
    await alice.react(room, alert, "❓\ufe0f")
    assert await settled(bot, alice, room) == [f"explain {ALERT.url}"]


async def test_snoozing_and_waking(
    bot: Bot, alice: Person, bob: Person, room: str, alert: str
) -> None:
    """One reaction snoozes the rule for the room; only its removal wakes it, also after a restart.

    Somebody without power changes nothing; a second reaction does nothing more.
    """
    await joined(alice, bob, room)
    await bob.react(room, alert, "🔕")
    refused = await bob.wait_text(room, "you may look, not change", of=bot.user_id)
    assert refused["content"]["m.relates_to"]["event_id"] == alert
    reacted = await alice.react(room, alert, "🔕")
    await alice.wait_text(room, "you said <snooze harbour 24h>", of=bot.user_id)
    second = await bob.react(room, alert, "🔕\ufe0f")
    await bob.redact(room, second)
    snooze = "snooze harbour 24h"
    assert await settled(bot, alice, room) == [snooze, snooze]
    await bot.restart()
    await alice.redact(room, reacted)
    answer = await alice.wait_text(room, "you said <unsnooze harbour>", of=bot.user_id)
    assert answer["content"]["m.relates_to"]["event_id"] == alert
    assert bot.desk.asked[-1].who == alice.user_id
    await alice.react(room, alert, "🔕")
    await settled(bot, alice, room, "again")
    assert bot.desk.texts == [snooze, snooze, "end", "unsnooze harbour", snooze, "again"]


async def test_everybody_has_an_opinion(
    bot: Bot, alice: Person, bob: Person, room: str, alert: str
) -> None:
    """Not relevant counts once for each person; removing it, by whomever, takes back their own."""
    await joined(alice, bob, room)
    own = await alice.react(room, alert, "🗑️")
    theirs = await bob.react(room, alert, "🗑")
    await settled(bot, alice, room, "both")
    await alice.redact(room, theirs)
    await alice.redact(room, own)
    await settled(bot, alice, room, "neither")
    given, taken = f"feedback harbour {ARTICLE}", f"feedback harbour {ARTICLE} undo"
    asked = [(each.text, each.who) for each in bot.desk.asked if "feedback" in each.text]
    assert asked == [
        (given, alice.user_id),
        (given, bob.user_id),
        (taken, bob.user_id),
        (taken, alice.user_id),
    ]


async def test_removed_at_once(bot: Bot, alice: Person, room: str, alert: str) -> None:
    """A reaction that is removed before it was dealt with is undone all the same."""
    async with bot.chat._answering.in_turn(room):
        reacted = await alice.react(room, alert, "🔕")
        await alice.redact(room, reacted)
        await alice.say(room, "!watch end")
        await asyncio.sleep(0.5)
    await alice.wait_text(room, "you said <end>", of=bot.user_id)
    assert bot.desk.texts == ["snooze harbour 24h", "unsnooze harbour", "end"]


async def test_removed_while_away(bot: Bot, alice: Person, room: str, alert: str) -> None:
    """A reaction removed while the bot was off is undone when it is back."""
    reacted = await alice.react(room, alert, "🔕")
    await alice.wait_text(room, "you said <snooze harbour 24h>", of=bot.user_id)
    await bot.chat.stop()
    await alice.redact(room, reacted)
    await bot.restart()
    await alice.wait_text(room, "you said <unsnooze harbour>", of=bot.user_id)


async def test_a_reaction_that_failed_may_be_tried_again(
    bot: Bot, alice: Person, room: str, alert: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault is answered, marks nothing, and the next reaction acts."""
    ask = bot.desk.__class__.__call__

    async def failing(desk: Any, incoming: Any) -> Any:
        if incoming.text.startswith("snooze") and not desk.asked:
            desk.asked.append(incoming)
            raise RuntimeError("boom")
        return await ask(desk, incoming)

    monkeypatch.setattr(bot.desk.__class__, "__call__", failing)
    first = await alice.react(room, alert, "🔕")
    await alice.wait_text(room, "Something went wrong", of=bot.user_id)
    await alice.redact(room, first)
    await alice.react(room, alert, "🔕")
    await alice.wait_text(room, "you said <snooze harbour 24h>", of=bot.user_id)
    assert await settled(bot, alice, room) == ["snooze harbour 24h"] * 2


async def test_a_forged_alert_is_not_ours(bot: Bot, alice: Person, room: str) -> None:
    """Somebody's message that carries our keys is no alert: its address is never asked about."""
    forged = await alice.say(
        room, "!watch forged", **{"org.wirewatch.alert": {"url": "https://evil.example/"}}
    )
    await alice.react(room, forged, "❓")
    await alice.react(room, forged, "🔕")
    assert await settled(bot, alice, room) == []


async def test_reactions_count_as_requests(
    bot: Bot, alice: Person, room: str, alert: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reacting and removing again and again meets the same quota as commands do."""
    monkeypatch.setattr(bot.chat._answering._quota, "_most", 2)
    for key in ("❓", "💬", "🗑"):
        await alice.react(room, alert, key)
    await alice.wait_text(room, "requests in a minute", of=bot.user_id)
    assert bot.desk.texts == [f"explain {ALERT.url}"]
