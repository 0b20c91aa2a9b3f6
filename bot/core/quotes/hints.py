"""What a statistical pipeline read in a text, for the sieve to lean on.

A model takes far longer than the rules, and spaCy's tokenizer takes time in the square of what
stands between two spaces. So a pipeline is given a text in portions of whole paragraphs, with what
is too long for a word blanked at equal length, and no more of it than an article has: `READ_LIMIT`
characters and some `MOST_TOKENS` tokens. Behind that the rules read alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.core.model import Span

READ_LIMIT: Final = 100_000
"""Code points of a text that a pipeline is given."""

MOST_TOKENS: Final = 10_000
"""Tokens behind which it is given no further portion: a long article has a fifth of them."""

PORTION: Final = 5_000
"""Code points that it is given at once, if a line or a word ends before."""

_ENTITIES: Final = ("PERSON", "PER", "ORG", "GPE", "LOC", "NORP", "FAC")
_SUBJECT: Final = "nsubj"
_NO_WORD: Final = re.compile(r"\S{100,}")
_SIGNS: Final = re.compile(r"[^\w\s]{20,}|_{20,}")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


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


def ask(nlp: Pipeline, text: str) -> Hints:
    """Give what a pipeline finds in a text, in time linear in its length and bounded."""
    names: list[tuple[int, int, str]] = []
    subjects: dict[int, Span] = {}
    tokens = 0
    text = _harmless(text[:READ_LIMIT])
    for start, end in _portions(text, min(PORTION, nlp.max_length)):
        doc = nlp(text[start:end])
        found = hints_of(doc)
        names += ((start + s, start + e, label) for s, e, label in found.names)
        subjects |= {
            start + verb: (start + s, start + e) for verb, (s, e) in found.subjects.items()
        }
        tokens += len(doc)
        if not len(doc) or tokens >= MOST_TOKENS:
            break  # an empty one came from a pipeline that failed
    return Hints(tuple(names), subjects)


def hints_of(doc: Any) -> Hints:  # noqa: ANN401 - spaCy's Doc; spaCy is imported late
    """Give the names that a pipeline's recogniser found and the subjects that its parser found."""
    names = tuple(
        (ent.start_char, ent.end_char, ent.label_) for ent in doc.ents if ent.label_ in _ENTITIES
    )
    subjects = {}
    if doc.has_annotation("DEP"):
        for token in doc:
            if token.dep_ == _SUBJECT:
                subjects[token.head.idx] = (token.left_edge.idx, token.idx + len(token))
    return Hints(names, subjects)


def _harmless(text: str) -> str:
    """Blank what is no word at equal length: runs of signs, and what is too long for a word."""
    text = _SURROGATE.sub("?", text)  # which no pipeline can read
    return _NO_WORD.sub(_blanked, _SIGNS.sub(_blanked, text))


def _blanked(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _portions(text: str, most: int) -> Iterator[Span]:
    """Cut a text behind its lines where one ends in time, else behind a word, else anywhere."""
    start = 0
    while start < len(text):
        end = min(len(text), start + most)
        if end < len(text):
            cut = text.rfind("\n", start, end)
            cut = cut if cut > start else text.rfind(" ", start, end)
            end = cut + 1 if cut > start else end
        yield start, end
        start = end
