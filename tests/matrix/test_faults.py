"""What homeservers and networks do wrong, and that no alert is lost or doubled by it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.matrix import Login, MatrixChat
from bot.errors import SettingsError
from bot.ports import Delivered, Later, Refused, Unknown
from tests.matrix.proxy import Proxy
from tests.matrix.samples import delivery
from tests.matrix.synapse import NIGHTLY, Person

if TYPE_CHECKING:
    from tests.matrix.conftest import Bot
    from tests.matrix.synapse import Synapse

BURST = 200 if NIGHTLY else 8
TOKEN_GONE = {"status": 401, "errcode": "M_UNKNOWN_TOKEN", "error": "gone"}
SLOW_DOWN = {"status": 429, "errcode": "M_LIMIT_EXCEEDED", "error": "x"}
FAULTS: list[tuple[Any, type, bool]] = [
    # fault, outcome, whether the alert arrived all the same
    ("drop before", Unknown, False),
    ("drop after", Unknown, True),
    ("502", Unknown, False),
    ("504 after", Unknown, True),
    ("slow", Unknown, True),
    ("404 html", Later, False),
    (SLOW_DOWN, Later, False),
    ({**SLOW_DOWN, "retry_after_ms": 9000}, Later, False),
    ({"status": 403, "errcode": "M_FORBIDDEN", "error": "x"}, Refused, False),
    ({"status": 403, "errcode": "M_RESOURCE_LIMIT_EXCEEDED", "error": "x"}, Later, False),
    ({"status": 413, "errcode": "M_TOO_LARGE", "error": "x"}, Refused, False),
    ({"status": 400, "errcode": "M_BAD_JSON", "error": "x"}, Refused, False),
    ({"status": 403, "errcode": "M_USER_DEACTIVATED", "error": "x"}, Refused, False),
    ({"status": 403, "errcode": "M_CONSENT_NOT_GIVEN", "error": "x"}, Refused, False),
    ({"status": 500, "errcode": "M_UNKNOWN", "error": "x"}, Unknown, False),
    (TOKEN_GONE, Later, False),
    ({**TOKEN_GONE, "soft_logout": True}, Later, False),
]  # fmt: skip


async def test_each_fault_is_judged_rightly(
    synapse: Synapse, start_bot: Any, alice: Person
) -> None:
    """Nothing surely refused is called unknown, nothing possibly sent is called refused."""
    async with Proxy(synapse.url) as proxy:
        bot = await start_bot(synapse, proxy.url, offers=False)
        room = await alice.make_room(bot.user_id)
        await alice.wait_text(room, "!watch help", of=bot.user_id)
        for number, (fault, expected, arrived) in enumerate(FAULTS):
            # aiohttp itself repeats a PUT whose kept-alive connection broke; harmless here.
            proxy.faults = [fault] * (2 if "drop" in fault else 1)
            sent = replace(delivery(room, f"n{number}"), since=datetime.now(UTC))
            before = datetime.now(UTC)
            bot.chat._account.patience = 0.5 if fault == "slow" else 60.0
            outcome = await bot.chat.post(sent)
            bot.chat._account.patience = 60.0
            assert isinstance(outcome, expected), (fault, outcome)
            if "9000" in str(fault):
                assert before + timedelta(seconds=9) <= outcome.at  # type: ignore[operator]
                assert outcome.at <= datetime.now(UTC) + timedelta(seconds=9)  # type: ignore[operator]
            for _ in range(100):
                found = await bot.chat.find(sent)
                if found or not arrived:
                    break
                await asyncio.sleep(0.05)
            assert (found is not None) is arrived, fault
            again = await bot.chat.post(sent)
            assert isinstance(again, Delivered), (fault, again)
            assert found in (None, again.ref)
        events = [e for e in await alice.events(room, of=bot.user_id) if "Harbour" in str(e)]
        assert len(events) == len(FAULTS)


async def test_looking_fails_aloud(bot: Bot, alice: Person, room: str) -> None:
    """Where it cannot be known whether an alert arrived, `find` says so instead of guessing."""
    await alice.call("POST", f"rooms/{room}/kick", {"user_id": bot.user_id})
    await alice.call("POST", f"rooms/{room}/ban", {"user_id": bot.user_id})
    with pytest.raises(OSError, match="M_FORBIDDEN"):
        await bot.chat.find(delivery("!never:localhost"))


async def test_credentials(synapse: Synapse, bot: Bot, alice: Person, room: str) -> None:
    """Wrong ones are refused aloud, naming the variable and no secret; a token alone is enough."""
    for login, variable in (
        (Login(synapse.url, bot.user_id, "swordfish"), "MATRIX_PASSWORD"),
        (Login(synapse.url, bot.user_id, None, "syt_swordfish"), "MATRIX_ACCESS_TOKEN"),
        (Login(synapse.url, bot.user_id), "MATRIX_PASSWORD"),
    ):
        chat = MatrixChat(login, **{**bot.options, "folder": bot.folder / "other"})
        with pytest.raises(SettingsError) as caught:
            await chat.start()
        await chat.stop()
        assert caught.value.variable == variable
        assert "swordfish" not in str(caught.value)
    token = bot.chat._account.client.access_token
    first = await bot.chat.post(delivery(room))
    await bot.restart(login=Login(synapse.url, "", None, token))
    assert await bot.chat.post(delivery(room)) == first
    assert "swordfish" not in repr(Login("", "", "swordfish", "swordfish"))


async def test_no_homeserver_is_no_reason_to_stop(tmp_path: Any, bot: Bot) -> None:
    """Where nothing answers the chat starts all the same, and alerts wait."""
    login = Login("http://127.0.0.1:9", "@wirewatch:localhost", "pw")
    chat = MatrixChat(login, **{**bot.options, "folder": tmp_path / "other"})
    await chat.start()
    assert isinstance(await chat.post(delivery("!room:localhost")), Later)
    await chat.stop()


@pytest.mark.timeout(1800)
async def test_a_burst_under_the_usual_limits(synapse: Synapse, start_bot: Any) -> None:
    """Synapse's own limits hold alerts up and say for how long; none is lost or doubled."""
    alice = await Person.enter(synapse, "alice")
    bot = await start_bot(synapse, limited=True)
    room = await alice.make_room(bot.user_id)
    await alice.wait_text(room, "!watch help", of=bot.user_id)
    waiting, held_up = [delivery(room, f"n{number}") for number in range(BURST)], 0
    deadline = asyncio.get_running_loop().time() + 6 * BURST
    while waiting and asyncio.get_running_loop().time() < deadline:
        outcome = await bot.chat.post(waiting[0])
        if isinstance(outcome, Delivered):
            waiting.pop(0)
            continue
        assert isinstance(outcome, Later), outcome
        assert outcome.at is not None
        held_up += 1
        await asyncio.sleep((outcome.at - datetime.now(UTC)).total_seconds() + 0.01)
    assert not waiting
    assert held_up
    alerts = [e for e in await alice.events(room, of=bot.user_id) if "Harbour" in str(e["content"])]
    assert len(alerts) == BURST


async def test_no_secret_is_ever_written(
    synapse: Synapse,
    start_bot: Any,
    alice: Person,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Not the most talkative log of any library, nor a failure on the way, shows the token."""
    caplog.set_level(logging.DEBUG)
    async with Proxy(synapse.url, where="/_matrix/") as proxy:
        bot = await start_bot(synapse, proxy.url)
        room = await alice.make_room(bot.user_id)
        await alice.wait_text(room, "!watch help", of=bot.user_id)
        token = bot.chat._account.client.access_token
        proxy.faults = ["502", "drop before", "drop before", TOKEN_GONE, "504 after"]
        await alice.say(room, "!watch fail")
        await alice.wait_text(room, "Something went wrong", of=bot.user_id)
        outcomes = [await bot.chat.post(delivery(room)) for _ in range(5)]
        assert isinstance(outcomes[-1], Delivered)
        assert not proxy.faults
        await bot.chat.stop()
        assert not [path for _, path in proxy.seen if token in path]
    written = caplog.text + "".join(capfd.readouterr())
    assert len(token) > 20
    assert token not in written
    assert bot.chat._account.session.access_token not in written
    assert "peewee" not in written
    assert "matrix sync" in written


async def test_a_direct_chat_is_a_room(bot: Bot, alice: Person) -> None:
    """Whoever writes to the bot directly may change rules there, and has alerts of their own."""
    room = await alice.make_room(bot.user_id, is_direct=True, preset="trusted_private_chat")
    await alice.wait_text(room, "!watch help", of=bot.user_id)
    await alice.say(room, "!watch add harbour")
    await alice.wait_text(room, "you said <add harbour>", of=bot.user_id)
    assert bot.desk.asked[0].may_change
    assert isinstance(await bot.chat.post(delivery(room)), Delivered)
