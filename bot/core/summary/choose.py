"""Choosing the sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.core.summary.chances import Chances
from bot.core.summary.facts import gather
from bot.core.summary.sentences import split_sentences
from bot.core.summary.weights import PAIRS, WORDS
from bot.core.summary.words import ORPHAN, stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.core.model import Quote, Span
    from bot.core.summary.facts import Facts

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

CANDIDATES: Final = 40
FEWEST: Final = 2
READ: Final = 120
"""So many sentences are counted; the first `CANDIDATES` of them may be taken."""
LONGEST: Final = 2000
"""Of a sentence so many characters are read: what lacks full stops costs no more than prose."""
_READ_LIMIT: Final = 300_000
_LENGTH: Final = 15.0
_PAIRS: Final = 2.0
_SHORT, _LONG = 50, 280
REPEATED: Final = 0.5
"""A sentence of which a larger part is shown as a quote is taken only for want of another."""
_STOPS: Final = frozenset(".!…:;۔।。！")
_CLOSING: Final = "\"'”’»)]』」 "
_FIRST_WORD: Final = re.compile(r"[^\W_]+")


_WORD_CHANCES: Final = Chances(WORDS)
_PAIR_CHANCES: Final = Chances(PAIRS)


@dataclass(frozen=True, slots=True)
class Odds:
    """What speaks for and against the sentences of an article.

    Attributes:
        values: what saying each word and each pair of neighbouring words is worth.
        holders: sentences, each as often as it holds words and pairs.
        held: for each of `holders`, the place of the word or pair among `values`.
        lengths: words of each sentence.
        factors: for each sentence, a factor on what it adds (1 for neither good nor bad).
        leaning: sentences that start with a pronoun or a connective; taken after the one before
            them, else only where there is no other choice.
        poor: sentences that are taken only where there is no other choice.
        barred: sentences that must not be taken.
    """

    values: Floats
    holders: Numbers
    held: Numbers
    lengths: Sequence[int]
    factors: Sequence[float]
    leaning: frozenset[int] = frozenset()
    poor: frozenset[int] = frozenset()
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
    spans = split_sentences(text[:_READ_LIMIT], READ)
    if sentences < 1 or not any(_FIRST_WORD.search(text, *span) for span in spans):
        return ()
    facts = gather([text[start : min(end, start + LONGEST)] for start, end in spans], CANDIDATES)
    chances = _WORD_CHANCES.of(facts.words), _PAIR_CHANCES.of(facts.pairs)
    return choose(text, spans, facts, chances, sentences, title=title, focus=focus, quotes=quotes)


def choose(
    text: str,
    spans: Sequence[Span],
    facts: Facts,
    chances: tuple[Floats, Floats],
    sentences: int,
    *,
    title: str = "",
    focus: Sequence[Span] = (),
    quotes: Sequence[Quote] = (),
) -> tuple[Span, ...]:
    """Choose by given chances of the words and of the pairs of the facts; else as `summarize`."""
    candidates = spans[: len(facts.rows)]
    heading = {stem(w.lower()) for w in _FIRST_WORD.findall(title)}
    shown = [_shown(span, quotes) for span in candidates]
    odds = Odds(
        np.concatenate([chances[0], _PAIRS * chances[1]]),
        np.concatenate([facts.word_places[0], facts.pair_places[0]]),
        np.concatenate([facts.word_places[1], facts.pair_places[1] + len(facts.words)]),
        [len(row) for row in facts.rows],
        [
            _factor(text, span, focus) * (1 - part / 2)
            for span, part in zip(candidates, shown, strict=True)
        ],
        leaning=frozenset(i for i, span in enumerate(candidates) if _leans(text, span)),
        poor=frozenset(
            i
            for i, span in enumerate(candidates)
            if shown[i] > REPEATED
            or not _ended(text, span)
            or not (_fits(span) or _meets(span, focus))
        ),
        barred=frozenset(
            i
            for i, row in enumerate(facts.rows)
            if not row or _repeats({facts.stems[number] for number in row}, heading)
        ),
    )
    return tuple(spans[i] for i in pick(odds, sentences))


def _repeats(words: set[str], heading: set[str]) -> bool:
    """Tell whether a sentence says nothing but the title."""
    return bool(heading) and len(words - heading) <= len(words) * 0.2


def _shown(span: Span, quotes: Sequence[Quote]) -> float:
    """Give the part of a sentence that is shown as a quote."""
    start, end = span
    shared = sum(max(0, min(end, e) - max(start, s)) for q in quotes for s, e in q.parts)
    return min(1.0, shared / (end - start))


def _leans(text: str, span: Span) -> bool:
    """Tell whether a sentence starts with a pronoun or a connective."""
    first = _FIRST_WORD.search(text, *span)
    return first is not None and first.group().lower() in ORPHAN


def _factor(text: str, span: Span, focus: Sequence[Span]) -> float:
    factor = 0.93 if text[span[0]] in "\"“‘'«„" else 1.0
    if _leans(text, span):
        factor *= 0.93
    return factor * (1.7 if _meets(span, focus) else 1.0)


def _fits(span: Span) -> bool:
    return _SHORT <= span[1] - span[0] <= _LONG


def _ended(text: str, span: Span) -> bool:
    """Tell whether a line ends as statements do; credits, headings and questions do not."""
    return text[span[0] : span[1]].rstrip(_CLOSING)[-1:] in _STOPS


def _meets(span: Span, focus: Sequence[Span]) -> bool:
    """Tell whether a sentence holds a highlight."""
    return any(s < span[1] and span[0] < e for s, e in focus)


def pick(odds: Odds, limit: int) -> list[int]:
    """Take sentences as long as the expected F1 of their words and pairs grows.

    Two are taken in any case, where there are two and the limit allows it: one sentence alone
    seldom tells a story.
    """
    values = odds.values.copy()
    lengths, factors = np.array(odds.lengths), np.array(odds.factors)
    choice = [i for i in range(len(lengths)) if i not in odds.barred]
    chosen: list[int] = []
    gain = size = value = 0.0
    while len(chosen) < limit and choice:
        good = [i for i in choice if i not in odds.poor and _stands(i, odds.leaning, chosen)]
        if not good and len(chosen) >= FEWEST:
            break
        places = np.array(good or choice)
        new = np.bincount(odds.holders, values[odds.held], minlength=len(lengths))
        totals = gain + (factors * new)[places]
        scores = totals / (size + lengths[places] + _LENGTH)
        at = int(scores.argmax())
        if len(chosen) >= FEWEST and scores[at] <= value:
            break
        best, value, gain = int(places[at]), float(scores[at]), float(totals[at])
        size += float(lengths[best])
        chosen.append(best)
        choice.remove(best)
        values[odds.held[odds.holders == best]] = 0.0
    return sorted(chosen)


def _stands(number: int, leaning: frozenset[int], chosen: list[int]) -> bool:
    """Tell whether a sentence can be understood beside those that were chosen."""
    return number not in leaning or number == 0 or number - 1 in chosen
