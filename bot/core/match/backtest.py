"""A rule tried on articles of the past, before it is saved or edited."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.core.alert import is_news
from bot.core.match.needs import AnyOf, needs_of
from bot.core.match.rules import RuleSet
from bot.core.model import Place
from bot.core.query import parse
from bot.core.story import Stories

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from bot.core.match.needs import Needs
    from bot.core.model import Article, Match, Quote, Rule
    from bot.core.officials import Officials

PLACED = 150
"""Hits that are gathered into stories; beyond them their share of alerts is taken for all."""

_NEW, _OLD = "new", "old"


@dataclass(slots=True)
class Backtest:
    """What a rule would have done.

    Attributes:
        days: hits by day of the article (UTC).
        clauses: hits by clause that was met.
        samples: the latest hits, newest last.
        gained: ids of articles that the rule meets and its former query did not.
        lost: ids of articles that its former query met and the rule does not.
        placed: hits that were gathered into stories.
        told: how many of these would have alerted or followed up a story.
    """

    days: Counter[date] = field(default_factory=Counter)
    clauses: Counter[str] = field(default_factory=Counter)
    samples: list[tuple[Article, Match]] = field(default_factory=list)
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    placed: int = 0
    told: int = 0

    @property
    def hits(self) -> int:
        """How many articles the rule meets."""
        return self.days.total()

    @property
    def alerts(self) -> float:
        """How many alerts and follow-ups come of the hits; guessed beyond `PLACED` hits."""
        return self.hits * self.told / self.placed if self.placed else 0.0

    def a_day(self, days: float) -> float:
        """Give the hits a day over a span of days; spans below a day count as one."""
        return self.hits / max(days, 1.0)

    def alerts_a_day(self, days: float) -> float:
        """Give the alerts a day over a span of days; spans below a day count as one."""
        return self.alerts / max(days, 1.0)


class Trial:
    """Tries a rule on one article after the other.

    Args:
        officials: the entities that queries may name.
        rule: as it would be saved.
        former: the query before the edit, for gains and losses; None for a new rule.
        samples: how many hits to keep.

    Raises:
        QueryError: a query cannot be read or names an unknown entity.
    """

    def __init__(
        self, officials: Officials, rule: Rule, *, former: str | None = None, samples: int = 5
    ) -> None:
        self._rules = RuleSet(officials, [replace(rule, id=_NEW, paused=False)])
        self._edited = former is not None
        queries = [parse(rule.query)]
        if former is not None:
            self._rules.add(replace(rule, id=_OLD, query=former, paused=False))
            queries.append(parse(former))
        self._needs = [needs_of(query, officials) for query in queries]
        self._samples = samples
        self._stories = Stories()
        self.result = Backtest()

    @property
    def needs(self) -> Needs | None:
        """The words of which some must stand in an article that is worth looking at."""
        known = [needs for needs in self._needs if needs is not None]
        if len(known) < len(self._needs):
            return None
        return known[0] if len(known) == 1 else AnyOf(tuple(known))

    def asks_quotes(self, article: Article) -> bool:
        """Say whether it depends on the article's quotes what is met."""
        return self._rules.needs_quotes(article)

    def look(self, article: Article, quotes: Sequence[Quote] | None) -> None:
        """Try the rule on an article; they come oldest first.

        Args:
            article: as stored.
            quotes: of its text; None where they are not known.
        """
        found = {match.rule: match for match in self._rules.find_matches(article, quotes)}
        match, result = found.get(_NEW), self.result
        if match is not None:
            result.days[article.when.date()] += 1
            result.clauses.update(match.clauses)
            if self._samples:
                result.samples = [*result.samples, (article, match)][-self._samples :]
            if result.placed < PLACED:
                result.placed += 1
                result.told += self._tells(article, match, quotes or ())
        if self._edited and (match is None) != (_OLD not in found):
            (result.lost if match is None else result.gained).append(article.id)

    def _tells(self, article: Article, match: Match, quotes: Sequence[Quote]) -> bool:
        placement = self._stories.place(article, quotes)
        if placement.place is Place.NEW:
            return True
        return placement.place is not Place.REPRINT and is_news(match, placement, quotes)


def backtest(
    officials: Officials,
    rule: Rule,
    stored: Iterable[tuple[Article, Sequence[Quote] | None]],
    *,
    former: str | None = None,
    samples: int = 5,
) -> Backtest:
    """Try a rule on articles with their quotes, oldest first: see `Trial`.

    Raises:
        QueryError: a query cannot be read or names an unknown entity.
    """
    trial = Trial(officials, rule, former=former, samples=samples)
    for article, quotes in stored:
        trial.look(article, quotes)
    return trial.result
