"""Registry: everybody whom an article names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.quotes.names.capitals import Capitals
from bot.core.quotes.names.titles import Titles

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.core.quotes.lexicon import Lexicon
    from bot.core.quotes.reading import Sentence


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
        capitals = Capitals(sentences, lexicon)
        chunks = [chunk for sentence in sentences for chunk in capitals.chunks(sentence)]
        for chunk in chunks:
            self._introduce(chunk, sentences[chunk.sentence])
        for chunk in chunks:
            self._mention(chunk, sentences[chunk.sentence])
        for sentence, row in zip(sentences, self.mentions, strict=True):
            for index, mention in enumerate(row):
                self._titles(sentence.tokens, mention, row, index)
