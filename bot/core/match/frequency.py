"""How many articles hold a word: guessed at first, learned as articles come by.

What is learned makes matching faster and never changes what matches.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# Words that stand in most English articles, until something better is known.
_MANY = (
    "a about after again against all also an and any are as at be because been before being but by"
    " can could day did do during first for from had has have he her him his how i if in into is it"
    " its just last made may more most mr mrs my new news no not now of on one only or other our"
    " out over people s said say says she should since so some such than that the their them then"
    " there these they this those three time to told two under until up us was we week were what"
    " when where which while who will with would year years you your"
)
_COMMON = frozenset(_MANY.split())
_ENOUGH = 24
"""Articles after which what was seen counts more than what was guessed."""
_LEARNED = 512
"""Articles from which it learns; languages and topics change slower than that."""
_LARGEST = 200_000
"""Words that are remembered at most."""


class Frequency:
    """The share of articles that hold a word, 0 to 1."""

    __slots__ = ("_articles", "_counts")

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._articles = 0

    @property
    def learning(self) -> bool:
        """Whether more articles are still of use."""
        return self._articles < _LEARNED and len(self._counts) <= _LARGEST

    def learn(self, words: Collection[str]) -> None:
        """Count an article's words."""
        self._articles += 1
        self._counts.update(words)

    def of(self, word: str) -> float:
        """Give the share for a word."""
        if self._articles >= _ENOUGH:
            return (self._counts[word] + 0.1) / (self._articles + 1)
        return 1.0 if word in _COMMON else 0.5 / (1 + len(word))

    def of_phrase(self, words: Iterable[str]) -> float:
        """Give the share for the rarest of some words."""
        return min(map(self.of, words))
