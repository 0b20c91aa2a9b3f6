"""The daily account: what came in, what became of it, and whether the sums close."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Entry = Literal["entries", "known", "new", "primed", "unmatched", "unread", "matched"]
Pair = Literal["pairs", "queued", "reprint", "no news"]
_ARTICLES: tuple[Entry, ...] = ("primed", "unmatched", "unread", "matched")
_PAIRS: tuple[Pair, ...] = ("queued", "reprint", "no news")
LABELS: dict[str, str] = {
    "entries": "entries in the bodies of feeds",
    "known": "known already",
    "new": "new",
    "primed": "at a feed's first sight, silent",
    "unmatched": "met no rule",
    "unread": "could not be read",
    "matched": "met a rule",
    "pairs": "rule x article x channel",
    "queued": "alerts",
    "reprint": "silent: a reprint",
    "no news": "silent: nothing new in a story that was alerted",
}


@dataclass(frozen=True, slots=True)
class Account:
    """One UTC day.

    Attributes:
        tally: counted when each poll was recorded, by `Entry` and `Pair`.
        seen: entries first seen that day, counted from the table of entries.
        states: alerts made that day by the state they are in now, counted from the outbox.
    """

    day: date
    tally: Mapping[str, int]
    seen: int = 0
    states: Mapping[str, int] = field(default_factory=dict)

    def faults(self) -> list[str]:
        """Give the sums that do not close, a line each; none when all is accounted for."""
        count = Counter(self.tally)
        sums = (
            ("entries", count["entries"], "known + new", count["known"] + count["new"]),
            ("new", count["new"], " + ".join(_ARTICLES), sum(count[name] for name in _ARTICLES)),
            ("new", count["new"], "entries stored", self.seen),
            ("pairs", count["pairs"], " + ".join(_PAIRS), sum(count[name] for name in _PAIRS)),
            ("queued", count["queued"], "alerts in the outbox", sum(self.states.values())),
        )
        return [
            f"{left} is {total}, but {right} is {parts}"
            for left, total, right, parts in sums
            if total != parts
        ]

    def line(self) -> str:
        """Give the day in one line."""
        count = Counter(self.tally)
        silent = sum(count[name] for name in _PAIRS[1:])
        delivered = self.states.get("delivered", 0)
        return (
            f"{self.day}: {count['entries']} entries, {count['new']} new, "
            f"{count['matched']} met a rule, {count['queued']} alerts ({delivered} delivered, "
            f"{sum(self.states.values()) - delivered} open), {silent} silent"
        )
