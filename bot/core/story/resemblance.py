"""Do two articles tell of one event? A small network over a few measures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.core.story import weights

if TYPE_CHECKING:
    from bot.core.story.reading import Reading

DAY: Final = 86_400.0
RARE: Final = 3.0
"""Rarity above which a shared term is evidence."""

LONG: Final = 250

MEASURES: Final = (
    "rare",
    "rarer",
    "union",
    "cosine",
    "rarest",
    "headline",
    "lead",
    "told_both",
    "marks",
    "bare",
    "mould",
    "copied",
    "outlet",
    "days",
    "half_day",
    "short",
    "length",
)


def measure(new: Reading, old: Reading) -> tuple[float, ...]:
    """Compare two readings; the measures are named in `MEASURES`."""
    mine = new.terms
    common = [mine[term] for term in new.known & old.known]
    shared = sum(common)
    rare = math.log1p(sum([weight - RARE for weight in common if weight > RARE]))
    alien = new.in_title(new.marks - old.known)
    old_alien = old.in_title(old.marks - new.known)
    marks = new.marks_total + old.marks_total
    title, old_title = new.title_total or 1, old.title_total or 1
    apart = abs(new.when - old.when) / DAY
    return (
        rare,
        rare * rare,
        shared / ((new.total + old.total - shared) or 1),
        sum([weight * weight for weight in common]) / (math.sqrt(new.square * old.square) or 1),
        max(common, default=0.0),
        new.in_title(new.title & old.title) / max(title, old_title),
        sum([mine[term] for term in new.lead & old.lead])
        / (min(new.lead_total, old.lead_total) or 1),
        min(
            new.in_title(new.title & old.known) / title,
            old.in_title(old.title & new.known) / old_title,
        ),
        1 - (alien + old_alien) / marks if marks else 0.5,
        float(not new.marks or not old.marks),
        _mould(new, old) if alien and old_alien else 0.0,
        len(new.shingles & old.shingles) / (1 + min(len(new.shingles), len(old.shingles))),
        float(new.outlet == old.outlet),
        min(apart, 3.0),
        min(apart, 0.5),
        min(new.length, old.length, LONG) / LONG,
        math.log1p(new.length + old.length),
    )


def _mould(new: Reading, old: Reading) -> float:
    """Compare two headlines without their names and numbers: 1 for the same form."""
    one, other = new.title - new.marks, old.title - old.marks
    return len(one & other) / max(1, len(one | other))


_HIDDEN: Final = np.array(weights.HIDDEN)
_HIDDEN_BIAS: Final = np.array(weights.HIDDEN_BIAS)
_OUT: Final = np.array(weights.OUT)
_DIRECT: Final = np.array(weights.DIRECT)


def likeness(new: Reading, old: Reading) -> float:
    """Give the log odds that two articles tell of one event."""
    measures = np.array(measure(new, old))
    hidden = np.tanh(_HIDDEN.dot(measures) + _HIDDEN_BIAS)
    return float(hidden.dot(_OUT) + _DIRECT.dot(measures)) + weights.BIAS
