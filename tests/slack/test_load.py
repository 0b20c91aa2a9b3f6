"""Many workspaces at once: every match arrives, in order, and nobody is hurried.

The nightly profile has 200 workspaces, 2,000 rules and 10,000 matches that come within 60 s; the
small one the same shape and the same rate. How long it took and what it cost is printed, not
judged: `pytest tests/slack/test_load.py -s`.
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
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event

from bot.adapters.slack import Installs, SlackChat, Tools, Vault
from bot.adapters.slack.vault import Installation
from bot.adapters.store import Store
from bot.core.alert import compose_alert, deliveries_for, route
from bot.core.match import RuleSet
from bot.core.model import Place, Placement, Rule
from bot.core.officials import Officials
from bot.core.pacing import LIMITS
from bot.jobs.deliver import Deliver
from bot.ports import Reply
from tests.samples import make_article
from tests.slack.apart import Apart, apart
from tests.slack.conftest import SystemClock
from tests.slack.simulator import CLIENT_ID, CLIENT_SECRET, Fault

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.model import Delivery
    from bot.ports import Incoming, Outcome

NIGHTLY = os.environ.get("WIREWATCH_PROFILE") == "nightly"


@dataclass(frozen=True)
class Size:
    """How much: `articles` come within `seconds`, and each meets `rules_met` rules."""

    workspaces: int
    rules: int
    articles: int
    rules_met: int
    seconds: float


SIZE = Size(200, 2000, 500, 20, 60.0) if NIGHTLY else Size(20, 200, 50, 20, 6.0)
TICK = 1.0
"""Seconds between two looks at the outbox, as in the program."""
PACE = LIMITS["slack"]
LATE = 0.02
"""Seconds by which the two clocks that are compared may drift apart, and their rounding."""


class WatchedChat(SlackChat):
    """Notes when the bot posts, and where: what the way to Slack takes is not the bot's pace."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.when: list[tuple[float, str]] = []

    async def post(self, delivery: Delivery) -> Outcome:
        self.when.append((time.monotonic(), delivery.channel))
        return await super().post(delivery)


async def silent(_incoming: Incoming) -> Reply:
    return Reply("")


async def installed(base: str, store: Store) -> WatchedChat:
    """A chat whose workspaces have all installed the app."""
    installs = Installs(
        store,
        Vault([Fernet.generate_key().decode()]),
        SystemClock(),
        (CLIENT_ID, CLIENT_SECRET),
        f"{base}/api/",
    )
    for token, team in TOKENS.items():
        await installs.put(Installation(team, f"Team {team}", token))
    tools = Tools(answer=silent, clock=SystemClock())
    return WatchedChat(tools, api_url=f"{base}/api/", installs=installs)


def team_of(number: int) -> str:
    return f"T{number % SIZE.workspaces:08d}"


TOKENS = {f"xoxb-{number}": team_of(number) for number in range(SIZE.workspaces)}
ROOMS = [(f"desk{number}", team_of(number)) for number in range(SIZE.rules)]
BUSY = [Fault("error", code="ratelimited", headers={"Retry-After": "1"})] * 5


def rules() -> list[Rule]:
    """Each rule has a word and a channel of its own; the simulator counts its channels from 1."""
    made = []
    for number in range(SIZE.rules):
        channel = f"slack:{team_of(number)}/C{number + 1:07d}"
        made.append(Rule(f"{channel}/r{number}", f"r{number}", f"word{number}x", (channel,)))
    return made


def matched(ruleset: RuleSet) -> list[list[Delivery]]:
    """Match articles, each for several rules, and route what they met; by article."""
    chance = random.Random(7)  # noqa: S311 -- the same articles every time
    found: list[list[Delivery]] = []
    for number in range(SIZE.articles):
        met = chance.sample(range(SIZE.rules), SIZE.rules_met)
        words = ". ".join(f"The word{at}x was seen" for at in met)
        article = make_article(f"a{number}", title=f"Report {number}", text=words)
        placement = Placement(article.id, Place.NEW)
        of_article: list[Delivery] = []
        for match in ruleset.find_matches(article, ()):
            rule = ruleset.rule(match.rule)
            assert rule is not None
            alert = compose_alert(
                article, rule, match, placement, kind="alert", summary=(), quotes=(), chosen=()
            )
            where = route(
                rule, placement, chats=("slack",), alerted=(), news=False, corrected=False
            )
            of_article += deliveries_for(alert, rule, where)
        found.append(of_article)
    return found


async def come(store: Store, news: list[list[Delivery]], came: dict[str, float]) -> None:
    """Let articles come, evenly spread over the time; note when each did."""
    begun = time.monotonic()
    for number, deliveries in enumerate(news):
        due = begun + SIZE.seconds * number / len(news)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        await store.enqueue(deliveries, SystemClock().now())
        came[deliveries[0].alert.url] = time.monotonic()


async def work(deliver: Deliver, store: Store, coming: asyncio.Task[None]) -> None:
    """Look at the outbox at each tick, whether or not the last look has ended, until all is out."""
    looks: set[asyncio.Task[int]] = set()
    while not coming.done() or await store.waiting_channels(["slack"]):
        look = asyncio.create_task(deliver.drain())
        looks.add(look)
        await asyncio.sleep(TICK)
        for done in [one for one in looks if one.done()]:
            looks.discard(done)
            done.result()
    await coming
    await asyncio.gather(*looks)


@pytest.mark.timeout(900)
async def test_load(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'load.db'}")
    await store.open()
    news = matched(RuleSet(Officials(), rules()))
    wanted = [delivery for of_article in news for delivery in of_article]
    assert len(wanted) == SIZE.articles * SIZE.rules_met
    came: dict[str, float] = {}
    with apart(TOKENS, ROOMS, {"chat.postMessage": list(BUSY)}) as slack:
        chat = await installed(slack.base, store)
        commits = count_commits(store)
        begun, worked = time.monotonic(), time.process_time()
        try:
            deliver = Deliver({"slack": chat}, store, SystemClock(), random.random)
            coming = asyncio.create_task(come(store, news, came))
            await work(deliver, store, coming)
            took, worked = time.monotonic() - begun, time.process_time() - worked
            counts = await store.count_deliveries()
        finally:
            await chat.stop()
            await store.close()
        slack.end()
    tell(slack, came, len(wanted), took=took, worked=worked, commits=len(commits))
    assert set(counts) == {"delivered"}
    assert counts["delivered"] >= len(wanted)  # and the digests that bursts became
    check_order(slack, wanted)
    check_pace(chat.when)


def count_commits(store: Store) -> list[None]:
    commits: list[None] = []
    engine = store._db._writer
    assert engine is not None
    event.listen(engine.sync_engine, "commit", lambda _connection: commits.append(None))
    return commits


def tell(
    slack: Apart,
    came: dict[str, float],
    wanted: int,
    *,
    took: float,
    worked: float,
    commits: int,
) -> None:
    late = sorted(
        when - came[link]
        for message, (when, _) in zip(slack.accepted, slack.when, strict=True)
        for link in dict.fromkeys(links_of(message))
    )
    each, most = 1000 / wanted, late[len(late) * 95 // 100]
    print(  # noqa: T201 -- asked for
        f"\n{wanted} matches within {SIZE.seconds:.0f} s for {SIZE.rules} channels of "
        f"{SIZE.workspaces} workspaces: out after {took:.1f} s, in {len(slack.accepted)} messages; "
        f"from the match to Slack {median(late):.1f} s, 95 of 100 within {most:.1f} s, "
        f"the last {late[-1]:.1f} s; load {os.getloadavg()[0]:.0f}\n"
        f"for each match {worked * each:.2f} ms of CPU (the simulator {slack.worked * each:.2f}), "
        f"{commits / wanted:.2f} commits, {sum(slack.calls.values()) / wanted:.2f} requests"
    )


def links_of(message: dict[str, object]) -> list[str]:
    return re.findall(r"http://harbour\.example/a\d+", json.dumps(message["blocks"]))


def check_order(slack: Apart, wanted: list[Delivery]) -> None:
    """Every channel got every article that it should, once, in the order in which they came by."""
    told: dict[str, list[str]] = defaultdict(list)
    for message in slack.accepted:
        told[message["channel"]] += dict.fromkeys(links_of(message))
    due: dict[str, list[str]] = defaultdict(list)
    for delivery in wanted:
        due[delivery.channel.partition("/")[2]].append(delivery.alert.url)
    assert told == due


def check_pace(posts: list[tuple[float, str]]) -> None:
    """Over any stretch of time no channel and no workspace gets more than its pace allows."""
    channels: dict[str, list[float]] = defaultdict(list)
    workspaces: dict[str, list[float]] = defaultdict(list)
    for when, channel in posts:
        channels[channel].append(when)
        workspaces[channel.partition("/")[0]].append(when)
    for stamps in channels.values():
        check_bucket(stamps, PACE.channel, 1)
    for stamps in workspaces.values():
        check_bucket(stamps, PACE.chat, PACE.burst)


def check_bucket(stamps: list[float], gap: float, burst: int) -> None:
    for first, begun in enumerate(stamps):
        for last, ended in enumerate(stamps[first:], first):
            assert last - first + 1 <= burst + (ended - begun + LATE) / gap
