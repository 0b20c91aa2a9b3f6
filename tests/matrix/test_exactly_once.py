"""The outbox, the deliver job and Matrix together, killed again and again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.store import Store
from bot.core.model import PollRecord, Validators
from tests.matrix.cipher import Cipher
from tests.matrix.proxy import Proxy
from tests.matrix.samples import delivery
from tests.matrix.synapse import NIGHTLY, ROOT, Person

if TYPE_CHECKING:
    from tests.matrix.synapse import Synapse

ALERTS = 120 if NIGHTLY else 8


async def start_poster(*arguments: str) -> asyncio.subprocess.Process:
    program = str(Path(__file__).parent / "poster.py")
    return await asyncio.create_subprocess_exec(
        sys.executable, program, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


async def fill(database: str, room: str) -> set[str]:
    store = Store(database)
    await store.open()
    waiting = [delivery(room, f"n{at}", article=f"article{at}") for at in range(ALERTS)]
    now = datetime.now(UTC)
    await store.record(PollRecord("feed", now, Validators(), now, deliveries=tuple(waiting)))
    await store.close()
    return {each.id for each in waiting}


async def wait_line(poster: asyncio.subprocess.Process, wanted: bytes) -> None:
    assert poster.stdout is not None
    while (line := await poster.stdout.readline()) != wanted:
        assert line, "the program ended by itself"


async def run_and_kill(poster: asyncio.subprocess.Process, seconds: float) -> bool:
    """Let the program work for a while, then kill it; say whether it was done."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wait_line(poster, b"done\n")
            await poster.wait()
            return True
    poster.send_signal(signal.SIGKILL)
    await poster.wait()
    return False


async def crash(synapse: Synapse, poster: asyncio.subprocess.Process) -> None:
    """Kill the homeserver while the program posts, and bring it back."""
    await wait_line(poster, b"ready\n")
    await asyncio.sleep(0.3)
    await asyncio.to_thread(synapse.stop, signal.SIGKILL)
    await asyncio.sleep(0.3)
    await asyncio.to_thread(synapse.start)
    await asyncio.sleep(0.3)


async def arrived(person: Person | Cipher, room: str, bot: str) -> list[str]:
    """Give the delivery ids of all alerts in a room, as a person reads them."""
    if isinstance(person, Person):
        contents = [event["content"] for event in await person.events(room, of=bot)]
    else:
        for _ in range(10):
            await person.sync()
        assert not person.unread
        contents = [event["content"] for where, event in person.read if where == room]
    key = "org.wirewatch.delivery"
    return [content[key] for content in contents if key in content]


@pytest.mark.process
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("encrypted", "times"), [(False, 20), (True, 20)] if NIGHTLY else [(False, 2)]
)
async def test_killed_again_and_again(
    synapse: Synapse, start_bot: Any, tmp_path: Path, *, encrypted: bool, times: int
) -> None:
    """Whatever moment the program dies, and while connections break, each alert arrives once.

    In the nightly profile the homeserver is killed on the way, too.
    """
    chance = random.Random(20261122 + encrypted)  # noqa: S311 -- which moment it dies
    bot = await start_bot(synapse)
    person = await (Cipher(synapse, "eve").enter() if encrypted else Person.enter(synapse, "frank"))
    room = await person.make_room(bot.user_id)
    await person.wait_text(room, "!watch help")
    await bot.chat.stop()
    database = f"sqlite:///{tmp_path}/outbox.db"
    wanted = await fill(database, room)
    async with Proxy(synapse.url, delay=0.05) as proxy:
        arguments = (proxy.url, bot.user_id, str(bot.folder), database)
        done, kills = False, 0
        while not done:
            proxy.faults = [
                chance.choice(["drop before", "drop after", "502", "504 after", *[None] * 20])
                for _ in range(200)
            ]
            poster = await start_poster(*arguments)
            if NIGHTLY and kills == times // 2:
                await crash(synapse, poster)
            else:
                await wait_line(poster, b"ready\n")
            last = kills == times
            done = await run_and_kill(poster, 120 if last else chance.uniform(0.05, 0.35))
            kills += not done
    there = await arrived(person, room, bot.user_id)
    if isinstance(person, Cipher):
        await person.close()
    assert kills == times
    print(f"{kills} kills, {len(wanted)} alerts, {len(there)} arrived")  # noqa: T201 -- with -s
    assert len(there) == len(set(there))
    assert set(there) == wanted
