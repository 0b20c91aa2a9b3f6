"""One delivery to one chat, and what becomes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.core.alert import notice_for
from bot.core.model import AuditEntry, DeliveryState
from bot.core.owners import refusal_told
from bot.core.pacing import LONGEST_RETRY, hurried, is_spent, next_probe, next_try
from bot.core.tenancy import tenant_at
from bot.jobs.deliver.windows import Windows
from bot.jobs.meter import UNCOUNTED
from bot.ports import Delivered, Later, Lines, Outbox, Refused, Unknown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable
    from datetime import datetime

    from bot.core.model import ChannelState, Delivery, Waiting
    from bot.jobs.deliver.paces import Paces, Target
    from bot.jobs.deliver.turns import SharedTurns
    from bot.jobs.meter import Meter
    from bot.ports import Chat, Outcome, SteadyClock

OURSELVES = "wirewatch"
"""As the audit log names the bot itself."""

Owners = Callable[[str, str], Sequence[str]]


def nobody(_chat: str, _channel: str) -> Sequence[str]:
    """Know of no owner."""
    return ()


log = structlog.get_logger(__name__)


class SendingStore(Outbox, Lines, Protocol):
    """What sending needs of the store."""


class Sending:
    """Sends, looks, and notes what became of it; knows which channels wait after a failure.

    Args:
        store: the deliveries.
        paces: told how the chats answer.
        clock: the time.
        chance: gives numbers in [0, 1), to spread retries.
        meter: counts.
        turns: told of pauses that chats name, where other programs must keep them too.
        sleep: waits so many seconds.
        owners: gives the direct messages of a channel's owners, by its chat and itself.
    """

    def __init__(
        self,
        store: SendingStore,
        paces: Paces,
        clock: SteadyClock,
        chance: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        meter: Meter = UNCOUNTED,
        turns: SharedTurns | None = None,
        owners: Owners = nobody,
    ) -> None:
        self._windows = Windows(clock)
        self._meter, self._owners = meter, owners
        self._store, self._paces, self._clock, self._chance = store, paces, clock, chance
        self._turns = turns
        self._sleep = sleep
        self._started = clock.now()
        self._failing: dict[Target, int] = {}
        self._to_hurry: set[Target] = set()

    def found(self, attempts: Iterable[tuple[str, int]]) -> None:
        """Take over what others left in doubt: ids of deliveries, and which attempt."""
        self._windows.found(attempts)

    async def resolve(
        self, chat: Chat, state: ChannelState, waiting: Waiting, delivery: Delivery
    ) -> DeliveryState:
        """Find out about a delivery that may or may not have arrived; send it if it did not."""
        now = self._clock.now()
        if left := self._windows.left(delivery, chat.doubt):
            # The clock may have been turned back since: what is looked for is no younger than now.
            begun, why = min(delivery.since or now, now), "waiting whether it arrived"
            await self._store.doubt(
                delivery.id, now + left, why, since=begun, attempt=delivery.attempt
            )
            return DeliveryState.SENDING
        try:
            ref = await chat.find(delivery)
        except OSError as error:
            self._failed(_target(delivery))
            again = next_try(now, attempt=delivery.attempt, at=None, chance=self._chance())
            reason = f"cannot look: {error}"
            if self._is_spent(waiting.first_try):
                return await self._give_up(delivery, reason)
            await self._store.doubt(
                delivery.id, again, reason, earliest=now, attempt=delivery.attempt
            )
            return DeliveryState.SENDING
        if ref is None and is_spent(waiting.first_try or now, delivery.since or now):
            return await self._give_up(delivery, "nobody knows why it does not arrive")
        if ref is None:
            return await self.send(chat, state, waiting, delivery)
        await self._store.delivered(delivery.id, ref, now)
        self._windows.closed(delivery)
        self._meter.posted(chat.name, "found")
        self._arrived(chat, waiting.created, now)
        await self._worked(_target(delivery))
        return DeliveryState.DELIVERED

    async def send(
        self, chat: Chat, state: ChannelState, waiting: Waiting, delivery: Delivery
    ) -> DeliveryState:
        """Mark it, post it, note what the chat said."""
        sent = await self._post(chat, delivery)
        if sent is None:
            return DeliveryState.DEAD
        sending, outcome = sent
        if isinstance(outcome, Refused):
            await self._block(sending, outcome.reason)
            await self._stop(state, sending, outcome.reason)
            return DeliveryState.BLOCKED
        result = await self._settle(chat, waiting.first_try, sending, outcome)
        if result is DeliveryState.DELIVERED:
            self._arrived(chat, waiting.created, self._clock.now())
        return result

    async def probe(
        self, chat: Chat, target: Target, state: ChannelState, waiting: Waiting | None
    ) -> DeliveryState:
        """Try whether a channel that refused takes something by now.

        First the delivery that was refused. If it is refused again, the next one: where that
        arrives, it was the message that was refused, not the channel.
        """
        others = 0
        for delivery_id in (state.stopped_by, waiting.id if waiting else ""):
            delivery = await self._store.delivery(delivery_id) if delivery_id else None
            if delivery is None or delivery.state not in _WAITING:
                continue
            sent = await self._post(chat, delivery)
            if sent is None:
                continue
            sending, outcome = sent
            if not isinstance(outcome, Refused):
                await self._resume(target)
                return await self._settle(chat, None, sending, outcome)
            if delivery_id == state.stopped_by:
                await self._block(sending, outcome.reason)
            else:
                now, attempt = self._clock.now(), sending.attempt
                await self._store.postpone(sending.id, now, outcome.reason, attempt=attempt)
                self._windows.closed(sending)
                others += 1
        if others or waiting or await self._is_blocked(state.stopped_by):
            await self._put_off(target, state, others)
        else:  # the refused one was discarded, and nothing waits
            await self._resume(target)
        return DeliveryState.BLOCKED

    async def hurry(self, chat: str) -> None:
        """Let the channels of a chat that wait after a failure be tried soon."""
        for target in [target for target in self._to_hurry if target[0] == chat]:
            hurries = self._failing.get(target, 0)
            self._to_hurry.discard(target)
            self._failing[target] = hurries + 1
            soon = hurried(self._clock.now(), hurries=hurries, chance=self._chance())
            await self._store.hurry(*target, soon)

    async def _is_blocked(self, delivery_id: str) -> bool:
        found = await self._store.delivery(delivery_id)
        return found is not None and found.state in _WAITING

    async def _post(self, chat: Chat, delivery: Delivery) -> tuple[Delivery, Outcome] | None:
        now = self._clock.now()
        sending = await self._store.start_sending(delivery, now)
        if sending is None:
            return None
        self._windows.closed(delivery)  # the attempt before this one
        while (wait := self._paces.leave(_target(delivery), self._clock.now())) > 0:
            await self._sleep(wait)
        began = time.perf_counter()
        try:
            with self._meter.span("post", {"chat": chat.name}):
                outcome = await chat.post(sending)
        except Exception as error:  # a fault of ours in a chat must not stop the others
            self._meter.posted(chat.name, "fault", time.perf_counter() - began)
            log.exception("post failed", chat=chat.name, delivery=delivery.id)
            self._windows.opened(sending)
            return sending, Unknown(f"{type(error).__name__}: {error}")
        self._windows.opened(sending)  # also where the outcome is known: the store may refuse it
        result = type(outcome).__name__.lower()
        self._meter.posted(chat.name, result, time.perf_counter() - began)
        if isinstance(outcome, Later) and outcome.at is not None:
            self._meter.limited(chat.name)
        return sending, outcome

    def _arrived(self, chat: Chat, created: datetime, now: datetime) -> None:
        self._meter.arrived(chat.name, max(0.0, (now - created).total_seconds()))

    async def _settle(
        self,
        chat: Chat,
        first_try: datetime | None,
        sending: Delivery,
        outcome: Delivered | Later | Unknown,
    ) -> DeliveryState:
        now, target = self._clock.now(), _target(sending)
        if isinstance(outcome, Delivered):
            await self._store.delivered(sending.id, outcome.ref, now)
            self._windows.closed(sending)
            await self._worked(target)
            return DeliveryState.DELIVERED
        self._failed(target)
        named = outcome.at if isinstance(outcome, Later) else None
        if named is not None:
            self._paces.widen(target, named)
            if self._turns:
                await self._turns.hold(target, named)
        if isinstance(outcome, Later) and self._is_spent(first_try):
            return await self._give_up(sending, outcome.reason)
        again = next_try(now, attempt=sending.attempt, at=named, chance=self._chance())
        facts = {"chat": chat.name, "channel": sending.channel, "reason": outcome.reason}
        if isinstance(outcome, Later):
            log.info("delivery postponed", until=again.isoformat(), **facts)
            await self._store.postpone(
                sending.id, again, outcome.reason, earliest=named, attempt=sending.attempt
            )
            self._windows.closed(sending)
            return DeliveryState.PENDING
        log.warning("delivery in doubt", delivery=sending.id, **facts)
        settled = now + chat.doubt
        await self._store.doubt(
            sending.id,
            max(settled, again),
            outcome.reason,
            earliest=settled,
            attempt=sending.attempt,
        )
        return DeliveryState.SENDING

    async def _block(self, sending: Delivery, reason: str) -> None:
        now = self._clock.now()
        await self._store.block(sending.id, reason, now, attempt=sending.attempt)
        self._windows.closed(sending)

    def _is_spent(self, first_try: datetime | None) -> bool:
        """Say whether a delivery was tried long enough; a bot that was off must try again first."""
        now = self._clock.now()
        return is_spent(first_try or now, now) and now - self._started >= LONGEST_RETRY

    async def _give_up(self, delivery: Delivery, reason: str) -> DeliveryState:
        now, place = self._clock.now(), _named(_target(delivery))
        self._meter.posted(delivery.chat, "given_up")
        log.error("delivery given up", delivery=delivery.id, channel=place, reason=reason)
        why = f"tried for a week: {reason}"
        entry = AuditEntry(
            now,
            OURSELVES,
            f"gave up a delivery to {place}",
            delivery.id,
            why,
            tenant_at(*_target(delivery)),
        )
        await self._store.bury(delivery.id, why, now, entry)
        self._windows.closed(delivery)
        return DeliveryState.DEAD

    async def _stop(self, state: ChannelState, delivery: Delivery, reason: str) -> None:
        """Stop a channel that refused; its owners hear of it once, all others by the audit log."""
        now, target = self._clock.now(), _target(delivery)
        if state.stopped:
            await self._put_off(target, state, 0)
            return
        place = _named(target)
        log.error(
            "channel refuses; what is for it waits until that is mended",
            channel=place,
            reason=reason,
        )
        await self._tell_owners(target, reason, now)
        await self._store.stop_channel(
            delivery.id,
            *target,
            reason=reason,
            now=now,
            probe_at=next_probe(now, now, chance=self._chance()),
            entry=AuditEntry(
                now, OURSELVES, f"stopped {place}, which refuses", "", reason, tenant_at(*target)
            ),
        )

    async def _tell_owners(self, target: Target, reason: str, now: datetime) -> None:
        """Tell those who made rules there, once a day; before it is stopped, so surely."""
        text, key = refusal_told(*target, reason), f"refused/{target[1]}/{now:%Y-%m-%d}"
        inboxes = self._owners(*target)
        notices = [notice_for(target[0], inbox, text, key=key) for inbox in inboxes]
        if notices:
            await self._store.enqueue(notices, now)

    async def _put_off(self, target: Target, state: ChannelState, others: int) -> None:
        now = self._clock.now()
        await self._store.stop_channel(
            state.stopped_by,
            *target,
            reason=state.stopped,
            now=now,
            probe_at=next_probe(now, state.stopped_at or now, chance=self._chance()),
            entry=None,
            others=others,
        )

    async def _resume(self, target: Target) -> None:
        place = _named(target)
        log.info("channel takes messages again", channel=place)
        entry = AuditEntry(
            self._clock.now(), OURSELVES, f"resumed {place}", tenant=tenant_at(*target)
        )
        await self._store.resume_channel(*target, entry)

    async def _worked(self, target: Target) -> None:
        self._paces.ease(target)
        self._failing.pop(target, None)
        self._to_hurry.discard(target)
        await self.hurry(target[0])

    def _failed(self, target: Target) -> None:
        self._failing.setdefault(target, 0)
        self._to_hurry.add(target)


_WAITING = (DeliveryState.BLOCKED, DeliveryState.PENDING)


def _target(delivery: Delivery) -> Target:
    return delivery.chat, delivery.channel


def _named(target: Target) -> str:
    chat, channel = target
    return f"{chat}:{channel}" if channel else chat
