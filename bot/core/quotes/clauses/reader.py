"""The subject before a verb, over adverbs, appositions and relative clauses."""

from __future__ import annotations

from typing import Final

from bot.core.quotes.clauses.main import MainClause
from bot.core.quotes.clauses.phrases import COMMAS
from bot.core.quotes.clauses.subject import Subject
from bot.core.quotes.grammar import (
    PREPOSITIONS,
    PRONOUNS,
)

_TITLE: Final = 6
_SHORT: Final = 3
_RELATIVE: Final = frozenset(("who", "which", "that"))


class Reader(MainClause):
    """Reads one sentence."""

    def subject_before(self, verb: int, depth: int = 0) -> Subject | None:
        """Read the subject that ends before a verb, or None."""
        found = self._read_before(verb, depth)
        if self.subjects and depth == 0 and (found is None or found.kind == "noun"):
            return self._parsed(verb) or found
        return found

    def subject_after(self, verb: int) -> Subject | None:
        """Read the subject that follows an inverted verb: `said the minister, Name`."""
        found = super().subject_after(verb)
        return self._parsed(verb) if found is None and self.subjects else found

    def _parsed(self, verb: int) -> Subject | None:
        """Give the name or pronoun that a parser took for the verb's subject, or None."""
        start, end = self.subjects.get(self.tokens[verb].start, (0, 0))
        words = [i for i, t in enumerate(self.tokens) if start <= t.start and t.end <= end]
        found = self._head_of(words[0], words[-1] + 1) if words else None
        return found if found is not None and found.kind != "noun" else None

    def _read_before(self, verb: int, depth: int) -> Subject | None:
        i = self.skip_adverbs(verb)
        if i <= 0 or depth > 4:
            return None
        token = self.tokens[i - 1]
        low = self.low(i - 1)
        if token.kind == "q":
            return None
        if low == ")":
            return self.subject_before(self.opening(i - 1), depth + 1)
        if low == "," and any(self.low(k) == "then" for k in range(i, verb)):
            return self._shared_subject(i - 1)  # `Smith won the vote, then mocked …`
        if low in COMMAS and token.kind == "p":
            return self._over_insert(i - 1, depth)
        if low in _RELATIVE:
            return self._antecedent(i - 1, depth)
        if low in PRONOUNS and token.kind == "w" and token.word not in ("IT", "US"):
            return Subject("pron", i - 1, i, head=low)
        if low in {"and", "but"}:
            return self._shared_subject(i - 1)
        return self.phrase_ending(i)

    def _over_insert(self, comma: int, depth: int) -> Subject | None:
        """Step over `, a spokesman for the ministry,` or `, who has …,` or `, in a speech,`."""
        sign = self.low(comma)
        if sign == ";":
            return None
        k = comma - 1
        limit = max(-1, comma - 45)
        while k > limit and not (self.tokens[k].kind == "p" and self.tokens[k].word == sign):
            if self.tokens[k].kind == "q" and not self._work(k):
                break
            k -= 1
        inside = self.low(k + 1)
        whole = self.cover[k + 1]
        if whole is not None and whole.last == comma and whole.who.person and not whole.owns:
            doer = self._accompanied(k + 1)
            if doer is not None:
                return doer
            return Subject("name", whole.first, whole.last, whole)
        if k <= 0 or self.tokens[k].kind != "p" or self.tokens[k].word != sign:
            return None
        found = self.subject_before(k, depth + 1) if not self.is_quote(k - 1) else None
        if found is not None and found.head in self.lex.bodies and inside in ("known", "called"):
            return found
        if found is None or found.kind == "noun":
            # `Name, title, said` after a said quote: the segment itself may be the subject.
            own = self.phrase_ending(comma) if inside not in PREPOSITIONS else None
            if found is None:
                return own
            if own is not None and own.kind == "name" and found.kind == "noun":
                return own
        return found

    def _accompanied(self, name: int) -> Subject | None:
        """Read `Smith, touring the site with the manager, Name, said`: the words are Smith's."""
        main = self.main_subject(name)
        if main is None or main.kind != "name" or self.low(main.last) != ",":
            return None
        low = self.low(main.last + 1)
        doing = low.endswith("ing") or low in ("accompanied", "flanked", "joined")
        said = any(self.is_finite(k) for k in range(main.last, name))
        return main if doing and not said and main.last + 1 < name - 1 else None

    def _work(self, quote: int) -> bool:
        """Tell a work's title in marks: `Smith, whose "Winter Road" she printed, said`."""
        words = self.tokens[quote].word.strip("\"“”‘’'").split()
        return len(words) <= _TITLE and all(w[:1].isupper() for w in words if len(w) > _SHORT)

    def _shared_subject(self, conjunction: int) -> Subject | None:
        """Give the subject of the verb before `and said`."""
        for i in range(conjunction - 1, -1, -1):
            if self.tokens[i].kind == "w" and self.is_finite(i):
                found = self.subject_before(i)
                if found is not None:
                    return found
        return self.main_subject(conjunction)
