"""Commands on a real Synapse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.matrix.samples import CHART, PNG

if TYPE_CHECKING:
    from tests.matrix.conftest import Bot
    from tests.matrix.synapse import Person


async def test_a_command_is_answered_as_a_reply(bot: Bot, alice: Person, room: str) -> None:
    """What only one person wants to know comes as a reply, a notice that mentions nobody."""
    asked = await alice.say(room, "!watch list")
    answer = await alice.wait_text(room, "you said <list>", of=bot.user_id)
    assert answer["content"]["msgtype"] == "m.notice"
    assert answer["content"]["m.mentions"] == {}
    assert answer["content"]["m.relates_to"] == {"m.in_reply_to": {"event_id": asked}}
    assert answer["content"]["formatted_body"] == "you said &lt;list&gt;"
    incoming = bot.desk.asked[0]
    assert (incoming.chat, incoming.channel, incoming.who) == ("matrix", room, alice.user_id)
    assert incoming.may_change


async def test_a_change_is_told_in_a_thread(bot: Bot, alice: Person, room: str) -> None:
    """A public answer stands in the thread of the command, with the fallback for old clients."""
    asked = await alice.say(room, "!watch add harbour as h")
    answer = await alice.wait_text(room, "add harbour as h", of=bot.user_id)
    relation = answer["content"]["m.relates_to"]
    assert relation["rel_type"] == "m.thread"
    assert relation["event_id"] == asked
    assert relation["m.in_reply_to"] == {"event_id": asked}
    inside = {"rel_type": "m.thread", "event_id": asked}
    await alice.say(room, "!watch show h", **{"m.relates_to": inside})
    later = await alice.wait_text(room, "show h", of=bot.user_id)
    assert later["content"]["m.relates_to"]["event_id"] == asked


async def test_only_peoples_messages_are_commands(bot: Bot, alice: Person, room: str) -> None:
    """Notices, edits, emotes, talk and look-alikes are not answered."""
    target = await alice.say(room, "hello")
    await alice.send(room, {"msgtype": "m.notice", "body": "!watch one"})
    await alice.send(room, {"msgtype": "m.emote", "body": "!watch two"})
    await alice.say(room, "!watchtower three")
    await alice.say(room, "please !watch four")
    edit = {"rel_type": "m.replace", "event_id": target}
    new = {"msgtype": "m.text", "body": "!watch five"}
    await alice.say(room, "!watch five", **{"m.relates_to": edit, "m.new_content": new})
    await alice.say(room, "!WATCH last")
    await alice.wait_text(room, "you said <last>", of=bot.user_id)
    assert [incoming.text for incoming in bot.desk.asked] == ["last"]


async def test_history_is_not_acted_upon(
    bot: Bot, alice: Person, room: str, start_bot: object
) -> None:
    """A bot without a place in the stream ignores what was said before; later words count."""
    await alice.say(room, "!watch first")
    await alice.wait_text(room, "you said <first>", of=bot.user_id)
    await bot.chat.stop()
    await alice.say(room, "!watch while away")
    await bot.chat.start()
    await alice.wait_text(room, "while away", of=bot.user_id)
    await bot.chat.stop()
    await alice.say(room, "!watch lost with the folder")
    (bot.folder / "session.json").unlink()
    await bot.restart()
    await alice.say(room, "!watch again")
    await alice.wait_text(room, "you said <again>", of=bot.user_id)
    assert [incoming.text for incoming in bot.desk.asked] == ["first", "while away", "again"]


async def test_commands_keep_their_order(bot: Bot, alice: Person, room: str) -> None:
    """A room's commands are carried out one after the other."""
    for number in range(5):
        await alice.say(room, f"!watch n{number}")
    await alice.wait_text(room, "n4", of=bot.user_id)
    assert [incoming.text for incoming in bot.desk.asked] == [f"n{n}" for n in range(5)]


async def test_a_fault_is_answered(bot: Bot, alice: Person, room: str) -> None:
    """A command that breaks the bot's own code is answered without details."""
    await alice.say(room, "!watch fail")
    answer = await alice.wait_text(room, "Something went wrong", of=bot.user_id)
    assert "boom" not in str(answer)


async def test_power_is_read_at_each_command(
    bot: Bot, alice: Person, bob: Person, room: str
) -> None:
    """Changing needs the level at the moment of the command, 50 unless the room says another."""
    await alice.call("POST", f"rooms/{room}/invite", {"user_id": bob.user_id})
    await bob.call("POST", f"join/{room}", {})
    path = f"rooms/{room}/state/m.room.power_levels"
    levels = await alice.call("GET", path)
    for level, needed in ((0, None), (49, None), (50, None), (50, 60), (60, 60)):
        levels["users"][bob.user_id] = level
        if needed is not None:
            levels["events"]["org.wirewatch.change"] = needed
        await alice.call("PUT", path, levels)
        await bob.say(room, f"!watch level {level} of {needed}")
        await bob.wait_text(room, f"level {level} of {needed}>", of=bot.user_id)
    assert [asked.may_change for asked in bot.desk.asked] == [False, False, True, False, True]


@pytest.mark.parametrize("version", ["6", "11", "12"])
async def test_who_made_the_room_may_change(
    bot: Bot, alice: Person, bob: Person, version: str
) -> None:
    """Creators may change rules, in version 12 without standing in the levels, second ones too."""
    more = {"creation_content": {"additional_creators": [bob.user_id]}} if version == "12" else {}
    room = await alice.make_room(bot.user_id, bob.user_id, room_version=version, **more)
    await bob.call("POST", f"join/{room}", {})
    await bob.wait_text(room, "!watch help", of=bot.user_id)
    await alice.say(room, "!watch by alice")
    await alice.wait_text(room, "by alice", of=bot.user_id)
    await bob.say(room, "!watch by bob")
    await bob.wait_text(room, "by bob", of=bot.user_id)
    assert [asked.may_change for asked in bot.desk.asked] == [True, version == "12"]


async def test_a_flood_is_answered_once(
    bot: Bot, alice: Person, bob: Person, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond a person's quota there is one answer, then silence; others are served on."""
    monkeypatch.setattr(bot.chat._answering._quota, "_most", 3)
    await alice.call("POST", f"rooms/{room}/invite", {"user_id": bob.user_id})
    await bob.call("POST", f"join/{room}", {})
    for number in range(6):
        await alice.say(room, f"!watch n{number}")
    told = await alice.wait_text(room, "more than 30 requests in a minute", of=bot.user_id)
    assert "m.in_reply_to" in told["content"]["m.relates_to"]
    await bob.say(room, "!watch bob")
    await bob.wait_text(room, "you said <bob>", of=bot.user_id)
    assert bot.desk.texts == ["n0", "n1", "n2", "bob"]
    texts = [e["content"].get("body", "") for e in await alice.events(room, of=bot.user_id)]
    assert len([text for text in texts if "requests in a minute" in text]) == 1


async def test_a_chart_follows_the_words(bot: Bot, alice: Person, room: str) -> None:
    """A chart comes as a picture behind its answer, with the same in words as its caption."""
    await alice.say(room, "!watch trend harbour")
    picture = await alice.wait_for(
        room, lambda e: e["content"].get("msgtype") == "m.image", of=bot.user_id
    )
    content = picture["content"]
    assert content["body"] == CHART.alt
    assert content["info"] == {"mimetype": "image/png", "w": 3, "h": 2, "size": len(PNG)}
    assert content["m.mentions"] == {}
    words = await alice.wait_text(room, "you said <trend harbour>", of=bot.user_id)
    assert content["m.relates_to"] == words["content"]["m.relates_to"]
    assert words["origin_server_ts"] <= picture["origin_server_ts"]
    assert await alice.download(content["url"]) == PNG


async def test_a_chart_that_fails_costs_no_words(bot: Bot, alice: Person, room: str) -> None:
    """Where there is no picture, the words come all the same, and so does the next answer."""
    for number, draw in enumerate((lambda _: b"no picture", lambda _: 1 / 0, None)):
        bot.chat._answering._draw = draw
        await alice.say(room, f"!watch trend {number}")
        await alice.wait_text(room, f"you said <trend {number}>", of=bot.user_id)
    await alice.say(room, "!watch end")
    await alice.wait_text(room, "you said <end>", of=bot.user_id)
    kinds = {e["content"].get("msgtype") for e in await alice.events(room, of=bot.user_id)}
    assert "m.image" not in kinds
