"""Do two articles tell of one event? A logistic score over a few measures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

    from bot.core.story.reading import Reading

DAY: Final = 86_400.0

MEASURES: Final = (
    "rare",
    "cover",
    "lead",
    "names",
    "told",
    "told_both",
    "told_lead",
    "alien",
    "shared",
    "clash",
    "numbers",
    "mould",
    "days",
    "half_day",
    "bare",
    "length",
    "top",
    "top_both",
)


def _sum(terms: Iterable[int], rarity: Mapping[int, float]) -> float:
    return sum([rarity[term] for term in terms])


def _share(
    of: Set[int], found: Mapping[int, float] | Set[int], rarity: Mapping[int, float]
) -> float:
    """Give the share of some terms' rarity that is found in others."""
    total = _sum(of, rarity)
    return _sum([t for t in of if t in found], rarity) / total if total else 0.0


def measure(new: Reading, old: Reading) -> tuple[float, ...]:
    """Compare two readings; the measures are named in `MEASURES`."""
    mine, theirs = new.terms, old.terms
    common = [mine[term] for term in mine.keys() & theirs.keys()]
    rare = math.log1p(sum([w - 3 for w in common if w > 3]))
    cover = sum(common) / (min(new.total, old.total) or 1)
    lead = _sum([t for t in new.lead & old.lead if t in mine], mine) / (
        min(new.lead_total, old.lead_total) or 1
    )
    shared_names = _sum([t for t in new.names & old.names if t in mine], mine)
    all_names = (
        _sum([t for t in new.names if t in mine], mine),
        _sum([t for t in old.names if t in theirs], theirs),
    )
    names = shared_names / (math.sqrt(all_names[0] * all_names[1]) or 1)
    told = _share(new.title, theirs, mine), _share(old.title, mine, theirs)
    told_lead = _share(new.title, old.lead, mine), _share(old.title, new.lead, theirs)
    marks, old_marks = new.title_names | new.title_numbers, old.title_names | old.title_numbers
    alien = [t for t in marks if t not in theirs]
    old_alien = [t for t in old_marks if t not in mine]
    a, b = _sum(alien, mine), _sum(old_alien, theirs)
    every = _sum(marks, mine) + _sum(old_marks, theirs)
    mould = 0.0
    if alien and old_alien:
        one, other = new.title - marks, old.title - old_marks
        mould = len(one & other) / max(1, len(one | other))
    clash = not new.title_numbers <= theirs.keys() and not old.title_numbers <= mine.keys()
    least = min(len(new.numbers), len(old.numbers))
    apart = abs(new.when - old.when) / DAY
    top = (
        _sum([t for t in new.top if t in theirs], mine) / (_sum(new.top, mine) or 1),
        _sum([t for t in old.top if t in mine], theirs) / (_sum(old.top, theirs) or 1),
    )
    return (
        rare,
        cover,
        lead,
        names,
        max(told),
        min(told),
        max(told_lead),
        min(a, b) / 5,
        1 - (a + b) / every if every else 0.5,
        float(clash),
        len(new.numbers & old.numbers) / least if least else 0.3,
        mould,
        min(apart, 3),
        min(apart, 0.5),
        float(not marks or not old_marks),
        min(new.length, old.length, 250) / 250,
        max(top),
        min(top),
    )


WEIGHTS: Final = (
    2.727,
    -4.319,
    -0.817,
    0.205,
    1.071,
    2.636,
    3.032,
    -0.11,
    1.668,
    -0.849,
    0.067,
    -3.287,
    -1.716,
    -1.468,
    0.411,
    -0.736,
    1.353,
    -0.495,
)
BIAS: Final = -6.32


def likeness(new: Reading, old: Reading) -> float:
    """Give the log odds that two articles tell of one event."""
    return sum([w * x for w, x in zip(WEIGHTS, measure(new, old), strict=True)]) + BIAS
