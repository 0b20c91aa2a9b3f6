"""WebSub: hubs are asked to call us when a feed has news; a call makes the feed due at once.

What a hub sends is checked and thrown away: the feed itself is polled, so that entries come one
way only, whoever says that they are there. Polling goes on at a slow pace as a safety net.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.core.politeness import after_failure
from bot.core.websub import PATIENCE, REFUSED, Signature, granted, renewal, request_form
from bot.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.model import HubLease
    from bot.ports import Clock

AT_ONCE = 20
AGAIN = timedelta(seconds=60)
"""After a call the feed is polled at once and again after this: a cache may lag behind the hub."""

APART = timedelta(seconds=10)
"""Between polls that calls ask for: a hub that calls all the time, for a feed that leads to
somebody else's server, hammers nobody with us."""

log = structlog.get_logger(__name__)


class Leases(Protocol):
    """The part of the store that it needs. Every method raises StoreError."""

    async def due_hubs(self, now: datetime, limit: int) -> list[HubLease]:
        """Give the subscriptions that are to be asked for or renewed."""

    async def hub_lease(self, token: str) -> HubLease | None:
        """Give the subscription of a callback, or None."""

    async def hub_asked(
        self, feed_id: str, next_try: datetime, failures: int, reason: str | None = None
    ) -> None:
        """Note that a hub was asked, and when it is asked again unless it verifies."""

    async def hub_verified(self, feed_id: str, until: datetime, next_try: datetime) -> None:
        """Note a granted lease."""

    async def hub_refused(self, feed_id: str, reason: str, next_try: datetime) -> None:
        """Note that a hub will not, or no more."""

    async def poll_soon(self, feed_id: str, now: datetime) -> bool:
        """Make a feed due now if it works; False when it is being polled at this moment."""


class Sender(Protocol):
    """Sends forms to addresses that strangers gave."""

    async def post(self, url: str, form: Mapping[str, str]) -> object:
        """Send a form.

        Raises:
            FetchError: no answer, an error status, refused by the guard.
        """


class Hubs:
    """Asks, verifies, listens.

    Args:
        leases: what was asked of whom.
        sender: asks the hubs.
        base: public address of our own server, without a slash at its end.
        clock: the time.
        chance: gives numbers in [0, 1), to spread retries.
    """

    def __init__(
        self,
        leases: Leases,
        sender: Sender,
        base: str,
        clock: Clock,
        chance: Callable[[], float],
    ) -> None:
        self._leases, self._sender, self._base = leases, sender, base.rstrip("/")
        self._clock, self._chance = clock, chance
        self._polls: dict[str, list[datetime]] = {}
        self._latest: dict[str, datetime] = {}

    async def tick(self) -> None:
        """Ask the hubs that are due, and make the feeds due that were called for.

        Raises:
            StoreError: the database refused.
        """
        now = self._clock.now()
        await self._call_for_polls(now)
        due = await self._leases.due_hubs(now, AT_ONCE)
        # Together, for one that does not answer takes half a minute.
        asked = await asyncio.gather(*map(self._ask, due), return_exceptions=True)
        for error in filter(None, asked):
            raise error

    async def recall(self) -> None:
        """Make the feeds due that were called for, where another program asks the hubs.

        Raises:
            StoreError: the database refused.
        """
        await self._call_for_polls(self._clock.now())

    async def _ask(self, lease: HubLease) -> None:
        """Ask a hub; noted before, for it may verify while it is being asked."""
        now = self._clock.now()
        await self._leases.hub_asked(lease.feed_id, now + PATIENCE, lease.failures + 1)
        callback = f"{self._base}/websub/{lease.token}"
        try:
            await self._sender.post(lease.hub, request_form(lease, callback))
        except FetchError as error:
            again = after_failure(now, lease.failures + 1, roll=self._chance())
            await self._leases.hub_asked(
                lease.feed_id, max(again, now + PATIENCE), lease.failures + 1, error.reason
            )
            log.info("hub not asked", hub=lease.hub, topic=lease.topic, reason=error.reason)

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """Answer a hub that asks whether we meant it (section 5.3): its challenge, or None for no.

        Raises:
            StoreError: the database refused.
        """
        lease = await self._leases.hub_lease(token)
        if lease is None or query.get("hub.topic") != lease.topic:
            return None
        now = self._clock.now()
        if query.get("hub.mode") == "denied":
            reason = query.get("hub.reason", "")
            await self._leases.hub_refused(lease.feed_id, f"denied: {reason}", now + REFUSED)
            return ""
        challenge = query.get("hub.challenge")
        # We never ask a hub to stop: whoever does so is not us.
        if query.get("hub.mode") != "subscribe" or not challenge or lease.state == "wanted":
            return None
        length = granted(query.get("hub.lease_seconds", ""))
        await self._leases.hub_verified(lease.feed_id, now + length, now + renewal(length))
        log.info("hub will call", hub=lease.hub, topic=lease.topic, until=now + length)
        return challenge

    async def listen(self, token: str, signature: str) -> Signature | None:
        """Give what checks the body of a hub's call, or None where nobody waits for it."""
        lease = await self._leases.hub_lease(token)
        return Signature(signature, lease.secret) if lease and lease.state == "active" else None

    async def called(self, token: str) -> None:
        """Make a feed due whose hub has called with a good signature.

        Raises:
            StoreError: the database refused.
        """
        lease = await self._leases.hub_lease(token)
        if lease is not None:
            now = self._clock.now()
            soon = max(now, self._latest.get(lease.feed_id, now - APART) + APART)
            self._polls[lease.feed_id] = [soon, soon + AGAIN]
            await self._call_for_polls(now)

    async def _call_for_polls(self, now: datetime) -> None:
        for feed_id, times in list(self._polls.items()):
            if times[0] <= now and await self._leases.poll_soon(feed_id, now):
                times.pop(0)
                self._latest[feed_id] = now
            if not times:
                self._polls.pop(feed_id, None)
