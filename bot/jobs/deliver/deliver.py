"""The writers of all channels."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import structlog
from structlog.contextvars import bound_contextvars

from bot.core.holding import wishes_of
from bot.core.model import DeliveryState
from bot.core.pacing import LIMITS, may_probe
from bot.jobs.deliver.fair import in_turns
from bot.jobs.deliver.holding import AT_ONCE, Holding
from bot.jobs.deliver.paces import Paces
from bot.jobs.deliver.revising import Revising
from bot.jobs.deliver.sending import Sending, nobody
from bot.jobs.meter import UNCOUNTED
from bot.ports import Connects, Lines, Outbox, OutboxDesk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from bot.core.model import Line, Waiting
    from bot.core.pacing import Limits
    from bot.jobs.deliver.paces import Target
    from bot.jobs.deliver.sending import Owners
    from bot.jobs.deliver.turns import SharedTurns
    from bot.jobs.meter import Meter
    from bot.ports import Chat, SteadyClock

log = structlog.get_logger(__name__)

MAX_AGE = timedelta(days=1)

WRITERS = 64
"""Channels of a chat that are told something at the same moment: so many connections."""

REST = timedelta(seconds=5)
"""So long a channel whose first must wait is left alone: in an outage there may be thousands."""

JUMP = timedelta(seconds=30)
"""A clock that is turned back by more is noticed."""


class DeliverStore(Outbox, Lines, OutboxDesk, Protocol):
    """What delivering needs of the store."""


class Deliver:
    """Empties the outbox; one instance for all chats.

    Args:
        chats: those that run, by name.
        outbox: the deliveries.
        clock: the time.
        chance: gives numbers in [0, 1), to spread retries.
        limits: how fast each chat may be told things.
        max_age: alerts that waited longer become one catch-up digest; None for never.
        sleep: waits so many seconds.
        meter: counts.
        turns: shares the chats' paces with other programs, where there are any.
        owners: gives the direct messages of those who are told that a channel refuses.
    """

    def __init__(
        self,
        chats: Mapping[str, Chat],
        outbox: DeliverStore,
        clock: SteadyClock,
        chance: Callable[[], float],
        *,
        limits: Mapping[str, Limits] = LIMITS,
        max_age: timedelta | None = MAX_AGE,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        meter: Meter = UNCOUNTED,
        turns: SharedTurns | None = None,
        owners: Owners = nobody,
    ) -> None:
        self._chats, self._outbox, self._clock, self._sleep = chats, outbox, clock, sleep
        self._meter, self._turns = meter, turns
        self._paces = Paces(limits)
        self._holding = Holding(outbox, clock, max_age)
        self._sending = Sending(outbox, self._paces, clock, chance, sleep, meter, turns, owners)
        self._revising = Revising(chats, outbox, self._paces, clock)
        self._slots = {name: asyncio.Semaphore(WRITERS) for name in chats}
        self._busy: set[Target] = set()
        self._told: dict[Target, datetime] = {}
        self._resting: dict[Target, datetime] = {}
        self._connected: dict[str, bool] = {}
        self._begun = self._stopping = False
        self._latest = clock.now()

    async def drain(self) -> int:
        """Deliver all that is due in channels nobody is busy with; give how many arrived.

        Raises:
            StoreError: the database refused; what was under way is looked for next time.
        """
        await self._begin()
        await self._watch_clock()
        await self._hear()
        waiting = await self._outbox.waiting_channels(self._chats, self._clock.now())
        free = [target for target in waiting if target not in self._busy]
        free = [target for target in free if not self._rests(target)]
        writers = map(self._begin_channel, in_turns(free, self._told))
        arrived = sum(await asyncio.gather(*writers))
        await self._revising.revise_due()
        return arrived

    async def begin(self) -> None:
        """Make a new start of what waited before this program began.

        What failed is tried at once, and so is what refused (somebody may have mended a token
        before starting the bot again); only the pauses that chats asked for are kept. The windows
        of what was left in doubt begin now.

        Raises:
            StoreError: the database refused.
        """
        now = self._clock.now()
        for chat, until in (await self._outbox.pauses(now)).items():
            self._paces.hold(chat, until)
        self._sending.found(await self._outbox.in_doubt(self._chats))
        await self._outbox.probe_all(now)
        await self._outbox.hurry(None, None, now)
        self._begun = True

    async def drain_channel(
        self, chat: str, channel: str, mine: Callable[[], Awaitable[bool]]
    ) -> int:
        """Deliver a channel's line, where many programs deliver; give how many arrived.

        Args:
            chat: one of those that run here.
            channel: it.
            mine: says whether the channel is still this program's to write.

        Raises:
            StoreError: the database refused; what was under way is looked for next time.
        """
        if not self._begun:
            await self.begin()
        await self._hear()
        target = (chat, channel)
        if target in self._busy or self._rests(target):
            return 0
        self._busy.add(target)
        try:
            return await self._channel(chat, channel, mine)
        finally:
            self._busy.discard(target)

    async def revise(self) -> int:
        """Edit alerts whose stories more outlets carry by now; give how many.

        Raises:
            StoreError: the database refused.
        """
        return await self._revising.revise_due()

    def _begin_channel(self, target: Target) -> asyncio.Task[int]:
        """Let a writer begin; from this moment, not from its first step, nobody else may."""
        self._busy.add(target)
        writer = asyncio.ensure_future(self._channel(*target))
        writer.add_done_callback(lambda _: self._busy.discard(target))
        return writer

    def _rest(self, target: Target, line: Line) -> None:
        """Leave a channel alone whose first must wait; nothing that comes later overtakes it."""
        soon = self._clock.now() + REST
        due = line.waiting[0].due if line.waiting else None
        if line.channel.stopped:
            self._resting[target] = min(line.channel.probe_at or soon, soon)
        elif due is not None:
            self._resting[target] = min(due, soon)

    def _rests(self, target: Target) -> bool:
        """Say whether the first of a channel had to wait a moment ago."""
        until = self._resting.get(target)
        if until is not None and until > self._clock.now():
            return True
        self._resting.pop(target, None)
        return False

    def stop(self) -> None:
        """Begin nothing more; what is being sent ends as it ends."""
        self._stopping = True

    async def _begin(self) -> None:
        """Begin, and move the times of a program that ran while the clock was ahead."""
        if not self._begun:
            now = self._clock.now()
            await self._move(await self._outbox.latest_try() or now, now)
            await self.begin()

    async def _watch_clock(self) -> None:
        """Move with a clock that was turned back, or what waits for minutes would wait for hours.

        Quiet hours, digests and snoozes are times of the wall clock: they stay.
        """
        before, self._latest = self._latest, self._clock.now()
        await self._move(before, self._latest)

    async def _move(self, before: datetime, now: datetime) -> None:
        back = before - now
        if back < JUMP:
            return
        self._resting.clear()
        self._paces.turn_back(back)
        await self._outbox.turn_back(back, now)
        await self._outbox.probe_all(now)

    async def _hear(self) -> None:
        """Hurry what waits in chats that are connected again."""
        for name, chat in self._chats.items():
            link = chat.connected if isinstance(chat, Connects) else None
            stands = link is not None and link.is_set()
            before, self._connected[name] = self._connected.get(name, stands), stands
            if stands and not before:
                await self._sending.hurry(name)

    async def _channel(
        self, chat_name: str, channel: str, mine: Callable[[], Awaitable[bool]] | None = None
    ) -> int:
        """Deliver a channel's line in order until its first must wait."""
        target, arrived = (chat_name, channel), 0
        while await self._turn(target):
            if mine is not None and not await mine():
                self._paces.give_back(target)
                break
            async with self._slots[chat_name]:
                line, result = await self._next(target)
            if result is DeliveryState.DELIVERED:
                arrived += 1
            elif result is not DeliveryState.DEAD:
                break
            if self._ends(target, line):
                break
        return arrived

    async def _arranged(self, target: Target, line: Line) -> bool:
        coalesce = self._paces.limited(target[0]) and not line.channel.stopped
        return await self._holding.arrange(target, line, coalesce=coalesce)

    async def _next(self, target: Target) -> tuple[Line, DeliveryState | None]:
        """Deal with the first of a channel's line, whose turn it is; None where it must wait."""
        while True:
            line = await self._outbox.line(*target, self._clock.now(), AT_ONCE)
            if not await self._arranged(target, line):
                break
        if self._stopping or not self._ready(line):
            self._paces.give_back(target)
            self._rest(target, line)
            return line, None
        if self._turns and not await self._turns.take(target):
            self._paces.give_back(target)
            return line, None
        self._told[target] = self._clock.now()
        return line, await self._first(target, line)

    def _ends(self, target: Target, line: Line) -> bool:
        """Say whether a channel is left for now: that was all, or others of its chat wait, too."""
        last = len(line.waiting) <= 1 and not line.channel.stopped
        return last or self._paces.is_crowded(target, self._clock.now())

    async def _turn(self, target: Target) -> bool:
        """Book the channel's turn and wait for it; False where it is too far off."""
        while not self._stopping:
            wait = self._paces.book(target, self._clock.now())
            if wait is None:
                return False
            if wait > 0:
                await self._sleep(wait)
            if not self._paces.is_held(target, self._clock.now()):
                return not self._stopping
            self._paces.give_back(target)  # the chat asked for a pause meanwhile
        return False

    def _ready(self, line: Line) -> bool:
        """Say whether the first of a line, or a channel that refused, is tried now."""
        now = self._clock.now()
        first = line.waiting[0] if line.waiting else None
        if line.channel.stopped and not _doubtful(first):
            quiet = wishes_of(line.channel).quiet
            if quiet and quiet.ends(now):
                return False
            return may_probe(line.channel, first, now)
        return first is not None and (first.due is None or first.due <= now)

    async def _first(self, target: Target, line: Line) -> DeliveryState | None:
        """Deal with the first of a line."""
        chat, state = self._chats[target[0]], line.channel
        first = line.waiting[0] if line.waiting else None
        if state.stopped and not _doubtful(first):
            return await self._sending.probe(chat, target, state, first)
        delivery = await self._outbox.delivery(first.id) if first else None
        if first is None or delivery is None:
            return None
        facts = {
            "delivery": delivery.id,
            "rule": delivery.rule_id,
            "chat": target[0],
            "channel": target[1],
        }
        with bound_contextvars(**facts), self._meter.span("delivery", facts) as note:
            if _doubtful(first):
                result = await self._sending.resolve(chat, state, first, delivery)
            else:
                result = await self._sending.send(chat, state, first, delivery)
                if result is DeliveryState.DELIVERED:
                    self._holding.sent(target, first)
            note("state", result.value)
            log.debug("delivery tried", state=result.value, attempt=delivery.attempt + 1)
        return result


def _doubtful(first: Waiting | None) -> bool:
    return first is not None and first.state is DeliveryState.SENDING
