"""The whole way through a Slack server by others, over Socket Mode and HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web

from bot.adapters.slack import SlackChat, Tools
from bot.core.model import Overview, Rule, RuleWeek
from bot.errors import QueryError
from bot.ports import Delivered, Incoming, Reply
from tests.slack import local_slack
from tests.slack.blockkit import words_of
from tests.slack.conftest import SystemClock
from tests.slack.local_slack import APP_TOKEN, DANA, DESK, ROOT, SECRET, TOKEN, LocalSlack, typed
from tests.slack.people import Signed
from tests.slack.samples import MINISTER, article, delivery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.core.model import StoredArticle

HERE = Path(__file__).resolve()
PROGRAM = HERE.with_name("test_local_slack_program.py")
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
            suggest=lambda text: f"@{text.partition(':')[0].casefold()}",
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
    wrong = await slack.refused(query="ships (", name="ships")
    assert "ships ▸(" in wrong["query"]
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


async def test_rule_is_deleted_by_menu_and_from_its_form(
    bench: tuple[LocalSlack, SlackChat],
) -> None:
    """The server tells of a button in a window as if it stood in a message: see `GAPS`."""
    slack, _ = bench
    for name in ("port", "ships"):
        await slash(slack, f"add {name} as {name}")
    await slash(slack, "list")
    listed = await slack.shows(lambda s: found(s, "2 rules here"))
    menu = next(block["accessory"] for block in listed["blocks"] if "accessory" in block)
    chosen = {"type": "overflow", "action_id": menu["action_id"], "block_id": "b"}
    chosen["selected_option"] = menu["options"][-1]
    await slack.act(t="block_action", channel=DESK, messageTs=listed["ts"], action=chosen)
    asked = await slack.shows(lambda s: s["modalStack"][-1])
    assert "Delete port?" in words_of(asked["blocks"])
    await submit(slack)
    await slack.shows(lambda s: found(s, "port: removed") and not s["modalStack"])

    await slash(slack, "edit ships")
    form = await slack.shows(lambda s: s["modalStack"][-1])
    delete = next(
        element
        for block in form["blocks"]
        for element in block.get("elements", ())
        if element.get("action_id") == "delete_rule"
    )
    await press(slack, "", delete)
    await slack.shows(lambda s: "Delete ships?" in words_of(s["modalStack"][-1]["blocks"]))
    await submit(slack)
    await slack.shows(lambda s: found(s, "ships: removed") and not s["modalStack"])


async def test_rule_is_added_from_home(bench: tuple[LocalSlack, SlackChat]) -> None:
    """Type a query on Home, choose the channel in the form, save."""
    slack, _ = bench
    await slack.act(t="open_home")
    home = await slack.shows(lambda s: next(iter(s["homeViews"].values())))
    quick = next(
        block["element"] for block in find_blocks(home) if block.get("block_id") == "quick_add"
    )
    typed = {"type": quick["type"], "action_id": quick["action_id"], "block_id": "quick_add"}
    await slack.act(t="block_action", action={**typed, "value": "ferry OR boat"})
    form = await slack.shows(lambda s: s["modalStack"][-1])
    fields = {block.get("block_id"): block.get("element") for block in form["blocks"]}
    assert fields["query"]["initial_value"] == "ferry OR boat"
    place = {"channel": {"type": "conversations_select", "selected_conversation": DESK}}
    values = {name: {name: {"value": text}} for name, text in WANTED.items()}
    await slack.act(t="view_submit", values={**values, "channel": place})
    await slack.shows(lambda s: s["modalStack"][-1]["callback_id"] == "save_rule")
    await submit(slack)
    await slack.shows(lambda s: found(s, "ferries: added by Dana Reed"))


WANTED = {"query": "ferry OR boat", "name": "ferries"}


@pytest.mark.parametrize("bench", ["http"], indirect=True)
async def test_shortcut_opens_the_form(
    bench: tuple[LocalSlack, SlackChat], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has no shortcuts (`GAPS`): the request is the documented one, the form its own.

    Source: https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
    """
    slack, _ = bench
    # The trigger is that of a command, and one act is carried out once.
    monkeypatch.setattr("bot.adapters.slack.app.request_key", lambda _body: "")
    payload = {
        "type": "message_action",
        "callback_id": "watch_this",
        "team": {"id": "T0HOME0001"},
        "user": {"id": DANA, "team_id": "T0HOME0001"},
        "channel": {"id": DESK, "name": "desk"},
        "message": {"type": "message", "text": "Brandt: We open the harbour", "ts": "1.0"},
        "trigger_id": await trigger_of(slack),
    }
    await Signed(slack.request_url, SECRET).deliver("interactive", payload)
    form = await slack.shows(lambda s: s["modalStack"][-1])
    assert "@brandt" in form["blocks"][0]["element"]["initial_value"]
    await submit(slack, query="@brandt", name="brandt")
    await slack.shows(lambda s: s["modalStack"][-1]["callback_id"] == "save_rule")
    await submit(slack)
    await slack.shows(lambda s: found(s, "brandt: added by Dana Reed"))


async def trigger_of(slack: LocalSlack) -> str:
    """Give a trigger of the server's: that of a command that was typed, which opened nothing."""
    await slash(slack, "lst")
    typed = await slack.shows(lambda s: re.search(r"\d+\.\d+\.[0-9a-f]{24}", json.dumps(s["log"])))
    return typed[0]


async def test_what_the_server_does_not_know(bench: tuple[LocalSlack, SlackChat]) -> None:
    """`GAPS` is still true; what the server learns is to be shown with it instead."""
    slack, _ = bench
    async with aiohttp.ClientSession() as session:
        for method in GAPS:
            async with session.post(
                f"{slack.base}/api/{method}", headers={"Authorization": f"Bearer {TOKEN}"}
            ) as answer:
                text = await answer.text()
                assert '"ok":true' not in text, (method, answer.status, text)
    assert b'"message_action"' not in local_slack.BINARY.read_bytes()


GAPS = {
    "oauth.v2.access": "installs: test_installs.py, with the simulator",
    "auth.revoke": "tokens taken back: test_installs.py, with the simulator",
    "conversations.join": "not used",
}
"""Methods that local-slack 0.1.8 lacks, and where they are shown instead.

It has no shortcuts either (its program does not hold the word `message_action`): they are shown
here with the documented request, and with the simulator in test_buttons.py. A button in a window
or on Home comes without its `view`, as if it stood in a message: test_buttons.py has it with it.
"""


def found(state: dict[str, Any], words: str) -> dict[str, Any] | None:
    """Give the first message of the desk with these words."""
    messages = state["messages"].get(DESK, [])
    return next((m for m in messages if words in words_of(m.get("blocks") or [])), None)


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
    await slack.act(t="view_submit", values=typed(values))


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
        f"raise_loopback(); import pytest; sys.exit(pytest.main(['-q', '{HERE}', '{PROGRAM}']))"
    )
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", sys.executable, "-c", inside],
        cwd=ROOT,
        env={**os.environ, local_slack.IN_NAMESPACE: "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "13 passed" in done.stdout
