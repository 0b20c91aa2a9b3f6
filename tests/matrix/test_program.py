"""The real program, the sample wire, and a room."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.matrix.synapse import NIGHTLY, Person
from tests.process.expected import query, wait_for_the_end
from tests.process.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.matrix.synapse import Synapse


FEW = 4


async def room_alerts(person: Person, room: str, bot: str) -> Counter[str]:
    contents = [event["content"] for event in await person.events(room, of=bot)]
    key = "org.wirewatch.delivery"
    return Counter(content[key] for content in contents if key in content)


def a_few() -> Callable[[dict[str, Any]], bool]:
    """Give a test of events that is met by the last of a few alerts."""
    found: set[str] = set()

    def enough(event: dict[str, Any]) -> bool:
        if "org.wirewatch.delivery" in event["content"]:
            found.add(event["event_id"])
        return len(found) >= FEW

    return enough


@pytest.mark.process
@pytest.mark.timeout(900)
async def test_a_rule_made_in_a_room_alerts_that_room(synapse: Synapse, tmp_path: Path) -> None:
    """Invite, greeting, `!watch add`, some news: what the store sent is in the room, once each.

    In the nightly profile it is the whole day, and the program is killed on the way.
    """
    grace = await Person.enter(synapse, "grace")
    bot = await asyncio.to_thread(synapse.register, "newsbot")
    room = await grace.make_room(bot)
    program = Program(
        tmp_path,
        WIREWATCH_FEEDS="sample-wire",
        WIREWATCH_CHATS="console,matrix",
        MATRIX_HOMESERVER=synapse.url,
        MATRIX_USER=bot,
        MATRIX_PASSWORD="pw",
    )
    await asyncio.to_thread(program.start, "--speed", "6000")
    await grace.wait_text(room, "!watch help", of=bot, seconds=240)
    await grace.say(room, "!watch add the as everything")
    await grace.wait_text(room, "watching everything", of=bot)
    for _ in range(3 if NIGHTLY else 0):
        await asyncio.to_thread(program.wait_for, len(program.alerts()) + 2)
        await asyncio.to_thread(program.kill)
        await asyncio.to_thread(program.start, "--speed", "6000")
    if NIGHTLY:
        await asyncio.to_thread(wait_for_the_end, program)
    else:
        await grace.wait_for(room, a_few(), of=bot, seconds=240)
    code, _, out, err = await asyncio.to_thread(program.stop)
    assert code == 0, err
    assert "Traceback" not in out + err
    there = await room_alerts(grace, room, bot)
    sent = query(program, "SELECT id, state FROM deliveries WHERE chat = 'matrix'")
    assert there.total() >= FEW
    assert there == Counter(delivery_id for delivery_id, state in sent if state == "delivered")
    assert not NIGHTLY or {state for _, state in sent} == {"delivered"}
