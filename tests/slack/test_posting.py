from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.slack.outcomes import CONTENT, LATER, THREAD, UNSURE, SlackError, fault_of
from bot.adapters.slack.posting import EVENT_TYPE
from bot.ports import Delivered, Later, Refused, Unknown
from tests.slack.blockkit import words_of
from tests.slack.samples import (
    ALERT,
    DIGEST,
    FOLLOW_UP,
    MINISTER,
    NOTICE,
    alert,
    delivery,
    line,
)
from tests.slack.simulator import APP_TOKEN, BOT_USER, Fault, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.adapters.slack import SlackChat


async def test_post_arrives_with_blocks_metadata_and_without_unfurling(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk")
    given = delivery(room.id)
    outcome = await make_chat().post(given)
    [message] = slack.accepted
    assert outcome == Delivered(f"{room.id}/{message['ts']}")
    assert message["metadata"] == {
        "event_type": EVENT_TYPE,
        "event_payload": {"alert_id": given.id},
    }
    assert (message["unfurl_links"], message["unfurl_media"]) == (False, False)
    assert message["text"].startswith(f"Oda Brandt: “{MINISTER}”")
    assert MINISTER in words_of(message["blocks"]).replace("\n", "")


async def test_channel_may_be_given_by_name(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk", private=True)
    outcome = await make_chat().post(delivery("#Desk"))
    assert isinstance(outcome, Delivered)
    assert slack.accepted[0]["channel"] == room.id


async def test_a_person_is_told_in_their_direct_messages_and_it_is_found_there(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    ida = slack.person("Ida")
    chat, given = make_chat(), replace(delivery(ida), message=NOTICE)
    outcome = await chat.post(given)
    assert isinstance(outcome, Delivered)
    assert slack.accepted[0]["channel"] == f"D{ida}"
    assert await chat.find(given) == outcome.ref
    gone = await chat.post(delivery("U9999999"))
    assert isinstance(gone, Refused)


async def test_unknown_name_is_refused_without_a_post(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    slack.room("elsewhere", bot=False)
    outcome = await make_chat().post(delivery("#elsewhere"))
    assert isinstance(outcome, Refused)
    assert "elsewhere" in outcome.reason
    assert slack.accepted == []


@pytest.mark.parametrize(
    "state", ["archived", "kicked", "revoked", "gone", "wrong token", "missing scope"]
)
async def test_permanent_refusals_say_why(
    slack: Simulator, make_chat: Callable[..., SlackChat], state: str
) -> None:
    room = slack.room("desk")
    chat = make_chat(bot_token="xoxb-not-this-one") if state == "wrong token" else make_chat()
    if state == "archived":
        room.archived = True
    if state == "kicked":
        room.members.remove(BOT_USER)
    if state == "revoked":
        slack.token = ""
    if state == "gone":
        del slack.rooms[room.id]
    if state == "missing scope":
        slack.fail("chat.postMessage", Fault("error", code="missing_scope"))
    outcome = await chat.post(delivery(room.id))
    expected = {
        "archived": "the channel is archived",
        "kicked": "the bot is not in the channel",
        "revoked": "the bot token was revoked",
        "gone": "no such channel",
        "wrong token": "does not accept the bot token",
        "missing scope": "install it again with the manifest",
    }[state]
    assert isinstance(outcome, Refused)
    assert expected in outcome.reason
    assert "xoxb" not in outcome.reason


async def test_rate_limit_waits_as_long_as_slack_says(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk")
    slack.fail(
        "chat.postMessage", Fault("error", code="ratelimited", headers={"Retry-After": "30"})
    )
    before = datetime.now(UTC)
    outcome = await make_chat().post(delivery(room.id))
    assert isinstance(outcome, Later)
    assert outcome.at is not None
    assert timedelta(seconds=29) < outcome.at - before < timedelta(seconds=32)
    assert slack.accepted == []


async def test_rate_limit_of_a_method_counts_for_all_channels(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    rooms = slack.room("desk"), slack.room("night")
    slack.fail("chat.postMessage", Fault("error", code="ratelimited", headers={"Retry-After": "1"}))
    chat = make_chat()
    first = await chat.post(delivery(rooms[0].id))
    second = await chat.post(delivery(rooms[1].id))
    assert isinstance(first, Later)
    assert isinstance(second, Later)
    assert second.at is not None
    assert slack.accepted == []
    assert await chat.find(delivery(rooms[0].id)) is None
    await asyncio.sleep(1.05)
    assert isinstance(await chat.post(delivery(rooms[1].id)), Delivered)


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [
        (Fault("reset"), False),
        (Fault("reset", after=True), True),
        (Fault("status", status=500), False),
        (Fault("status", status=502, after=True), True),
        (Fault("status", status=503), False),
        (Fault("status", status=200), False),
        (Fault("text", after=True), True),
        (Fault("error", code="internal_error", after=True), True),
        (Fault("error", code="fatal_error"), False),
        (Fault("status", wait=1.0), False),
        (Fault("status", wait=1.0, after=True), True),
    ],
    ids=lambda value: (
        f"{value.kind}-{value.code or value.status}" if isinstance(value, Fault) else ""
    ),
)
async def test_nobody_knows_is_unknown_and_is_tried_only_once(
    slack: Simulator, make_chat: Callable[..., SlackChat], fault: Fault, *, arrives: bool
) -> None:
    room = slack.room("desk")
    slack.fail("chat.postMessage", fault)
    outcome = await make_chat(wait=0.5).post(delivery(room.id))
    assert isinstance(outcome, Unknown)
    assert len(slack.accepted) == arrives


async def test_no_connection_is_surely_not_accepted(make_chat: Callable[..., SlackChat]) -> None:
    outcome = await make_chat(api_url="http://127.0.0.1:9/api/").post(delivery("C0000001"))
    assert outcome == Later("no connection to Slack", None)


@pytest.mark.parametrize("code", sorted(CONTENT))
async def test_refused_shape_is_posted_plainly(
    slack: Simulator, make_chat: Callable[..., SlackChat], code: str
) -> None:
    room = slack.room("desk")
    slack.fail("chat.postMessage", Fault("error", code=code))
    assert isinstance(await make_chat().post(delivery(room.id)), Delivered)
    [message] = slack.accepted
    assert "blocks" not in message
    assert "|harbourtimes.example>" in message["text"]
    assert message["metadata"]["event_type"] == EVENT_TYPE


def test_every_answer_has_its_meaning() -> None:
    assert not LATER & UNSURE
    assert not CONTENT & (LATER | UNSURE)
    table = [
        ("", 429, "later"),
        ("ratelimited", 429, "later"),
        ("rate_limited", 200, "later"),
        ("message_limit_exceeded", 200, "later"),
        ("request_timeout", 200, "later"),
        ("team_added_to_org", 200, "later"),
        ("", 403, "later"),
        ("", 407, "later"),
        ("internal_error", 200, "unknown"),
        ("fatal_error", 200, "unknown"),
        ("service_unavailable", 200, "unknown"),
        ("", 200, "unknown"),
        ("", 504, "unknown"),
        ("is_archived", 500, "unknown"),
        ("is_archived", 200, "refused"),
        ("missing_scope", 200, "refused"),
        ("a_code_of_tomorrow", 200, "refused"),
    ]
    for code, status, expected in table:
        assert fault_of(code, status, None).sure == expected, (code, status)


async def test_find_sees_what_arrived_although_nobody_said_so(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk")
    chat, given = make_chat(), delivery(room.id)
    slack.fail("chat.postMessage", Fault("reset", after=True))
    assert isinstance(await chat.post(given), Unknown)
    assert await chat.find(given) == f"{room.id}/{slack.accepted[0]['ts']}"


async def test_find_tells_alerts_apart_over_many_pages(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk")
    slack.page_size = 3
    chat = make_chat()
    given = [delivery(room.id, alert(article=f"a{number}")) for number in range(10)]
    for one in given:
        await chat.post(one)
    assert await chat.find(given[0]) == f"{room.id}/{slack.accepted[0]['ts']}"
    assert await chat.find(delivery(room.id, alert(article="never posted"))) is None


async def test_repeat_that_slack_left_no_way_to_know_is_marked(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk")
    chat, given = make_chat(), delivery(room.id)
    slack.fail("chat.postMessage", Fault("reset"))
    await chat.post(given)
    assert await chat.find(given) is None
    assert isinstance(await chat.post(replace(given, attempt=2)), Delivered)
    assert "possible repeat" in words_of(slack.accepted[0]["blocks"])


@pytest.mark.parametrize(
    "fault", [Fault("reset"), Fault("status"), Fault("error", code="ratelimited")]
)
async def test_find_raises_oserror_when_slack_cannot_be_asked(
    slack: Simulator, make_chat: Callable[..., SlackChat], fault: Fault
) -> None:
    room = slack.room("desk")
    slack.fail("conversations.history", fault, fault)  # aiohttp itself repeats a read once
    with pytest.raises(OSError, match=r"broke|HTTP 503|ratelimited") as caught:
        await make_chat().find(delivery(room.id))
    assert isinstance(caught.value, SlackError)


async def test_find_in_a_channel_that_was_lost_gives_none(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk")
    room.members.clear()
    assert await make_chat().find(delivery(room.id)) is None


async def test_follow_up_answers_in_the_thread_and_is_found_there(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk")
    chat = make_chat()
    first = await chat.post(delivery(room.id))
    assert isinstance(first, Delivered)
    news = delivery(room.id, alert(kind="follow-up", article="a2"), parent_ref=first.ref)
    second = await chat.post(news)
    assert isinstance(second, Delivered)
    assert slack.accepted[1]["thread_ts"] == slack.accepted[0]["ts"]
    assert await chat.find(news) == second.ref


@pytest.mark.parametrize("code", sorted(THREAD))
async def test_follow_up_of_what_takes_no_replies_stands_alone(
    slack: Simulator, make_chat: Callable[..., SlackChat], code: str
) -> None:
    """The message was deleted, its thread locked, or the channel has no threads."""
    room = slack.room("desk")
    slack.fail("chat.postMessage", Fault("error", code=code))
    news = delivery(room.id, replace(ALERT, kind="follow-up"), parent_ref=f"{room.id}/1.000001")
    assert isinstance(await make_chat().post(news), Delivered)
    assert "thread_ts" not in slack.accepted[0]
    assert slack.accepted[0]["blocks"]


@pytest.mark.parametrize("broadcast", [True, False])
async def test_new_statement_is_told_to_the_whole_channel(
    slack: Simulator, make_chat: Callable[..., SlackChat], *, broadcast: bool
) -> None:
    room = slack.room("desk")
    chat = make_chat()
    first = await chat.post(delivery(room.id))
    assert isinstance(first, Delivered)
    news = replace(FOLLOW_UP, broadcast=broadcast, article="a2")
    second = await chat.post(delivery(room.id, news, parent_ref=first.ref))
    assert isinstance(second, Delivered)
    assert slack.accepted[1].get("reply_broadcast", False) is broadcast
    alone = await chat.post(delivery(room.id, replace(news, article="a3")))
    assert isinstance(alone, Delivered)
    assert "reply_broadcast" not in slack.accepted[2]


@pytest.mark.parametrize(
    ("way", "thread", "shown"),
    [("", True, False), ("on", True, False), ("both", True, True), ("off", False, False)],
)
async def test_follow_ups_go_where_the_channel_wants_them(
    slack: Simulator, make_chat: Callable[..., SlackChat], way: str, *, thread: bool, shown: bool
) -> None:
    asked: list[str] = []

    async def threads(channel: str) -> str:
        asked.append(channel)
        return way

    room = slack.room("desk")
    chat = make_chat(threads=threads)
    first = await chat.post(delivery(room.id))
    assert isinstance(first, Delivered)
    news = delivery(
        room.id, replace(FOLLOW_UP, broadcast=False, article="a2"), parent_ref=first.ref
    )
    second = await chat.post(news)
    assert isinstance(second, Delivered)
    assert ("thread_ts" in slack.accepted[1]) is thread
    assert slack.accepted[1].get("reply_broadcast", False) is shown
    assert asked == [room.id]
    assert await chat.find(news) == second.ref


@pytest.mark.parametrize("message", [DIGEST, NOTICE], ids=["digest", "notice"])
async def test_digests_and_notices_arrive_and_are_found(
    slack: Simulator, make_chat: Callable[..., SlackChat], message: Any
) -> None:
    room = slack.room("desk")
    chat, given = make_chat(), delivery(room.id, message)
    outcome = await chat.post(given)
    assert isinstance(outcome, Delivered)
    assert await chat.find(given) == outcome.ref
    assert slack.accepted[0]["text"].startswith(getattr(message, "title", message.kind and "The"))


@pytest.mark.parametrize("code", sorted(CONTENT))
async def test_digest_of_a_refused_shape_keeps_its_links(
    slack: Simulator, make_chat: Callable[..., SlackChat], code: str
) -> None:
    room = slack.room("desk")
    slack.fail("chat.postMessage", Fault("error", code=code))
    assert isinstance(await make_chat().post(delivery(room.id, DIGEST)), Delivered)
    [message] = slack.accepted
    assert "blocks" not in message
    for given in DIGEST.lines:
        assert f"<{given.url}|" in message["text"]


async def test_digest_without_room_for_its_links_is_set_aside(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    lines = tuple(line(n, url=f"https://a.example/{n}?{'x' * 1900}") for n in range(50))
    outcome = await make_chat().post(delivery(slack.room("desk").id, replace(DIGEST, lines=lines)))
    assert isinstance(outcome, Refused)
    assert slack.accepted == []


async def test_revision_edits_in_place_and_is_found_as_before(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk")
    chat, given = make_chat(), delivery(room.id)
    first = await chat.post(given)
    assert isinstance(first, Delivered)
    grown = replace(given, message=alert(sources=17, origins=("Coast Press",)))
    for _ in range(2):  # it may be told twice
        assert await chat.revise(grown, first.ref) == first
    [message] = room.messages
    assert "17 outlets carry it · from Coast Press" in words_of(message["blocks"])
    assert message["text"].startswith(f"Oda Brandt: “{MINISTER}”")
    assert message["metadata"]["event_payload"] == {"alert_id": given.id}
    assert await chat.find(given) == first.ref
    assert len(slack.accepted) == 1


async def test_revision_of_a_refused_shape_is_plain(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk")
    chat, given = make_chat(), delivery(room.id)
    first = await chat.post(given)
    assert isinstance(first, Delivered)
    slack.fail("chat.update", Fault("error", code="msg_blocks_too_long"))
    assert await chat.revise(given, first.ref) == first
    assert room.messages[0]["blocks"] == []
    assert "|harbourtimes.example>" in room.messages[0]["text"]


async def test_revision_keeps_the_mark_of_a_repeat(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk")
    chat, given = make_chat(), delivery(room.id)
    assert await chat.find(given) is None  # nobody knows whether an earlier try arrived
    first = await chat.post(given)
    assert isinstance(first, Delivered)
    await chat.revise(given, first.ref)
    assert "possible repeat" in words_of(room.messages[0]["blocks"])


async def test_revision_says_what_became_of_it(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk")
    chat, given = make_chat(), delivery(room.id)
    gone = await chat.revise(given, f"{room.id}/1.000001")
    assert isinstance(gone, Refused)
    assert "message_not_found" in gone.reason
    first = await chat.post(given)
    assert isinstance(first, Delivered)
    slack.fail("chat.update", Fault("error", code="ratelimited", headers={"Retry-After": "9"}))
    assert isinstance(await chat.revise(given, first.ref), Later)
    chat = make_chat()
    slack.fail("chat.update", Fault("reset", after=True), Fault("reset", after=True))
    assert isinstance(await chat.revise(given, first.ref), Unknown)


async def test_check_names_scopes_and_channels(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    slack.room("desk")
    slack.room("elsewhere", bot=False)
    assert await make_chat().check(["#desk"]) == []
    slack.scopes = "commands,chat:write"
    lines = await make_chat().check(["#desk", "#elsewhere"])
    assert "groups:history" in lines[0]
    assert "not in #elsewhere" in lines[1]
    slack.token = ""
    assert await make_chat().check() == ["Slack: token_revoked: the bot token was revoked"]


async def test_check_asks_nobody_to_let_the_bot_into_direct_messages(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    assert await make_chat().check(["D0000001", "U0000001", "T0HOME0001/D0000001"]) == []
    assert len(await make_chat().check(["C0000001", "#desk"])) == 2


@pytest.mark.parametrize(("app_token", "fine"), [(APP_TOKEN, True), ("xoxb-swapped", False)])
async def test_check_tries_the_app_token(
    slack: Simulator, make_chat: Callable[..., SlackChat], app_token: str, *, fine: bool
) -> None:
    lines = await make_chat("socket", app_token=app_token).check()
    assert (lines == []) is fine
    assert all("SLACK_APP_TOKEN begins with xapp-" in line for line in lines)
    assert "swapped" not in str(lines)
    assert slack.sockets == []


async def test_faults_of_the_library_never_show_the_token(
    slack: Simulator, make_chat: Callable[..., SlackChat], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's frames hold the token; a log that prints variables must not see them."""

    async def broken(**given: Any) -> None:
        assert "xoxb" in str(given)
        raise KeyError(str(given))

    monkeypatch.setattr("slack_sdk.web.async_base_client._request_with_session", broken)
    chat = make_chat()
    room = slack.room("desk")
    assert await chat.post(delivery(room.id)) == Unknown("an answer that cannot be read")
    with pytest.raises(SlackError) as caught:
        await chat.find(delivery(room.id))
    error: BaseException | None = caught.value
    assert error is not None
    frames = []
    trace = error.__traceback__
    while trace:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    values = [value for frame in frames for value in frame.f_locals.values()]
    ours = [value for value in values if isinstance(value, str | dict | tuple)]
    assert "xoxb" not in repr(ours)
    assert error.__suppress_context__
