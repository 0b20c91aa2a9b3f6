"""The index: from the words of an article to the leaves that they trigger."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from bot.core.match.leaves import EntityLeaf, GateLeaf, TermLeaf
from bot.core.match.said import SaidLeaf
from bot.core.match.sieve import BEGINNINGS, PAIR, WORD, Sieve

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.match.base import Leaf
    from bot.core.match.document import ArticleDocument
    from bot.core.match.frequency import Frequency
    from bot.core.match.grid import Passed
    from bot.core.match.pattern import Pattern, Stretch

Entries = dict[str, list[tuple["Pattern", "Leaf"]]]


class Index:
    """Leaves by what triggers them. Adding and dropping one touches nothing else.

    Args:
        frequency: tells how rare words are, so that phrases stand under their rarest.
    """

    def __init__(self, frequency: Frequency) -> None:
        self._frequency = frequency
        self._sieve = Sieve(self._all_of)
        # Words and pairs of words by which all is said, and what asks for more than its words.
        self._texts: dict[int, dict[str, tuple[Leaf, ...]]] = {WORD: {}, PAIR: {}}
        self._patterns: dict[int, Entries] = {kind: {} for kind in (WORD, PAIR, *BEGINNINGS)}
        self._speakers: dict[str, dict[Leaf, None]] = {}
        self._always: dict[Leaf, None] = {}

    def __bool__(self) -> bool:
        """Say whether anything is in it."""
        entries = (*self._texts.values(), *self._patterns.values(), *self._speakers.values())
        return any((self._always, *entries))

    @property
    def always(self) -> Iterable[Leaf]:
        """The leaves that no word triggers: they are asked about every article."""
        return self._always

    def hits(self, document: ArticleDocument, *, gates: bool) -> dict[Leaf, Sequence[Stretch]]:
        """Give the triggers that hold (or could, for gates), each once, see `Document.hits`."""
        hits = document.hits
        maybe: list[tuple[Pattern, Leaf]] = []
        words, pairs, begun = document.sift(self._sieve)
        if words[0]:
            document.sifted = self._find(WORD, words, document, maybe)
        if pairs[0]:
            self._find(PAIR, pairs, document, maybe)
        if begun[0]:
            maybe += self._beginnings(begun, document)
        for pattern, leaf in maybe:
            if leaf in hits or not pattern.stretches(document):
                continue
            if isinstance(leaf, TermLeaf) and not leaf.scope:
                hits[leaf] = document.places[pattern]
            else:
                _note(leaf, document, hits, gates=gates)
        if self._always or document.quotes:
            for leaf in self._asked(document):
                _note(leaf, document, hits, gates=gates)
        return hits

    def _find(
        self,
        kind: int,
        passed: Passed,
        document: ArticleDocument,
        maybe: list[tuple[Pattern, Leaf]],
    ) -> dict[str, list[Stretch]]:
        """Note the leaves of texts that stand there, and add to `maybe` those that ask for more.

        Returns:
            The texts that are looked for, with their places.
        """
        hits, plain = document.hits, document.plain
        leaves, entries = self._texts[kind].get, self._patterns[kind].get
        found: dict[str, list[Stretch]] = {}
        for written, start, end in zip(*passed):  # noqa: B905 - as long; checking takes its time
            text = " ".join(filter(None, written.split(" "))) if "  " in written else written
            alone, more = leaves(text), entries(text)
            if alone is None and more is None:
                continue
            places = found.get(text)
            if places is None:
                places = found[text] = []
                for leaf in alone or ():
                    hits[leaf] = places
                for entry in more or ():
                    maybe.append(entry)
                    if plain and entry[0].direct:
                        # All its places are known, so that nobody has to search for it.
                        document.places[entry[0]] = places
            if plain and not (places and places[-1][0] == start):
                places.append((start, end))
        return found

    def _beginnings(
        self, begun: Passed, document: ArticleDocument
    ) -> Iterable[tuple[Pattern, Leaf]]:
        """Give what words begin with that may stand there."""
        found: dict[tuple[Pattern, Leaf], list[Stretch]] = {}
        for kind in BEGINNINGS:
            patterns = self._patterns[kind]
            if not patterns:
                continue
            for word, start, end in zip(*begun, strict=True):
                for entry in patterns.get(_beginning(word, kind), ()):
                    if word.startswith(entry[0].words[0]):
                        found.setdefault(entry, []).append((start, end))
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
            kind, text = _kind(leaf), leaf.text
            texts = self._texts[kind]
            if text in texts:
                texts[text] += (leaf,)
            else:
                self._sieve.add(kind, text)
                texts[text] = (leaf,)
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
        return chain(self._texts.get(kind, ()), self._patterns[kind])

    def _enter(self, pattern: Pattern, leaf: Leaf) -> None:
        kind, key = self._place(pattern)
        index = self._patterns[kind]
        if key in index:
            index[key].append((pattern, leaf))
        else:
            self._sieve.add(kind, key)
            index[key] = [(pattern, leaf)]

    def _place(self, pattern: Pattern) -> tuple[int, str]:
        """Choose by what a pattern is found."""
        anchors = pattern.anchors
        if len(anchors) > 1:
            return PAIR, self._pair(anchors)
        return (WORD, anchors[0]) if anchors else _place_of_beginning(pattern.words[0])

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
            self._leave_text(leaf)
            return
        self._always.pop(leaf, None)
        if isinstance(leaf, SaidLeaf):
            for speaker in {leaf.speaker, ""}:
                self._speakers.get(speaker, {}).pop(leaf, None)
        for pattern in _patterns(leaf):
            self._leave(pattern, leaf)

    def _leave_text(self, leaf: TermLeaf) -> None:
        kind, text = _kind(leaf), leaf.text
        texts = self._texts[kind]
        texts[text] = tuple(other for other in texts[text] if other is not leaf)
        if not texts[text]:
            del texts[text]
            self._sieve.drop(kind, text)

    def _leave(self, pattern: Pattern, leaf: Leaf) -> None:
        anchors, entry = pattern.anchors, (pattern, leaf)
        if len(anchors) < 2:  # noqa: PLR2004 - one place only
            kind, key = self._place(pattern)
            self._take_out(kind, key, entry)
        for first, second in pairwise(anchors):
            self._take_out(PAIR, f"{first} {second}", entry)

    def _take_out(self, kind: int, key: str, entry: tuple[Pattern, Leaf]) -> None:
        if _drop(self._patterns[kind], key, entry):
            self._sieve.drop(kind, key)


def _kind(leaf: TermLeaf) -> int:
    """Tell a word from a pair of words."""
    return WORD if leaf.pattern.plain else PAIR


def _place_of_beginning(word: str) -> tuple[int, str]:
    """Give the bytes by which a beginning is looked up, as kind and as letters."""
    size = len(word.encode("utf-8", "surrogatepass"))
    kind = next(kind for kind in BEGINNINGS if kind <= size)
    return kind, _beginning(word, kind)


def _beginning(word: str, size: int) -> str:
    """Give the letters that begin in the first bytes of a word."""
    if word.isascii():
        return word[:size]
    data = word.encode("utf-8", "surrogatepass")
    while size < len(data) and data[size] & 0xC0 == 0x80:  # noqa: PLR2004 - goes on with a letter
        size += 1
    return data[:size].decode("utf-8", "surrogatepass")


def _drop(index: dict[str, list[Any]], key: str, entry: object) -> bool:
    """Take an entry out; say whether it was the last of its key."""
    entries = index.get(key)
    if not entries or entry not in entries:
        return False
    entries.remove(entry)
    if not entries:
        del index[key]
    return not entries


def _patterns(leaf: Leaf) -> Iterable[Pattern]:
    if isinstance(leaf, TermLeaf):
        return (leaf.pattern,)
    if isinstance(leaf, EntityLeaf):
        return leaf.names.patterns
    return leaf.patterns if isinstance(leaf, GateLeaf) else ()


def _note(
    leaf: Leaf, document: ArticleDocument, hits: dict[Leaf, Sequence[Stretch]], *, gates: bool
) -> None:
    """Add a leaf whose pattern stands in the document, if nothing else speaks against it."""
    if isinstance(leaf, GateLeaf):
        if gates:
            hits[leaf] = ()
    elif leaf.could(document) if gates else leaf.holds(document):
        hits[leaf] = ()
