"""What is remembered of a story: its articles and what was said in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.core.story.statements import Statement, same_words, statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.model import Article, Quote

STATEMENTS: Final = 200
"""Statements remembered of a story."""


@dataclass(slots=True)
class Said:
    """A statement that stands in a story."""

    words: Statement
    entity: str
    serial: int


@dataclass(slots=True)
class Member:
    """An article of a story.

    Attributes:
        serial: number on the shelf.
        article: `Article.id`.
        outlet: who carries it.
        origin: id of the article whose text it carries, its own id for a text of its own.
        agency: the agency that it credits, or "".
        link: hash of its link, 0 for none.
        story: where it is.
    """

    serial: int
    article: str
    outlet: str
    origin: str
    agency: str
    link: int
    story: Story


@dataclass(slots=True)
class Story:
    """What is remembered of a story while one of its articles is in the look-back."""

    id: str
    members: list[Member] = field(default_factory=list)
    said: list[Said] | None = None

    @property
    def sources(self) -> int:
        """The number of outlets that carry it."""
        if len(self.members) == 1:
            return 1
        return len({member.outlet for member in self.members})

    def some(self, newest: int) -> list[Member]:
        """The opener and the newest, as far as they are remembered."""
        if len(self.members) <= newest:
            return self.members
        return [self.members[0], *self.members[-newest:]]

    def agencies(self) -> tuple[str, ...]:
        """The agencies that its reports come from, those of most reports first.

        A copy without a credit comes from where the text that it carries comes from.
        """
        credited = {member.article: member.agency for member in self.members}
        named = [member.agency or credited.get(member.origin, "") for member in self.members]
        counts = Counter(filter(None, named))
        return tuple(sorted(counts, key=lambda name: (-counts[name], name)))

    def hear(self, article: Article, quotes: Sequence[Quote], serial: int) -> tuple[int, ...]:
        """Remember what an article quotes; give the indices of the quotes that are new here."""
        fresh = []
        for i, quote in enumerate(quotes):
            words = statement(quote.words(article.text))
            if not words.words:
                continue
            if self.said is None:
                self.said = []
            if any(
                same_words(said.words, words)
                for said in self.said
                if not (said.entity and quote.entity and said.entity != quote.entity)
            ):
                continue
            fresh.append(i)
            if len(self.said) < STATEMENTS:
                self.said.append(Said(words, quote.entity, serial))
        return tuple(fresh)
