"""Socket Mode: connections come and go, nothing said is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.slack.web import library_log
from bot.ports import Delivered
from tests.slack.conftest import connect
from tests.slack.people import Enveloped, People
from tests.slack.samples import delivery
from tests.slack.simulator import Fault, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.adapters.slack import SlackChat
    from tests.slack.conftest import Answers, Serve


@pytest.fixture
async def people(slack: Simulator, make_chat: Callable[..., SlackChat], serve: Serve) -> People:
    return await connect("socket", slack, make_chat, serve)


async def test_refreshed_connection_goes_on(
    slack: Simulator, people: People, answers: Answers
) -> None:
    """Source: https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect."""
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    [first] = slack.sockets
    await first.send_json({"type": "disconnect", "reason": "refresh_requested"})
    await slack.until(lambda: slack.sockets and slack.sockets[-1] is not first)
    await people.slash(dana, room, "list")
    await slack.until(lambda: slack.responses)
    assert len(answers.asked) == 1


async def test_broken_connection_is_opened_again(slack: Simulator, people: People) -> None:
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    [first] = slack.sockets
    await first.close()
    await slack.until(lambda: slack.sockets and slack.sockets[-1] is not first, seconds=20)
    await people.slash(dana, room, "list")
    await slack.until(lambda: slack.responses)


@pytest.mark.parametrize("heard", [True, False], ids=["ack lost", "envelope lost"])
async def test_what_was_on_its_way_when_the_connection_broke_is_done_once(
    slack: Simulator, people: People, answers: Answers, *, heard: bool
) -> None:
    """Slack sends on the next connection what nobody acknowledged: no command is lost or doubled.

    Source: https://docs.slack.dev/apis/events-api/using-socket-mode#acknowledge.
    """
    dana = slack.person("Dana")
    payload = people.slash_payload(dana, slack.room("desk", dana), "add rafah")
    envelope = {"type": "slash_commands", "envelope_id": "e1", "payload": payload}
    [first] = slack.sockets
    if heard:
        await first.send_json(envelope)
    await first.close()
    await slack.until(lambda: slack.sockets and slack.sockets[-1] is not first, seconds=20)
    slack.acks.clear()
    await slack.sockets[-1].send_json({**envelope, "retry_attempt": 1, "retry_reason": "timeout"})
    await slack.until(lambda: "e1" in slack.acks)
    await slack.until(lambda: slack.responses)
    await asyncio.sleep(0.1)
    assert [asked.text for asked in answers.asked] == ["add rafah"]


async def test_envelope_sent_again_is_carried_out_once(
    slack: Simulator, people: People, answers: Answers
) -> None:
    """An acknowledgement that was lost with its connection makes Slack send an envelope again."""
    assert isinstance(people.transport, Enveloped)
    dana = slack.person("Dana")
    payload = people.slash_payload(dana, slack.room("desk", dana), "add rafah")
    await people.transport.send("e1", "slash_commands", payload)
    await people.transport.send("e1", "slash_commands", payload)
    await slack.until(lambda: slack.responses)
    await asyncio.sleep(0.1)
    assert len(answers.asked) == 1


async def test_starts_while_slack_is_away_and_connects_later(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    slack.fail("auth.test", Fault("status"))
    slack.fail("apps.connections.open", Fault("status"))
    chat = make_chat("socket")
    await chat.start()
    assert chat.connected is not None
    assert not chat.connected.is_set()
    room = slack.room("desk")
    assert isinstance(await chat.post(delivery(room.id)), Delivered)
    await asyncio.wait_for(chat.connected.wait(), 10)


async def test_stop_is_quick_and_leaves_nothing_behind(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    before = asyncio.all_tasks()
    chat = make_chat("socket")
    await chat.start()
    assert chat.connected is not None
    await asyncio.wait_for(chat.connected.wait(), 5)
    await asyncio.wait_for(chat.stop(), 5)
    await slack.until(lambda: not slack.sockets)
    left = {repr(task.get_coro()) for task in asyncio.all_tasks() - before}
    assert [task for task in left if "slack_" in task or "Socket" in task] == []
    await chat.stop()


async def test_stop_finishes_what_was_promised(
    slack: Simulator, make_chat: Callable[..., SlackChat], serve: Serve, answers: Answers
) -> None:
    chats: list[SlackChat] = []

    def make(*given: Any, **options: Any) -> SlackChat:
        chats.append(make_chat(*given, **options))
        return chats[-1]

    people = await connect("socket", slack, make, serve)
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    answers.delay = 0.5
    await people.slash(dana, room, "list")
    await chats[0].stop()
    assert len(slack.responses) == 1


def test_libraries_never_log_secrets(caplog: pytest.LogCaptureFixture) -> None:
    log = library_log()
    caplog.set_level(logging.DEBUG)
    log.error("bad token %s", "xoxb-1-2-abc")
    log.error("cannot reach wss://x.example/link/?ticket=abc-def&app_id=1 with xapp-1-A2-3-ff")
    log.error("it failed", exc_info=ValueError("xoxb-9-9-secret"))
    log.warning("whole payloads stand in warnings")
    assert len(caplog.records) == 3
    text = caplog.text
    assert "(hidden)" in text
    assert "ValueError" in text
    for secret in ("xoxb", "xapp", "abc-def", "secret"):
        assert secret not in text
