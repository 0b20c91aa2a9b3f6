"""WebSub subscriptions (https://www.w3.org/TR/websub/)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HubLease:
    """What was asked of the hub that a feed announces.

    Attributes:
        feed_id: `Feed.id`.
        hub: where it is asked.
        topic: the feed's address as the hub knows it.
        token: last part of our callback's address; nobody else knows it.
        secret: signs what the hub sends.
        state: wanted (never asked), asked, active (verified), refused.
        lease_until: until when the hub has promised to call, or None.
        failures: times that it was asked in vain, in a row.
    """

    feed_id: str
    hub: str
    topic: str
    token: str
    secret: str
    state: str = "wanted"
    lease_until: datetime | None = None
    failures: int = 0
