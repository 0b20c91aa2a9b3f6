"""What the index looks for: words, pairs of words, and what words begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.match.sieve import WORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.match.article import ArticleDocument
    from bot.core.match.base import Leaf
    from bot.core.match.grid import Passed
    from bot.core.match.leaves import TermLeaf
    from bot.core.match.pattern import Pattern, Stretch
    from bot.core.match.sieve import Sieve

    Asked = tuple[Pattern, Leaf]
    """A pattern that asks for more than what it is found by, and the leaf that has it."""


class Several:
    """What one text is looked for as, where that is not just one leaf.

    Attributes:
        leaves: those whose words are the text, in whatever way they are written.
        asks: those that ask for more.
    """

    __slots__ = ("asks", "leaves")

    def __init__(self, *leaves: TermLeaf) -> None:
        self.leaves = leaves
        self.asks: list[Asked] = []

    def note(self, places: list[Stretch], document: ArticleDocument, maybe: list[Asked]) -> None:
        """Note its leaves with their places, and add to `maybe` what asks for more."""
        for leaf in self.leaves:
            document.hits[leaf] = places
        maybe += self.asks
        if document.plain:
            for pattern, _ in self.asks:
                if pattern.direct:
                    # All its places are known, so that nobody has to search for it.
                    document.places[pattern] = places


class Texts:
    """Words, or pairs of words with one space. Of most one leaf is all there is.

    Args:
        kind: which of the two, see sieve.py.
        sieve: is told of what is new and what is gone.
    """

    __slots__ = ("_kind", "_known", "_sieve")

    def __init__(self, kind: int, sieve: Sieve) -> None:
        self._kind, self._sieve = kind, sieve
        self._known: dict[str, TermLeaf | Several] = {}

    def __iter__(self) -> Iterator[str]:
        """Iterate over the texts."""
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def add(self, leaf: TermLeaf) -> None:
        """Add a leaf whose words are all that it asks for."""
        text = leaf.text
        if text in self._known:
            self._several(text).leaves += (leaf,)
        else:
            self._sieve.add(self._kind, text)
            self._known[text] = leaf

    def ask(self, text: str, asked: Asked) -> None:
        """Add what asks for more than a text."""
        if text not in self._known:
            self._sieve.add(self._kind, text)
            self._known[text] = Several()
        self._several(text).asks.append(asked)

    def _several(self, text: str) -> Several:
        entry = self._known[text]
        if isinstance(entry, Several):
            return entry
        several = self._known[text] = Several(entry)
        return several

    def drop(self, leaf: TermLeaf) -> None:
        """Take out a leaf that was added."""
        entry = self._known[leaf.text]
        if isinstance(entry, Several):
            entry.leaves = tuple(other for other in entry.leaves if other is not leaf)
        self._leave(leaf.text)

    def unask(self, text: str, asked: Asked) -> None:
        """Take out what asks for more than a text, if it is there."""
        entry = self._known.get(text)
        if isinstance(entry, Several) and asked in entry.asks:
            entry.asks.remove(asked)
            self._leave(text)

    def _leave(self, text: str) -> None:
        entry = self._known[text]
        if not (isinstance(entry, Several) and (entry.leaves or entry.asks)):
            del self._known[text]
            self._sieve.drop(self._kind, text)

    def find(self, passed: Passed, document: ArticleDocument, maybe: list[Asked]) -> None:
        """Note the leaves of texts that stand there, and add to `maybe` what asks for more."""
        texts, starts, ends = passed
        if self._kind != WORD:
            texts = [_single_spaced(text) if "  " in text else text for text in texts]
        # Places are known where offsets count characters.
        plain = document.plain
        hits: Any = document.hits
        several: dict[Several, list[Stretch]] = {}
        for at, entry in enumerate([*map(self._known.get, texts)]):
            if entry is None:
                continue
            if isinstance(entry, Several):
                places = several.get(entry)
                if places is None:
                    places = several[entry] = []
                    if plain and self._kind == WORD:
                        document.sifted[texts[at]] = places
            else:
                places = hits.get(entry)
                if places is None:
                    places = hits[entry] = []
            # A pair may have passed by both of its words.
            if plain and not (places and places[-1][0] == starts[at]):
                places.append((starts[at], ends[at]))
        for entry, places in several.items():
            entry.note(places, document, maybe)


class Beginnings:
    """What words begin with, by its first bytes.

    Args:
        size: how many bytes at least, see sieve.py.
        sieve: is told of what is new and what is gone.
    """

    __slots__ = ("_known", "_sieve", "_size")

    def __init__(self, size: int, sieve: Sieve) -> None:
        self._size, self._sieve = size, sieve
        self._known: dict[str, list[tuple[str, Asked]]] = {}

    def __iter__(self) -> Iterator[str]:
        """Iterate over the first letters."""
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def ask(self, asked: Asked) -> None:
        """Add what begins with a pattern's only word."""
        beginning = asked[0].words[0]
        key = self._key(beginning)
        if key not in self._known:
            self._sieve.add(self._size, key)
            self._known[key] = []
        self._known[key].append((beginning, asked))

    def unask(self, asked: Asked) -> None:
        """Take it out, if it is there."""
        entry = (asked[0].words[0], asked)
        key = self._key(entry[0])
        known = self._known.get(key, [])
        if entry in known:
            known.remove(entry)
            if not known:
                del self._known[key]
                self._sieve.drop(self._size, key)

    def find(self, begun: Passed, found: dict[Asked, list[Stretch]]) -> None:
        """Add what may stand there, with a place for each time."""
        if not self._known:
            return
        words, starts, ends = begun
        size = self._size
        keys = [word[:size] if word.isascii() else self._key(word) for word in words]
        for at, entries in enumerate(map(self._known.get, keys)):
            for beginning, asked in entries or ():
                if words[at].startswith(beginning):
                    found.setdefault(asked, []).append((starts[at], ends[at]))

    def _key(self, word: str) -> str:
        """Give the letters that begin in the first bytes of a word."""
        size = self._size
        if word.isascii():
            return word[:size]
        data = word.encode("utf-8", "surrogatepass")
        while size < len(data) and data[size] & 0xC0 == 0x80:  # noqa: PLR2004 - goes on with a letter
            size += 1
        return data[:size].decode("utf-8", "surrogatepass")


def _single_spaced(text: str) -> str:
    return " ".join(filter(None, text.split(" ")))
