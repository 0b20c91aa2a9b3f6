"""Registry: everybody whom an article names."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from bot.core.quotes.names.capitals import Capitals
from bot.core.quotes.names.titles import Titles

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.core.quotes.lexicon import Lexicon
    from bot.core.quotes.names.someone import Mention, Someone
    from bot.core.quotes.reading import Sentence, Token
_ELDER: Final = frozenset(("elder", "older", "senior"))
_YOUNG: Final = frozenset("son daughter grandson granddaughter nephew niece jr".split())
_TWO: Final = 2


class Registry(Titles):
    """The people and institutions of one article.

    Attributes:
        mentions: for each sentence, its mentions in order.
        people: everybody found.
        by_role: role noun to those who bear it.
    """

    def __init__(
        self,
        sentences: Sequence[Sentence],
        lexicon: Lexicon,
        hints: Collection[tuple[int, int, str]],
    ) -> None:
        super().__init__(len(sentences), lexicon, hints)
        self._openings = {s.tokens[0].start for s in sentences if s.tokens}
        capitals = Capitals(sentences, lexicon)
        chunks = [chunk for sentence in sentences for chunk in capitals.chunks(sentence)]
        for chunk in chunks:
            self._introduce(chunk, sentences[chunk.sentence])
        for chunk in chunks:
            self._mention(chunk, sentences[chunk.sentence])
        for sentence, row in zip(sentences, self.mentions, strict=True):
            for index, mention in enumerate(row):
                self._titles(sentence.tokens, mention, row, index)
        for sentence, row in zip(sentences, self.mentions, strict=True):
            for mention in row:
                self._generation(sentence.tokens, mention)

        self._nicknames(sentences)

    def _nicknames(self, sentences: Sequence[Sentence]) -> None:
        """Let `Name, known to all as Bear` speak as Bear too."""
        alias: dict[Someone, Someone] = {}
        for sentence, row in zip(sentences, self.mentions, strict=True):
            for before, mention in itertools.pairwise(row):
                words = [t.low for t in sentence.tokens[before.last : mention.first]]
                known = "nicknamed" in words or ("known" in words and words[-1:] == ["as"])
                if known and before.who.person and mention.who.first == mention.start:
                    alias[mention.who] = before.who
        for mention in (m for row in self.mentions for m in row) if alias else ():
            mention.who = alias.get(mention.who, mention.who)

    def _generation(self, tokens: list[Token], mention: Mention) -> None:
        """Tell `the elder Name` from `the younger Name`, where two of a family are named."""
        word = tokens[mention.first - 1].low if mention.first else ""
        if word not in _ELDER and word != "younger":
            return
        family = [p for p in self._by_last.get(mention.who.parts[-1], ()) if len(p.parts) > 1]
        young = [p for p in family if any(_YOUNG & role.words for role in p.roles)]
        if len(family) != _TWO or len(young) > 1:
            return
        child = young[0] if young else max(family, key=lambda p: p.first)
        mention.who = child if word == "younger" else next(p for p in family if p is not child)
