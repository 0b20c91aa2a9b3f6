"""Holds what a channel does not want now, and turns many alerts into few messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.digest import burst_title, digest_for, first_page, held_title, pages_of
from bot.core.holding import Wishes, hold_of, is_alert, wishes_of
from bot.core.model import Alert, DeliveryState
from bot.core.pacing import FEW

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from bot.core.model import Delivery, Line, Waiting
    from bot.jobs.deliver.paces import Target
    from bot.ports import Clock, Lines

AT_ONCE = 60
"""Deliveries of a line that are looked at together; more than one digest holds."""

HELD_AT_ONCE = 1000
"""Held deliveries that become digests together: so much is in memory."""


class Holding:
    """Arranges the line of a channel before its first delivery is sent.

    Everything it decides is stored in one transaction each, so a crash leaves a line that can be
    arranged again.

    Args:
        store: the lines.
        clock: the time.
        max_age: alerts that waited longer become one catch-up digest; None for never.
    """

    def __init__(self, store: Lines, clock: Clock, max_age: timedelta | None) -> None:
        self._store, self._clock, self._max_age = store, clock, max_age
        self._singles: dict[Target, int] = {}

    async def arrange(self, target: Target, line: Line, *, coalesce: bool) -> bool:
        """Hold, release and coalesce; say whether the line changed and must be read again.

        Args:
            target: the channel.
            line: its head.
            coalesce: whether the chat has a pace, so that many alerts become few messages.
        """
        now, wishes = self._clock.now(), wishes_of(line.channel)
        if line.released and await self._release(target, wishes, now):
            return True
        free = [found for found in line.waiting if found.state is DeliveryState.PENDING]
        held = [hold_of(found, wishes, now, self._max_age) for found in free]
        if changes := [change for change in held if change is not None]:
            await self._store.set_aside(changes, now)
            return True
        return coalesce and await self._coalesce(target, line.waiting, now)

    def sent(self, target: Target, waiting: Waiting) -> None:
        """Count an alert that went out alone."""
        if is_alert(waiting):
            self._singles[target] = self._singles.get(target, 0) + 1

    async def _release(self, target: Target, wishes: Wishes, now: datetime) -> bool:
        """Bring what was held: alerts as digests, other messages one by one."""
        found = await self._store.released(*target, now, HELD_AT_ONCE)
        held = {
            waiting.id: change
            for waiting in found
            if (change := hold_of(waiting, wishes, now, self._max_age))
        }
        if held:
            await self._store.set_aside(list(held.values()), now)
        free = [waiting for waiting in found if waiting.id not in held]
        if others := [waiting.id for waiting in free if not is_alert(waiting)]:
            await self._store.rejoin(others)
        alerts = [waiting for waiting in free if is_alert(waiting)]
        if alerts:
            await self._store.carry(await self._digests(target, wishes, alerts, now), now)
        return bool(found)

    async def _digests(
        self, target: Target, wishes: Wishes, waiting: Sequence[Waiting], now: datetime
    ) -> list[tuple[Delivery, Sequence[str]]]:
        """Make the digests of what was held, one of one or more messages for each reason."""
        said = await self._alerts(waiting)
        made: list[tuple[Delivery, Sequence[str]]] = []
        for held in dict.fromkeys(found.held for found in waiting):
            alerts = [(w.id, said[w.id]) for w in waiting if w.held == held and w.id in said]
            pages = pages_of(alerts)
            for at, page in enumerate(pages, 1):
                title = held_title(held, len(alerts), at, len(pages), now=now, zone=wishes.zone)
                made.append((digest_for(*target, page, title), page.ids))
        return made

    async def _coalesce(self, target: Target, waiting: Sequence[Waiting], now: datetime) -> bool:
        """Put the alerts after the first few of a burst into one message, in their order."""
        if not waiting or waiting[0].kind == "digest" or waiting[0].state is DeliveryState.SENDING:
            return False
        alerts = []
        for found in waiting:
            if not is_alert(found) or (found.due and found.due > now):
                break
            alerts.append(found)
        if len(alerts) <= FEW:
            self._singles.pop(target, None)
            return False
        if self._singles.get(target, 0) < FEW:
            return False
        said = await self._alerts(alerts)
        page = first_page([(found.id, said[found.id]) for found in alerts if found.id in said])
        await self._store.carry([(digest_for(*target, page, burst_title(page)), page.ids)], now)
        return True

    async def _alerts(self, waiting: Sequence[Waiting]) -> dict[str, Alert]:
        messages = await self._store.messages([found.id for found in waiting])
        return {at: said for at, said in messages.items() if isinstance(said, Alert)}
