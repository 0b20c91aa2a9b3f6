"""Tells channels of the feeds they depend on: once when one has failed for a day, once after."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bot.core.alert import notice_for
from bot.core.health import DEPENDS, TOLD_AFTER, dependents, failing_text, working_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.core.model import Delivery, FeedState, Rule
    from bot.ports import Clock

EVERY = timedelta(minutes=30)
"""How often it looks. Feeds that fail together are told of together, in one message."""


class Record(Protocol):
    """The part of the store that it needs. Every method raises StoreError."""

    async def feeds_to_tell(self, before: datetime) -> tuple[list[FeedState], list[FeedState]]:
        """Give feeds that fail since `before` or are gone, untold; and told ones that work."""

    async def tell_feeds(
        self,
        wanted: Sequence[Delivery],
        *,
        failing: Collection[str],
        working: Collection[str],
        now: datetime,
    ) -> None:
        """Put notices into the outbox and note which feeds they tell of, in one transaction."""

    async def rules_met(self, feed_id: str, since: datetime) -> set[str]:
        """Give the ids of the rules that articles of a feed have met since a time."""


class FeedHealth:
    """Looks from time to time for feeds whose channels must hear of them.

    Args:
        record: the feeds' states, and the outbox.
        rules: the active rules of the moment.
        chats: the chats that run.
        clock: the time.
    """

    def __init__(
        self, record: Record, rules: Iterable[Rule], chats: Collection[str], clock: Clock
    ) -> None:
        self._record, self._rules, self._chats, self._clock = record, rules, chats, clock
        self._next: datetime | None = None

    async def tick(self) -> None:
        """Look, if it is time to.

        Raises:
            StoreError: the database refused; it looks again next time.
        """
        now = self._clock.now()
        if self._next is None or self._next <= now:
            await self.tell()
            self._next = now + EVERY

    async def tell(self) -> None:
        """Tell the channels of all feeds that began to fail a day ago, are gone, or work again.

        Raises:
            StoreError: the database refused; nobody is told and nothing is noted.
        """
        now = self._clock.now()
        failing, working = await self._record.feeds_to_tell(now - TOLD_AFTER)
        if not failing and not working:
            return
        wanted = await self._notices(failing, now, works=False)
        wanted += await self._notices(working, now, works=True)
        await self._record.tell_feeds(
            wanted,
            failing=[state.feed.id for state in failing],
            working=[state.feed.id for state in working],
            now=now,
        )

    async def _notices(
        self, states: Sequence[FeedState], now: datetime, *, works: bool
    ) -> list[Delivery]:
        """Make one notice for each channel, of all feeds that concern it."""
        concerns: defaultdict[tuple[str, str], list[FeedState]] = defaultdict(list)
        for state in states:
            met = await self._record.rules_met(state.feed.id, now - DEPENDS)
            for target in dependents(met, self._rules, self._chats):
                concerns[target].append(state)
        say = working_text if works else failing_text
        key = f"feeds-{'work' if works else 'fail'}/{now.isoformat()}"
        return [notice_for(*target, say(some), key=key) for target, some in concerns.items()]
