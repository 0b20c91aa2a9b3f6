"""The subject of a sentence's main clause."""

from __future__ import annotations

from bot.core.quotes.clauses.after import After
from bot.core.quotes.clauses.subject import Subject
from bot.core.quotes.grammar import (
    AUXILIARY,
    BOUNDARY,
    DAYS,
    DETERMINERS,
    IRREGULAR,
    PREPOSITIONS,
    PRONOUNS,
    SUBORDINATE,
)


class MainClause(After):
    """Reads the subject of the main clause."""

    def main_subject(self, limit: int) -> Subject | None:
        """Read the subject of the sentence's main clause, if it stands before a place."""
        i = 0
        while i < limit and (
            self.low(i)
            in (
                "but",
                "and",
                "yet",
                "so",
                "still",
                "however",
                "meanwhile",
                "then",
                "instead",
                "now",
                "also",
            )
            or (self.tokens[i].kind == "p" and self.tokens[i].word != "(")
        ):
            i += 1
        for _ in range(4):
            if i >= limit:
                return None
            low = self.low(i)
            leading = self.cover[i] is None and (
                low in PREPOSITIONS
                or low in SUBORDINATE
                or (low.endswith("ing") and self.low(i + 1) not in self.lex.roles)
                or (low.endswith("ed") and i == 0)
                or self.tokens[i].kind == "n"
                or (low.endswith("ly") and len(low) > 4)
                or low in DAYS
            )
            if not leading:
                break
            comma = next((k for k in range(i, limit) if self.low(k) == ","), None)
            if comma is None:
                return self._first_free(i, limit) if low in PREPOSITIONS else None
            i = comma + 1
            while i < limit and not self._may_start(i):
                comma = next((k for k in range(i, limit) if self.low(k) == ","), None)
                if comma is None:
                    return None
                i = comma + 1
            i = self._over_apposed(i, limit)
        if self.low(i) in ("more", "fewer", "less") and self.low(i + 1) == "than":
            i += 2
        return self._phrase_from(i, limit)

    def _over_apposed(self, i: int, limit: int) -> int:
        """Step over the name in `In her book, Name, Smith said`, which the phrase before is of."""
        mention = self.cover[i] if i < limit else None
        if mention is None or self.low(mention.last) != "," or mention.last + 1 >= limit:
            return i
        other = self.cover[mention.last + 1]
        if other is None or other.owns or self.low(other.last) in (",", "and", "of", ""):
            return i
        return other.first

    def _may_start(self, i: int) -> bool:
        low = self.low(i)
        return (
            self.cover[i] is not None
            or low in DETERMINERS
            or low in PRONOUNS
            or low in PREPOSITIONS
            or low in SUBORDINATE
            or low.endswith("s")
        )

    def _first_free(self, i: int, limit: int) -> Subject | None:
        for k in range(i + 1, limit):
            mention = self.cover[k]
            if (
                mention is not None
                and mention.first == k
                and not mention.owns
                and self.low(k - 1) not in PREPOSITIONS
                and self.low(k - 1) not in DETERMINERS
            ):
                return Subject("name", k, mention.last, mention)
            if self.low(k) == "the" and self.low(k - 1) not in PREPOSITIONS:
                found = self._phrase_from(k, limit)  # `On the way out the mayor waved`
                if found is not None and found.kind == "noun" and found.head in self.lex.roles:
                    return found
            if self.low(k) in ("he", "she"):
                return Subject("pron", k, k + 1, head=self.low(k))
        return None

    def _acts_now(self, i: int) -> bool:
        """Tell `The commissioner returns to …` from `the commissioner visits programme`."""
        token, following = self.tokens[i], self.low(i + 1)
        return (
            token.kind == "w"
            and token.low.endswith("s")
            and not token.cap
            and not token.owns
            and token.low not in self.lex.plurals
            and token.low not in self.lex.bodies
            and self.low(i - 1) in self.lex.roles
            and (following in PREPOSITIONS or following in DETERMINERS or following == "")
        )

    def _compound(self, i: int) -> bool:
        """Tell whether small words lead to an office: `Smith senior campaign adviser Jones`."""
        while i < len(self.tokens) and self.cover[i] is None and self.tokens[i].kind == "w":
            if self.low(i) in self.lex.roles or self.low(i) in self.lex.bodies:
                return True
            i += 1
        return False

    def _phrase_from(self, i: int, limit: int) -> Subject | None:
        if i >= limit or self.is_quote(i):
            return None
        low = self.low(i)
        if low in PRONOUNS and self.cover[i] is None:
            return Subject("pron", i, i + 1, head=low)
        end = i
        while end < limit and end - i < 16:
            mention = self.cover[end]
            if mention is not None:
                end = mention.last
                continue
            token = self.tokens[end]
            if token.kind == "q" or (token.kind == "p" and token.word not in "-–/&"):
                break
            if end > i and (
                token.low in BOUNDARY
                or token.low in AUXILIARY
                or (token.low in self.lex.past and not self._looks_noun(end))
                or (token.low in IRREGULAR and not self._looks_noun(end))
            ):
                break
            if end > i and self._acts_now(end):
                break
            if end > i and token.low.endswith("ed") and self.low(end - 1) not in DETERMINERS and (
                end + 1 >= limit
                or self.cover[end + 1] is not None
                or self.low(end + 1) in PREPOSITIONS
                or self.low(end + 1) in DETERMINERS
                or self.tokens[end + 1].kind != "w"
            ):  # fmt: skip
                break
            if (
                end > i
                and self.cover[end - 1] is not None
                and token.low not in PREPOSITIONS
                and token.low not in self.lex.roles
                and not self.tokens[end - 1].owns
            ):
                ahead = range(end + 1, min(end + 3, limit))
                last = self.cover[end - 1]
                person = last is not None and last.who.person
                if (person and not self._compound(end)) or not any(
                    self.cover[k] is not None or self.low(k) in self.lex.roles for k in ahead
                ):
                    break
            end += 1
        end = min(end, limit)
        found = self._head_of(i, end)
        if found is not None and found.kind == "noun":
            own = self.low(end) in ("himself", "herself", "itself", "themselves")
            return self._apposed(end + own) or found
        return found
