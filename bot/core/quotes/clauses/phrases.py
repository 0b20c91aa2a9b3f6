"""Noun phrases: where they start, and which word is their head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.clauses.subject import Subject
from bot.core.quotes.clauses.words import Words
from bot.core.quotes.grammar import (
    AUXILIARY,
    BOUNDARY,
    DAYS,
    DETERMINERS,
    FUNCTION,
    INDEFINITE_PEOPLE,
    IRREGULAR,
    PREPOSITIONS,
    PRONOUNS,
    SUBORDINATE,
)

if TYPE_CHECKING:
    from bot.core.quotes.names import Mention

_VERBAL: Final = frozenset(
    "is are was were has have had will would could should been be did does".split()
)
_COUNTED: Final = frozenset("one another others some many most third".split())
COMMAS: Final = frozenset((",", "—", "–", "―", ";", "-"))


class Phrases(Words):
    """Reads noun phrases."""

    def phrase_ending(self, end: int, depth: int = 0) -> Subject | None:
        """Read the noun phrase that ends at a token (exclusive)."""
        first = end
        if depth > 6:
            return None
        while first > 0 and end - first < 24:
            token = self.tokens[first - 1]
            if token.kind == "q" or (token.kind == "p" and token.word not in "-–&/'’$%.#@"):
                break
            if self.cover[first - 1] is None and token.kind == "w":
                low = token.low
                if low in BOUNDARY:
                    break
                verbal = low in self.lex.past or low in IRREGULAR
                if low in PRONOUNS or (verbal and not self._looks_noun(first - 1)):
                    break
            first -= 1
        if self.low(first - 1) in ("who", "which", "whose", "that") and first >= 2:
            # The words belong to a relative clause: its antecedent is meant.
            mention = self.cover[end - 1]
            own = mention is not None and mention.first == first
            reported = self.low(first - 1) == "that" and (
                self.low(first - 2) in self.lex.past or self.low(first - 2) in ("heard", "found")
            )  # `The court heard that principal Name had …`
            own = own or reported or self.low(end - 1) in self.lex.plurals
            if not own and self.low(first) not in DETERMINERS:
                return self._antecedent(first - 1, depth + 1)
        if self.low(first - 1) == ")" and self.low(first) in PREPOSITIONS and not self.cover[first]:
            # `Name (as she writes it) of the daily Post said`
            return self.phrase_ending(self.opening(first - 1), depth + 1)
        found = self._head_of(first, end)
        if found is not None and found.kind == "noun" and self.low(first - 1) == "," and first >= 2:
            mention = self.cover[first - 2]
            if self.low(first - 2) == ")":
                mention = self.cover[max(0, self.opening(first - 2) - 1)]
            title = self.low(first) in ("the", "a", "an", "one") or any(
                self.tokens[k].low in self.lex.roles for k in range(first, end)
            )
            plural = found.head.endswith("s") and not found.head.endswith("ss")
            plural = plural or (found.head in self.lex.bodies and found.head not in self.lex.roles)
            if (
                mention is not None
                and not mention.owns
                and mention.who.person
                and not (
                    # `Asked about Name, the minister said`: no comma shuts an apposition
                    self.low(end) != ","
                    and self.low(mention.first - 1) in PREPOSITIONS
                    and (self.low(0) in SUBORDINATE or self.low(0) in PREPOSITIONS)
                )
                and title
                and not plural
            ):
                return Subject("name", mention.first, mention.last, mention)
        return found

    def _antecedent(self, at: int, depth: int) -> Subject | None:
        i = at - 1 if self.low(at - 1) in COMMAS else at
        if self.low(i - 1) == ")":
            i = self.opening(i - 1)
        if i <= 0 or depth > 4:
            return None
        mention = self.cover[i - 1]
        if mention is not None and not mention.owns and mention.who.person:
            return Subject("name", mention.first, mention.last, mention)
        if self.low(i - 1) in INDEFINITE_PEOPLE:
            return None
        found = self.phrase_ending(i, depth + 1)
        if found is None:
            # `a denial came from the embassy, which called it …`
            start = next((k for k in range(i - 1, max(0, i - 8), -1)
                          if self.low(k) in PREPOSITIONS), None)  # fmt: skip
            inner = self._head_of(start + 1, i) if start is not None else None
            known = self.lex.roles | self.lex.bodies
            return inner if inner and (inner.kind == "name" or inner.head in known) else None
        return found

    def _looks_noun(self, i: int) -> bool:
        """Tell whether a word of the verb list stands as a noun or participle here."""
        before, low = self.low(i - 1), self.tokens[i].low
        if low in self.lex.plurals and self.low(i - 1).isdigit():
            return True
        return before in DETERMINERS or before in PREPOSITIONS or low in self.lex.roles

    def phrase_in(self, first: int, end: int) -> Subject | None:
        """Read the noun phrase that stands between two places."""
        return self._head_of(first, end)

    def _head_of(self, first: int, end: int) -> Subject | None:
        """Find the head of the words between two places."""
        start = self._phrase_start(first, end)
        if start is None:
            return None
        stop = start
        while stop < end:
            mention = self.cover[stop]
            if mention is not None:
                stop = min(mention.last, end)
                continue
            if stop > start and self.low(stop) in PREPOSITIONS:
                break
            stop += 1
        mention = self.cover[stop - 1]
        if mention is not None and not mention.owns:
            more: tuple[Mention, ...] = ()
            if self.low(mention.first - 1) == "and" and mention.first >= 2:
                other = self.cover[mention.first - 2]
                if other is not None and not other.owns and other.who.person and mention.who.person:
                    more = (other,)
            return Subject("name", mention.first, mention.last, mention, more)
        last = self.tokens[stop - 1]
        if last.kind != "w":
            return None
        if last.low in PRONOUNS:
            return Subject("pron", stop - 1, stop, head=last.low)
        if any(self.low(k) in _VERBAL for k in range(start, end)):
            return None
        if last.low in AUXILIARY or (last.low in FUNCTION and last.low not in _COUNTED):
            return None
        return Subject("noun", start, end, head=last.low)

    def _phrase_start(self, first: int, end: int) -> int | None:
        """Skip what stands before the noun phrase: `In a statement on Friday the minister`."""
        if first >= end:
            return None
        if self.low(first) not in PREPOSITIONS or self.cover[first] is not None:
            return first
        for i in range(first + 1, end):
            if self.cover[i - 1] is not None and self.cover[i] is self.cover[i - 1]:
                continue
            before = self.low(i - 1)
            if before in PREPOSITIONS or before in DETERMINERS or self.tokens[i - 1].owns:
                continue
            mention = self.cover[i]
            if (
                mention is not None
                and mention.first == i
                and before not in self.lex.roles
                and (
                    self.tokens[i - 1].kind != "w"
                    or self.tokens[i - 1].low in DAYS
                    or not self._adjective(i - 1)
                )
            ):
                return i
            if self.low(i) in DETERMINERS and self.low(i) not in ("that", "this"):
                return i
        return None

    def _adjective(self, i: int) -> bool:
        return self.low(i - 1) in DETERMINERS or self.low(i - 1) in PREPOSITIONS
