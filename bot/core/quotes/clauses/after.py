"""The subject behind an inverted verb: `said the minister, Name`."""

from __future__ import annotations

from bot.core.quotes.clauses.phrases import Phrases
from bot.core.quotes.clauses.subject import Subject
from bot.core.quotes.grammar import (
    BOUNDARY,
    DAYS,
    PREPOSITIONS,
    PRONOUNS,
)


class After(Phrases):
    """Reads subjects behind their verb."""

    def subject_after(self, verb: int) -> Subject | None:
        """Read the subject that follows an inverted verb: `said the minister, Name`."""
        start = verb + 1
        while (
            start < len(self.tokens)
            and (self.low(start) in ("also", "later", "then") or self.low(start).endswith("ly"))
            and self.cover[start] is None
        ):
            start += 1
        if start >= len(self.tokens):
            return None
        low = self.low(start)
        if self.cover[start] is None and (
            low in PREPOSITIONS or low in BOUNDARY or self.tokens[start].kind not in "wn"
        ):
            return None
        if low in PRONOUNS and self.cover[start] is None:
            return Subject("pron", start, start + 1, head=low)
        end = start
        while end < len(self.tokens) and end - start < 24:
            mention = self.cover[end]
            if mention is not None:
                end = mention.last
                if mention.owns:
                    continue
                continue
            token = self.tokens[end]
            if token.kind == "q" or (token.kind == "p" and token.word not in "-–/&'’"):
                break
            if (
                token.low in BOUNDARY
                or token.low in DAYS
                or (
                    token.low in PREPOSITIONS
                    and token.low not in ("of", "for", "at", "from", "with")
                )
            ):
                break
            if (
                token.low in self.lex.past
                and token.low not in self.lex.roles
                and not self._looks_noun(end)
            ):
                break
            end += 1
        found = self._head_of(start, end)
        if found is not None and found.kind == "noun":
            named = self._apposed(found.last)
            if named is not None:
                return named
        return found

    def _apposed(self, comma: int) -> Subject | None:
        """Give the name in `the minister, Name, …`."""
        if self.low(comma) != ",":
            return None
        first = comma + 1
        if self.low(first) in ("the", "a", "an"):
            trade = range(first + 1, min(first + 4, len(self.tokens) - 1))
            last = next((k for k in trade if self.low(k) in self.lex.roles), None)
            first = first if last is None else last + 1  # `his wife, the novelist Name, said`
        mention = self.cover[first] if first < len(self.tokens) else None
        if mention is None or mention.owns or not mention.who.person:
            return None
        after = self.low(mention.last)
        if (
            after in (",", ".", ";", "", "said", "told", "in", "on", "at", "—", ")")
            or after in DAYS
        ):
            return Subject("name", mention.first, mention.last, mention)
        return None
