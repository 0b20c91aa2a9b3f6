"""The whole way through a Slack server by others, over Socket Mode and HTTP."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bot.adapters.slack import SlackChat, Tools
from bot.core.model import Overview, Rule, RuleWeek
from bot.errors import QueryError
from bot.ports import Delivered, Incoming, Reply
from tests.slack import local_slack
from tests.slack.blockkit import words_of
from tests.slack.conftest import SystemClock
from tests.slack.local_slack import APP_TOKEN, DESK, ROOT, SECRET, TOKEN, LocalSlack
from tests.slack.samples import MINISTER, article, delivery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.core.model import StoredArticle

HERE = Path(__file__).resolve()
LOOPBACK = {"0000000000000000FFFF00000100007F"}
"""127.0.0.1 as /proc/net/tcp6 writes it."""


class Desk:
    """A small answer job: rules in a dictionary."""

    def __init__(self) -> None:
        self.rules: dict[str, str] = {}

    async def answer(self, incoming: Incoming) -> Reply:
        verb, _, rest = incoming.text.partition(" ")
        query, _, name = rest.partition(" as ")
        if verb == "add" and incoming.may_change:
            self.rules[name or query] = query
            return Reply(f"{name or query}: added by {incoming.who}", public=True)
        if verb == "remove" and incoming.may_change:
            del self.rules[rest]
            return Reply(f"{rest}: removed", public=True)
        if verb == "list":
            return Reply(
                "\n".join(f"{name}: {rule}" for name, rule in self.rules.items()) or "none"
            )
        if verb == "edit" and incoming.may_change:
            name, _, query = rest.partition(" ")
            self.rules[name] = query
            return Reply(f"{name} now watches for: {query}", public=True)
        if verb == "test" and "(" in rest:
            raise QueryError(rest, rest.index("("), "this bracket is never closed")
        return Reply(f"answer to {incoming.text}", ok=verb != "lst")

    def listed(self, _channel: str) -> list[Rule]:
        return [Rule(name, name, query) for name, query in self.rules.items()]

    async def overview(self, channels: Sequence[str]) -> Overview:
        weeks = tuple(RuleWeek(rule, (0, 0, 1, 0, 4, 2, 8)) for rule in self.listed(""))
        listed = tuple((channel, weeks) for channel in channels)
        return Overview(listed, 41, (("Coast Daily", "HTTP 404"),), (delivery(DESK),))


async def find_article(article_id: str) -> StoredArticle | None:
    return article() if article_id == "a1" else None


@pytest.fixture(params=["socket", "http"])
async def bench(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[LocalSlack, SlackChat]]:
    """local-slack with the bot connected to it."""
    if reason := local_slack.missing():
        pytest.skip(reason)
    port = local_slack.free_port()
    url = f"http://127.0.0.1:{port}/slack/events" if request.param == "http" else ""
    slack = LocalSlack(tmp_path, request.param, url)
    tokens = {"app_token": APP_TOKEN} if request.param == "socket" else {"signing_secret": SECRET}
    desk = Desk()
    chat = SlackChat(
        Tools(
            answer=desk.answer,
            clock=SystemClock(),
            article=find_article,
            rules=desk.listed,
            overview=desk.overview,
        ),
        bot_token=TOKEN,
        api_url=f"{slack.base}/api/",
        doubt=timedelta(seconds=1),
        **tokens,
    )
    app = web.Application()
    app.add_routes(chat.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        await slack.up()
        await chat.start()
        await asyncio.wait_for((chat.connected or chat.ready).wait(), 10)
        await asyncio.wait_for(chat.ready.wait(), 10)
        yield slack, chat
    finally:
        await chat.stop()
        await runner.cleanup()
        slack.stop()


def texts(state: dict[str, Any]) -> list[str]:
    return [words_of(message.get("blocks") or []) for message in state["messages"].get(DESK, [])]


async def slash(slack: LocalSlack, text: str) -> None:
    await slack.act(t="slash_command", channel=DESK, command="/watch", text=text)


async def test_a_day_in_slack(bench: tuple[LocalSlack, SlackChat]) -> None:
    """Add a rule, see its alert, ask why, read all quotes, use the form, look at Home, remove."""
    slack, chat = bench
    if not os.environ.get(local_slack.IN_NAMESPACE):
        assert set(slack.addresses()) == LOOPBACK

    await slash(slack, "add harbour as port")
    await slack.shows(lambda s: any("port: added by Dana Reed" in text for text in texts(s)))
    await slash(slack, "lst")
    await slack.shows(lambda s: any("answer to lst" in text for text in texts(s)))

    outcome = await chat.post(delivery(DESK))
    assert isinstance(outcome, Delivered)
    alert = await slack.shows(
        lambda s: next(
            (m for m in s["messages"][DESK] if MINISTER[:17] in words_of(m.get("blocks") or [])),
            None,
        )
    )
    assert outcome.ref == f"{DESK}/{alert['ts']}"
    buttons = {button["action_id"]: button for button in alert["blocks"][-1]["elements"]}
    assert set(buttons) == {"explain", "all_quotes", "snooze", "not_relevant", "mute"}

    await press(slack, alert["ts"], buttons["explain"])
    await slack.shows(lambda s: any("answer to explain \nhttps://" in text for text in texts(s)))
    await press(slack, alert["ts"], buttons["all_quotes"])
    await slack.shows(lambda s: MINISTER in words_of(s["modalStack"][-1]["blocks"]))
    await slack.act(t="view_close")
    await press(slack, alert["ts"], buttons["snooze"])
    await slack.shows(lambda s: any("answer to snooze harbour 24h" in text for text in texts(s)))
    await press(slack, alert["ts"], buttons["mute"])
    await slack.shows(lambda s: any("answer to mute s1" in text for text in texts(s)))
    await press(slack, alert["ts"], buttons["not_relevant"])
    asked = await slack.shows(
        lambda s: next(
            (m for m in s["messages"][DESK] if "Why is it not" in words_of(m.get("blocks") or [])),
            None,
        )
    )
    await press(slack, asked["ts"], asked["blocks"][-1]["elements"][0])
    await slack.shows(
        lambda s: any("answer to feedback harbour a1 wrong-sense" in text for text in texts(s))
    )

    await slash(slack, "add")
    await slack.shows(lambda s: s["modalStack"][-1]["callback_id"] == "add_rule")
    await submit(slack, query="ships (", name="ships")
    await asyncio.sleep(0.2)
    shown = await slack.state()
    assert shown["modalStack"][-1]["callback_id"] == "add_rule"
    await submit(slack, query="ships", name="ships")
    preview = await slack.shows(lambda s: s["modalStack"][-1]["callback_id"] == "save_rule" and s)
    assert "answer to test ships 7d" in words_of(preview["modalStack"][-1]["blocks"])
    await submit(slack)
    await slack.shows(lambda s: not s["modalStack"])
    await slack.shows(lambda s: any("ships: added by Dana Reed" in text for text in texts(s)))

    await slash(slack, "remove port")
    await slack.shows(lambda s: any("port: removed" in text for text in texts(s)))


async def test_rules_by_menu_and_home(bench: tuple[LocalSlack, SlackChat]) -> None:
    """List, edit by form, look at Home."""
    slack, _ = bench
    await slash(slack, "add harbour as port")
    await slash(slack, "add ships as ships")
    await slash(slack, "list")
    listed = await slack.shows(
        lambda s: next(
            (m for m in s["messages"][DESK] if "2 rules here" in words_of(m.get("blocks") or [])),
            None,
        )
    )
    menus = [block["accessory"] for block in listed["blocks"] if "accessory" in block]
    assert [option["value"] for option in menus[1]["options"]] == [
        *("show ships", "edit ships", "pause ships", "remove ships")
    ]
    await slash(slack, "edit ships")
    shown = await slack.shows(lambda s: s["modalStack"][-1]["callback_id"] == "add_rule" and s)
    assert shown["modalStack"][-1]["blocks"][0]["element"]["initial_value"] == "ships"
    await submit(slack, query="ships OR boats", name="ships")
    await slack.shows(lambda s: s["modalStack"][-1]["callback_id"] == "save_rule")
    await submit(slack)
    await slack.shows(lambda s: any("ships now watches for: ships OR" in text for text in texts(s)))

    await slack.act(t="open_home")
    home = await slack.shows(lambda s: next(iter(s["homeViews"].values())))
    words = words_of(find_blocks(home))
    assert "port: harbour\n··▁·▄▂█  15 in 7 days" in words
    assert "Coast Daily: HTTP 404" in words


def find_blocks(home: Any) -> list[dict[str, Any]]:
    while "blocks" not in home:
        home = next(iter(home.values()))
    return home["blocks"]


async def press(slack: LocalSlack, ts: str, button: dict[str, Any]) -> None:
    action = {name: button[name] for name in ("type", "action_id", "value")}
    await slack.act(
        t="block_action", channel=DESK, messageTs=ts, action={**action, "block_id": "b"}
    )


async def submit(slack: LocalSlack, **values: str) -> None:
    typed = {
        name: {name: {"type": "plain_text_input", "value": value}} for name, value in values.items()
    }
    await slack.act(t="view_submit", values=typed)


@pytest.mark.process
def test_same_in_a_network_namespace() -> None:
    """Where there is no C compiler, these tests run in a network of their own."""
    if os.environ.get(local_slack.IN_NAMESPACE):
        pytest.skip("not needed: the tests of local-slack run in the namespace already")
    if local_slack.compiler():
        pytest.skip("not needed: with a C compiler the tests of local-slack run outside too")
    if not local_slack.can_unshare():
        pytest.skip("no C compiler, and no network namespaces for local-slack")
    inside = (
        "import sys; sys.path.insert(0, '.'); from tests.slack.local_slack import raise_loopback;"
        f"raise_loopback(); import pytest; sys.exit(pytest.main(['-q', '{HERE}']))"
    )
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", sys.executable, "-c", inside],
        cwd=ROOT,
        env={**os.environ, local_slack.IN_NAMESPACE: "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "4 passed" in done.stdout
