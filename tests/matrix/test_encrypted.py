"""Encrypted rooms on a real Synapse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import nio
import pytest
from nio.crypto.attachments import decrypt_attachment

from bot.core.model import Excerpt, KeyQuote
from bot.ports import Delivered
from tests.matrix.cipher import Cipher
from tests.matrix.samples import CHART, PNG, delivery
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


async def test_alerts_are_revised(synapse: Synapse, bot: Bot, carol: Cipher) -> None:
    """An edit is encrypted like the alert, replaces its words once, and is never taken for it."""
    room = await carol.make_room(bot.user_id)
    await carol.wait_text(room, "!watch help")
    sent = replace(delivery(room), since=datetime.now(UTC))
    first = await bot.chat.post(sent)
    assert isinstance(first, Delivered)
    more = replace(sent, message=replace(sent.alert, sources=7, origins=("Reuters",)))
    edit = await bot.chat.revise(more, first.ref)
    await bot.restart()
    assert edit == await bot.chat.revise(more, first.ref)
    read = await carol.wait_text(room, "Harbour of Dunmore")
    assert "· 2 sources" in read["content"]["body"]
    edited = await carol.wait_for(room, lambda content: "m.new_content" in content)
    assert "· 7 sources · from Reuters\n" in edited["content"]["m.new_content"]["body"]
    plain = Person(synapse.url, carol.user_id, carol.client.access_token)
    replaced = {"rel_type": "m.replace", "event_id": first.ref.split()[1]}
    outside = [event["content"].get("m.relates_to") for event in await plain.events(room)]
    assert outside.count(replaced) == 1
    assert await bot.chat.find(sent) == first.ref
    assert await bot.chat.find(replace(more, id="never posted")) is None


async def test_the_largest_alert_fits(bot: Bot, carol: Cipher) -> None:
    """The widest letters fit into an encrypted event too, and so does an edit of them."""
    room = await carol.make_room(bot.user_id)
    await carol.wait_text(room, "!watch help")
    for number, letter in enumerate("é界😀"):
        wide = Excerpt(letter * 1000)
        many = (KeyQuote((wide,), "Ada Venn"),) * 14
        sent = delivery(room, f"n{number}", summary=(wide,) * 3, quotes=many, more_quotes=number)
        outcome = await bot.chat.post(sent)
        assert isinstance(outcome, Delivered), (letter, outcome)
        more = replace(sent, message=replace(sent.alert, sources=7))
        assert isinstance(await bot.chat.revise(more, outcome.ref), Delivered), letter
        await carol.wait_text(room, letter * 1000)


async def test_charts_are_encrypted(synapse: Synapse, bot: Bot, carol: Cipher) -> None:
    """The homeserver sees noise instead of the picture; who reads the room has its key."""
    room = await carol.make_room(bot.user_id)
    await carol.wait_text(room, "!watch help")
    await carol.wait_member(room, bot.user_id)
    await carol.say(room, "!watch trend harbour")
    picture = await carol.wait_for(room, lambda content: content.get("msgtype") == "m.image")
    content = picture["content"]
    assert content["body"] == CHART.alt
    assert content["info"] == {"mimetype": "image/png", "w": 3, "h": 2, "size": len(PNG)}
    assert "url" not in content
    file = content["file"]
    plain = Person(synapse.url, carol.user_id, carol.client.access_token)
    noise = await plain.download(file["url"])
    assert noise != PNG
    keys = file["key"]["k"], file["hashes"]["sha256"], file["iv"]
    assert decrypt_attachment(noise, *keys) == PNG


async def test_reactions_act_in_encrypted_rooms(synapse: Synapse, bot: Bot, carol: Cipher) -> None:
    """A reaction finds out about an encrypted alert; its answer and that of its undoing are too."""
    room = await carol.make_room(bot.user_id)
    await carol.wait_text(room, "!watch help")
    outcome = await bot.chat.post(delivery(room))
    assert isinstance(outcome, Delivered)
    plain = Person(synapse.url, carol.user_id, carol.client.access_token)
    reacted = await plain.react(room, outcome.ref.split()[1], "🔕")
    await carol.wait_text(room, "you said <snooze harbour 24h>")
    await plain.redact(room, reacted)
    await carol.wait_text(room, "you said <unsnooze harbour>")
    assert "snooze harbour" not in str(await plain.events(room))


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


async def test_whoever_misses_the_key_gets_a_new_one(bot: Bot, carol: Cipher) -> None:
    """When a member's device asks for a room's key the next alert has a new one, now and then."""
    room = await carol.make_room(bot.user_id)
    await carol.wait_text(room, "!watch help")

    def asking(room_id: str) -> nio.ToDeviceMessage:
        (session,) = (s for s in bot.chat._account.client.olm.outbound_group_sessions.values())
        body = {"algorithm": "m.megolm.v1.aes-sha2", "session_id": session.id,
                "room_id": room_id, "sender_key": "x"}  # fmt: skip
        content = {"action": "request", "request_id": room_id, "body": body,
                   "requesting_device_id": carol.client.device_id}  # fmt: skip
        return nio.ToDeviceMessage("m.room_key_request", bot.user_id, "*", content)

    async def next_session(name: str) -> str:
        title = replace(delivery(room).alert.title, text=f"Alert {name}")
        await bot.chat.post(delivery(room, name, title=title))
        await carol.wait_text(room, f"Alert {name}")
        return str(bot.chat._account.client.olm.outbound_group_sessions[room].id)

    async def ask(room_id: str) -> None:
        await carol.client.to_device(asking(room_id))
        await carol.wait_member(room, bot.user_id)
        await carol.say(room, f"!watch then {room_id}")
        await carol.wait_text(room, f"you said <then {room_id}>")

    first = await next_session("first")
    await ask("!elsewhere:localhost")
    assert await next_session("same") == first
    await ask(room)
    second = await next_session("new")
    assert second != first
    await carol.client.to_device(asking(room))
    await ask(room)
    assert await next_session("not too often") == second
    assert not carol.unread


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
