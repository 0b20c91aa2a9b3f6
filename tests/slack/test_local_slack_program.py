"""The real program on a Slack server by others: the sample wire's alerts, every button, the forms.

What `test_local_slack.py` shows of the chat alone, this shows of everything behind it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.process.program import PATIENCE, Program
from tests.slack import local_slack
from tests.slack.blockkit import words_of
from tests.slack.local_slack import APP_TOKEN, DESK, SECRET, TOKEN, LocalSlack
from tests.slack.test_local_slack import find_blocks, found, press, slash, submit, texts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.process
SPEED = "2800"
"""The sample day in half a minute."""


@pytest.fixture(params=["socket", "http"])
async def slack(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[LocalSlack]:
    """local-slack with `wirewatch run` behind it, on the sample wire and without any rule."""
    if reason := local_slack.missing():
        pytest.skip(reason)
    port = local_slack.free_port()
    url = f"http://127.0.0.1:{port}/slack/events" if request.param == "http" else ""
    made = LocalSlack(tmp_path, request.param, url)
    tokens = {"SLACK_APP_TOKEN": APP_TOKEN} if request.param == "socket" else {}
    rules = tmp_path / "rules.yaml"
    rules.write_text("watches: []\n")
    program = Program(
        tmp_path,
        WIREWATCH_FEEDS="sample-wire",
        WIREWATCH_RULES=str(rules),
        WIREWATCH_WEB=f"127.0.0.1:{port}",
        SLACK_BOT_TOKEN=TOKEN,
        SLACK_API_URL=f"{made.base}/api/",
        **(tokens or {"SLACK_SIGNING_SECRET": SECRET}),
    )
    try:
        await made.up()
        program.start("--speed", SPEED)
        yield made
        code, _, _, said = await asyncio.to_thread(program.stop)
        assert code == 0, said
        assert "Traceback" not in said
        assert TOKEN not in said
    finally:
        if program._running:
            await asyncio.to_thread(program.kill)
        made.stop()


async def answered(slack: LocalSlack, text: str, words: str) -> dict[str, Any]:
    """Type a command, again while the bot is still on its way, until the window shows words."""
    for _ in range(int(PATIENCE)):
        await slash(slack, text)
        try:
            return await slack.shows(lambda s: found(s, words), 2.0)
        except AssertionError:
            continue
    raise AssertionError(f"no answer with {words!r} to {text!r}: {texts(await slack.state())}")


def alert_in(state: dict[str, Any]) -> dict[str, Any] | None:
    """Give an alert that has all its buttons and a quote."""
    for message in state["messages"].get(DESK, []):
        blocks = message.get("blocks") or []
        kinds = [one["type"] for block in blocks for one in block.get("elements", ())]
        if kinds.count("button") == 5 and "rich_text_quote" in kinds:
            return message
    return None


async def test_a_day_of_the_program_in_slack(slack: LocalSlack) -> None:
    """Add, mistype, read alerts, press each button, fill in the form wrongly and right, remove."""
    await answered(slack, "status", "rules: 0")
    await slash(slack, "add @rafah OR ceasefire as talks")
    added = await slack.shows(lambda s: found(s, "watching talks: @rafah OR ceasefire"))
    assert "by\n@Dana" in words_of(added["blocks"]) or "by <@" in words_of(added["blocks"])
    await slash(slack, "lsit")
    await slack.shows(lambda s: found(s, "unknown command 'lsit', did you mean list?"))

    alert = await slack.shows(alert_in, PATIENCE)
    quote = next(
        one["elements"][0]["text"]
        for block in alert["blocks"]
        for one in block.get("elements", ())
        if one["type"] == "rich_text_quote"
    )
    assert quote in alert["text"]
    assert "“" in alert["text"]
    below = {button["action_id"]: button for button in alert["blocks"][-1]["elements"]}
    await press(slack, alert["ts"], below["explain"])
    await slack.shows(lambda s: found(s, "matched: talks by"))
    await press(slack, alert["ts"], below["all_quotes"])
    window = await slack.shows(lambda s: s["modalStack"][-1])
    assert quote in words_of(window["blocks"])
    await slack.act(t="view_close")
    await slack.shows(lambda s: not s["modalStack"])
    await press(slack, alert["ts"], below["not_relevant"])
    asked = await slack.shows(lambda s: found(s, "Why is it not relevant?"))
    reasons = {one["text"]["text"]: one for one in asked["blocks"][-1]["elements"]}
    await press(slack, asked["ts"], reasons["Not news"])
    await slack.shows(lambda s: found(s, "noted for talks:"))
    await slash(slack, "show talks")
    await slack.shows(lambda s: found(s, "1 not relevant; precision "))
    for action, said, undone in (
        ("snooze", "talks is snoozed", "talks is no longer snoozed"),
        ("mute", "is muted here: nothing more of it", "is no longer muted here"),
    ):
        await press(slack, alert["ts"], below[action])
        told = await slack.shows(lambda s, said=said: found(s, said))
        undo = told["blocks"][-1]["elements"][0]
        assert undo["text"]["text"] == "Undo"
        await press(slack, told["ts"], undo)
        await slack.shows(lambda s, undone=undone: found(s, undone))

    await slash(slack, "add")
    await slack.shows(lambda s: s["modalStack"][-1]["callback_id"] == "add_rule")
    wrong = await slack.refused(query="hostages (deal", name="deal")
    assert wrong["query"].endswith("hostages ▸(deal")
    await submit(slack, query="hostages OR deal", name="deal")
    preview = await slack.shows(lambda s: s["modalStack"][-1]["callback_id"] == "save_rule" and s)
    assert "stored articles of 7 days" in words_of(preview["modalStack"][-1]["blocks"])
    await submit(slack)
    await slack.shows(lambda s: found(s, "watching deal: hostages OR deal"))

    await slack.act(t="open_home")
    home = await slack.shows(lambda s: next(iter(s["homeViews"].values())))
    words = words_of(find_blocks(home))
    assert "talks: @rafah OR ceasefire\n" in words
    assert "deal: hostages OR deal\n" in words
    assert "Latest alerts" in words
    for name in ("talks", "deal"):
        await slash(slack, f"remove {name}")
    await answered(slack, "list", "no rules")
