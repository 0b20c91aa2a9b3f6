"""The sample day as a Slack channel has it at midnight: alerts, threads, edits, a correction.

Everything is real but the network and the clock; what must come is the table of the day.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.adapters.store import Store
from bot.app.knowledge import load_knowledge
from bot.jobs.deliver import Deliver
from tests.conftest import TurnedClock
from tests.jobs.test_sample_day_told import EXPECTED, MORNING, ROOT, Wire, watching
from tests.slack.blockkit import words_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.adapters.slack import SlackChat
    from tests.slack.simulator import Simulator

KINDS = {"*New in a story you were told of*": "follow-up", "*Correction*": "correction"}
CORRECTED = (
    "White House: Biden repeated Rafah warning in Sunday call",
    "Biden holds to ‘red line’ on Rafah in call with Netanyahu, White House says",
)
"""A headline of our own outlet Capital Dispatch, before and after 12:55."""


async def live_through(store: Store, chat: SlackChat, channel: str) -> None:
    """Poll the outlets each half hour and deliver what came, with the rules that ship."""
    clock = TurnedClock(MORNING)
    wire = Wire(clock)
    knowledge = load_knowledge((ROOT / "rules",))
    here = [replace(rule, channels=(f"slack:{channel}",)) for rule in knowledge.rules]
    watch = watching(wire, knowledge.officials, here, store, chat="slack")

    async def sleep(seconds: float) -> None:
        clock.turn(seconds=seconds)

    deliver = Deliver({"slack": chat}, store, clock, lambda: 0.5, sleep=sleep)
    feeds = wire.feeds()
    await store.add_feeds(feeds)
    for half_hour in range(1, 49):
        states = {state.feed.url: state for state in await store.feed_states()}
        for feed in feeds:
            await watch.poll(states[feed.url])
        await deliver.drain()
        clock.turn(seconds=(MORNING.timestamp() + 1800 * half_hour) - clock.now().timestamp())


def told(message: dict[str, Any]) -> dict[str, Any]:
    """Read off a message what the table says of it."""
    words = words_of(message["blocks"])
    [kind] = {kind for label, kind in KINDS.items() if label in words} or {"alert"}
    [link] = set(re.findall(r"<http://([^|>]+)\|", words))
    host, _, path = link.partition("?")[0].partition("/")
    rule = next(one for one in message["blocks"] if one["type"] == "rich_text")
    return {
        "rule": rule["elements"][0]["elements"][0]["text"],
        "kind": kind,
        "page": f"{host}/{path.split('/')[-1]}",
        "broadcast": message.get("reply_broadcast", False),
    }


def outlets(message: dict[str, Any]) -> int:
    found = re.search(r"(\d+) outlets carry it", words_of(message["blocks"]))
    return int(found[1]) if found else 1


async def test_the_day_in_a_channel(
    slack: Simulator, make_chat: Callable[..., SlackChat], tmp_path: Path
) -> None:
    desk = slack.room("desk", slack.person("Ida"))
    store = Store(f"sqlite:///{tmp_path / 'day.db'}")
    await store.open()
    await live_through(store, make_chat(), desk.id)
    await store.close()

    wanted = [
        {name: one[name] for name in ("rule", "kind", "page", "broadcast")}
        for one in EXPECTED["told"]
    ]
    assert [told(message) for message in slack.accepted] == wanted
    by_ts = {message["ts"]: message for message in slack.accepted}
    for message in slack.accepted:
        kind = told(message)["kind"]
        parent = by_ts.get(message.get("thread_ts", ""))
        assert (parent is None) is (kind == "alert"), told(message)
        assert parent is None or told(parent)["kind"] == "alert"

    [correction] = [one for one in slack.accepted if told(one)["kind"] == "correction"]
    assert correction["text"].startswith("Correction: ")
    assert styled(correction, "strike") == [CORRECTED[0]]
    assert CORRECTED[1] in styled(correction, "bold")

    # Each alert that more outlets took up since was edited to say so, and nothing else was.
    then = {message["ts"]: outlets(message) for message in slack.accepted}
    now = {message["ts"]: outlets(message) for message in desk.messages}
    grown = {ts for ts in now if now[ts] > then[ts]}
    edited = {call["ts"] for method, call in slack.calls if method == "chat.update"}
    assert len(grown) > 3
    assert edited == grown
    assert all(told(by_ts[ts])["kind"] == "alert" for ts in edited)
    assert {ts for ts in now if now[ts] < then[ts]} == set()
    for message in slack.accepted:
        if parent := message.get("thread_ts"):
            assert now[parent] >= now[message["ts"]]


def styled(message: dict[str, Any], style: str) -> list[str]:
    return [
        part["text"]
        for block in message["blocks"]
        if block["type"] == "rich_text"
        for one in block["elements"]
        for part in one["elements"]
        if part.get("style", {}).get(style)
    ]
