"""What polls have taught of a feed and its server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Habits:
    """What polls have taught of a feed and its server; each poll stores it anew.

    Attributes:
        since: the first successful poll.
        dates: of its newest entries, newest first, a few.
        wait: seconds that the last answer let us wait until the next poll, jitter excluded.
        every: seconds between polls that the feed asks for (`ttl`, `sy:update*`), or None.
        skip_hours: hours of the day (UTC) in which it asks not to be polled.
        skip_days: days of the week (UTC, 0 for Monday) on which it asks not to be polled.
        address: where it is asked after it moved for good; "" for its own URL.
        moved_to: where permanent redirects lead of late, or "".
        moved_times: answers in a row that came from there.
        failing_since: first of the failures in a row, or None while it works.
        census: when all entries of a body were last noted as being there.
        forgotten: entries published before this may have been seen and forgotten, or None.
        hub: WebSub hub that it announces, or "".
        topic: the address that it is known by there, or "".
    """

    since: datetime | None = None
    dates: tuple[datetime, ...] = ()
    wait: float | None = None
    every: float | None = None
    skip_hours: tuple[int, ...] = ()
    address: str = ""
    moved_to: str = ""
    moved_times: int = 0
    failing_since: datetime | None = None
    census: datetime | None = None
    forgotten: datetime | None = None
    hub: str = ""
    topic: str = ""
    skip_days: tuple[int, ...] = ()
