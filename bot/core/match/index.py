"""The index: from the words of an article to the leaves that they trigger."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bot.core.match.leaves import EntityLeaf, GateLeaf, TermLeaf
from bot.core.match.said import SaidLeaf
from bot.core.match.sieve import BEGINNINGS, PAIR, WORD, Sieve
from bot.core.match.texts import Beginnings, Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.match.article import ArticleDocument
    from bot.core.match.base import Leaf
    from bot.core.match.frequency import Frequency
    from bot.core.match.grid import Passed
    from bot.core.match.pattern import Pattern, Stretch
    from bot.core.match.texts import Asked


class Index:
    """Leaves by what triggers them. Adding and dropping one touches nothing else.

    Args:
        frequency: tells how rare words are, so that phrases stand under their rarest.
    """

    def __init__(self, frequency: Frequency) -> None:
        self._frequency = frequency
        self._sieve = sieve = Sieve(self._all_of)
        self._texts = {kind: Texts(kind, sieve) for kind in (WORD, PAIR)}
        self._begun = {size: Beginnings(size, sieve) for size in BEGINNINGS}
        self._speakers: dict[str, dict[Leaf, None]] = {}
        self._always: dict[Leaf, None] = {}

    def __bool__(self) -> bool:
        """Say whether anything is in it."""
        entries = (*self._texts.values(), *self._begun.values(), *self._speakers.values())
        return any((self._always, *entries))

    @property
    def always(self) -> Iterable[Leaf]:
        """The leaves that no word triggers: they are asked about every article."""
        return self._always

    def hits(self, document: ArticleDocument, *, gates: bool) -> dict[Leaf, Sequence[Stretch]]:
        """Give the triggers that hold (or could, for gates), each once, see `Document.hits`."""
        hits = document.hits
        maybe: list[Asked] = []
        words, pairs, begun = document.sift(self._sieve)
        if words[0]:
            self._texts[WORD].find(words, document, maybe)
        if pairs[0]:
            self._texts[PAIR].find(pairs, document, maybe)
        if begun[0]:
            maybe += self._beginnings(begun, document)
        for pattern, leaf in maybe:
            if leaf in hits:
                continue
            if not isinstance(leaf, TermLeaf) or leaf.scope:
                _note(leaf, document, gates=gates)
            elif places := pattern.stretches(document):
                hits[leaf] = places
        if self._always or document.quotes:
            for leaf in self._asked(document):
                _note(leaf, document, gates=gates)
        document.sought = True
        return hits

    def _beginnings(self, begun: Passed, document: ArticleDocument) -> Iterable[Asked]:
        """Give what words begin with that may stand there."""
        found: dict[Asked, list[Stretch]] = {}
        for beginnings in self._begun.values():
            beginnings.find(begun, found)
        if document.plain:
            for (pattern, _), places in found.items():
                if not pattern.exact:
                    # Whatever begins so has passed; what is long and short, twice.
                    document.places[pattern] = sorted(set(places))
        return found

    def _asked(self, document: ArticleDocument) -> list[Leaf]:
        found = list(self._always)
        if document.quotes:
            for speaker in {"", *(quote.entity for quote in document.quotes)}:
                found += self._speakers.get(speaker, ())
        return found

    def add(self, leaf: Leaf) -> None:
        """Add a leaf that is not there yet."""
        if isinstance(leaf, TermLeaf) and leaf.text:
            self._texts[_kind(leaf)].add(leaf)
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

    def _all_of(self, kind: int) -> Iterable[str]:
        return self._texts[kind] if kind in self._texts else self._begun[kind]

    def _enter(self, pattern: Pattern, leaf: Leaf) -> None:
        """Choose by what a pattern is found."""
        anchors, asked = pattern.anchors, (pattern, leaf)
        if len(anchors) > 1:
            self._texts[PAIR].ask(self._pair(anchors), asked)
        elif anchors:
            self._texts[WORD].ask(anchors[0], asked)
        else:
            self._begun[_size(pattern)].ask(asked)

    def _pair(self, words: tuple[str, ...]) -> str:
        """Choose the two words of a phrase that are rarest, one after the other."""
        if len(words) == 2:  # noqa: PLR2004 - nothing to choose
            return f"{words[0]} {words[1]}"
        of = self._frequency.of
        first = min(range(len(words) - 1), key=lambda at: of(words[at]) * of(words[at + 1]))
        return f"{words[first]} {words[first + 1]}"

    def drop(self, leaf: Leaf) -> None:
        """Take out a leaf that triggers nothing any more."""
        if isinstance(leaf, TermLeaf) and leaf.text:
            self._texts[_kind(leaf)].drop(leaf)
            return
        self._always.pop(leaf, None)
        if isinstance(leaf, SaidLeaf):
            for speaker in {leaf.speaker, ""}:
                self._speakers.get(speaker, {}).pop(leaf, None)
        for pattern in _patterns(leaf):
            self._leave(pattern, leaf)

    def _leave(self, pattern: Pattern, leaf: Leaf) -> None:
        anchors, asked = pattern.anchors, (pattern, leaf)
        if not anchors:
            self._begun[_size(pattern)].unask(asked)
        elif len(anchors) == 1:
            self._texts[WORD].unask(anchors[0], asked)
        # How rare words are may be known better now than when a pair was chosen.
        for first, second in pairwise(anchors):
            self._texts[PAIR].unask(f"{first} {second}", asked)


def _kind(leaf: TermLeaf) -> int:
    """Tell a word from a pair of words."""
    return WORD if leaf.pattern.plain else PAIR


def _size(pattern: Pattern) -> int:
    """Give the bytes by which a beginning is looked up."""
    size = len(pattern.words[0].encode("utf-8", "surrogatepass"))
    return next(bytes_ for bytes_ in BEGINNINGS if bytes_ <= size)


def _patterns(leaf: Leaf) -> Iterable[Pattern]:
    if isinstance(leaf, TermLeaf):
        return (leaf.pattern,)
    if isinstance(leaf, EntityLeaf):
        return leaf.names.patterns
    return leaf.patterns if isinstance(leaf, GateLeaf) else ()


def _note(leaf: Leaf, document: ArticleDocument, *, gates: bool) -> None:
    """Add a leaf that may hold, if nothing speaks against it."""
    if isinstance(leaf, GateLeaf):
        if gates and (not leaf.patterns or leaf.holds(document)):
            document.hits[leaf] = ()
    elif leaf.could(document) if gates else leaf.holds(document):
        document.hits[leaf] = ()
