"""What blocks report, and how it adds up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.crash.checker import Verdict

LARGEST = 600_000_000
"""Bytes of memory that the program and its children may take."""
LONGEST = 300.0
"""Seconds after the last fault in which the outbox must be empty."""


@dataclass
class Result:
    """What some runs of a block came to.

    Attributes:
        block: its name in the table.
        runs: faults that were really inflicted.
        found: counts of the comparison, see `Verdict.counts`.
        examples: a few lines of what was wrong.
        drained: seconds from the last fault until everything had arrived, the longest.
        peak: largest memory of the program and its children, in bytes.
        faults: runs by kind of fault.
        notes: what else is to be known.
        late: posts that were carried out after the doubt window: so many repeats nobody can avoid,
            and they must be marked.
        broken: what else must not be: the program ended, never drained, printed a traceback.
    """

    block: str
    runs: int = 0
    found: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    drained: float = 0.0
    peak: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    late: int = 0
    broken: list[str] = field(default_factory=list)

    def judge(self, verdict: Verdict) -> None:
        """Add a comparison."""
        self.found.update(verdict.counts())
        for kind in ("lost", "doubled", "marked", "wrong", "disorder"):
            self.examples += [f"{kind}: {line}" for line in getattr(verdict, kind)[:3]]

    def add(self, other: Result) -> None:
        """Add the runs of another session of the same block."""
        self.runs += other.runs
        self.late += other.late
        self.found.update(other.found)
        self.faults.update(other.faults)
        self.examples = [*self.examples, *other.examples][:30]
        self.notes = list(dict.fromkeys([*self.notes, *other.notes]))[:30]
        self.broken = [*self.broken, *other.broken][:30]
        self.drained, self.peak = max(self.drained, other.drained), max(self.peak, other.peak)

    @property
    def good(self) -> bool:
        """Whether the promise was kept."""
        wrong = ("lost", "doubled", "wrong channel", "out of order")
        return (
            not self.broken
            and not any(self.found[name] for name in wrong)
            and self.found["marked repeats"] <= self.late
            and self.drained <= LONGEST
            and self.peak <= LARGEST
        )

    def fields(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        counts = {"found": dict(self.found), "faults": dict(self.faults)}
        return {**plain, **counts, "good": self.good}

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self:
        """Read what `fields` gave."""
        known = {name: fields[name] for name in cls.__dataclass_fields__ if name in fields}
        counts = {name: Counter(fields[name]) for name in ("found", "faults")}
        return cls(**{**known, **counts})

    def story(self) -> str:
        """Say what was wrong, for a failing test."""
        counts = ", ".join(f"{count} {name}" for name, count in self.found.items())
        return "\n".join(
            [f"{self.block}: {self.runs} runs, {counts}", *self.broken, *self.examples]
        )
