"""The index: from the words of an article to the leaves that they trigger."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from bot.core.match.leaves import EntityLeaf, GateLeaf, TermLeaf
from bot.core.match.said import SaidLeaf
from bot.core.match.sieve import PairSieve, Sieve, StartSieve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.match.base import Leaf
    from bot.core.match.document import ArticleDocument
    from bot.core.match.frequency import Frequency
    from bot.core.match.pattern import Pattern

_STARTS = (3, 5)
"""Bytes by which prefixes are looked up: every prefix has three letters (`MIN_PREFIX`)."""
Entries = dict[str, list[tuple["Pattern", "Leaf"]]]


class Index:
    """Leaves by what triggers them. Adding and dropping one touches nothing else.

    Args:
        frequency: tells how rare words are, so that phrases stand under their rarest.
    """

    def __init__(self, frequency: Frequency) -> None:
        self._frequency = frequency
        self._words: dict[str, list[Leaf]] = {}
        self._patterns: Entries = {}
        self._sieve = Sieve()
        self._pairs: Entries = {}
        self._pair_sieve = PairSieve()
        self._starts: dict[int, Entries] = {size: {} for size in _STARTS}
        self._start_sieves = {size: StartSieve(size) for size in _STARTS}
        self._speakers: dict[str, dict[Leaf, None]] = {}
        self._always: dict[Leaf, None] = {}

    def __bool__(self) -> bool:
        """Say whether anything is in it."""
        entries = (self._words, self._patterns, self._pairs, self._always)
        return any((*entries, *self._starts.values(), *self._speakers.values()))

    @property
    def always(self) -> Iterable[Leaf]:
        """The leaves that no word triggers: they are asked about every article."""
        return self._always

    def hits(self, document: ArticleDocument, *, gates: bool) -> dict[Leaf, None]:
        """Give the triggers that hold (or could, for gates), each once."""
        hits: dict[Leaf, None] = {}
        maybe: list[tuple[Pattern, Leaf]] = []
        if self._words or self._patterns:
            maybe += self._by_word(document, hits)
        if self._pairs:
            maybe += self._by_pair(document)
        for size, starts in self._starts.items():
            if starts:
                maybe += self._by_start(document, size, starts)
        for pattern, leaf in maybe:
            if leaf not in hits and pattern.present(document):
                _note(leaf, document, hits, gates=gates)
        for leaf in self._asked(document):
            _note(leaf, document, hits, gates=gates)
        return hits

    def _by_word(
        self, document: ArticleDocument, hits: dict[Leaf, None]
    ) -> Iterable[tuple[Pattern, Leaf]]:
        found: list[tuple[Pattern, Leaf]] = []
        words, patterns = self._words, self._patterns
        for word, offsets in document.sift(self._sieve).items():
            leaves, entries = words.get(word), patterns.get(word)
            if leaves or entries:
                if offsets:
                    document.note(word, offsets)
                if leaves:
                    hits.update(dict.fromkeys(leaves))
                if entries:
                    found += entries
        return found

    def _by_pair(self, document: ArticleDocument) -> Iterable[tuple[Pattern, Leaf]]:
        found: list[tuple[Pattern, Leaf]] = []
        pairs = self._pairs
        for pair, places in document.sift_pairs(self._pair_sieve).items():
            entries = pairs.get(pair)
            if entries:
                found += entries
                for pattern, _ in entries if places else ():
                    if pattern.paired:
                        document.places[pattern] = tuple(places)
        return found

    def _by_start(
        self, document: ArticleDocument, size: int, starts: Entries
    ) -> Iterable[tuple[Pattern, Leaf]]:
        found = []
        for word in document.sift(self._start_sieves[size]):
            entries = starts.get(_start(word, size))
            if entries:
                found += [entry for entry in entries if word.startswith(entry[0].words[0])]
        return found

    def _asked(self, document: ArticleDocument) -> list[Leaf]:
        found = list(self._always)
        if document.quotes:
            for speaker in {"", *(quote.entity for quote in document.quotes)}:
                found += self._speakers.get(speaker, ())
        return found

    def add(self, leaf: Leaf) -> None:
        """Add a leaf that is not there yet."""
        if isinstance(leaf, TermLeaf) and leaf.word:
            if leaf.word in self._words:
                self._words[leaf.word].append(leaf)
            else:
                self._let_through(leaf.word)
                self._words[leaf.word] = [leaf]
        elif isinstance(leaf, SaidLeaf):
            for speaker in (leaf.speaker, "") if leaf.speaker else ("",):
                self._speakers.setdefault(speaker, {})[leaf] = None
            if leaf.gate is None:
                self._always[leaf] = None
        elif patterns := _patterns(leaf):
            for pattern in patterns:
                self._enter(pattern, leaf)
        else:
            self._always[leaf] = None

    def _let_through(self, word: str) -> None:
        if word not in self._patterns and word not in self._words:
            self._sieve.add(word, chain(self._words, self._patterns))

    def _enter(self, pattern: Pattern, leaf: Leaf) -> None:
        anchors, entry = pattern.anchors, (pattern, leaf)
        if len(anchors) > 1:
            index, key = self._pairs, self._pair(anchors)
            if key not in index:
                self._pair_sieve.add(key, index)
        elif anchors:
            index, key = self._patterns, anchors[0]
            self._let_through(key)
        else:
            size, key = _start_of(pattern)
            index = self._starts[size]
            if key not in index:
                self._start_sieves[size].add(key, index)
        if key in index:
            index[key].append(entry)
        else:
            index[key] = [entry]

    def _pair(self, words: tuple[str, ...]) -> str:
        """Choose the two words of a phrase that are rarest, one after the other."""
        if len(words) == 2:  # noqa: PLR2004 - nothing to choose
            return f"{words[0]} {words[1]}"
        of = self._frequency.of
        first = min(range(len(words) - 1), key=lambda at: of(words[at]) * of(words[at + 1]))
        return f"{words[first]} {words[first + 1]}"

    def drop(self, leaf: Leaf) -> None:
        """Take out a leaf that triggers nothing any more."""
        if isinstance(leaf, TermLeaf) and leaf.word:
            _drop(self._words, leaf.word, leaf)
        self._always.pop(leaf, None)
        if isinstance(leaf, SaidLeaf):
            for speaker in {leaf.speaker, ""}:
                self._speakers.get(speaker, {}).pop(leaf, None)
        for pattern in _patterns(leaf):
            self._leave(pattern, leaf)

    def _leave(self, pattern: Pattern, leaf: Leaf) -> None:
        anchors, entry = pattern.anchors, (pattern, leaf)
        if not anchors:
            size, start = _start_of(pattern)
            _drop(self._starts[size], start, entry)
        elif len(anchors) == 1:
            _drop(self._patterns, anchors[0], entry)
        for first, second in pairwise(anchors):
            _drop(self._pairs, f"{first} {second}", entry)


def _start_of(pattern: Pattern) -> tuple[int, str]:
    """Give the bytes by which a prefix is looked up, and the start of a word that has them."""
    word = pattern.words[0]
    size = max(size for size in _STARTS if size <= len(word.encode("utf-8", "surrogatepass")))
    return size, _start(word, size)


def _start(word: str, size: int) -> str:
    """Give the letters that begin in the first bytes of a word."""
    if word.isascii():
        return word[:size]
    data = word.encode("utf-8", "surrogatepass")
    while size < len(data) and data[size] & 0xC0 == 0x80:  # noqa: PLR2004 - goes on with a letter
        size += 1
    return data[:size].decode("utf-8", "surrogatepass")


def _drop(index: dict[str, Any], key: str, entry: object) -> None:
    entries = index.get(key)
    if entries and entry in entries:
        entries.remove(entry)
        if not entries:
            del index[key]


def _patterns(leaf: Leaf) -> Iterable[Pattern]:
    if isinstance(leaf, TermLeaf):
        return (leaf.pattern,)
    if isinstance(leaf, EntityLeaf):
        return leaf.names.patterns
    return leaf.patterns if isinstance(leaf, GateLeaf) else ()


def _note(leaf: Leaf, document: ArticleDocument, hits: dict[Leaf, None], *, gates: bool) -> None:
    """Add a leaf whose pattern stands in the document, if nothing else speaks against it."""
    if isinstance(leaf, GateLeaf):
        if gates:
            hits[leaf] = None
    elif leaf.could(document) if gates else leaf.holds(document):
        hits[leaf] = None
