"""Do two articles tell of one event? A logistic score over a few measures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bot.core.story.reading import Reading

DAY: Final = 86_400.0

MEASURES: Final = (
    "rare", "cover", "lead", "names", "told", "told_both", "told_lead", "alien", "shared", "clash",
    "numbers", "mould", "days", "half_day", "bare", "length", "top", "top_both",
)


def measure(new: Reading, old: Reading) -> tuple[float, ...]:
    """Compare two readings; the measures are named in `MEASURES`."""
    mine, theirs = new.terms, old.terms
    common = [mine[term] for term in mine.keys() & theirs.keys()]
    alien = new.sum([term for term in new.marks if term not in theirs])
    old_alien = old.sum([term for term in old.marks if term not in mine])
    every = new.marks_total + old.marks_total
    told = (
        new.sum(new.title & theirs.keys()) / (new.title_total or 1),
        old.sum(old.title & mine.keys()) / (old.title_total or 1),
    )
    told_lead = (
        new.sum(new.title & old.lead) / (new.title_total or 1),
        old.sum(old.title & new.lead) / (old.title_total or 1),
    )
    top = (
        new.sum([term for term in new.top if term in theirs]) / (new.top_total or 1),
        old.sum([term for term in old.top if term in mine]) / (old.top_total or 1),
    )
    least = min(len(new.numbers), len(old.numbers))
    apart = abs(new.when - old.when) / DAY
    return (
        math.log1p(sum([weight - 3 for weight in common if weight > 3])),
        sum(common) / (min(new.total, old.total) or 1),
        new.sum(new.lead & old.lead) / (min(new.lead_total, old.lead_total) or 1),
        new.sum(new.names & old.names) / (math.sqrt(new.names_total * old.names_total) or 1),
        max(told),
        min(told),
        max(told_lead),
        min(alien, old_alien) / 5,
        1 - (alien + old_alien) / every if every else 0.5,
        _clash(new, old),
        len(new.numbers & old.numbers) / least if least else 0.3,
        _mould(new, old) if alien and old_alien else 0.0,
        min(apart, 3),
        min(apart, 0.5),
        float(not new.marks or not old.marks),
        min(new.length, old.length, 250) / 250,
        max(top),
        min(top),
    )


def _clash(new: Reading, old: Reading) -> float:
    """Say (1 or 0) whether both headlines have a number that the other report lacks."""
    return float(
        any(term & 1 and term not in old.terms for term in new.marks)
        and any(term & 1 and term not in new.terms for term in old.marks)
    )


def _mould(new: Reading, old: Reading) -> float:
    """Compare two headlines without their names and numbers: 1 for the same form."""
    one, other = new.title - new.marks, old.title - old.marks
    return len(one & other) / max(1, len(one | other))


WEIGHTS: Final = (
    2.727, -4.319, -0.817, 0.205, 1.071, 2.636, 3.032, -0.11, 1.668, -0.849, 0.067, -3.287, -1.716,
    -1.468, 0.411, -0.736, 1.353, -0.495,
)
BIAS: Final = -6.32


def likeness(new: Reading, old: Reading) -> float:
    """Give the log odds that two articles tell of one event."""
    return sum([w * x for w, x in zip(WEIGHTS, measure(new, old), strict=True)]) + BIAS
