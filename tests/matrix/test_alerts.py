"""Alerts on a real Synapse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.ports import Delivered
from tests.matrix.samples import delivery

if TYPE_CHECKING:
    from tests.matrix.conftest import Bot
    from tests.matrix.synapse import Person


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
