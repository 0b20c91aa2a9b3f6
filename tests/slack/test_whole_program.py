"""The real program with Slack as its chat, on the sample day."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.process.expected import query
from tests.process.program import Program
from tests.slack.simulator import BOT_TOKEN, Fault, Simulator

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process


async def test_the_sample_day_arrives_in_slack_once(tmp_path: Path, slack: Simulator) -> None:
    """Slack asks once to come later; the next run brings what was left."""
    desk = slack.room("desk", slack.person("Ida"))
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        f"watches:\n  - {{name: rafah, query: '@rafah', channels: [slack:{desk.id}]}}\n"
    )
    program = Program(
        tmp_path,
        WIREWATCH_FEEDS="sample-wire",
        WIREWATCH_RULES=str(rules),
        SLACK_BOT_TOKEN=BOT_TOKEN,
        SLACK_SIGNING_SECRET="unused",
        SLACK_API_URL=f"{slack.base}/api/",
        WIREWATCH_WEB="127.0.0.1:0",
    )
    slack.fail("chat.postMessage", Fault("status", status=429, headers={"Retry-After": "1"}))
    done = await asyncio.to_thread(program.call, "run", "--once")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    for _ in range(20):
        if query(program, "SELECT count(*) FROM deliveries WHERE state != 'delivered'") == [(0,)]:
            break
        await asyncio.to_thread(program.call, "run", "--once")
    stored = {row[0] for row in query(program, "SELECT id FROM deliveries")}
    told = Counter(message["metadata"]["event_payload"]["alert_id"] for message in slack.accepted)
    assert len(stored) >= 8
    assert set(told) == stored
    assert max(told.values()) == 1
