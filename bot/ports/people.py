"""What people set and think: rules, opinions, channels; and what they are told of the bot."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.core.account import Account
    from bot.core.canary import Awaited
    from bot.core.model import AuditEntry, Delivery, Feedback, Rule, Silence


class RuleStore(Protocol):
    """Rules made in chats and the audit log. Every method raises StoreError."""

    async def stored_rules(self, only: Collection[str] | None = None) -> list[Rule]:
        """Give them, or those of some ids; one without query is a pause of a file's rule."""

    async def put_rule(self, rule: Rule, entry: AuditEntry) -> None:
        """Insert or replace a rule, with its line in the audit log."""

    async def drop_rule(self, rule_id: str, entry: AuditEntry) -> None:
        """Remove a rule, with its line in the audit log."""

    async def note(self, entry: AuditEntry) -> None:
        """Write a line of the audit log for a change that is stored elsewhere."""

    async def audit_log(self, limit: int = 20, tenant: str | None = None) -> list[AuditEntry]:
        """Give the newest changes, newest first: all, or those of one tenant."""

    async def count_rules(self, tenant: str) -> int:
        """Count the rules that a tenant made in chats."""


class OpinionStore(Protocol):
    """What people thought of alerts, and what rules brought. Every method raises StoreError."""

    async def put_feedback(self, feedback: Feedback, entry: AuditEntry) -> None:
        """Note an opinion, in place of an earlier one of the same person, and its audit line."""

    async def drop_feedback(self, feedback: Feedback, entry: AuditEntry) -> bool:
        """Take a person's opinion back, whatever its reason; False where there was none."""

    async def feedback_on(self, rule_id: str, since: datetime) -> list[Feedback]:
        """Give the opinions on a rule's alerts since a time, oldest first."""

    async def articles_alerted(self, rule_id: str, since: datetime) -> list[str]:
        """Give the ids of the articles that a rule's alerts told of since a time, oldest first."""


class ChannelStore(Protocol):
    """What people set for a channel. Every method raises StoreError."""

    async def threads(self, chat: str, channel: str) -> str:
        """Give where a channel's follow-ups go: on, both, off; "" where nothing was set."""

    async def set_threads(self, chat: str, channel: str, way: str, entry: AuditEntry) -> None:
        """Set it, with its line in the audit log."""


class Survey(Protocol):
    """Several rules or channels at once. Every method raises StoreError."""

    async def hits_since(
        self, rule_ids: Collection[str], since: datetime
    ) -> list[tuple[str, datetime]]:
        """Give (rule id, arrival) of each article that met one of these rules since a time."""

    async def latest_alerts(
        self, chat: str, channels: Collection[str], limit: int
    ) -> list[Delivery]:
        """Give the newest alerts that arrived in these channels, newest first."""


class Accounts(Protocol):
    """The daily account and the canary. Every method raises StoreError."""

    async def account(self, day: date) -> Account:
        """Give the account of a UTC day."""

    async def reported(self) -> date | None:
        """Give the last day that was reported."""

    async def note_reported(self, day: date) -> None:
        """Note that a day was reported."""

    async def canary_out(self) -> datetime | None:
        """Give when a canary last came out."""

    async def await_canary(self, since: datetime) -> None:
        """Note from when canaries are awaited, unless that was noted before."""

    async def canary_awaited(self) -> Awaited | None:
        """Give how the canary stands; None where its feed is not listed."""

    async def forget_canaries(self, before: datetime) -> None:
        """Remove the traces of canaries from before a time; the last that came out stays."""


class SilenceStore(Protocol):
    """Whose silence channels want to be told of. Every method raises StoreError."""

    async def silences(self) -> list[Silence]:
        """Give all of them, by channel and entity."""

    async def put_silence(self, silence: Silence, entry: AuditEntry) -> None:
        """Insert or replace one, with its line in the audit log."""

    async def drop_silence(self, silence: Silence, entry: AuditEntry) -> None:
        """Forget one, with its line in the audit log."""

    async def silence_told(self, silence: Silence, told: datetime | None) -> None:
        """Note when it was told, or None once somebody spoke again."""
