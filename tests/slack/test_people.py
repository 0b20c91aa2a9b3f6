"""What people do in Slack, over Socket Mode and HTTP alike, against the simulator."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.slack import channels, forms
from bot.core.model import Overview, Rule, RuleWeek
from bot.errors import CommandError, QueryError, StoreError
from bot.ports import Offer, Reply
from tests.slack.blockkit import words_of
from tests.slack.conftest import connect
from tests.slack.samples import MINISTER, article, delivery
from tests.slack.simulator import BOT_USER, TEAM, Fault, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.adapters.slack import SlackChat
    from bot.core.model import StoredArticle
    from tests.slack.conftest import Answers, Serve
    from tests.slack.people import People


# ---------------------------------------------------------------- commands


async def test_private_answer(slack: Simulator, people: People, answers: Answers) -> None:
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    answers.replies["list"] = Reply("one rule: <rafah> & more")
    assert await people.slash(dana, room, "list") == {}
    [message] = await slack.until(lambda: slack.responses)
    assert message["response_type"] == "ephemeral"
    assert message["text"] == "one rule: &lt;rafah&gt; &amp; more"
    assert words_of(message["blocks"]) == "one rule: <rafah> & more"
    [asked] = answers.asked
    assert (asked.text, asked.chat, asked.channel) == ("list", "slack", room.id)
    assert asked.who == f"Dana ({dana})"
    assert asked.may_change


async def test_change_is_told_to_the_channel(
    slack: Simulator, people: People, answers: Answers
) -> None:
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    answers.replies["add"] = Reply("rafah: added", public=True)
    await people.slash(dana, room, "add <@U0000099|khan> &amp; “x”")
    [message] = await slack.until(lambda: slack.responses)
    assert message["response_type"] == "in_channel"
    assert f"by <@{dana}>" in words_of(message["blocks"])
    assert answers.asked[0].text == 'add @khan & "x"'


async def test_slow_answer_is_acknowledged_at_once(
    slack: Simulator, people: People, answers: Answers
) -> None:
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    answers.delay = 0.6
    await asyncio.wait_for(people.slash(dana, room, "status"), 0.5)
    assert slack.responses == []
    assert await slack.until(lambda: slack.responses)


async def test_other_programs_are_not_waited_for_longer_than_slack_waits(
    slack: Simulator, make_chat: Callable[..., SlackChat], serve: Serve, answers: Answers
) -> None:
    """A database that hangs must not cost the acknowledgement: the command is carried out."""

    async def first(_key: str) -> bool:
        await asyncio.sleep(60)
        return True

    people = await connect("http", slack, make_chat, serve, first=first)
    dana = slack.person("Dana")
    await people.slash(dana, slack.room("desk", dana), "list")  # fails after three seconds
    await slack.until(lambda: slack.responses)
    assert [asked.text for asked in answers.asked] == ["list"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CommandError("unknown command 'lst', did you mean list?"), "did you mean list?"),
        (QueryError("a AND", 5, "something is missing"), "line 1, column 6"),
        (StoreError("database is locked"), "database is locked"),
        (RuntimeError("xoxb-secret"), "That failed on our side"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_errors_are_private_and_tell_no_secrets(
    slack: Simulator,
    people: People,
    answers: Answers,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    words: str,
) -> None:
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    answers.replies["lst"] = error
    await people.slash(dana, room, "lst")
    [message] = await slack.until(lambda: slack.responses)
    assert message["response_type"] == "ephemeral"
    assert words in words_of(message["blocks"])
    assert "xoxb" not in str(message)
    logged = "".join(capsys.readouterr())
    assert "xoxb" not in logged
    assert ("RuntimeError in" in logged) is isinstance(error, RuntimeError)


async def test_answer_finds_another_way_when_its_url_is_used_up(
    slack: Simulator, people: People
) -> None:
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    slack.fail("response_url", Fault("status", status=404))
    await people.slash(dana, room, "list")
    [message] = await slack.until(lambda: slack.private)
    assert (message["channel"], message["user"]) == (room.id, dana)


async def test_same_request_twice_is_carried_out_once(
    slack: Simulator, people: People, answers: Answers
) -> None:
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    payload = people.slash_payload(dana, room, "add rafah")
    await people.transport.deliver("slash_commands", payload)
    await asyncio.sleep(0)
    again = {**payload, "retry": "1"}  # another body, so that it is not a replay
    await people.transport.deliver("slash_commands", again)
    await slack.until(lambda: slack.responses)
    await asyncio.sleep(0.1)
    assert len(answers.asked) == 1


async def test_same_event_twice_is_handled_once(
    slack: Simulator, people: People, answers: Answers
) -> None:
    dana = slack.person("Dana")
    await people.open_home(dana, "Ev1")
    await slack.until(lambda: slack.views)
    await people.open_home(dana, "Ev2")
    await slack.until(lambda: len(slack.views) == 2)
    payload_again = {"type": "event_callback", "event_id": "Ev1", "retry": 1}
    await people.transport.deliver(
        "events_api",
        {**payload_again, "team_id": TEAM, "event": {"type": "app_home_opened", "user": dana}},
    )
    await asyncio.sleep(0.1)
    assert len(slack.views) == 2


async def test_foreign_environment_changes_nothing(
    slack: Simulator,
    make_chat: Callable[..., SlackChat],
    serve: Serve,
    answers: Answers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bolt reads these variables by itself; only the settings may decide."""
    for name in ("CLIENT_ID", "CLIENT_SECRET", "BOT_TOKEN", "SIGNING_SECRET", "APP_TOKEN"):
        monkeypatch.setenv(f"SLACK_{name}", "of another program")
    monkeypatch.setenv("SLACK_SCOPES", "none")
    people = await connect("http", slack, make_chat, serve)
    dana = slack.person("Dana")
    await people.slash(dana, slack.room("desk", dana), "list")
    await slack.until(lambda: slack.responses)
    assert len(answers.asked) == 1


# ---------------------------------------------------------------- another channel


async def test_rule_for_another_channel_of_mine(
    slack: Simulator, people: People, answers: Answers
) -> None:
    dana = slack.person("Dana")
    here, there = slack.room("desk", dana), slack.room("night", dana)
    answers.replies["add"] = Reply("rafah: added", public=True)
    await people.slash(dana, here, f"add rafah <#{there.id}|night>")
    [message] = await slack.until(lambda: slack.responses)
    assert message["response_type"] == "ephemeral"
    assert [post["channel"] for post in slack.accepted] == [there.id]
    [asked] = answers.asked
    assert (asked.text, asked.channel, asked.may_change) == ("add rafah", there.id, True)


async def test_rule_for_a_channel_of_others_may_not_be_changed(
    slack: Simulator, people: People, answers: Answers
) -> None:
    dana = slack.person("Dana")
    here, there = slack.room("desk", dana), slack.room("board")
    await people.slash(dana, here, f"add rafah <#{there.id}|board>")
    await slack.until(lambda: slack.responses)
    assert (answers.asked[0].channel, answers.asked[0].may_change) == (there.id, False)


@pytest.mark.parametrize("private", [True, False], ids=["private", "public"])
@pytest.mark.parametrize("text", ["list", "show rafah", "test rafah 7d", "export"])
async def test_rules_of_a_private_channel_are_not_shown_to_those_outside(
    slack: Simulator, people: People, answers: Answers, text: str, *, private: bool
) -> None:
    dana = slack.person("Dana")
    here, there = slack.room("desk", dana), slack.room("board", private=private)
    await people.slash(dana, here, f"{text} <#{there.id}|board>")
    [message] = await slack.until(lambda: slack.responses)
    asked = [(asked.text, asked.channel, asked.may_change) for asked in answers.asked]
    assert asked == ([] if private else [(text, there.id, False)])
    assert ("I am in no channel #board" in message["text"]) is private


async def test_what_is_offered_for_another_channel_is_meant_for_there(
    slack: Simulator, people: People, answers: Answers
) -> None:
    dana = slack.person("Dana")
    here, there = slack.room("desk", dana), slack.room("night", dana)
    answers.replies["show"] = Reply("rafah", offers=(Offer("Apply", "edit rafah x"),))
    await people.slash(dana, here, f"show rafah <#{there.id}|night>")
    [told] = await slack.until(lambda: slack.responses)
    [button] = told["blocks"][-1]["elements"]
    await people.press(dana, here, "offer_0", button["value"], private=True)
    await slack.until(lambda: len(answers.asked) == 2)
    assert (answers.asked[1].text, answers.asked[1].channel) == ("edit rafah x", there.id)


@pytest.mark.parametrize("tail", ["#unknown", "#night #desk"])
async def test_channel_that_cannot_be_meant_reaches_nobody(
    slack: Simulator, people: People, answers: Answers, tail: str
) -> None:
    dana = slack.person("Dana")
    here = slack.room("desk", dana)
    slack.room("night", dana)
    await people.slash(dana, here, f"add rafah {tail}")
    [message] = await slack.until(lambda: slack.responses)
    assert "I am in no channel" in message["text"]
    assert answers.asked == []


# ---------------------------------------------------------------- buttons


async def test_why_button_explains_privately(
    slack: Simulator, people: People, answers: Answers
) -> None:
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    await people.press(dana, room, "explain", "https://a.example/x")
    [message] = await slack.until(lambda: slack.responses)
    assert message["response_type"] == "ephemeral"
    assert message["replace_original"] is False
    assert answers.asked[0].text == "explain https://a.example/x"


async def find_article(article_id: str) -> StoredArticle | None:
    return article() if article_id == "a1" else None


async def test_all_quotes_open_in_a_window(
    slack: Simulator, make_chat: Callable[..., SlackChat], serve: Serve
) -> None:
    people = await connect("http", slack, make_chat, serve, article=find_article)
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    await people.press(dana, room, "all_quotes", "a1")
    [(how, view)] = await slack.until(lambda: slack.views)
    words = words_of(view["blocks"])
    assert how == "open"
    for piece in (MINISTER, "Oda Brandt", "minister of transport", "Unattributed", "high time"):
        assert piece in words
    await people.press(dana, room, "all_quotes", "forgotten")
    (_, view) = await slack.until(lambda: slack.views[1:] and slack.views[1])
    assert "no longer stored" in words_of(view["blocks"])


async def test_all_quotes_is_offered_only_where_articles_can_be_read(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk")
    await make_chat().post(delivery(room.id))
    await make_chat(article=find_article).post(delivery(room.id))
    offered = [[b["action_id"] for b in post["blocks"][-1]["elements"]] for post in slack.accepted]
    others = ["snooze", "not_relevant", "mute"]
    assert offered == [["explain", *others], ["explain", "all_quotes", *others]]


# ---------------------------------------------------------------- where the bot is not


@pytest.mark.parametrize("private", [True, False], ids=["private", "public"])
async def test_rule_where_the_bot_is_not_says_how_to_invite_it(
    slack: Simulator,
    people: People,
    answers: Answers,
    monkeypatch: pytest.MonkeyPatch,
    *,
    private: bool,
) -> None:
    monkeypatch.setattr(channels, "_FRESH", 0.05)
    dana = slack.person("Dana")
    room = slack.room("desk", dana, bot=False, private=private)
    await people.slash(dana, room, "add rafah")
    [message] = await slack.until(lambda: slack.responses)
    assert "type /invite @Wirewatch" in words_of(message["blocks"])
    # In a private channel the bot cannot see who is in, so nobody may change anything yet.
    assert answers.asked[0].may_change is not private
    room.members.add(BOT_USER)
    await asyncio.sleep(0.1)
    await people.slash(dana, room, "add gaza")
    message = await slack.until(lambda: slack.responses[1:] and slack.responses[1])
    assert "/invite" not in words_of(message["blocks"])
    assert answers.asked[1].may_change


# ---------------------------------------------------------------- the form


async def open_form(slack: Simulator, people: People, user: str, room: Any) -> dict[str, Any]:
    await people.slash(user, room, "add")
    [(how, view)] = await slack.until(lambda: slack.views)
    assert how == "open"
    return view


async def test_form_previews_and_saves(slack: Simulator, people: People, answers: Answers) -> None:
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    view = await open_form(slack, people, dana, room)
    answers.replies |= {
        "test": Reply("12 matches in 7 days"),
        "add": Reply("talks: added", public=True),
    }
    pushed = await people.submit(dana, view, query="ceasefire\nOR “a deal”", name="talks")
    assert pushed["response_action"] == "push"
    assert "12 matches in 7 days" in words_of(pushed["view"]["blocks"])
    assert await people.submit(dana, pushed["view"]) == {"response_action": "clear"}
    [told] = await slack.until(lambda: slack.accepted)
    assert told["channel"] == room.id
    assert "talks: added" in words_of(told["blocks"])
    texts = [incoming.text for incoming in answers.asked]
    assert texts == ['test ceasefire OR "a deal" 7d', 'add ceasefire OR "a deal" as talks']
    assert {incoming.channel for incoming in answers.asked} == {room.id}


async def test_mistake_is_shown_at_its_field(
    slack: Simulator, people: People, answers: Answers
) -> None:
    dana = slack.person("Dana")
    view = await open_form(slack, people, dana, slack.room("desk", dana))
    answers.replies["test"] = QueryError("a AND (b", 6, "this bracket is never closed")
    wrong = await people.submit(dana, view, query="a AND (b")
    assert wrong["response_action"] == "errors"
    assert wrong["errors"]["query"].endswith("a AND ▸(b")
    wrong = await people.submit(dana, view, query="a", name="no/slash")
    assert "cannot be a name" in wrong["errors"]["name"]
    wrong = await people.submit(dana, view, query="a #board")
    assert "Choose the channel in the form" in wrong["errors"]["query"]
    wrong = await people.submit(dana, view, query='"' * 2000)
    assert "Too long" in wrong["errors"]["query"]


async def test_window_that_opens_too_late_is_said(slack: Simulator, people: People) -> None:
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    slack.fail("views.open", Fault("error", code="expired_trigger_id"))
    await people.slash(dana, room, "add")
    [message] = await slack.until(lambda: slack.responses)
    assert "try once more" in message["text"]
    assert message["response_type"] == "ephemeral"


async def test_rule_that_cannot_be_saved_is_told_in_the_form(
    slack: Simulator, people: People, answers: Answers
) -> None:
    dana = slack.person("Dana")
    view = await open_form(slack, people, dana, slack.room("desk", dana))
    answers.replies["add"] = Reply("there is a rule named talks already", ok=False)
    pushed = await people.submit(dana, view, query="deal", name="talks")
    answer = await people.submit(dana, pushed["view"])
    assert answer["response_action"] == "update"
    assert "named talks already" in words_of(answer["view"]["blocks"])
    assert slack.accepted == []


async def test_slow_preview_is_filled_in_later(
    slack: Simulator, make_chat: Callable[..., SlackChat], serve: Serve, answers: Answers
) -> None:
    people = await connect("http", slack, make_chat, serve)
    dana = slack.person("Dana")
    view = await open_form(slack, people, dana, slack.room("desk", dana))
    answers.delay = 2.4
    pushed = await people.submit(dana, view, query="deal")
    assert "Counting" in words_of(pushed["view"]["blocks"])
    how, filled = await slack.until(lambda: slack.views[1:] and slack.views[1])
    assert how == "update"
    assert "did test deal 7d" in words_of(filled["blocks"])
    assert filled["external_id"] == pushed["view"]["external_id"]


async def test_preview_finds_a_window_that_slack_has_not_opened_yet(
    slack: Simulator,
    make_chat: Callable[..., SlackChat],
    serve: Serve,
    answers: Answers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The count is done just when the acknowledgement goes out: the update may be there first."""
    monkeypatch.setattr(forms, "PATIENCE", 0.05)
    monkeypatch.setattr(forms, "_UNTIL_SHOWN", (0.05, 0.05))
    people = await connect("http", slack, make_chat, serve)
    dana = slack.person("Dana")
    view = await open_form(slack, people, dana, slack.room("desk", dana))
    answers.delay = 0.1
    early = Fault("error", code="not_found")
    slack.fail("views.update", early, early)
    pushed = await people.submit(dana, view, query="deal")
    assert "Counting" in words_of(pushed["view"]["blocks"])
    how, filled = await slack.until(lambda: slack.views[1:] and slack.views[1])
    assert how == "update"
    assert "did test deal 7d" in words_of(filled["blocks"])


async def test_home_form_asks_for_the_channel(
    slack: Simulator, people: People, answers: Answers
) -> None:
    dana = slack.person("Dana")
    mine, other = slack.room("desk", dana), slack.room("board")
    await people.press(dana, None, "open_add")
    [(_, view)] = await slack.until(lambda: slack.views)
    wrong = await people.submit(dana, view, query="deal", channel=other.id)
    assert "only full members" in wrong["errors"]["query"]
    right = await people.submit(dana, view, query="deal", channel=mine.id)
    assert right["response_action"] == "push"
    await people.submit(dana, right["view"])
    assert answers.asked[-1].channel == mine.id


# ---------------------------------------------------------------- Home


async def look(channels: Sequence[str]) -> Overview:
    weeks = (RuleWeek(Rule("r", "rafah", "Rafah OR ferry"), (0, 0, 1, 0, 2, 4, 8)),)
    recent = tuple(delivery(channel) for channel in channels[:1])
    listed = tuple((channel, weeks) for channel in channels)
    return Overview(listed, 12, (("Coast Daily", "HTTP 404"),), recent)


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_home_shows_the_week_of_shared_channels(
    slack: Simulator,
    make_chat: Callable[..., SlackChat],
    serve: Serve,
    answers: Answers,
    mode: str,
) -> None:
    people = await connect(mode, slack, make_chat, serve, overview=look)
    dana = slack.person("Dana")
    mine = slack.room("desk", dana, private=True)
    slack.room("board")
    slack.room("without-bot", dana, bot=False)
    answers.replies |= {"status": Reply("12 feeds, all well")}
    await people.open_home(dana)
    [(how, view)] = await slack.until(lambda: slack.views)
    words = words_of(view["blocks"])
    assert how == "publish"
    assert f"<#{mine.id}>" in words
    assert "rafah: Rafah OR ferry\n··▁·▂▄█  15 in 7 days" in words
    assert words.count("<#") == 2  # the channel and the one alert, nothing of others
    assert "Harbour of Nordby to open on Monday" in words
    assert "Oda Brandt: " in words
    assert "12 feeds, all well" in words
    assert "Coast Daily: HTTP 404" in words
    assert "Add a rule" in words


# ---------------------------------------------------------------- permissions

WHO: dict[str, tuple[dict[str, Any], bool]] = {
    "member": ({}, True),
    "member elsewhere in the organisation": (
        {"team_id": "T0OTHER", "enterprise_user": {"teams": [TEAM]}},
        True,
    ),
    "admin": ({"is_admin": True}, True),
    "multi-channel guest": ({"is_restricted": True}, False),
    "single-channel guest": ({"is_restricted": True, "is_ultra_restricted": True}, False),
    "Slack Connect stranger": ({"is_stranger": True, "team_id": "T0OTHER"}, False),
    "other company, in a shared channel": ({"team_id": "T0OTHER"}, False),
    "deactivated": ({"deleted": True}, False),
    "bot": ({"is_bot": True}, False),
    "no workspace named": ({"team_id": ""}, False),
}


ANSWERED = {
    *("multi-channel guest", "single-channel guest", "deactivated", "bot"),
}
"""Those of our own workspace who may look where they are members, from elsewhere, too."""


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
async def test_who_may_change_on_every_path(
    slack: Simulator,
    make_chat: Callable[..., SlackChat],
    serve: Serve,
    answers: Answers,
    who: str,
    *,
    inside: bool,
) -> None:
    """Command, bare add, form, saving, button, Home and another channel: the same answer."""
    flags, full = WHO[who]
    may = full and inside
    people = await connect("http", slack, make_chat, serve)
    user = slack.person("Sam", **flags)
    room, lobby = slack.room("desk", *([user] if inside else [])), slack.room("lobby", user)

    await people.slash(user, room, "add rafah")
    await slack.until(lambda: slack.responses)
    assert answers.asked.pop().may_change is may

    await people.slash(user, lobby, f"add rafah <#{room.id}|desk>")
    await slack.until(lambda: len(slack.responses) == 2)
    asked = [asked.may_change for asked in answers.asked]
    assert asked == ([may] if full or (inside and who in ANSWERED) else [])
    answers.asked.clear()

    await people.press(user, room, "explain", "https://a.example/x")
    await slack.until(lambda: len(slack.responses) == 3)
    assert answers.asked.pop().may_change is may

    await people.slash(user, room, "add")
    await slack.until(lambda: slack.views or len(slack.responses) == 4)
    assert bool(slack.views) is may

    form = {"type": "modal", "callback_id": "add_rule", "private_metadata": metadata(room.id)}
    answer = await people.submit(user, form, query="rafah")
    assert answer["response_action"] == ("push" if may else "errors")

    saved = {
        "type": "modal",
        "callback_id": "save_rule",
        "private_metadata": metadata(room.id, "rafah"),
    }
    answers.asked.clear()
    await people.submit(user, saved)
    assert [asked.may_change for asked in answers.asked if asked.text == "add rafah"] == [may]

    slack.views.clear()
    await people.open_home(user)
    [(_, home)] = await slack.until(lambda: slack.views)
    assert ("Add a rule" in words_of(home["blocks"])) is full  # the lobby is always theirs


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
async def test_who_may_press_and_edit(
    slack: Simulator,
    make_chat: Callable[..., SlackChat],
    serve: Serve,
    answers: Answers,
    who: str,
    *,
    inside: bool,
) -> None:
    """Buttons, menus, the shortcut, forms of rules that are there: the same answer again."""
    flags, full = WHO[who]
    may = full and inside
    people = await connect("http", slack, make_chat, serve, rules=lambda _: RULES)
    user = slack.person("Sam", **flags)
    room = slack.room("desk", *([user] if inside else []))

    # Buttons and what they offer: the command runs with the rights of who pressed.
    for action, value in (("snooze", "harbour"), ("mute", "s1"), ("offer_0", "unmute s1")):
        answers.asked.clear()
        await people.press(user, room, action, value)
        await slack.until(lambda: answers.asked)
        assert [asked.may_change for asked in answers.asked] == [may]
    answers.asked.clear()
    await people.press(user, room, "rule_menu", "pause harbour", kind="overflow")
    await slack.until(lambda: answers.asked)
    assert [asked.may_change for asked in answers.asked] == [may]

    # The question why an alert is not relevant, and forms, are only for those who may answer.
    await slack.until(lambda: len(slack.responses) == 4)
    slack.responses.clear()
    await people.press(user, room, "not_relevant", "harbour a1")
    [told] = await slack.until(lambda: slack.responses)
    assert ("Why is it not relevant?" in words_of(told["blocks"])) is may
    for act in (
        lambda: people.slash(user, room, "edit harbour"),
        lambda: people.press(user, room, "rule_menu", "remove harbour", kind="overflow"),
        lambda: people.point_at(user, room, "Brandt"),
    ):
        slack.views.clear()
        slack.responses.clear()
        await act()
        await slack.until(lambda: slack.views or slack.responses)
        assert bool(slack.views) is may

    gone = {"channel": room.id, "rule": "harbour"}
    asked_for = {
        "type": "modal",
        "callback_id": "remove_rule",
        "private_metadata": json.dumps(gone),
    }
    answers.asked.clear()
    await people.submit(user, asked_for)
    assert [asked.may_change for asked in answers.asked] == [may]


RULES = [Rule("r", "harbour", "harbour")]
CHANGERS = [
    ((), {}, True),
    (("admins",), {}, False),
    (("admins",), {"is_admin": True}, True),
    (("admins",), {"is_owner": True}, True),
    (("admins",), {"is_admin": True, "is_restricted": True}, False),
    (("admins",), {"is_admin": True, "team_id": "T0OTHER"}, False),
    (("U9999999",), {"is_admin": True}, False),
    (("U9999999",), {"id": "U9999999"}, True),
    (("U9999999",), {"id": "U9999999", "is_stranger": True}, False),
    (("U9999999", "admins"), {"is_admin": True}, True),
]


@pytest.mark.parametrize(("changers", "flags", "may"), CHANGERS)
async def test_changes_can_be_left_to_admins_or_named_people(
    slack: Simulator,
    make_chat: Callable[..., SlackChat],
    serve: Serve,
    answers: Answers,
    changers: tuple[str, ...],
    flags: dict[str, Any],
    *,
    may: bool,
) -> None:
    people = await connect("http", slack, make_chat, serve, changers=frozenset(changers))
    user = slack.person("Sam", **flags)
    if "id" in flags:
        user = flags["id"]
        slack.people[user] = next(iter(slack.people.values()))
    room = slack.room("desk", user)
    await people.slash(user, room, "add rafah")
    await slack.until(lambda: slack.responses)
    assert [asked.may_change for asked in answers.asked] == [may]
    await people.slash(user, room, "add")
    await slack.until(lambda: slack.views or len(slack.responses) == 2)
    assert bool(slack.views) is may
    slack.views.clear()
    await people.open_home(user)
    [(_, home)] = await slack.until(lambda: slack.views)
    assert ("Add a rule" in words_of(home["blocks"])) is may
    # However few may change, being outside of the channel is no way in.
    other = slack.room("board")
    await people.slash(user, other, "add rafah")
    await slack.until(lambda: len(answers.asked) >= 2 and answers.asked[-1].channel == other.id)
    assert not answers.asked[-1].may_change


def metadata(channel: str, query: str = "") -> str:
    return json.dumps({"channel": channel, "query": query, "name": ""})


@pytest.mark.parametrize("method", ["users.info", "users.conversations"])
async def test_nobody_may_change_while_slack_does_not_say_who_they_are(
    slack: Simulator,
    make_chat: Callable[..., SlackChat],
    serve: Serve,
    answers: Answers,
    method: str,
) -> None:
    people = await connect("http", slack, make_chat, serve)
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    slack.fail(method, *[Fault("status")] * 4)
    await people.slash(dana, room, "add rafah")
    await slack.until(lambda: slack.responses)
    assert not answers.asked[0].may_change


async def test_stranger_in_a_shared_channel_may_ask_why(
    slack: Simulator, people: People, answers: Answers
) -> None:
    """Requests of people of other companies name their own workspace."""
    kim = slack.person("Kim", team_id="T0OTHER001", is_stranger=True)
    room = slack.room("shared", kim)
    people.team = "T0OTHER001"
    await people.press(kim, room, "explain", "https://a.example/x")
    await slack.until(lambda: slack.responses)
    [asked] = answers.asked
    assert (asked.text, asked.may_change) == ("explain https://a.example/x", False)


async def test_direct_message_belongs_to_its_writer(
    slack: Simulator, people: People, answers: Answers
) -> None:
    dana = slack.person("Dana")
    room = slack.room("direct", dana, BOT_USER)
    room.id = f"D{dana}"
    await people.slash(dana, room, "add rafah")
    await slack.until(lambda: slack.responses)
    assert answers.asked[0].may_change


async def test_direct_messages_of_others_are_out_of_reach(
    slack: Simulator, people: People, answers: Answers
) -> None:
    """Neither by their id from elsewhere, nor where two people talk without the bot."""
    dana, eve = slack.person("Dana"), slack.person("Eve")
    desk = slack.room("desk", eve)
    await people.slash(eve, desk, f"add rafah #D{dana}")
    [told] = await slack.until(lambda: slack.responses)
    assert "I am in no channel" in told["text"]
    assert answers.asked == []
    between = slack.room("between", dana, eve, bot=False)
    between.id = "D0000009"
    await people.slash(eve, between, "add rafah")
    await slack.until(lambda: answers.asked)
    assert not answers.asked[0].may_change
    assert slack.accepted == []
