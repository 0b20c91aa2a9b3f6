"""Quotes, and the places of articles in stories."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bot.core.model.base import Span


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that an article puts into somebody's mouth.

    Attributes:
        start: first code point of the content in the article's text, quotation marks excluded.
        end: end of the content, exclusive.
        parts: the pieces; more than one where a said-clause or a paragraph break splits it. The
            first starts at `start`, the last ends at `end`; pieces never overlap.
        speaker: full name where the article or the officials files give it; None for unattributed.
        entity: id of the speaker in the officials files, or "".
        office: what to print beside the name, or "".
        cue: the reporting words ("said", "according to"), or "".
        kind: direct (in marks), indirect (reported without marks).
        confidence: 0 to 1, that the speaker is right.
        via: in `Lee told police "…", Falk said` the words are Lee's, and this is Falk: by whom the
            article has it that they were said; None where nobody stands between.
    """

    start: int
    end: int
    parts: tuple[Span, ...]
    speaker: str | None = None
    entity: str = ""
    office: str = ""
    cue: str = ""
    kind: Literal["direct", "indirect"] = "direct"
    confidence: float = 0.0
    via: str | None = None

    def words(self, text: str) -> str:
        """Give the content without interrupting clauses: the pieces, joined by " … "."""
        return " … ".join(text[start:end] for start, end in self.parts)


class Place(StrEnum):
    """What an article is to its story."""

    NEW = "new"
    FOLLOW_UP = "follow-up"
    REPRINT = "reprint"
    REVISION = "revision"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article belongs.

    Attributes:
        story: id of the story: the id of the article that opened it.
        place: what the article is to it.
        new_quotes: indexes into the article's quotes that nobody in the story had before.
        sources: number of outlets that carry the story, this one included.
        origins: agencies that the story's reports credit, those of most reports first.
        revises: id of the older article that this is a new version of, where it came under another
            key (the same link in another feed); else "".
    """

    story: str
    place: Place
    new_quotes: tuple[int, ...] = ()
    sources: int = 1
    origins: tuple[str, ...] = ()
    revises: str = ""
