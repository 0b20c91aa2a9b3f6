"""What a statistical pipeline read in a text, for the sieve to lean on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.model import Span


class Pipeline(Protocol):
    """A spaCy pipeline, or what stands for one.

    Attributes:
        lang: ISO 639-1 code of the language that it reads; `xx` for several.
        max_length: characters that it reads at once.
    """

    lang: str
    max_length: int

    def __call__(self, text: str) -> Any:  # noqa: ANN401 - spaCy's Doc; spaCy is imported late
        """Read a text."""
        ...


@dataclass(frozen=True, slots=True)
class Hints:
    """Names and clauses that somebody else found.

    Attributes:
        names: start, end and label (PERSON, ORG, …) of each name.
        subjects: the offset where a verb starts, to the span of its subject's words.
    """

    names: tuple[tuple[int, int, str], ...] = ()
    subjects: Mapping[int, Span] = field(default_factory=dict)


NO_HINTS = Hints()
