"""One world: feeds, a Slack, a homeserver, and the program between them, on a folder of its own."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, Self, TypeVar

from aiohttp import web

from tests.crash.chatlog import ChatLog
from tests.crash.checker import Missing, Place, Verdict, Watch, compare, expected, read_log
from tests.crash.feedserver import FeedServer
from tests.crash.homeserver import BOT, PASSWORD, Homeserver
from tests.crash.news import WATCHED
from tests.crash.program import Program, Zygote
from tests.crash.slackserver import SlackServer
from tests.crash.steps import Plan
from tests.slack.simulator import BOT_TOKEN

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Coroutine
    from pathlib import Path

T = TypeVar("T")

DRAIN = 300.0
"""Seconds within which the outbox must be empty after the last fault."""


class World:
    """Servers in a thread of their own, and the program. A context manager.

    Args:
        zygote: forks the program.
        folder: for logs, rules, database.
        channels: Slack channels, and as many Matrix rooms.
        feeds: how many.
        seed: of all choices.
        retold: share of publications that tell an event of before again, see `FeedServer.retold`.
        settings: further settings of the program.
    """

    def __init__(
        self,
        zygote: Zygote,
        folder: Path,
        *,
        channels: int = 3,
        feeds: int = 3,
        seed: int = 0,
        data: Path | None = None,
        retold: float = 0.0,
        **settings: str,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.data = folder, data or folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runners: list[web.AppRunner] = []
        self.log = ChatLog(folder / "posts.jsonl")
        self.words = WATCHED[: max(channels, 6)]
        self.feeds = FeedServer(
            folder / "published.jsonl", feeds=feeds, words=self.words, seed=seed
        )
        self.feeds.retold = retold
        self.slack = SlackServer(self.log)
        self.matrix = Homeserver(self.log)
        self.watches = self._watches(channels)
        self.program = Program(zygote, folder, settings)
        self.plan = Plan()
        logs = folder / "published.jsonl", folder / "posts.jsonl"
        self._missing = Missing(*logs, self.watches)

    def _watches(self, channels: int) -> list[Watch]:
        """Let each word alert one channel of each chat, and its neighbour hear of it as well."""
        desks = [self.slack.room(f"desk{at}").id for at in range(channels)]
        rooms = [self.matrix.room().id for _ in range(channels)]
        made = []
        for at, word in enumerate(self.words):
            places: list[Place] = [
                ("slack", desks[at % channels]),
                ("matrix", rooms[at % channels]),
            ]
            if at % 3 == 0 and channels > 1:
                places.append(("slack", desks[(at + 1) % channels]))
            made.append(Watch(word, tuple(places)))
        return made

    def __enter__(self) -> Self:
        self._thread.start()
        for server in (self.feeds, self.slack, self.matrix):
            server.base = self._do(self._serve(server.application()))
        (self.folder / "feeds.opml").write_text(self.feeds.opml(), "utf-8")
        (self.folder / "rules.yaml").write_text(self._rules(), "utf-8")
        self.program.settings = {
            "WIREWATCH_DATABASE_URL": f"sqlite:///{self.data}/wirewatch.db",
            "WIREWATCH_RULES": str(self.folder / "rules.yaml"),
            "WIREWATCH_FEEDS": str(self.folder / "feeds.opml"),
            "WIREWATCH_CHATS": "slack,matrix",
            "WIREWATCH_POLL_MIN_SECONDS": "0.3",
            "WIREWATCH_PRIME": "false",
            "WIREWATCH_EGRESS_ALLOW": self.feeds.base.removeprefix("http://"),
            "WIREWATCH_WEB": "127.0.0.1:0",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_API_URL": f"{self.slack.base}/api/",
            "MATRIX_HOMESERVER": self.matrix.base,
            "MATRIX_USER": BOT,
            "MATRIX_PASSWORD": PASSWORD,
            **self.program.settings,
        }
        return self

    def __exit__(self, *_: object) -> None:
        if self.program.alive:
            self.program.kill()
        for runner in self._runners:
            self._do(runner.cleanup())
        self._do(_all_ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.log.close()
        self.feeds.close()

    def _rules(self) -> str:
        rows = [
            f"  - {{name: {watch.word}, query: {watch.word}, channels: "
            f"[{', '.join(json.dumps(':'.join(place)) for place in watch.places)}]}}"
            for watch in self.watches
        ]
        return "watches:\n" + "\n".join(rows) + "\n"

    async def _serve(self, app: web.Application) -> str:
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def within(self, act: Callable[[], T]) -> T:
        """Do something in the servers' thread, between two requests."""

        async def acted() -> T:
            return act()

        return self._do(acted())

    # ---------------------------------------------------------------- the way of a block

    def publish(self, count: int = 1, **options: Any) -> None:
        """Publish articles."""
        self.within(lambda: self.feeds.publish(count, **options))

    def start(self, **changes: Any) -> None:
        """Start the program, as planned with some changes."""
        self.program.start(self.plan.changed(**changes))

    def asked(self, room: str, command: str, answer: str) -> None:
        """Let the reader give a command in a Matrix room, and wait for an answer with a word.

        Raises:
            TimeoutError: it does not come.
        """
        end, spoken = time.monotonic() + 90, False
        while time.monotonic() < end:
            if self.matrix.heard and not spoken:
                self.within(lambda: self.matrix.say(room, command))
                spoken = True
            said = [post for post in self.log.posts if post["channel"] == room]
            if any(answer in str(post["text"]) for post in said):
                return
            time.sleep(0.1)
        raise TimeoutError(f"no answer to {command}: {self.program.said()[-800:]}")

    def verdict(self) -> Verdict:
        """Compare the logs of this moment."""
        published = read_log(self.folder / "published.jsonl")
        return compare(published, self.watches, read_log(self.folder / "posts.jsonl"))

    def expected(self) -> Counter[tuple[Place, str]]:
        """Compute what should arrive of what was published so far."""
        return expected(read_log(self.folder / "published.jsonl"), self.watches)

    def missing(self) -> int:
        """Count what was published and has not arrived."""
        return self._missing.count()

    def drained(self, seconds: float = DRAIN) -> float:
        """Wait until all is there and nothing is open in the outbox; give the seconds it took.

        Raises:
            TimeoutError: it is not; the verdict tells what is lost.
        """
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if not self.missing() and not self.open_deliveries():
                return time.monotonic() - began
            if not self.program.alive:
                raise TimeoutError(f"the program ended: {self.program.said()[-2000:]}")
            self.program.measure()
            time.sleep(0.1)
        raise TimeoutError(
            f"not drained in {seconds} s: {self.outbox()}, {self.verdict().lost[:5]}"
        )

    def settled(self, seconds: float = 0.3) -> Verdict:
        """Wait for late commits and a little longer, then compare."""
        while self.slack.tasks or self.matrix.tasks:
            time.sleep(0.05)
        time.sleep(seconds)
        return self.verdict()

    def outbox(self) -> dict[str, int]:
        """Count deliveries by state, read from outside."""
        path = self.data / "wirewatch.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
            query = "SELECT state, count(*) FROM deliveries GROUP BY state"
            try:
                return dict(connection.execute(query).fetchall())
            except sqlite3.Error as error:
                return {f"unreadable: {error}": 1}

    def open_deliveries(self) -> int:
        """Count what is still to be delivered."""
        return sum(count for state, count in self.outbox().items() if state != "delivered")


async def _all_ended() -> None:
    """Cancel what still waits for an answer to the killed program."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
