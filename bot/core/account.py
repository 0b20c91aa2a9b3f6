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
HELD: dict[str, str] = {
    "quiet": "held in quiet hours",
    "digest": "held for a digest",
    "snooze": "snoozed",
    "late": "came too late for alerts of their own",
    "burst": "paced: many at once in one message",
}


@dataclass(frozen=True, slots=True)
class Account:
    """One UTC day.

    Attributes:
        tally: counted when each poll was recorded, by `Entry` and `Pair`.
        seen: entries first seen that day, counted from the table of entries.
        states: alerts made that day by the state they are in now, counted from the outbox.
        held: of each state, those that did not go out alone, by why: quiet, digest, snooze, late
            (see `bot.core.holding`), or burst, where many at once became few messages.
    """

    day: date
    tally: Mapping[str, int]
    seen: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def faults(self) -> list[str]:
        """Give the sums that do not close, a line each; none when all is accounted for."""
        count = Counter(self.tally)
        sums = (
            ("entries", count["entries"], "known + new", count["known"] + count["new"]),
            ("new", count["new"], " + ".join(_ARTICLES), sum(count[name] for name in _ARTICLES)),
            ("new", count["new"], "entries stored", self.seen),
            ("pairs", count["pairs"], " + ".join(_PAIRS), sum(count[name] for name in _PAIRS)),
            ("queued", count["queued"], "alerts in the outbox", sum(self.states.values())),
            (
                "postponed",
                self.states.get("postponed", 0),
                "those with a reason",
                sum(self.held.get("postponed", {}).values()),
            ),
        )
        return [
            f"{left} is {total}, but {right} is {parts}"
            for left, total, right, parts in sums
            if total != parts
        ]

    def line(self) -> str:
        """Give the day in one line."""
        count = Counter(self.tally)
        silent: dict[str, int] = {name: count[name] for name in _PAIRS[1:]}
        became = [
            f"{number} {state}{_counted(self.held.get(state, {}))}"
            for state, number in sorted(self.states.items())
        ]
        return (
            f"{self.day}: {count['entries']} entries, {count['new']} new, "
            f"{count['matched']} met a rule, {count['queued']} alerts: "
            f"{', '.join(became) or 'none'}; {sum(silent.values())} silent{_counted(silent)}"
        )


def _counted(reasons: Mapping[str, int]) -> str:
    """Write reasons with their counts, in parentheses; "" where there are none."""
    told = ", ".join(f"{why} {number}" for why, number in sorted(reasons.items()) if number)
    return f" ({told})" if told else ""
