"""`wirewatch web`: several programs behind a balancer answer Slack, on one PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.store import Store
from bot.jobs.meter import UNCOUNTED, Pulse
from bot.jobs.serving import Serving
from tests.postgres import empty_database
from tests.process.program import PATIENCE, Program
from tests.slack.blockkit import words_of
from tests.slack.local_slack import free_port
from tests.slack.people import People, Signed
from tests.slack.simulator import BOT_TOKEN, SECRET, Simulator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.jobs.rulebook import RuleBook


def settings_of(slack: Simulator, database: str, port: int, probes: int) -> dict[str, str]:
    return {
        "WIREWATCH_DATABASE_URL": database,
        "WIREWATCH_FEEDS": "",
        "WIREWATCH_CHATS": "slack",
        "WIREWATCH_WEB": f"127.0.0.1:{port}",
        "WIREWATCH_WEB_URL": "https://bot.example",
        "WIREWATCH_METRICS": f"127.0.0.1:{probes}",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": "xapp-belongs-to-another-program",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"{slack.base}/api/",
    }


@asynccontextmanager
async def running(folder: Path, settings: dict[str, str]) -> AsyncIterator[str]:
    """Run `wirewatch web` until the block ends; give the address of its probes once it is ready."""
    folder.mkdir()  # noqa: ASYNC240 -- a test's own folder
    program = Program(folder, **settings)
    program.start(command="web")
    probes = f"http://{settings['WIREWATCH_METRICS']}"
    try:
        async with asyncio.timeout(PATIENCE):
            while not (await asyncio.to_thread(ready, probes))[0]:
                assert program._running, "never started"
                assert program._running.poll() is None, program._running.communicate()
                await asyncio.sleep(0.2)
        yield probes
    finally:
        code, _, _, said = await asyncio.to_thread(program.stop)
        assert code == 0, said
        assert "Traceback" not in said


def ready(probes: str) -> tuple[bool, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"{probes}/readyz", timeout=20) as answer:  # noqa: S310 -- ours
            told = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            told = json.load(error)
    except OSError:
        return False, {}
    return told["ready"], told


@pytest.mark.process
async def test_two_web_programs_answer_as_one(tmp_path: Path, slack: Simulator) -> None:
    """What is changed through one is seen through the other; what Slack repeats is done once."""
    ida = slack.person("Ida")
    desk = slack.room("desk", ida)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(empty_database())
        ports = [free_port() for _ in range(4)]
        both = [settings_of(slack, database, ports[at], ports[at + 2]) for at in range(2)]
        probes = [
            await stack.enter_async_context(running(tmp_path / str(at), both[at]))
            for at in range(2)
        ]
        via = [People(slack, Signed(f"http://127.0.0.1:{port}/slack/events")) for port in ports[:2]]
        await via[0].slash(ida, desk, "add Rafah as rafah")
        await slack.until(lambda: slack.responses, seconds=PATIENCE)
        listed = via[1].slash_payload(ida, desk, "list")
        await via[1].transport.deliver("slash_commands", listed)
        shown = await slack.until(
            lambda: slack.responses[1:] and slack.responses[1], seconds=PATIENCE
        )
        assert "rafah: Rafah" in words_of(shown["blocks"])

        again = via[0].slash_payload(ida, desk, "add Gaza as gaza")
        for one in (*via, *via):  # as Slack repeats it, wherever the balancer sends it
            await one.transport.deliver("slash_commands", again)
        store = Store(database)
        stack.push_async_callback(store.close)
        await store.open()
        async with asyncio.timeout(PATIENCE):
            while len(await store.stored_rules()) < 2:  # noqa: ASYNC110 -- another program
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)
        assert [entry.what for entry in await store.audit_log()] == [
            f"add gaza in slack:{desk.id}", f"add rafah in slack:{desk.id}",
        ]  # fmt: skip
        said = [words_of(one.get("blocks", [])) + str(one.get("text")) for one in slack.responses]
        assert not any("there is a rule" in words for words in said)

        fine, told = await asyncio.to_thread(ready, probes[1])
        assert fine
        assert told["checks"] == {"database": "ok", "chats": "ok", "heartbeat": "ok"}
        with pytest.raises(urllib.error.HTTPError) as missing:
            await asyncio.to_thread(_get, f"http://127.0.0.1:{ports[0]}/metrics")
        missing.value.close()
        assert missing.value.code == 404  # the public address tells nobody how the bot does
        with pytest.raises(urllib.error.HTTPError) as hub:
            await asyncio.to_thread(_get, f"http://127.0.0.1:{ports[0]}/websub/{'0' * 32}")
        hub.value.close()
        assert hub.value.code == 404


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 -- our own program
        return bytes(answer.read())


@pytest.mark.process
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"WIREWATCH_DATABASE_URL": "sqlite:///w.db"}, "wirewatch web is for PostgreSQL"),
        ({"WIREWATCH_CHATS": "console", "WIREWATCH_WEB_URL": ""}, "there is nothing to serve"),
    ],
)
async def test_what_cannot_be_served_is_said_in_one_line(
    tmp_path: Path, slack: Simulator, changes: dict[str, str], words: str
) -> None:
    given = settings_of(slack, "postgresql://nobody@127.0.0.1:1/none", 0, 0) | changes
    done = await asyncio.to_thread(Program(tmp_path, **given).call, "web")
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


async def test_rules_are_read_again_only_when_they_changed() -> None:
    read: list[int] = []
    version = [1]

    class Book:
        async def refresh(self) -> None:
            read.append(version[0])

    class Versions:
        async def rules_version(self) -> int:
            return version[0]

    pulse = Pulse(lambda: 5.0)
    book: RuleBook = Book()  # type: ignore[assignment]
    serving = Serving(book, Versions(), UNCOUNTED, pulse)
    await serving.tick()
    await serving.tick()
    version[0] = 2
    await serving.refresh()
    assert read == [1, 2]
    assert pulse.since() == 0
