"""A chat that says what it is told to say, and keeps what it accepted: the oracle."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.model import Alert, Digest, Notice
from bot.core.pacing import LIMITS
from bot.jobs.deliver import Deliver
from bot.ports import Delivered, Outcome, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.adapters.store import Store
    from bot.core.model import Delivery
    from tests.conftest import TurnedClock


class ToldChat:
    """A chat with rules: `rule(delivery)` gives its outcome, or None to accept."""

    def __init__(self, clock: TurnedClock, name: str = "slack", doubt: float = 60) -> None:
        self.name, self.doubt, self._clock = name, timedelta(seconds=doubt), clock
        self.rule: Callable[[Delivery], Outcome | None] = lambda _delivery: None
        self.posts: list[Delivery] = []
        self.times: list[float] = []
        self.tries: list[float] = []
        self.edits: list[Delivery] = []
        self.edit: Outcome | None = None

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def post(self, delivery: Delivery) -> Outcome:
        await asyncio.sleep(0)
        self.tries.append(self._now())
        outcome = self.rule(delivery)
        if outcome is None or outcome == Unknown("accepted"):
            self.posts.append(delivery)
            self.times.append(self._now())
        return outcome or Delivered(f"ref-{len(self.posts)}")

    async def find(self, delivery: Delivery) -> str | None:
        for at, posted in enumerate(self.posts, 1):
            if posted.id == delivery.id:
                return f"ref-{at}"
        return None

    async def revise(self, delivery: Delivery, ref: str) -> Outcome:
        self.edits.append(delivery)
        return self.edit or Delivered(ref)

    @property
    def links(self) -> list[str]:
        """Every article's link that can be read in the chat, in order, twice where it is twice."""
        return [link for posted in self.posts for link in links_of(posted)]

    @property
    def kinds(self) -> list[str]:
        return [posted.message.kind for posted in self.posts]

    @property
    def titles(self) -> list[str]:
        return [p.message.title for p in self.posts if isinstance(p.message, Digest)]


def links_of(delivery: Delivery) -> list[str]:
    message = delivery.message
    if isinstance(message, Alert):
        return [message.url]
    if isinstance(message, Notice):
        return []
    return [url for line in message.lines for url in (line.url, *(url for _, url in line.links))]


def deliver_to(store: Store, clock: TurnedClock, *chats: ToldChat, **options: object) -> Deliver:
    """Make the job; waiting for a turn turns the clock."""

    async def sleep(seconds: float) -> None:
        clock.turn(seconds=max(seconds, 0.001))

    named = {chat.name: chat for chat in chats}
    settings = {"limits": LIMITS, "sleep": sleep, **options}
    return Deliver(named, store, clock, lambda: 0.0, **settings)  # type: ignore[arg-type]
