"""The index: from the words of an article to the leaves that they trigger."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from bot.core.match.leaves import EntityLeaf, GateLeaf, TermLeaf
from bot.core.match.said import SaidLeaf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.match.base import Leaf
    from bot.core.match.document import ArticleDocument
    from bot.core.match.frequency import Frequency
    from bot.core.match.pattern import Pattern

_START = 3
"""Letters by which prefixes are looked up: every prefix has as many (`MIN_PREFIX`)."""
_CROWD = 4
"""Patterns under one word from which it is worth while to see whether they can stand elsewhere."""
_PATIENCE = 8

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
        self._starts: Entries = {}
        self._speakers: dict[str, dict[Leaf, None]] = {}
        self._always: dict[Leaf, None] = {}
        self._crowded: Counter[str] = Counter()

    def __bool__(self) -> bool:
        """Say whether anything is in it."""
        anyone = any(self._speakers.values())
        return bool(self._words or self._patterns or self._starts or self._always or anyone)

    @property
    def always(self) -> Iterable[Leaf]:
        """The leaves that no word triggers: they are asked about every article."""
        return self._always

    def hits(self, document: ArticleDocument, *, gates: bool) -> dict[Leaf, None]:
        """Give the triggers that hold (or could, for gates), each once."""
        hits = dict.fromkeys(self._by_word(document.words))
        for pattern, leaf in self._by_pattern(document.words):
            if leaf not in hits and pattern.present(document):
                _note(leaf, document, hits, gates=gates)
        for leaf in self._asked(document):
            _note(leaf, document, hits, gates=gates)
        return hits

    def _by_word(self, words: set[str]) -> list[Leaf]:
        found: list[Leaf] = []
        for word in self._words.keys() & words:
            found += self._words[word]
        return found

    def _by_pattern(self, words: set[str]) -> list[tuple[Pattern, Leaf]]:
        found: list[tuple[Pattern, Leaf]] = []
        for word in self._patterns.keys() & words:
            entries = self._patterns[word]
            if len(entries) > _CROWD:
                self._crowded[word] += 1
            found += entries
        if self._starts:
            for start in self._starts.keys() & {word[:_START] for word in words}:
                found += self._starts[start]
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
            self._words.setdefault(leaf.word, []).append(leaf)
        elif isinstance(leaf, SaidLeaf):
            for speaker in (leaf.speaker, "") if leaf.speaker else ("",):
                self._speakers.setdefault(speaker, {})[leaf] = None
            if leaf.gate is None:
                self._always[leaf] = None
        elif patterns := _patterns(leaf):
            for pattern in patterns:
                index, key = self._place(pattern)
                index.setdefault(key, []).append((pattern, leaf))
        else:
            self._always[leaf] = None

    def _place(self, pattern: Pattern) -> tuple[dict[str, list[tuple[Pattern, Leaf]]], str]:
        """Choose the word under which a pattern is found: rare, and not crowded."""
        anchors = pattern.anchors
        if not anchors:
            return self._starts, pattern.words[0][:_START]
        return self._patterns, min(
            anchors,
            key=lambda word: (1 + len(self._patterns.get(word, ()))) * self._frequency.of(word),
        )

    def drop(self, leaf: Leaf) -> None:
        """Take out a leaf that triggers nothing any more."""
        if isinstance(leaf, TermLeaf) and leaf.word:
            _drop(self._words, leaf.word, leaf)
        self._always.pop(leaf, None)
        if isinstance(leaf, SaidLeaf):
            for speaker in {leaf.speaker, ""}:
                self._speakers.get(speaker, {}).pop(leaf, None)
        for pattern in _patterns(leaf):
            for word in pattern.anchors or (pattern.words[0][:_START],):
                index = self._patterns if pattern.anchors else self._starts
                _drop(index, word, (pattern, leaf))

    def spread(self) -> None:
        """Put patterns that crowd under common words under rarer ones, now that more is known."""
        for word in [word for word, seen in self._crowded.items() if seen > _PATIENCE]:
            del self._crowded[word]
            for pattern, leaf in self._patterns.pop(word, []):
                index, key = self._place(pattern)
                index.setdefault(key, []).append((pattern, leaf))


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
