"""How feeds and outbox stand, in numbers, for whoever watches the bot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Vitals:
    """Everything counted in the database at one moment; canaries left out.

    Attributes:
        feeds: polled feeds by state: healthy, failing, paused.
        overdue: feeds that are due and that nobody has claimed.
        overdue_since: when the first of them was due; None where none is, or none was ever polled.
        outbox: (chat, state) -> how many deliveries, and when the oldest came; only states in
            which a delivery still has something before it.
        stopped: chat -> channels that refuse.
        canary: when one last came out, or the first was awaited; None where none is.
    """

    feeds: Mapping[str, int]
    overdue: int
    overdue_since: datetime | None
    outbox: Mapping[tuple[str, str], tuple[int, datetime]]
    stopped: Mapping[str, int]
    canary: datetime | None
