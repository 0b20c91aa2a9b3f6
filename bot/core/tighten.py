"""How a rule could leave out what people found not relevant, and keep all the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.fold import words
from bot.core.match.backtest import backtest
from bot.core.match.frequency import Frequency
from bot.core.model import Rule
from bot.core.query import About, EntityRef, Not, Or, Said, parse
from bot.core.query.tree import children
from bot.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.model import Article, Quote
    from bot.core.officials import Officials
    from bot.core.query import Query

    Known = tuple[Article, Sequence[Quote] | None]

LEAST = 2
"""Not-relevant articles without which nothing is proposed: one alone proves too little."""
_SHORTEST_WORD = 4
_WORDS_TRIED = 12
_WORDS_TAKEN = 2
_COMMON = 0.05


@dataclass(frozen=True, slots=True)
class Tightening:
    """A narrower query.

    Attributes:
        query: the whole of it.
        change: what is new in it, such as `-cricket` or `about:@holm`.
        dropped: not-relevant articles that it no longer meets.
        wrong: how many there are.
        kept: how many other articles there are; it loses none that the rule meets.
    """

    query: str
    change: str
    dropped: int
    wrong: int
    kept: int


def propose(
    officials: Officials, query: str, wrong: Sequence[Known], right: Sequence[Known]
) -> Tightening | None:
    """Find the narrower query that drops the most of what was wrong and nothing else.

    Tried are words that stand in wrong articles and never in right ones, and, where the query
    names somebody, `about:` and `said:`. Each is tested on the articles themselves.

    Args:
        officials: the entities that queries may name.
        query: of the rule, as it is.
        wrong: articles of alerts that were found not relevant, with their quotes where known.
        right: the articles of its other alerts.
    """
    if len(wrong) < LEAST:
        return None
    try:
        tree = parse(query)
    except QueryError:
        return None
    tried = [*_by_words(query, tree, wrong, right), *_by_field(query, tree)]
    found = [
        made
        for changed, change in tried
        if (made := _tested(officials, query, changed, change, wrong, right))
    ]
    return max(found, key=lambda made: made.dropped, default=None)


def _tested(
    officials: Officials,
    former: str,
    query: str,
    change: str,
    wrong: Sequence[Known],
    right: Sequence[Known],
) -> Tightening | None:
    try:
        rule = Rule("tried", "tried", query)
        tried = backtest(officials, rule, [*wrong, *right], former=former, samples=0)
    except QueryError:  # such as one that has grown too long
        return None
    lost = set(tried.lost)
    if lost & {article.id for article, _ in right}:
        return None
    dropped = sum(article.id in lost for article, _ in wrong)
    if dropped < LEAST:
        return None
    return Tightening(query, change, dropped, len(wrong), len(right))


def _by_words(
    query: str, tree: Query, wrong: Sequence[Known], right: Sequence[Known]
) -> list[tuple[str, str]]:
    """Leave out one word, or two: those that most wrong articles have, the rarest first."""
    in_wrong = [_words_of(article) for article, _ in wrong]
    taken = set(words(query)).union(*(_words_of(article) for article, _ in right))
    counts = {word: sum(word in found for found in in_wrong) for word in set().union(*in_wrong)}
    rare = Frequency()
    titles = set().union(*(words(article.title) for article, _ in wrong))
    usable = sorted(
        (word for word, count in counts.items() if count >= LEAST and _tells(word, taken, rare)),
        key=lambda word: (-counts[word], word not in titles, rare.of(word), word),
    )[:_WORDS_TRIED]
    tried = [[word] for word in usable]
    if usable:
        left = [found for found in in_wrong if usable[0] not in found]
        second = max(usable[1:], key=lambda word: sum(word in found for found in left), default="")
        if second and len([found for found in left if second in found]) >= LEAST:
            tried.append([usable[0], second][:_WORDS_TAKEN])
    whole = f"({query})" if isinstance(tree, Or) else query
    return [
        (f"{whole} {change}", change)
        for some in tried
        for change in [" ".join(f"-{word}" for word in some)]
    ]


def _tells(word: str, taken: set[str], rare: Frequency) -> bool:
    """Say whether a word could tell wrong articles from right ones, and be typed in a query."""
    long = len(word) >= _SHORTEST_WORD and word.isalpha()
    return long and word not in taken and rare.of(word) <= _COMMON * 2


def _words_of(article: Article) -> set[str]:
    return set(words(f"{article.title}\n{article.text}"))


def _by_field(query: str, tree: Query) -> list[tuple[str, str]]:
    """Ask that those whom the query names are the topic, or are quoted."""
    named = [ref for ref in _names(tree) if query.startswith(str(ref), ref.at)]
    tried = []
    for field in ("about:", "said:"):
        changed = query
        for ref in sorted(named, key=lambda ref: -ref.at):
            changed = f"{changed[: ref.at]}{field}{changed[ref.at :]}"
        if named:
            change = " ".join(dict.fromkeys(f"{field}{ref}" for ref in named))
            tried.append((changed, change))
    return tried


def _names(node: Query) -> Iterator[EntityRef]:
    """Give the names that stand for any mention, not below a field or a NOT."""
    if isinstance(node, EntityRef):
        yield node
    elif not isinstance(node, Not | About | Said):
        for child in children(node):
            yield from _names(child)
