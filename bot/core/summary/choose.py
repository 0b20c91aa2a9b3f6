"""Choosing the sentences."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.summary.sentences import split_sentences
from bot.core.summary.words import (
    Words,
    pair_chances,
    read_words,
    stem,
    word_chances,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.model import Quote, Span

CANDIDATES: Final = 40
FEWEST: Final = 2
_READ: Final = 120
_READ_LIMIT: Final = 300_000
_LENGTH: Final = 25.0
_PAIRS: Final = 1.5
_SHORT, _LONG = 50, 280
_ORPHAN: Final = frozenset(
    """
    he she it they his her their its this that these those but and so yet also however meanwhile
    then instead still moreover nor or both such there here another thus therefore too him them
    later besides furthermore additionally
    """.split()
)
_FIRST_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Odds:
    """What speaks for and against the sentences of an article.

    Attributes:
        words: chance of each word to stand in a summary.
        pairs: chance of each pair of neighbouring words.
        factors: for each sentence, a factor on what it adds (1 for neither good nor bad).
        barred: sentences that must not be taken.
    """

    words: dict[str, float]
    pairs: dict[tuple[str, str], float]
    factors: Sequence[float]
    barred: frozenset[int] = frozenset()


def summarize(
    text: str,
    *,
    title: str = "",
    sentences: int = 3,
    focus: Sequence[Span] = (),
    quotes: Sequence[Quote] = (),
    lang: str = "en",  # noqa: ARG001 - part of the interface; nothing here depends on it yet
) -> tuple[Span, ...]:
    """Choose whole sentences of an article.

    Args:
        text: paragraphs separated by line breaks.
        title: the headline; a sentence that only repeats it is not taken.
        sentences: how many at most; of more than two, the last ones are left out where they would
            say little new.
        focus: highlighted spans of the text; sentences that hold one weigh more.
        quotes: the quotes that are shown beside the summary; sentences that repeat them weigh less.
        lang: ISO 639-1 code of the text.

    Returns:
        Spans of the text in its order; none for a text without words.
    """
    spans = split_sentences(text[:_READ_LIMIT], _READ)
    if not spans or sentences < 1:
        return ()
    words = read_words([text[start:end] for start, end in spans])
    heading = {stem(w.lower()) for w in _FIRST_WORD.findall(title)}
    head = _head(words)
    odds = Odds(
        word_chances(head),
        pair_chances(head),
        [_factor(text, span, focus, quotes) for span in spans[:CANDIDATES]],
        frozenset(i for i, row in enumerate(words.rows) if not row or _repeats(row, heading)),
    )
    return tuple(spans[i] for i in pick(words.rows[:CANDIDATES], odds, sentences))


def _head(words: Words) -> Words:
    """Give the same counts with the rows of the candidates only."""
    return Words(
        words.rows[:CANDIDATES],
        words.count,
        words.spread,
        words.first,
        words.capital,
        words.total,
    )


def _repeats(row: list[str], heading: set[str]) -> bool:
    """Tell whether a sentence says nothing but the title."""
    return bool(heading) and len(set(row) - heading) <= len(set(row)) * 0.2


def _factor(text: str, span: Span, focus: Sequence[Span], quotes: Sequence[Quote]) -> float:
    start, end = span
    factor = 1.0
    first = _FIRST_WORD.search(text, start, end)
    if first is not None and first.group().lower() in _ORPHAN:
        factor *= 0.93
    if end - start > _LONG:
        factor *= 0.93
    if end - start < _SHORT:
        factor *= 0.9
    if text[start] in "\"“‘'«„":
        factor *= 0.93
    shown = sum(max(0, min(end, e) - max(start, s)) for q in quotes for s, e in q.parts)
    factor *= 1.0 - 0.5 * min(1.0, shown / (end - start))
    if any(s < end and start < e for s, e in focus):
        factor *= 1.7
    return factor


def pick(rows: Sequence[list[str]], odds: Odds, limit: int) -> list[int]:
    """Take sentences as long as the expected F1 of their words and pairs grows.

    Two are taken in any case, where there are two and the limit allows it: one sentence alone
    seldom tells a story.
    """
    parts = [(set(row), set(itertools.pairwise(row)), len(row)) for row in rows]
    chosen: list[int] = []
    said: set[str] = set()
    paired: set[tuple[str, str]] = set()
    gain = size = value = 0.0
    while len(chosen) < limit:
        best: tuple[float, int, float] | None = None
        for i, (words, pairs, length) in enumerate(parts):
            if i in chosen or i in odds.barred:
                continue
            new = sum(odds.words[w] for w in words - said)
            new += _PAIRS * sum(odds.pairs[p] for p in pairs - paired)
            total = gain + odds.factors[i] * new
            score = total / (size + length + _LENGTH)
            if best is None or score > best[0]:
                best = (score, i, total)
        if best is None or (len(chosen) >= FEWEST and best[0] <= value):
            break
        value, index, gain = best
        chosen.append(index)
        size += parts[index][2]
        said |= parts[index][0]
        paired |= parts[index][1]
    return sorted(chosen)
