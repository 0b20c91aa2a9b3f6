"""Many workspaces at once: every match arrives, in order, and no channel is hurried.

The nightly profile has 200 workspaces, 2,000 rules and 10,000 matches; the small one the same
shape. How long it took is printed, not judged: `pytest tests/slack/test_load.py -s`.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

from bot.adapters.slack import Installs, SlackChat, Tools, Vault
from bot.adapters.slack.vault import Installation
from bot.adapters.store import Store
from bot.core.alert import compose_alert, deliveries_for, route
from bot.core.match import RuleSet
from bot.core.model import Place, Placement, Rule
from bot.core.officials import Officials
from bot.core.pacing import Limits
from bot.jobs.deliver import Deliver
from bot.ports import Reply
from tests.samples import make_article
from tests.slack.conftest import SystemClock
from tests.slack.simulator import CLIENT_ID, CLIENT_SECRET, Fault, Simulator

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.model import Delivery
    from bot.ports import Incoming

NIGHTLY = os.environ.get("WIREWATCH_PROFILE") == "nightly"


@dataclass(frozen=True)
class Size:
    workspaces: int
    rules: int
    articles: int
    rules_met: int
    pace: float


SIZE = Size(200, 2000, 500, 20, 1.0) if NIGHTLY else Size(5, 40, 20, 8, 0.2)


async def silent(_incoming: Incoming) -> Reply:
    return Reply("")


async def installed(slack: Simulator, store: Store) -> SlackChat:
    """A chat whose workspaces have all installed the app."""
    installs = Installs(
        store,
        Vault([Fernet.generate_key().decode()]),
        SystemClock(),
        (CLIENT_ID, CLIENT_SECRET),
        f"{slack.base}/api/",
    )
    for number in range(SIZE.workspaces):
        team, token = f"T{number:08d}", f"xoxb-{number}"
        slack.tokens[token] = team
        await installs.put(Installation(team, f"Team {number}", token))
    tools = Tools(answer=silent, clock=SystemClock())
    return SlackChat(tools, api_url=f"{slack.base}/api/", installs=installs)


def rules_of(slack: Simulator) -> list[Rule]:
    """Each rule has a word and a channel of its own."""
    made = []
    for number in range(SIZE.rules):
        team = f"T{number % SIZE.workspaces:08d}"
        room = slack.room(f"desk{number}", team=team)
        channel = f"slack:{team}/{room.id}"
        made.append(Rule(f"{channel}/r{number}", f"r{number}", f"word{number}x", (channel,)))
    return made


def matched(rules: list[Rule]) -> list[Delivery]:
    """Match articles as they come by, each for several rules, and route what they met."""
    ruleset = RuleSet(Officials(), rules)
    chance = random.Random(7)  # noqa: S311 -- the same articles every time
    found: list[Delivery] = []
    for number in range(SIZE.articles):
        met = chance.sample(range(SIZE.rules), SIZE.rules_met)
        words = ". ".join(f"The word{at}x was seen" for at in met)
        article = make_article(f"a{number}", title=f"Report {number}", text=words)
        placement = Placement(article.id, Place.NEW)
        for match in ruleset.find_matches(article, ()):
            rule = ruleset.rule(match.rule)
            assert rule is not None
            alert = compose_alert(
                article, rule, match, placement, kind="alert", summary=(), quotes=(), chosen=()
            )
            where = route(
                rule, placement, chats=("slack",), alerted=(), news=False, corrected=False
            )
            found += deliveries_for(alert, rule, where)
    return found


@pytest.mark.timeout(900)
async def test_load(slack: Simulator, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'load.db'}")
    await store.open()
    chat = await installed(slack, store)
    wanted = matched(rules_of(slack))
    assert len(wanted) == SIZE.articles * SIZE.rules_met
    clock = SystemClock()
    await store.enqueue(wanted, clock.now())
    slack.fail("chat.postMessage", *[Fault("error", code="ratelimited", headers=_WAIT)] * 5)
    begun, worked = time.monotonic(), time.process_time()
    try:
        limits = {"slack": Limits(channel=SIZE.pace, chat=SIZE.pace / 5, burst=20)}
        deliver = Deliver({"slack": chat}, store, clock, random.random, limits=limits)
        while await store.waiting_channels(["slack"]):
            await deliver.drain()
            await asyncio.sleep(0.1)
        took, worked = time.monotonic() - begun, time.process_time() - worked
        counts = await store.count_deliveries()
    finally:
        await chat.stop()
        await store.close()
    figures = f"{took:.1f} s, {worked:.1f} s of CPU with the simulator's"
    print(f"{len(wanted)} matches in {SIZE.rules} channels: {figures}")  # noqa: T201 -- asked for
    assert set(counts) == {"delivered"}
    assert counts["delivered"] >= len(wanted)  # and the digests that bursts became
    check_order(slack, wanted)
    check_pace(slack)


_WAIT = {"Retry-After": "1"}


def check_order(slack: Simulator, wanted: list[Delivery]) -> None:
    """Every channel got every article that it should, once, in the order in which they came by."""
    told: dict[str, list[str]] = defaultdict(list)
    for message in slack.accepted:
        links = re.findall(r"http://harbour\.example/a\d+", json.dumps(message["blocks"]))
        told[message["channel"]] += dict.fromkeys(links)
    due: dict[str, list[str]] = defaultdict(list)
    for delivery in wanted:
        due[delivery.channel.partition("/")[2]].append(delivery.alert.url)
    assert told == due


def check_pace(slack: Simulator) -> None:
    """Over any stretch a channel gets no more than the pace allows."""
    times: dict[str, list[float]] = defaultdict(list)
    for when, channel in slack.when:
        times[channel].append(when)
    late = 0.15 if NIGHTLY else 0.05  # a post may be slower on its way than the next
    for stamps in times.values():
        least = SIZE.pace * (len(stamps) - 1)
        assert stamps[-1] - stamps[0] >= least - late - least * 0.1
