"""The real program with Slack as its chat, on the sample day."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.process.expected import query
from tests.process.program import PATIENCE, Program
from tests.slack.blockkit import words_of
from tests.slack.local_slack import free_port
from tests.slack.people import People, Signed
from tests.slack.simulator import BOT_TOKEN, SECRET, Fault, Simulator
from tests.slack.test_buttons import buttons

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process


def program(folder: Path, slack: Simulator, channel: str, **settings: str) -> Program:
    rules = folder / "rules.yaml"
    rules.write_text(
        f"watches:\n  - {{name: rafah, query: '@rafah', channels: ['slack:{channel}']}}\n"
    )
    usual = {
        "WIREWATCH_FEEDS": "sample-wire",
        "WIREWATCH_RULES": str(rules),
        "WIREWATCH_WEB": "127.0.0.1:0",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"{slack.base}/api/",
    }
    return Program(folder, **(usual | settings))


async def test_the_sample_day_arrives_in_slack_once(tmp_path: Path, slack: Simulator) -> None:
    """Slack asks once to come later; the next run brings what was left."""
    desk = slack.room("desk", slack.person("Ida"))
    made = program(tmp_path, slack, desk.id)
    slack.fail("chat.postMessage", Fault("status", status=429, headers={"Retry-After": "1"}))
    done = await asyncio.to_thread(made.call, "run", "--once")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    for _ in range(20):
        if query(made, "SELECT count(*) FROM deliveries WHERE state != 'delivered'") == [(0,)]:
            break
        await asyncio.to_thread(made.call, "run", "--once")
    # What a digest carries has no message of its own.
    stored = {row[0] for row in query(made, "SELECT id FROM deliveries WHERE carrier IS NULL")}
    carried = query(made, "SELECT count(*) FROM deliveries WHERE carrier IS NOT NULL")[0][0]
    told = Counter(message["metadata"]["event_payload"]["alert_id"] for message in slack.accepted)
    assert len(stored) + carried >= 8
    assert set(told) == stored
    assert max(told.values()) == 1


async def test_channel_that_a_file_names_is_the_channel_people_are_in(
    tmp_path: Path, slack: Simulator
) -> None:
    """A rule of a file for `slack:#desk`: listed there, objected to there, on Home there."""
    ida = slack.person("Ida")
    desk = slack.room("desk", ida)
    port = free_port()
    made = program(tmp_path, slack, "#desk", WIREWATCH_WEB=f"127.0.0.1:{port}")
    people = People(slack, Signed(f"http://127.0.0.1:{port}/slack/events"))
    made.start("--speed", "6000")
    try:
        [alert, *_] = await slack.until(lambda: slack.accepted, seconds=PATIENCE)
        assert alert["channel"] == desk.id
        await people.slash(ida, desk, "list")
        listed = await slack.until(lambda: slack.responses and slack.responses[0], seconds=PATIENCE)
        assert "rafah: @rafah" in words_of(listed["blocks"])

        below = {one["action_id"]: one["value"] for one in alert["blocks"][-1]["elements"]}
        await people.press(ida, desk, "not_relevant", below["not_relevant"])
        asked = await slack.until(
            lambda: slack.responses[1:] and slack.responses[1], seconds=PATIENCE
        )
        reason = buttons(asked)["Not news"]
        await people.press(ida, desk, "offer_1", reason, private=True)
        noted = await slack.until(
            lambda: slack.responses[2:] and slack.responses[2], seconds=PATIENCE
        )
        assert "noted for rafah" in words_of(noted["blocks"])
        await people.slash(ida, desk, "show rafah")
        shown = await slack.until(
            lambda: slack.responses[3:] and slack.responses[3], seconds=PATIENCE
        )
        assert "1 not relevant" in words_of(shown["blocks"])
        assert {"type": "channel", "channel_id": desk.id} in parts(shown["blocks"])

        await people.press(ida, desk, "all_quotes", below["all_quotes"])
        [(_, window)] = await slack.until(lambda: slack.views, seconds=PATIENCE)
        assert window["title"]["text"] == "All quotes"
        await people.open_home(ida)
        (_, home) = await slack.until(lambda: slack.views[1:] and slack.views[1], seconds=PATIENCE)
        words = words_of(home["blocks"])
        assert "rafah: @rafah" in words
        assert "Latest alerts" in words
    finally:
        await asyncio.to_thread(made.kill)
    channels = query(made, "SELECT DISTINCT channel FROM deliveries WHERE chat = 'slack'")
    assert channels == [(desk.id,)]


async def test_check_names_what_is_wrong_with_many_workspaces(
    tmp_path: Path, slack: Simulator
) -> None:
    """What is missing is one line that says how to mend it; no key is ever shown."""
    settings: dict[str, str] = {"SLACK_BOT_TOKEN": "", "SLACK_CLIENT_ID": "1.2"}
    wanted = [
        ("SLACK_CLIENT_SECRET", "client-secret"),
        ("WIREWATCH_SECRET_KEY", "too-short"),
        ("WIREWATCH_SECRET_KEY", "g6GTt0kpYtrVuHqdTkNGbUy8PQmzY8aTq9x0bB0fX9w="),
    ]
    for variable, value in wanted:
        made = program(tmp_path, slack, "T0NORTH001/#desk", **settings)
        done = await asyncio.to_thread(made.call, "check")
        assert f"{variable}: " in done.stdout
        assert "Traceback" not in done.stderr
        assert "too-short" not in done.stdout + done.stderr
        settings[variable] = value
    made = program(tmp_path, slack, "T0NORTH001/#desk", **settings)
    done = await asyncio.to_thread(made.call, "check")
    assert "WIREWATCH_SECRET_KEY: " not in done.stdout
    assert "client-secret" not in done.stdout


def parts(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the parts of all rich texts."""
    rich = [block for block in blocks if block["type"] == "rich_text"]
    return [part for block in rich for one in block["elements"] for part in one["elements"]]
