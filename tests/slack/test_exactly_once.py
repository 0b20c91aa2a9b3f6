"""The delivery contract: nothing lost, nothing doubled but what nobody could know, and that marked.

The loop is the contract's own order: an unknown outcome waits out the doubt window, then Slack is
asked, then the alert is sent again. The log of accepted posts is the oracle.
"""

from __future__ import annotations

import asyncio
import os
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.ports import Delivered, Later, Unknown
from tests.slack.blockkit import words_of
from tests.slack.samples import alert, delivery
from tests.slack.simulator import Fault, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.adapters.slack import SlackChat
    from bot.core.model import Delivery

DOUBT = 0.25


async def deliver(chat: SlackChat, given: Delivery) -> int:
    """Deliver as the contract says; give the number of tries."""
    for attempt in range(1, 30):
        given = replace(given, attempt=attempt, since=datetime.now(UTC))
        outcome = await chat.post(given)
        if isinstance(outcome, Delivered):
            return attempt
        if isinstance(outcome, Unknown):
            await asyncio.sleep(DOUBT)
            if await looked(chat, given):
                return attempt
        else:
            assert isinstance(outcome, Later)
    raise AssertionError("never delivered")


async def looked(chat: SlackChat, given: Delivery) -> str | None:
    for _ in range(30):
        try:
            return await chat.find(given)
        except OSError:
            continue
    raise AssertionError("never found out")


def faults(chance: random.Random) -> list[Fault]:
    made = [
        Fault("reset"),
        Fault("reset", after=True),
        Fault("status", status=503),
        Fault("status", status=500, after=True),
        Fault("text", after=True),
        Fault("error", code="internal_error", after=True),
        Fault("error", code="fatal_error"),
        Fault("error", code="ratelimited"),
        Fault("late", wait=DOUBT / 3),
    ]
    return [chance.choice(made) for _ in range(chance.randint(0, 3))]


SEEDS = range(60 if os.environ.get("WIREWATCH_PROFILE") == "nightly" else 3)


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_alert_arrives_once_whatever_fails(
    slack: Simulator, make_chat: Callable[..., SlackChat], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 -- a seeded choice of faults
    room = slack.room("desk")
    chat = make_chat(doubt=timedelta(seconds=DOUBT))
    given = [delivery(room.id, alert(article=f"a{number}")) for number in range(8)]
    for one in given:
        slack.fail("chat.postMessage", *faults(chance))
        slack.fail("conversations.history", *faults(chance)[:1])
        await deliver(chat, one)
        slack.faults.clear()
    await asyncio.gather(*slack.late)
    arrived = [post["metadata"]["event_payload"]["alert_id"] for post in slack.accepted]
    assert arrived == [one.id for one in given]


async def test_commit_after_the_doubt_window_is_the_only_repeat_and_marked(
    slack: Simulator, make_chat: Callable[..., SlackChat]
) -> None:
    room = slack.room("desk")
    chat = make_chat()
    slack.fail("chat.postMessage", Fault("late", wait=DOUBT * 2))
    await deliver(chat, delivery(room.id))
    await asyncio.gather(*slack.late)
    assert len(slack.accepted) == 2
    marked = ["possible repeat" in words_of(post["blocks"]) for post in slack.accepted]
    assert marked == [True, False]
