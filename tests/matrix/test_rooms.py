"""Invitations, departures and upgrades on a real Synapse."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.ports import Delivered, Later, Refused
from tests.matrix.samples import delivery

if TYPE_CHECKING:
    from tests.matrix.conftest import Bot
    from tests.matrix.synapse import Person, Synapse


async def test_invited_joins_and_greets(bot: Bot, alice: Person, room: str) -> None:
    """The greeting names three commands; the owner of deliveries hears of the room."""
    (greeting,) = [
        e for e in await alice.events(room, of=bot.user_id) if e["type"] == "m.room.message"
    ]
    assert greeting["content"]["body"].count("\n!watch ") == 3
    assert greeting["content"]["msgtype"] == "m.notice"
    assert bot.entered == [room]


async def test_strangers_are_declined(
    synapse: Synapse, start_bot: Any, alice: Person, bob: Person
) -> None:
    """Only people and homeservers of the allow-list may invite; others are told."""
    bot = await start_bot(synapse, allow=[bob.user_id, "elsewhere.example"])
    refused = await alice.make_room(bot.user_id)
    left = await alice.wait_for(
        refused,
        lambda e: e["type"] == "m.room.member" and e["content"]["membership"] == "leave",
        of=bot.user_id,
    )
    assert "invitations" in left["content"]["reason"]
    taken = await bob.make_room(bot.user_id)
    await bob.wait_text(taken, "!watch help", of=bot.user_id)
    assert bot.entered == [taken]


async def test_kicked_and_invited_again(bot: Bot, alice: Person, room: str) -> None:
    """Out of a room its alerts are refused, back in it they arrive, and it is greeted again."""
    await alice.call("POST", f"rooms/{room}/kick", {"user_id": bot.user_id, "reason": "test"})
    outcome = await bot.chat.post(delivery(room))
    assert isinstance(outcome, Refused)
    await asyncio.sleep(0.5)
    assert isinstance(await bot.chat.post(delivery(room)), Refused)
    await alice.call("POST", f"rooms/{room}/invite", {"user_id": bot.user_id})
    await alice.wait_for(
        room,
        lambda _: len(bot.entered) == 2,
    )
    assert isinstance(await bot.chat.post(delivery(room)), Delivered)
    deadline = asyncio.get_running_loop().time() + 90
    while asyncio.get_running_loop().time() < deadline:
        greetings = [
            e for e in await alice.events(room, of=bot.user_id) if "Three to try" in str(e)
        ]
        if len(greetings) == 2:
            break
        await asyncio.sleep(0.1)
    assert len(greetings) == 2


async def test_unknown_rooms_are_refused(bot: Bot) -> None:
    """A room that does not exist, or that the bot never was in, is a permanent refusal."""
    assert isinstance(await bot.chat.post(delivery("!nowhere:localhost")), Refused)
    assert isinstance(await bot.chat.post(delivery("no room at all")), Refused)


async def test_an_upgraded_room_is_followed(bot: Bot, alice: Person, room: str) -> None:
    """Alerts for the old room go to the new one, and commands there mean the old one's rules."""
    before = await bot.chat.post(delivery(room, "before"))
    made = await alice.call("POST", f"rooms/{room}/upgrade", {"new_version": "11"})
    new = made["replacement_room"]
    await asyncio.sleep(0.5)
    assert isinstance(await bot.chat.post(delivery(room, "between")), Later)
    await alice.call("POST", f"rooms/{new}/invite", {"user_id": bot.user_id})
    await alice.wait_text(new, "rules and alerts continue here", of=bot.user_id)
    outcome = await bot.chat.post(delivery(room, "between"))
    assert isinstance(outcome, Delivered)
    assert outcome.ref.startswith(f"{new} ")
    await alice.say(new, "!watch here")
    await alice.wait_text(new, "you said <here>", of=bot.user_id)
    assert bot.desk.asked[-1].channel == room
    assert await bot.chat.find(delivery(room, "before")) == before.ref
    await bot.restart()
    assert await bot.chat.post(delivery(room, "between")) == outcome


async def test_a_false_upgrade_is_not_believed(
    bot: Bot, alice: Person, bob: Person, room: str
) -> None:
    """A tombstone that names somebody else's room neither diverts alerts nor takes over rules."""
    bobs = await bob.make_room(bot.user_id)
    await bob.wait_text(bobs, "!watch help", of=bot.user_id)
    tombstone = {"body": "moved", "replacement_room": bobs}
    await alice.call("PUT", f"rooms/{room}/state/m.room.tombstone", tombstone)
    await asyncio.sleep(1)
    outcome = await bot.chat.post(delivery(room))
    assert isinstance(outcome, Delivered)
    assert outcome.ref.startswith(f"{room} ")
    await bob.say(bobs, "!watch mine")
    await bob.wait_text(bobs, "you said <mine>", of=bot.user_id)
    assert bot.desk.asked[-1].channel == bobs


async def test_words_from_before_are_not_for_the_bot(bot: Bot, alice: Person) -> None:
    """What was typed before the bot came in is not acted upon, although it can be read."""
    room = await alice.make_room()
    await alice.say(room, "!watch before")
    await alice.call("POST", f"rooms/{room}/invite", {"user_id": bot.user_id})
    await alice.wait_text(room, "!watch help", of=bot.user_id)
    await alice.say(room, "!watch after")
    await alice.wait_text(room, "you said <after>", of=bot.user_id)
    assert [asked.text for asked in bot.desk.asked] == ["after"]


async def test_alone_it_leaves(bot: Bot, alice: Person, room: str) -> None:
    """When the last person has gone the bot goes too, and forgets the room."""
    await alice.call("POST", f"rooms/{room}/leave", {})
    deadline = asyncio.get_running_loop().time() + 90
    while asyncio.get_running_loop().time() < deadline:
        rooms = await bot.chat._account.request("GET", "/_matrix/client/v3/joined_rooms")
        if not rooms["joined_rooms"]:
            break
        await asyncio.sleep(0.1)
    assert rooms["joined_rooms"] == []
    assert isinstance(await bot.chat.post(delivery(room)), Refused)
