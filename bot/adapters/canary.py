"""The two ends of the canary's way: the feed that nobody serves, the chat that nobody reads."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core import canary
from bot.ports import Delivered, Fetched

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.model import Delivery, Feed, ParsedFeed, Validators
    from bot.ports import Clock, Feeds, Outcome, Unchanged


class CanaryFeeds:
    """Feeds as they are, and the canary beside them.

    Args:
        feeds: all other feeds; also parses the canary, so that a dead parser is noticed.
        clock: the time.
    """

    def __init__(self, feeds: Feeds, clock: Clock) -> None:
        self._feeds, self._clock = feeds, clock

    async def fetch(self, feed: Feed, validators: Validators) -> Fetched | Unchanged:
        """Make the canary's body; fetch other feeds.

        Raises:
            FetchError: as `Feeds.fetch`.
        """
        if feed.url != canary.FEED.url:
            return await self._feeds.fetch(feed, validators)
        body = canary.canary_body(self._clock.now())
        return Fetched(body, "application/rss+xml", "https://canary.invalid/", validators)

    async def parse(self, feed: Feed, fetched: Fetched, now: datetime) -> ParsedFeed:
        """Read a body.

        Raises:
            FeedError: as `Feeds.parse`.
        """
        return await self._feeds.parse(feed, fetched, now)


class CanaryChat:
    """Takes everything; that the outbox notes it as delivered is all that is wanted."""

    name = canary.CHAT
    doubt = timedelta(0)

    async def post(self, delivery: Delivery) -> Outcome:
        """Take it."""
        return Delivered(delivery.id)

    async def revise(self, delivery: Delivery, ref: str) -> Outcome:
        """Leave it."""
        del delivery
        return Delivered(ref)

    async def find(self, delivery: Delivery) -> str | None:
        """Say that it has it: taking it twice or not at all is the same here."""
        return delivery.id
