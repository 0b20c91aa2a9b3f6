"""From outbox to chat (design, section 6).

Each channel has one writer and keeps its order. A delivery is marked as being sent, and that is
committed, before the chat is called; what the chat answers decides what it becomes. One whose
fate is unknown (no answer, or a crash in between) waits out the chat's doubt window; then the chat
is asked whether it has it, and only if not it is sent again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.core.model import DeliveryState
from bot.core.pacing import next_try
from bot.ports import Delivered, Later, Refused, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.model import Delivery
    from bot.ports import Chat, Clock, Outbox, Outcome

log = structlog.get_logger(__name__)


class Deliver:
    """Empties the outbox; one instance for all chats.

    Args:
        chats: those that run, by name.
        outbox: the deliveries.
        clock: the time.
        chance: gives numbers in [0, 1), to spread retries.
    """

    def __init__(
        self,
        chats: Mapping[str, Chat],
        outbox: Outbox,
        clock: Clock,
        chance: Callable[[], float],
    ) -> None:
        self._chats, self._outbox, self._clock, self._chance = chats, outbox, clock, chance
        self._busy: set[tuple[str, str]] = set()
        self._stopping = False

    async def drain(self) -> int:
        """Deliver all that is due in channels nobody is busy with; give how many arrived.

        Raises:
            StoreError: the database refused; what was under way is looked for next time.
        """
        waiting = await self._outbox.waiting_channels(self._chats)
        free = [target for target in waiting if target not in self._busy]
        return sum(await asyncio.gather(*(self._channel(*target) for target in free)))

    def stop(self) -> None:
        """Begin nothing more; what is being sent ends as it ends."""
        self._stopping = True

    async def _channel(self, chat_name: str, channel: str) -> int:
        """Deliver a channel's alerts in order until one must wait."""
        self._busy.add((chat_name, channel))
        chat, arrived = self._chats[chat_name], 0
        try:
            while not self._stopping:
                found = await self._outbox.next_delivery(chat_name, channel)
                if found is None:
                    break
                delivery, due = found
                if due and due > self._clock.now():
                    break
                if delivery.state is DeliveryState.SENDING:
                    state = await self._resolve(chat, delivery)
                else:
                    state = await self._send(chat, delivery)
                if state is DeliveryState.DELIVERED:
                    arrived += 1
                elif state is not DeliveryState.BLOCKED:
                    break
        finally:
            self._busy.discard((chat_name, channel))
        return arrived

    async def _resolve(self, chat: Chat, delivery: Delivery) -> DeliveryState:
        """Find out about a delivery that may or may not have arrived."""
        now = self._clock.now()
        settled = (delivery.since or now) + chat.doubt
        if now < settled:
            await self._outbox.doubt(delivery.id, settled, "waiting whether it arrived")
            return DeliveryState.SENDING
        try:
            ref = await chat.find(delivery)
        except OSError as error:
            again = next_try(now, attempt=delivery.attempt, at=None, chance=self._chance())
            await self._outbox.doubt(delivery.id, again, f"cannot look: {error}")
            return DeliveryState.SENDING
        if ref is None:
            return await self._send(chat, delivery)
        await self._outbox.delivered(delivery.id, ref, now)
        return DeliveryState.DELIVERED

    async def _send(self, chat: Chat, delivery: Delivery) -> DeliveryState:
        sending = await self._outbox.start_sending(delivery, self._clock.now())
        try:
            outcome = await chat.post(sending)
        except Exception as error:  # a fault of ours in a chat must not stop the others
            log.exception("post failed", chat=chat.name, delivery=delivery.id)
            outcome = Unknown(f"{type(error).__name__}: {error}")
        return await self._settle(chat, sending, outcome)

    async def _settle(self, chat: Chat, sending: Delivery, outcome: Outcome) -> DeliveryState:
        now = self._clock.now()
        if isinstance(outcome, Delivered):
            await self._outbox.delivered(sending.id, outcome.ref, now)
            return DeliveryState.DELIVERED
        name = {"chat": chat.name, "channel": sending.channel, "reason": outcome.reason}
        if isinstance(outcome, Refused):
            log.warning("delivery refused", delivery=sending.id, **name)
            await self._outbox.block(sending.id, outcome.reason, now)
            return DeliveryState.BLOCKED
        if isinstance(outcome, Later):
            until = next_try(now, attempt=sending.attempt, at=outcome.at, chance=self._chance())
            log.info("delivery postponed", until=until.isoformat(), **name)
            await self._outbox.postpone(sending.id, until, outcome.reason)
            return DeliveryState.PENDING
        log.warning("delivery in doubt", delivery=sending.id, **name)
        until = max(now + chat.doubt, next_try(now, attempt=sending.attempt, at=None, chance=0))
        await self._outbox.doubt(sending.id, until, outcome.reason)
        return DeliveryState.SENDING
