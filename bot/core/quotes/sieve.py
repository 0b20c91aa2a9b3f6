"""The sieve: every quote falls through ever wider nets until one of them holds its speaker."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.quotes.clauses import Found, Reader
from bot.core.quotes.cues import find_cue
from bot.core.quotes.hints import NO_HINTS
from bot.core.quotes.indirect import find_reported
from bot.core.quotes.people import Speaker, introduce

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.quotes.clauses import Subject
    from bot.core.quotes.hints import Hints
    from bot.core.quotes.lexicon import Lexicon
    from bot.core.quotes.marks import Marked
    from bot.core.quotes.names import Registry
    from bot.core.quotes.people import People
    from bot.core.quotes.reading import Sentence

_FULL: Final = ".?!,…—–-"
_WRITTEN: Final = frozenset(("read", "reads", "reading"))
_WORDS: Final = 4
_HEADING: Final = 30
_SAME_BREATH: Final = ("continued", "same sentence", "repeated")
"""Nets whose stretch is told of by whoever told of the other one."""
_LABEL: Final = re.compile(r"([A-Z][A-Z.’' -]{2,40}):\s")


@dataclass(slots=True)
class Attribution:
    """What the sieve knows of one marked stretch.

    Attributes:
        marked: the stretch.
        sentence: number of the sentence it stands in.
        at: index of its token.
        found: the cue, when its own sentence has one.
        speaker: who says it, or None.
        path: the net that held it, "" for none.
        confidence: 0 to 1.
        bare: True when its sentence is nothing but quotes.
        weak: True when its verb reports an attitude or an act rather than words.
        joins: True when it continues the stretch before it as one statement.
        via: who told of the words, where the sentence has it from another than the speaker.
    """

    marked: Marked
    sentence: int = -1
    at: int = -1
    found: Found | None = None
    speaker: Speaker | None = None
    cue: str = ""
    path: str = ""
    confidence: float = 0.0
    bare: bool = False
    joins: bool = False
    weak: bool = False
    via: Speaker | None = None

    def marked_words(self, text: str) -> list[str]:
        """Give the words of the stretch."""
        return text[self.marked.start : self.marked.end].split()

    def take(self, other: Attribution, path: str, factor: float) -> None:
        """Take the speaker of another quote."""
        self.speaker, self.cue, self.path = other.speaker, other.cue, path
        self.confidence = other.confidence * factor
        self.via = other.via if path in _SAME_BREATH else None


class Sieve:
    """Attributes the quotes of one article, in order."""

    def __init__(
        self,
        text: str,
        sentences: Sequence[Sentence],
        marked: Sequence[Marked],
        registry: Registry,
        people: People,
        lexicon: Lexicon,
        hints: Hints = NO_HINTS,
    ) -> None:
        self._text, self._sentences, self._people = text, sentences, people
        self._known = registry
        self._rows = [Attribution(row) for row in marked]
        self._readers = [
            Reader(sentence, registry.mentions[sentence.number], lexicon, hints.subjects)
            for sentence in sentences
        ]

    def run(self) -> list[Attribution]:
        """Attribute all quotes."""
        subjects = [reader.main_subject(len(reader.tokens)) for reader in self._readers]
        self._people.subjects = [
            s.mention.who if s is not None and s.mention is not None else None for s in subjects
        ]
        for reader in self._readers:
            self._find(reader)
        self._people.introduced = introduce(self._readers, self._speaking(subjects), self._known)
        for reader in self._readers:
            for index in reader.sentence.quotes:
                self._attribute(reader, index)
            self._people.remember(reader, subjects[reader.sentence.number])
        self._repeat()
        self._tell()
        self._join()
        return self._rows

    def _repeat(self) -> None:
        """Give a heading that repeats words of a quote further down their speaker."""
        known = [row for row in self._rows if row.speaker is not None and not row.bare]
        for row in self._rows:
            words = row.marked_words(self._text) if row.speaker is None and row.bare else []
            if not _WORDS <= len(words) <= _HEADING:
                continue
            content = self._text[row.marked.start : row.marked.end].strip(",.")
            for other in known[:_HEADING]:
                if content in self._text[other.marked.start : other.marked.end]:
                    row.take(other, "repeated", 0.9)
                    break

    def _tell(self) -> None:
        """Give the first half of `Lee spoke of "…" and "…", Falk said` the teller of the second."""
        for row, after in reversed(list(zip(self._rows, self._rows[1:], strict=False))):
            same = row.sentence == after.sentence and row.speaker == after.speaker
            if same and row.via is None and row.path == "before" and row.speaker is not None:
                row.via = after.via

    def _speaking(self, subjects: list[Subject | None]) -> list[Subject | None]:
        """Give the subject of each sentence: its main clause's, else that of its said-clause."""
        found = list(subjects)
        for row in self._rows:
            if row.sentence < 0 or row.found is None:
                continue
            main, said = found[row.sentence], row.found.subject
            thing = main is not None and main.mention is not None and not main.mention.who.person
            roles = self._readers[row.sentence].lex.roles
            thing = thing or (
                main is not None
                and main.kind == "noun"
                and main.head not in roles
                and said.head in roles
            )  # `Governments must act, the envoy said`
            if main is None or (thing and said.kind == "noun"):
                found[row.sentence] = said
        return found

    def reported(self) -> Iterator[tuple[int, int, Speaker | None, str, float]]:
        """Give reported speech without marks: start, end, speaker, cue and confidence."""
        for reader in self._readers:
            if reader.sentence.quotes:
                continue
            for subject, cue, first, last in find_reported(reader):
                self._people.step_to(reader.sentence.number)
                speaker = self._people.resolve(reader, subject)
                tokens = reader.tokens
                words = self._text[tokens[cue[0]].start : tokens[cue[1] - 1].end]
                confidence = 0.85 * speaker.confidence if speaker else 0.0
                yield tokens[first].start, tokens[last - 1].end, speaker, words, confidence

    def word_before(self, row: Attribution) -> tuple[str, bool]:
        """Give the word before a quote, and whether it is a possessive."""
        if row.sentence < 0 or row.at <= 0:
            return "", False
        token = self._readers[row.sentence].tokens[row.at - 1]
        return (token.low, token.owns) if token.kind == "w" else ("", False)

    def _find(self, reader: Reader) -> None:
        bare = all(t.kind in "qp" for t in reader.tokens)
        for at, token in enumerate(reader.tokens):
            if token.kind != "q":
                continue
            row = self._rows[token.quote]
            row.sentence, row.at, row.bare = reader.sentence.number, at, bare
            if not bare:
                row.found = find_cue(reader, at)

    def _attribute(self, reader: Reader, index: int) -> None:
        row = self._rows[index]
        if row.speaker is None and row.found is not None and not self._same_clause(index, row):
            self._resolve(reader, row)
        if row.bare and self._label(row):
            self._people.spoke(reader.sentence.number, row.speaker or Speaker("", None, None, 0.0))
            return
        if row.speaker is None and row.found is None:
            self._borrow(reader, index, row)
        if row.speaker is not None:
            self._people.spoke(reader.sentence.number, row.speaker)

    def _same_clause(self, index: int, row: Attribution) -> bool:
        """Give the second half of `"…," he added, "…"` the speaker of the first."""
        before = self._rows[index - 1] if index else None
        if before is None or before.found is None or before.speaker is None or row.found is None:
            return False
        if before.sentence != row.sentence or before.found.cue != row.found.cue:
            return False
        row.path, row.weak = row.found.path, before.weak
        row.speaker, row.cue, row.confidence = before.speaker, before.cue, before.confidence
        row.via = before.via or self._teller(self._readers[row.sentence], row)
        return True

    def _label(self, row: Attribution) -> bool:
        """Read a transcript's `SMITH: …` inside the marks."""
        label = _LABEL.match(self._text, row.marked.start, row.marked.end)
        if label is None:
            return False
        who = self._people.labelled(label.group(1))
        if who is None:
            return False
        row.speaker, row.path, row.confidence = who, "label", 0.9
        return True

    def _resolve(self, reader: Reader, row: Attribution) -> None:
        found = row.found
        if found is None:
            return
        speaker = self._people.resolve(reader, found.subject)
        row.cue = self._cue(reader, found)
        row.path = found.path
        row.weak = found.path != "according" and row.cue.lower() in reader.lex.weak
        if speaker is not None and not (speaker.noun and row.cue.lower() in _WRITTEN):
            row.speaker = speaker
            row.confidence = max(0.0, min(1.0, found.score)) * speaker.confidence
            row.via = self._teller(reader, row)

    def _teller(self, reader: Reader, row: Attribution) -> Speaker | None:
        """Give who told of a quote, if that is another than its speaker."""
        if row.found is None or row.found.via is None or row.speaker is None:
            return None
        teller = self._people.resolve(reader, row.found.via)
        return None if teller is None or teller.name == row.speaker.name else teller

    def _cue(self, reader: Reader, found: Found) -> str:
        first, last = found.cue
        words = self._text[reader.tokens[first].start : reader.tokens[last - 1].end]
        return "" if not any(c.isalpha() for c in words) else words

    def _borrow(self, reader: Reader, index: int, row: Attribution) -> None:
        """Look beyond the quote's own clause: neighbours, the sentence before, the last speaker."""
        rows = self._rows
        before = rows[index - 1] if index else None
        after = rows[index + 1] if index + 1 < len(rows) else None
        if row.marked.goes_on and before is not None:
            row.take(before, "continued", 0.98)
            return
        if after is not None and after.marked.goes_on and after.found is not None:
            self._resolve(self._readers[after.sentence], after)
            if after.speaker is not None:
                row.take(after, "continued", 0.95)
                return
        if (
            after is not None
            and after.sentence == row.sentence
            and after.found is not None
            and after.found.path in ("after", "inverted")
        ):
            self._resolve(reader, after)
            row.take(after, "same sentence", 0.95)
            return
        same_block = before is not None and before.marked.block == row.marked.block
        if not row.bare:
            # `"…," she said. "You went on television" to blame the workers.`
            opens = row.at == 0 and len(row.marked_words(self._text)) >= _WORDS
            if before and same_block and opens and row.sentence - before.sentence <= 1:
                row.take(before, "same paragraph", 0.85)
            return
        if (
            before is not None
            and same_block
            and row.sentence - before.sentence <= 1
            and before.speaker
        ):
            starts = (
                not before.found
                or before.found.path in ("after", "inverted", "label")
                or reader is self._readers[before.sentence]
                or before.bare
            )
            full = (
                before.marked.end > before.marked.start
                and self._text[before.marked.end - 1] in _FULL
            )
            if starts or full:
                row.take(before, "same paragraph", 0.97)
                return
        if (
            after is not None
            and after.marked.block == row.marked.block
            and after.sentence - row.sentence <= 1
            and after.found is not None
            and after.found.path in ("after", "inverted")
        ):
            self._resolve(self._readers[after.sentence], after)
            row.take(after, "next sentence", 0.95)
            return
        if self._introduced(row) or self._told_after(row):
            return
        if before is not None and before.speaker and row.marked.block - before.marked.block <= 1:
            row.take(before, "previous speaker", 0.85)

    def _told_after(self, row: Attribution) -> bool:
        """Read `Those were the words of Name` in the sentence behind a quote."""
        if row.sentence + 1 >= len(self._readers):
            return False
        reader = self._readers[row.sentence + 1]
        opening = [reader.low(i) for i in range(5)]
        if opening[0] not in ("those", "these") or opening[2:] != ["the", "words", "of"]:
            return False
        subject = reader.subject_after(4)
        speaker = self._people.resolve(reader, subject) if subject is not None else None
        if speaker is None:
            return False
        row.speaker, row.cue, row.path = speaker, "words", "sentence after"
        row.confidence = 0.9 * speaker.confidence
        return True

    def _introduced(self, row: Attribution) -> bool:
        """Take the subject of the sentence before, where it introduces the quote."""
        if row.sentence <= 0:
            return False
        reader = self._readers[row.sentence - 1]
        if not reader.tokens or reader.sentence.block < row.marked.block - 1:
            return False
        colon = reader.tokens[-1].word == ":"
        verbs = [i for i, t in enumerate(reader.tokens) if t.kind == "w" and reader.is_finite(i)]
        subject = None
        cue = ""
        if verbs:
            subject = reader.subject_before(verbs[-1])
            cue = reader.tokens[verbs[-1]].word
        if subject is None:
            subject = reader.main_subject(len(reader.tokens))
        if subject is None:
            return False
        speaker = self._people.resolve(reader, subject)
        near = reader.sentence.block == row.marked.block and subject.head in reader.lex.roles
        if speaker is None or (speaker.noun and not colon and not near):
            return False
        score = 0.93 if colon else (0.82 if verbs else 0.7)
        row.speaker, row.cue, row.path = speaker, cue, "sentence before"
        row.confidence = score * speaker.confidence
        return True

    def _join(self) -> None:
        """Mark the stretches that one statement is made of."""
        for before, row in zip(self._rows, self._rows[1:], strict=False):
            if row.marked.goes_on:
                ours = row.speaker.name if row.speaker else None
                row.joins = ours == (before.speaker.name if before.speaker else None)
                continue
            if before.marked.block != row.marked.block or before.speaker is None:
                continue
            if row.speaker is None or row.speaker.name != before.speaker.name:
                continue
            said = before.found is not None and before.found.path in ("after", "inverted")
            if said and 0 <= row.sentence - before.sentence <= 1:
                gap = row.marked.open - before.marked.close
                first = row.at == 0 or row.sentence == before.sentence
                row.joins = (
                    first
                    and gap < 240
                    and (
                        row.found is None
                        or row.found == before.found
                        or row.bare
                        or row.sentence == before.sentence
                    )
                )
