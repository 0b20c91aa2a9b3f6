"""A rule tried on articles of the past, before it is saved or edited."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.core.match.rules import RuleSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from bot.core.model import Article, Match, Quote, Rule
    from bot.core.officials import Officials

_NEW, _OLD = "new", "old"


@dataclass(slots=True)
class Backtest:
    """What a rule would have done.

    Attributes:
        articles: how many were looked at.
        days: hits by day of the article (UTC).
        clauses: hits by clause that was met.
        samples: the latest hits, newest last.
        gained: ids of articles that the rule meets and its former query did not.
        lost: ids of articles that its former query met and the rule does not.
    """

    articles: int = 0
    days: Counter[date] = field(default_factory=Counter)
    clauses: Counter[str] = field(default_factory=Counter)
    samples: list[tuple[Article, Match]] = field(default_factory=list)
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def hits(self) -> int:
        """How many articles the rule meets."""
        return self.days.total()

    def a_day(self, days: float) -> float:
        """Give the hits a day over a span of days; spans below a day count as one."""
        return self.hits / max(days, 1.0)


def backtest(
    officials: Officials,
    rule: Rule,
    stored: Iterable[tuple[Article, Sequence[Quote] | None]],
    *,
    former: str | None = None,
    samples: int = 5,
) -> Backtest:
    """Try a rule on articles with their quotes, oldest first.

    Args:
        officials: the entities that queries may name.
        rule: as it would be saved.
        stored: articles, each with its quotes, or None where they are not known.
        former: the query before the edit, for gains and losses; None for a new rule.
        samples: how many hits to keep.

    Raises:
        QueryError: a query cannot be read or names an unknown entity.
    """
    rules = RuleSet(officials, [replace(rule, id=_NEW, paused=False)])
    if former is not None:
        rules.add(replace(rule, id=_OLD, query=former, paused=False))
    result = Backtest()
    for article, quotes in stored:
        result.articles += 1
        found = {match.rule: match for match in rules.find_matches(article, quotes)}
        match = found.get(_NEW)
        if match is not None:
            result.days[article.when.date()] += 1
            result.clauses.update(match.clauses)
            result.samples = [*result.samples, (article, match)][-samples:] if samples else []
        if former is not None and (match is None) != (_OLD not in found):
            (result.lost if match is None else result.gained).append(article.id)
    return result
