"""Deliveries: their states, the lines of channels, and what channels wish."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.core.model import (
        AuditEntry,
        ChannelState,
        Delivery,
        DeliveryState,
        Hold,
        Line,
        Message,
        OutboxEntry,
        OutboxReport,
        Outgrown,
        SetAside,
        Waiting,
    )


class Outbox(Protocol):
    """Deliveries and their states. Every method raises StoreError."""

    async def waiting_channels(
        self, chats: Iterable[str], now: datetime | None = None
    ) -> list[tuple[str, str]]:
        """Give the (chat, channel) pairs that have something to deliver."""

    async def enqueue(self, wanted: Sequence[Delivery], now: datetime) -> None:
        """Put deliveries into the outbox that no poll brought; known ids are left alone."""

    async def next_delivery(
        self, chat: str, channel: str
    ) -> tuple[Delivery, datetime | None] | None:
        """Give the first open delivery of a channel's line and when it may be tried."""

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """Give one delivery, ready to be sent."""

    async def start_sending(self, delivery: Delivery, now: datetime) -> Delivery | None:
        """Mark a delivery as being sent, committed before the chat is called; None: it is gone."""

    async def delivered(self, delivery_id: str, ref: str, now: datetime) -> None:
        """Note that the chat has it, and what it carries."""

    async def postpone(
        self,
        delivery_id: str,
        until: datetime,
        reason: str,
        *,
        earliest: datetime | None = None,
        attempt: int | None = None,
    ) -> None:
        """Put a delivery that was surely not accepted back into the line.

        Here and below, where the attempt is named, what a later one came to stands.
        """

    async def doubt(
        self,
        delivery_id: str,
        until: datetime,
        reason: str,
        *,
        earliest: datetime | None = None,
        since: datetime | None = None,
        attempt: int | None = None,
    ) -> None:
        """Keep it as being sent; after `until` the chat is asked."""

    async def in_doubt(self, chats: Iterable[str]) -> list[tuple[str, int]]:
        """Give the deliveries whose outcome is unknown: their ids, and which attempt it was."""

    async def latest_try(self) -> datetime | None:
        """Give when the last of the open deliveries was tried, or None."""

    async def turn_back(self, by: timedelta, now: datetime) -> None:
        """Move what waits after a try with a clock that was turned back, and says now."""

    async def block(
        self, delivery_id: str, reason: str, now: datetime, *, attempt: int | None = None
    ) -> None:
        """Set a delivery aside that the chat will not take."""

    async def bury(self, delivery_id: str, reason: str, now: datetime, entry: AuditEntry) -> None:
        """Give a delivery up."""

    async def unblock(self, chat: str, channel: str) -> None:
        """Give what a channel refused another chance, once the reason is mended."""

    async def hurry(self, chat: str | None, channel: str | None, until: datetime) -> None:
        """Let what waits after a failure be tried by `until`, never before what was named."""

    async def pauses(self, now: datetime) -> dict[str, datetime]:
        """Give until when each chat told us to wait."""

    async def count_deliveries(self) -> dict[str, int]:
        """Count deliveries by state."""

    async def deliveries_of(self, article_id: str) -> list[tuple[Delivery, str]]:
        """Give an article's deliveries, each with the reason it stands where it does."""


class Lines(Protocol):
    """The lines of channels. Every method raises StoreError."""

    async def line(self, chat: str, channel: str, now: datetime, limit: int) -> Line:
        """Give the head of a channel's line and what is set for the channel."""

    async def released(self, chat: str, channel: str, now: datetime, limit: int) -> list[Waiting]:
        """Give the postponed deliveries that may go now, in order of arrival."""

    async def messages(self, ids: Sequence[str]) -> dict[str, Message]:
        """Give what deliveries say."""

    async def set_aside(self, changes: Collection[SetAside], now: datetime) -> None:
        """Take deliveries out of the line, in one transaction."""

    async def rejoin(self, ids: Sequence[str]) -> None:
        """Put postponed deliveries back into the line."""

    async def carry(self, digests: Sequence[tuple[Delivery, Sequence[str]]], now: datetime) -> None:
        """Put digests into the outbox with the marks of what they carry, in one transaction."""

    async def stop_channel(
        self,
        delivery_id: str,
        chat: str,
        channel: str,
        *,
        reason: str,
        now: datetime,
        probe_at: datetime,
        entry: AuditEntry | None,
        others: int = 0,
    ) -> None:
        """Note that a channel takes nothing, and when that is tried again."""

    async def resume_channel(self, chat: str, channel: str, entry: AuditEntry) -> None:
        """Note that a channel takes something again."""

    async def probe_all(self, now: datetime) -> None:
        """Let every stopped channel be tried again now."""


class Holds(Protocol):
    """What channels wish. Every method raises StoreError."""

    async def channel_state(self, chat: str, channel: str) -> ChannelState:
        """Give what is set for a channel."""

    async def set_quiet(
        self, chat: str, channel: str, quiet: str, now: datetime, entry: AuditEntry
    ) -> None:
        """Set a channel's quiet hours, "" for none."""

    async def set_digest(
        self, chat: str, channel: str, schedule: str, hour: datetime, entry: AuditEntry
    ) -> None:
        """Set a channel's digest, "" for none; `hour` is when what is held by now comes."""

    async def put_hold(self, hold: Hold, entry: AuditEntry) -> None:
        """Set a snooze or a mute."""

    async def drop_hold(self, hold: Hold, now: datetime, entry: AuditEntry) -> None:
        """End a snooze or a mute."""

    async def last_alert(self, chat: str, channel: str) -> tuple[str, str] | None:
        """Give story and article of the alert that a channel got last."""


class OutboxDesk(Protocol):
    """What people see of the outbox and do to it by hand. Every method raises StoreError."""

    async def outbox_report(self, now: datetime, most: int = 10) -> OutboxReport:
        """Say how the outbox stands."""

    async def outbox_entries(
        self, states: Collection[DeliveryState] = (), limit: int = 50
    ) -> list[OutboxEntry]:
        """List deliveries, the oldest first."""

    async def retry(self, subject: str, now: datetime, entry: AuditEntry) -> int:
        """Let deliveries be tried again now; give how many."""

    async def discard(self, subject: str, reason: str, now: datetime, entry: AuditEntry) -> int:
        """Give deliveries up; give how many."""

    async def outgrown(self, since: datetime, limit: int = 30) -> list[Outgrown]:
        """Find delivered alerts whose stories more outlets carry by now than they say."""

    async def texts_of(self, story: str, limit: int = 50) -> list[str]:
        """Give the texts of a story's articles, the oldest first."""

    async def shown(self, delivery_id: str, sources: int) -> None:
        """Note how many outlets a delivered alert names by now."""
