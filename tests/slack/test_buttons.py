"""Buttons, menus, the shortcut and the forms behind them: each runs a command, with its rights."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.model import Chart, Rule
from bot.ports import Offer, Reply
from tests.slack.blockkit import words_of
from tests.slack.conftest import connect
from tests.slack.simulator import BOT_USER, Fault, Room, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.adapters.slack import SlackChat
    from tests.slack.conftest import Answers, Serve
    from tests.slack.people import People

RULES = [Rule("r1", "harbour", "harbour OR ferry"), Rule("r2", "two words", "brandt", paused=True)]


def buttons(message: dict[str, Any]) -> dict[str, str]:
    """Give what can be pressed below a message: value by label."""
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    return {one["text"]["text"]: one["value"] for row in rows for one in row}


@pytest.fixture
def desk(slack: Simulator) -> tuple[str, Room]:
    dana = slack.person("Dana")
    return dana, slack.room("desk", dana)


@pytest.fixture
async def busy(slack: Simulator, make_chat: Callable[..., SlackChat], serve: Serve) -> People:
    """People where rules can be looked at."""
    return await connect("http", slack, make_chat, serve, rules=lambda _: RULES)


# ---------------------------------------------------------------- below an alert


@pytest.mark.parametrize(
    ("action", "value", "command", "undo"),
    [
        ("snooze", "harbour", "snooze harbour 24h", "unsnooze harbour"),
        ("snooze", '"two words"', 'snooze "two words" 24h', 'unsnooze "two words"'),
        ("mute", "s1", "mute s1", "unmute s1"),
    ],
)
async def test_press_is_confirmed_privately_and_can_be_undone(
    slack: Simulator,
    people: People,
    answers: Answers,
    desk: tuple[str, Room],
    action: str,
    value: str,
    command: str,
    undo: str,
) -> None:
    dana, room = desk
    answers.replies[action] = Reply("done until tomorrow", public=True)
    await people.press(dana, room, action, value)
    [told] = await slack.until(lambda: slack.responses)
    assert (told["response_type"], told["replace_original"]) == ("ephemeral", False)
    assert "done until tomorrow" in words_of(told["blocks"])
    assert buttons(told) == {"Undo": undo}
    assert [asked.text for asked in answers.asked] == [command]
    assert slack.accepted == []  # the channel is told nothing

    await people.press(dana, room, "offer_0", undo, private=True)
    [_, undone] = await slack.until(lambda: slack.responses[1:] and slack.responses)
    assert (undone["response_type"], undone["replace_original"]) == ("ephemeral", True)
    assert buttons(undone) == {}
    assert answers.asked[-1].text == undo


async def test_not_relevant_asks_one_reason_and_notes_it(
    slack: Simulator, people: People, answers: Answers, desk: tuple[str, Room]
) -> None:
    dana, room = desk
    await people.press(dana, room, "not_relevant", "harbour a1")
    [asked] = await slack.until(lambda: slack.responses)
    assert asked["response_type"] == "ephemeral"
    assert buttons(asked) == {
        "Wrong sense": "feedback harbour a1 wrong-sense",
        "Not news": "feedback harbour a1 not-news",
        "Not him/her": "feedback harbour a1 not-them",
        "Too many": "feedback harbour a1 too-many",
    }
    assert answers.asked == []
    answers.replies["feedback"] = Reply("noted", offers=(Offer("See the rule", "show harbour"),))
    await people.press(dana, room, "offer_2", buttons(asked)["Not him/her"], private=True)
    [_, noted] = await slack.until(lambda: slack.responses[1:] and slack.responses)
    assert noted["replace_original"] is True
    assert buttons(noted) == {"Undo": "feedback harbour a1 undo", "See the rule": "show harbour"}
    await people.press(dana, room, "offer_0", "feedback harbour a1 undo", private=True)
    await slack.until(lambda: len(slack.responses) == 3)
    assert "Undo" not in buttons(slack.responses[2])
    assert [one.text for one in answers.asked] == [
        "feedback harbour a1 not-them",
        "feedback harbour a1 undo",
    ]


async def test_tightening_is_applied_by_one_press_and_told_to_the_channel(
    slack: Simulator, people: People, answers: Answers, desk: tuple[str, Room]
) -> None:
    dana, room = desk
    offer = Offer("Test and apply", "edit harbour ferry -cricket")
    answers.replies |= {
        "show": Reply("harbour: precision 60%", offers=(offer,)),
        "edit": Reply("harbour now watches for: ferry -cricket", public=True),
    }
    await people.slash(dana, room, "show harbour")
    [shown] = await slack.until(lambda: slack.responses)
    assert buttons(shown) == {"Test and apply": offer.command}
    await people.press(dana, room, "offer_0", offer.command, private=True)
    await slack.until(lambda: len(slack.responses) == 3)
    gone, told = slack.responses[1:]
    assert gone == {"delete_original": True}
    assert told["response_type"] == "in_channel"
    assert f"by <@{dana}>" in words_of(told["blocks"])


async def test_failed_press_leaves_the_question_and_offers_no_undo(
    slack: Simulator, people: People, answers: Answers, desk: tuple[str, Room]
) -> None:
    dana, room = desk
    answers.replies["feedback"] = Reply("no such rule", ok=False)
    await people.press(dana, room, "offer_0", "feedback x a1 not-news", private=True)
    [told] = await slack.until(lambda: slack.responses)
    assert told["replace_original"] is False
    assert buttons(told) == {}


# ---------------------------------------------------------------- menus and forms


async def test_list_has_a_menu_for_each_rule(
    slack: Simulator, busy: People, answers: Answers, desk: tuple[str, Room]
) -> None:
    dana, room = desk
    await busy.slash(dana, room, "ls")
    [told] = await slack.until(lambda: slack.responses)
    assert told["response_type"] == "ephemeral"
    assert "harbour: harbour OR ferry" in words_of(told["blocks"])
    menus = [block["accessory"]["options"] for block in told["blocks"] if "accessory" in block]
    assert [[one["value"] for one in menu] for menu in menus] == [
        ["show harbour", "edit harbour", "pause harbour", "remove harbour"],
        ['show "two words"', 'edit "two words"', 'resume "two words"', 'remove "two words"'],
    ]
    answers.replies["pause"] = Reply("harbour is paused", public=True)
    await busy.press(dana, room, "rule_menu", "pause harbour", kind="overflow", private=True)
    told = await slack.until(lambda: slack.responses[2:] and slack.responses[2])
    assert told["response_type"] == "in_channel"


@pytest.mark.parametrize("way", ["menu", "command"])
async def test_rule_is_edited_by_form(
    slack: Simulator, busy: People, answers: Answers, desk: tuple[str, Room], way: str
) -> None:
    dana, room = desk
    answers.replies |= {
        "test": Reply("5 matches"),
        "edit": Reply("edited", public=True),
        "rename": Reply("renamed", public=True),
        "digest": Reply("digest hourly", public=True),
        "quiet": Reply("quiet now", public=True),
        "threads": Reply("threads are both", public=True),
    }
    if way == "menu":
        await busy.press(dana, room, "rule_menu", "edit harbour", kind="overflow")
    else:
        await busy.slash(dana, room, "edit Harbour")
    [(how, view)] = await slack.until(lambda: slack.views)
    assert how == "open"
    given = {b["block_id"]: b["element"].get("initial_value") for b in view["blocks"][:2]}
    assert given == {"query": "harbour OR ferry", "name": "harbour"}
    wrong = await busy.submit(dana, view, query="ferry", name="harbour", quiet="22-7")
    assert "Write 22:00-07:00" in wrong["errors"]["quiet"]
    wrong = await busy.submit(dana, view, query="ferry", quiet="22:00-07:00 Mars/Base")
    assert "is no time zone" in wrong["errors"]["quiet"]
    pushed = await busy.submit(
        dana,
        view,
        query="ferry",
        name="ferries",
        digest="hourly",
        quiet="22:00-07:00 Europe/Berlin",
        threads="both",
    )
    assert "5 matches" in words_of(pushed["view"]["blocks"])
    assert "digest hourly, quiet hours 22:00-07:00 Europe/Berlin, threads both" in words_of(
        pushed["view"]["blocks"]
    )
    assert await busy.submit(dana, pushed["view"]) == {"response_action": "clear"}
    await slack.until(lambda: len(slack.accepted) == 5)
    assert [asked.text for asked in answers.asked if not asked.text.startswith("test")] == [
        "edit harbour ferry",
        "rename harbour ferries",
        "digest hourly",
        "quiet 22:00-07:00 Europe/Berlin",
        "threads both",
    ]


async def test_form_without_a_change_runs_no_command(
    slack: Simulator, busy: People, answers: Answers, desk: tuple[str, Room]
) -> None:
    dana, room = desk
    await busy.slash(dana, room, "edit harbour")
    [(_, view)] = await slack.until(lambda: slack.views)
    pushed = await busy.submit(dana, view, query="harbour OR ferry", name="harbour")
    assert await busy.submit(dana, pushed["view"]) == {"response_action": "clear"}
    assert [asked.text for asked in answers.asked] == ["test harbour OR ferry 7d"]


async def test_what_failed_halfway_is_said_and_what_was_done_is_told(
    slack: Simulator, busy: People, answers: Answers, desk: tuple[str, Room]
) -> None:
    dana, room = desk
    answers.replies |= {
        "edit": Reply("edited", public=True),
        "rename": Reply("taken already", ok=False),
    }
    await busy.slash(dana, room, "edit harbour")
    [(_, view)] = await slack.until(lambda: slack.views)
    pushed = await busy.submit(dana, view, query="ferry", name="brandt")
    answer = await busy.submit(dana, pushed["view"])
    assert answer["response_action"] == "update"
    assert "taken already" in words_of(answer["view"]["blocks"])
    [told] = await slack.until(lambda: slack.accepted)
    assert "edited" in words_of(told["blocks"])


@pytest.mark.parametrize("way", ["menu", "form"])
async def test_rule_is_deleted_after_a_question(
    slack: Simulator, busy: People, answers: Answers, desk: tuple[str, Room], way: str
) -> None:
    dana, room = desk
    answers.replies["remove"] = Reply("removed harbour", public=True)
    if way == "menu":
        await busy.press(dana, room, "rule_menu", "remove harbour", kind="overflow")
        (how, view) = await slack.until(lambda: slack.views and slack.views[0])
        assert how == "open"
    else:
        await busy.slash(dana, room, "edit harbour")
        (_, form) = await slack.until(lambda: slack.views and slack.views[0])
        await busy.press(dana, None, "delete_rule", "harbour", view=form)
        (how, view) = await slack.until(lambda: slack.views[1:] and slack.views[1])
        assert how == "push"
    assert "Delete harbour?" in words_of(view["blocks"])
    assert answers.asked == []
    assert await busy.submit(dana, view) == {"response_action": "clear"}
    assert [asked.text for asked in answers.asked] == ["remove harbour"]
    [told] = await slack.until(lambda: slack.accepted)
    assert "removed harbour" in words_of(told["blocks"])


async def test_unknown_rule_is_said_by_the_answer(
    slack: Simulator, busy: People, answers: Answers, desk: tuple[str, Room]
) -> None:
    dana, room = desk
    answers.replies["show"] = Reply("no rule 'x' here; there are: harbour", ok=False)
    await busy.slash(dana, room, "edit x")
    [told] = await slack.until(lambda: slack.responses)
    assert "there are: harbour" in words_of(told["blocks"])
    assert slack.views == []


# ---------------------------------------------------------------- other ways to a rule


async def test_shortcut_opens_the_form_with_a_query(
    slack: Simulator,
    make_chat: Callable[..., SlackChat],
    serve: Serve,
    desk: tuple[str, Room],
) -> None:
    people = await connect("http", slack, make_chat, serve, suggest=lambda text: f"@{text[:5]}")
    dana, room = desk
    await people.point_at(dana, room, "Brandt: We will open the harbour")
    [(_, view)] = await slack.until(lambda: slack.views)
    assert view["blocks"][0]["element"]["initial_value"] == "@Brand"
    assert f"<#{room.id}>" in words_of(view["blocks"])


async def test_quick_add_on_home_opens_the_form(
    slack: Simulator, people: People, desk: tuple[str, Room]
) -> None:
    dana, _ = desk
    await people.press(dana, None, "quick_add", "ferry OR boat", kind="plain_text_input")
    [(_, view)] = await slack.until(lambda: slack.views)
    ids = [block.get("block_id") for block in view["blocks"]]
    assert ids[:2] == ["channel", "query"]
    assert view["blocks"][1]["element"]["initial_value"] == "ferry OR boat"


# ---------------------------------------------------------------- charts

CHART = Chart(
    "harbour, 2 days", (date(2026, 11, 21), date(2026, 11, 22)), (("all", (1, 4)),), (), "up"
)


@pytest.mark.parametrize("allowed", [True, False])
async def test_trend_is_a_picture_where_uploads_are_allowed(
    slack: Simulator,
    make_chat: Callable[..., SlackChat],
    serve: Serve,
    answers: Answers,
    *,
    allowed: bool,
) -> None:
    if not allowed:
        slack.scopes = slack.scopes.replace(",files:write", "")
    people = await connect("http", slack, make_chat, serve, draw=lambda _: b"PNG of a chart")
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    answers.replies["trend"] = Reply("harbour ▁█ 5 matches", chart=CHART)
    await people.slash(dana, room, "trend harbour")
    if allowed:
        [file] = await slack.until(
            lambda: [one for one in slack.files.values() if "channel" in one]
        )
        assert file["bytes"] == b"PNG of a chart"
        assert (file["alt"], file["title"], file["channel"]) == ("up", "harbour, 2 days", room.id)
        assert file["comment"] == "harbour ▁█ 5 matches"
        assert slack.responses == []
    else:
        [told] = await slack.until(lambda: slack.responses)
        assert "harbour ▁█ 5 matches" in words_of(told["blocks"])
        assert slack.files == {}


async def test_chart_that_cannot_be_uploaded_is_told_in_words(
    slack: Simulator, make_chat: Callable[..., SlackChat], serve: Serve, answers: Answers
) -> None:
    people = await connect("http", slack, make_chat, serve, draw=lambda _: b"PNG")
    dana = slack.person("Dana")
    room = slack.room("desk", dana)
    answers.replies["trend"] = Reply("harbour ▁█", chart=CHART)
    slack.fail("files.completeUploadExternal", Fault("error", code="channel_not_found"))
    await people.slash(dana, room, "trend harbour")
    [told] = await slack.until(lambda: slack.responses)
    assert "harbour ▁█" in words_of(told["blocks"])


# ---------------------------------------------------------------- channels come and go


@pytest.mark.parametrize(
    ("event", "user", "mended"),
    [
        ("member_joined_channel", BOT_USER, True),
        ("member_joined_channel", "U0SOMEBODY", False),
        ("channel_unarchive", "U0SOMEBODY", True),
        ("group_unarchive", "U0SOMEBODY", True),
        ("channel_archive", "U0SOMEBODY", False),
        ("channel_left", BOT_USER, False),
    ],
)
async def test_channel_that_takes_messages_again_gets_what_waited(
    slack: Simulator,
    make_chat: Callable[..., SlackChat],
    serve: Serve,
    event: str,
    user: str,
    *,
    mended: bool,
) -> None:
    found: list[str] = []

    async def note(channel: str) -> None:
        found.append(channel)

    people = await connect("http", slack, make_chat, serve, mended=note)
    room = slack.room("desk")
    await people.happens(type=event, user=user, channel=room.id)
    await people.slash(slack.person("Dana"), room, "list")
    await slack.until(lambda: slack.responses)
    assert found == ([room.id] if mended else [])


async def test_what_was_refused_is_tried_again_at_the_start(
    slack: Simulator, make_chat: Callable[..., SlackChat], serve: Serve
) -> None:
    inside, outside = slack.room("desk"), slack.room("night", bot=False)
    found: list[str] = []

    async def blocked() -> list[str]:
        return [inside.id, outside.id, "#desk", "D0000001"]

    async def note(channel: str) -> None:
        found.append(channel)

    await connect("http", slack, make_chat, serve, mended=note, blocked=blocked)
    await slack.until(lambda: len(found) == 3)
    assert found == [inside.id, "#desk", "D0000001"]


async def test_names_of_channels_in_rule_files_are_resolved(
    slack: Simulator, make_chat: Callable[..., SlackChat], serve: Serve
) -> None:
    room = slack.room("desk")
    told: list[dict[str, str]] = []

    async def named(names: dict[str, str]) -> None:
        told.append(dict(names))

    people = await connect(
        "http", slack, make_chat, serve, wanted=lambda: ["#desk", "#later"], named=named
    )
    await slack.until(lambda: told)
    assert told == [{"#desk": room.id}]
    later = slack.room("later")
    await people.happens(type="member_joined_channel", user=BOT_USER, channel=later.id)
    await slack.until(lambda: len(told) == 2)
    assert told[1] == {"#desk": room.id, "#later": later.id}
