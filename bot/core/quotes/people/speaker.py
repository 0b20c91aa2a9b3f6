"""Who speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.model import Entity
    from bot.core.quotes.names import Someone


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks.

    Attributes:
        name: as printed.
        who: the person or institution of the article, or None.
        entity: of the officials files, or None.
        confidence: 0 to 1, that the subject was understood.
        noun: True for a common noun that nobody's name stands behind.
    """

    name: str
    who: Someone | None
    entity: Entity | None
    confidence: float
    noun: bool = False
