"""choose_quotes: which quotes an alert shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.core.model import Quote, Span

_WORD: Final = re.compile(r"\w+")
_SHORT, _LONG = 30, 280
_TELLING: Final = 4
_HEADLINE: Final = 4.4  # more than the rule's words in a quote, less than its speaker


def choose_quotes(
    quotes: Sequence[Quote],
    text: str,
    *,
    title: str = "",
    entities: Collection[str] = (),
    names: Collection[str] = (),
    focus: Sequence[Span] = (),
    met: Collection[int] = (),
    limit: int = 3,
) -> tuple[Quote, ...]:
    """Choose the key quotes for one rule's alert, best first.

    A quote weighs more when it met the rule's `said:` clause, when an entity of the rule says it or
    is named in it, when it holds the rule's highlighted words, when the headline names its speaker
    or takes up its words, when its speaker is known and holds an office, when it is a whole
    sentence, when it fits a phone, and when it stands early.

    Args:
        quotes: those of the article, in its order.
        text: the article's text.
        title: the article's headline.
        entities: ids of the rule's entities.
        names: further names that stand for them (aliases), in any case.
        focus: highlighted spans of the text.
        met: indexes of the quotes that met a `said:` clause.
        limit: how many at most.
    """
    folded = {name.casefold() for name in names}
    heading = _content(title)

    def weight(index: int) -> float:
        quote = quotes[index]
        own = _weight(quote, index, text, entities, folded, focus, met)
        return own + _in_headline(quote, text, heading)

    ranked = sorted(range(len(quotes)), key=lambda i: (-weight(i), i))
    chosen: list[Quote] = []
    seen: list[frozenset[str]] = []
    for index in ranked:
        if len(chosen) >= max(0, limit):
            break
        words = frozenset(_WORD.findall(quotes[index].words(text).casefold()))
        if not words or any(_same(words, other) for other in seen):
            continue
        chosen.append(quotes[index])
        seen.append(words)
    return tuple(chosen)


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two quotes say the same: one holds most words of the other."""
    return len(one & other) >= 0.8 * min(len(one), len(other))


def _content(words: str) -> frozenset[str]:
    """Give the words of a headline, a name or a quote that may tell it from others."""
    return frozenset(w for w in _WORD.findall(words.casefold()) if len(w) >= _TELLING)


def _in_headline(quote: Quote, text: str, heading: frozenset[str]) -> float:
    """Weigh that an article is about this quote: its headline says who speaks, or the words.

    Somebody else's words on the same subject are what such an article repeats for background.
    """
    if not heading:
        return 0.0
    named = quote.speaker is not None and bool(_content(quote.speaker) & heading)
    taken_up = len(_content(quote.words(text)) & heading)
    return min(_HEADLINE, (3.6 if named else 0.0) + 0.5 * min(3, taken_up))


def _weight(
    quote: Quote,
    index: int,
    text: str,
    entities: Collection[str],
    names: Collection[str],
    focus: Sequence[Span],
    met: Collection[int],
) -> float:
    content = quote.words(text)
    weight = 10.0 if index in met else 0.0
    if (quote.entity and quote.entity in entities) or (
        quote.speaker is not None and quote.speaker.casefold() in names
    ):
        weight += 4.0
    lower = content.casefold()
    weight += 1.5 * any(name in lower for name in names)
    inside = sum(quote.start <= s and e <= quote.end for s, e in focus)
    near = any(quote.start - 160 <= s < quote.end + 160 for s, _ in focus)
    weight += (2.6 if inside else 0.0) + (0.5 if inside > 1 else 0.0) + (0.3 if near else 0.0)
    if quote.speaker is None:
        weight -= 1.5
    weight += quote.confidence + (0.7 if quote.entity else 0.0) + (0.4 if quote.office else 0.0)
    if quote.kind == "indirect":
        weight -= 1.5
    length = len(content)
    if length < _SHORT:
        weight -= 1.2
    elif length > _LONG:
        weight -= 0.6
    if content[:1].isupper() and content[-1:] in ".!?,":
        weight += 0.8
    return weight - 0.9 * index / (index + 6)
