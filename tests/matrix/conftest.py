"""A homeserver for the whole run, fresh people, rooms and bots for each test."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.matrix import Login, MatrixChat
from bot.ports import Incoming, Reply
from tests.matrix.samples import CHART, PNG, STORED
from tests.matrix.synapse import Person, Synapse, synapse_python

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from bot.core.model import StoredArticle

_names = itertools.count(1)


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A Synapse that limits nobody but those whom a test wants limited."""
    if synapse_python() is None:
        pytest.skip("no Synapse (see docs/matrix.md: .venv-synapse or WIREWATCH_SYNAPSE_VENV)")
    server = Synapse(tmp_path_factory.mktemp("synapse"))
    server.start()
    yield server
    server.stop()


async def article_of(article_id: str) -> StoredArticle | None:
    """Stands in for the store."""
    return STORED if article_id == STORED.article.id else None


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady(self) -> float:
        return time.monotonic()


@dataclass
class Desk:
    """Stands in for the `answer` job: keeps what it was asked."""

    asked: list[Incoming] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """What it was asked, in order."""
        return [incoming.text for incoming in self.asked]

    async def __call__(self, incoming: Incoming) -> Reply:
        self.asked.append(incoming)
        verb = incoming.text.partition(" ")[0]
        if verb == "fail":
            raise RuntimeError("boom")
        if verb in ("snooze", "unsnooze") and not incoming.may_change:
            return Reply("you may look, not change", ok=False)
        chart = CHART if verb == "trend" else None
        return Reply(f"you said <{incoming.text}>", public=verb == "add", chart=chart)


@dataclass
class Bot:
    """A running chat with its own user."""

    chat: MatrixChat
    user_id: str
    folder: Path
    desk: Desk
    login: Login
    options: dict[str, Any]
    entered: list[str]

    async def restart(self, **changes: Any) -> None:
        """Stop it and start a new one on the same folder."""
        await self.chat.stop()
        login = changes.pop("login", self.login)
        self.chat = MatrixChat(login, **{**self.options, **changes})
        await self.chat.start()
        await self.chat.ready()


@pytest.fixture
async def start_bot(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Bot]]]:
    """Give a function that starts a bot on a homeserver."""
    bots: list[Bot] = []

    async def start(server: Synapse, base: str = "", *, limited: bool = False, **more: Any) -> Bot:
        user_id = server.register(f"wirewatch{next(_names)}", limited=limited)
        desk, entered = Desk(), []

        async def joined(channel: str) -> None:
            entered.append(channel)

        folder = tmp_path / f"matrix{len(bots)}"
        login = Login(base or server.url, user_id, "pw")
        options = {"folder": folder, "answer": desk, "clock": WallClock(), "joined": joined,
                   "article": article_of, "draw": lambda _: PNG,
                   **more}  # fmt: skip
        chat = MatrixChat(login, **options)
        bot = Bot(chat, user_id, folder, desk, login, options, entered)
        bots.append(bot)
        await bot.chat.start()
        await bot.chat.ready()
        return bot

    yield start
    for bot in bots:
        await bot.chat.stop()


@pytest.fixture
async def bot(synapse: Synapse, start_bot: Callable[..., Awaitable[Bot]]) -> Bot:
    return await start_bot(synapse)


@pytest.fixture
async def alice(synapse: Synapse) -> Person:
    return await Person.enter(synapse, "alice")


@pytest.fixture
async def bob(synapse: Synapse) -> Person:
    return await Person.enter(synapse, "bob")


@pytest.fixture
async def room(bot: Bot, alice: Person) -> str:
    """A room of Alice's with the bot in it, greeting seen."""
    room = await alice.make_room(bot.user_id)
    await alice.wait_text(room, "!watch help", of=bot.user_id)
    return room
