"""Encrypted rooms on a real Synapse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.ports import Delivered
from tests.matrix.cipher import Cipher
from tests.matrix.samples import delivery
from tests.matrix.synapse import Person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.matrix.conftest import Bot
    from tests.matrix.synapse import Synapse


@pytest.fixture
async def carol(synapse: Synapse) -> AsyncIterator[Cipher]:
    person = await Cipher(synapse, "carol").enter()
    yield person
    await person.close()


async def test_alerts_and_commands_are_encrypted(synapse: Synapse, bot: Bot, carol: Cipher) -> None:
    """In an encrypted room everything but reactions is encrypted, readable and found again."""
    room = await carol.make_room(bot.user_id)
    await carol.wait_text(room, "!watch help")
    await carol.wait_member(room, bot.user_id)
    await carol.say(room, "!watch list")
    await carol.wait_text(room, "you said <list>")
    assert bot.desk.asked[0].who == carol.user_id
    sent = replace(delivery(room), since=datetime.now(UTC))
    outcome = await bot.chat.post(sent)
    assert isinstance(outcome, Delivered)
    read = await carol.wait_text(room, "Harbour of Dunmore")
    assert read["content"]["org.wirewatch.delivery"] == sent.id
    plain = Person(synapse.url, carol.user_id, carol.client.access_token)
    kinds = {event["type"] for event in await plain.events(room, of=bot.user_id)}
    assert kinds <= {"m.room.member", "m.room.encrypted", "m.reaction"}
    assert "Harbour" not in str(await plain.events(room))
    assert await bot.chat.find(sent) == outcome.ref
    assert await bot.chat.find(delivery(room, "another")) is None
    assert not carol.unread


async def test_found_again_after_a_restart(bot: Bot, carol: Cipher) -> None:
    """A restarted bot still reads its own alerts, and its next ones are readable."""
    room = await carol.make_room(bot.user_id)
    await carol.wait_text(room, "!watch help")
    sent = replace(delivery(room), since=datetime.now(UTC))
    outcome = await bot.chat.post(sent)
    await bot.restart()
    assert isinstance(outcome, Delivered)
    assert await bot.chat.find(sent) == outcome.ref
    assert await bot.chat.post(sent) == outcome
    await bot.chat.post(delivery(room, "second", title=replace(sent.alert.title, text="Second")))
    await carol.wait_text(room, "Second")
    assert not carol.unread


async def test_later_members_read_later_alerts(synapse: Synapse, bot: Bot, carol: Cipher) -> None:
    """Somebody who comes later reads what is posted from then on."""
    room = await carol.make_room(bot.user_id)
    await carol.wait_text(room, "!watch help")
    await bot.chat.post(delivery(room, "early"))
    dave = await Cipher(synapse, "dave").enter()
    await carol.client.room_invite(room, dave.user_id)
    await dave.client.join(room)
    await carol.wait_member(room, dave.user_id)
    await carol.say(room, "!watch now")
    await carol.wait_text(room, "you said <now>")
    sent = delivery(room, "late", title=replace(delivery(room).alert.title, text="For Dave"))
    await bot.chat.post(sent)
    await dave.wait_text(room, "For Dave")
    await dave.close()


async def test_an_unreadable_command_is_answered(
    bot: Bot, carol: Cipher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message whose key never comes is answered once, so that people know why nothing happens."""
    monkeypatch.setattr("bot.adapters.matrix.ears._KEY_PATIENCE", 0.5)
    monkeypatch.setattr("bot.adapters.matrix.stream._POLL_SECONDS", 1)
    room = await carol.make_room(bot.user_id)
    await carol.wait_text(room, "!watch help")
    await carol.wait_member(room, bot.user_id)
    for device in carol.client.device_store.active_user_devices(bot.user_id):
        carol.client.blacklist_device(device)
    await carol.say(room, "!watch secret")
    await carol.say(room, "!watch secret too")
    await carol.wait_text(room, "cannot read your encrypted message")
    for _ in range(5):
        await carol.sync()
    told = [e for _, e in carol.read if "cannot read" in str(e["content"].get("body"))]
    assert len(told) == 1
    assert bot.desk.asked == []
