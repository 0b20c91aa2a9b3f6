"""`said:`: who is quoted, and with which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import fold
from bot.core.match.base import Leaf, Node, Part, Positional, Triggers, article_of, tidy

if TYPE_CHECKING:
    from bot.core.match.document import Document
    from bot.core.match.frequency import Frequency
    from bot.core.match.pattern import Pattern
    from bot.core.model import Highlight, Quote


class SaidLeaf(Leaf):
    """`said:x(query)`: one quote by x meets the query.

    Attributes:
        speaker: id of the entity, or "".
        names: folded names of the entity.
        pattern: the name, where it is no entity; None for anybody.
        inner: what one quote must meet, or None.
        gate: stands for it while the quotes are not known.
        mentions: highlights the speaker, or None.
    """

    __slots__ = ("gate", "inner", "mentions", "names", "pattern", "speaker")

    def __init__(
        self,
        clause: str,
        *,
        speaker: str = "",
        names: frozenset[str] = frozenset(),
        pattern: Pattern | None = None,
        inner: Node | None = None,
        gate: Leaf | None = None,
        mentions: Positional | None = None,
    ) -> None:
        super().__init__(clause)
        self.speaker, self.names, self.pattern = speaker, names, pattern
        self.inner, self.gate, self.mentions = inner, gate, mentions

    def triggers(self, frequency: Frequency, *, gates: bool) -> Triggers | None:
        """Trigger on a quote by the speaker; while quotes are unknown, on the speaker's names."""
        if self.gate is not None:
            return (self.gate.cost(frequency), (self.gate,)) if gates else (0.01, (self,))
        assert self.inner is not None  # noqa: S101 - `said:` alone is refused by the grammar
        return self.inner.triggers(frequency, gates=gates) or (9.0, (self,))

    def by_speaker(self, quote: Quote) -> bool:
        """Say whether a quote is by the speaker."""
        if self.speaker:
            if quote.entity:
                return quote.entity == self.speaker
            return bool(quote.speaker) and _folded(quote.speaker) in self.names
        if self.pattern is None:
            return True
        return bool(quote.speaker) and self.pattern.needle in f" {_folded(quote.speaker)} "

    def _met(self, document: Document) -> list[int]:
        known = document.memo.get(self)
        if known is None:
            article = article_of(document)
            known = document.memo[self] = [
                index
                for index, quote in enumerate(article.quotes or ())
                if self.by_speaker(quote)
                and (self.inner is None or self.inner.holds(article.of_quote(index)))
            ]
        return known

    def holds(self, document: Document) -> bool:
        """Hold where one quote meets it."""
        return bool(self._met(document))

    def could(self, document: Document) -> bool:
        """Depend on the names, or for anybody on the words."""
        if self.gate is not None:
            return self.gate.holds(document)
        return self.inner is None or self.inner.could(document)

    def must(self, document: Document) -> bool:  # noqa: ARG002
        """Nobody knows before the quotes are there."""
        return False

    def _part(self, document: Document) -> Part:
        """Tell of the quotes, their words that were met, and the speaker's names."""
        article, met = article_of(document), self._met(document)
        marks: list[Highlight] = []
        if self.inner is not None:
            for index in met:
                marks += self.inner.part(article.of_quote(index))[1]
        if self.mentions is not None:
            marks += self.mentions.part(document)[1]
        return (self.clause,), tidy(marks), tuple(met)


def _folded(name: str | None) -> str:
    return " ".join(fold.words(name or ""))
