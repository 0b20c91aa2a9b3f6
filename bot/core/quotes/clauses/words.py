"""Small questions about the words of a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.grammar import (
    AUXILIARY,
    BE,
    DAYS,
    DETERMINERS,
    FUNCTION,
)
from bot.core.quotes.hints import NO_HINTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.model import Span
    from bot.core.quotes.lexicon import Lexicon
    from bot.core.quotes.names import Mention
    from bot.core.quotes.reading import Sentence

_NO_ADVERBS: Final = frozenset("assembly family ally monopoly supply reply bully".split())
_NOUN_BEFORE: Final = frozenset(
    "the a an his her their its my our of for these those no such in with any some".split()
)
_SHOTS: Final = frozenset("fired shot hit hits".split())
_UNCHANGED: Final = frozenset("put read hit".split())
_MODALS: Final = frozenset("would will could can may might must should to".split())
_PERCEIVED: Final = frozenset("heard hears hear overheard".split())


def is_adverb(low: str) -> bool:
    """Tell `reportedly` from `assembly`."""
    return low.endswith("ly") and low not in _NO_ADVERBS


class Words:
    """A sentence's tokens, and which of them are names."""

    def __init__(
        self,
        sentence: Sentence,
        mentions: list[Mention],
        lexicon: Lexicon,
        subjects: Mapping[int, Span] = NO_HINTS.subjects,
    ) -> None:
        self.tokens = sentence.tokens
        self.sentence = sentence
        self.lex = lexicon
        self.subjects = subjects
        self.mentions = mentions
        self.cover: list[Mention | None] = [None] * len(self.tokens)
        for mention in mentions:
            for i in range(mention.first, mention.last):
                self.cover[i] = mention

    def low(self, i: int) -> str:
        """Give a word in lower case, a sign as it is, "" outside and for quotes."""
        if 0 <= i < len(self.tokens) and self.tokens[i].kind != "q":
            return self.tokens[i].low
        return ""

    def is_quote(self, i: int) -> bool:
        """Tell whether a token is a quote."""
        return 0 <= i < len(self.tokens) and self.tokens[i].kind == "q"

    def is_finite(self, i: int) -> bool:
        """Tell whether a token is a finite reporting verb."""
        token = self.tokens[i]
        low = token.low
        if token.kind != "w" or self.cover[i] is not None:
            return False
        if (low in ("launched", "launches") and self.low(i + 1) == "into") or (
            low in ("went", "goes") and self.low(i + 1) == "on" and self.is_quote(i - 3)
        ):
            return True
        if low not in self.lex.past:
            return False
        before = self.low(i - 1)
        k = i - 1
        while k > 0 and is_adverb(self.low(k)):
            k -= 1
        if self.low(k) in BE and low not in ("says", "tells"):
            return False
        if before in _NOUN_BEFORE or (low in _UNCHANGED and before in _MODALS):
            return False
        if low in _SHOTS and self.low(i + 1) not in ("back", "off", "out"):
            return False
        if i and self.tokens[i - 1].owns and low != "said":
            return False
        if low in self.lex.nouns and not self._after_name(i):
            return False
        return not (before == "to" and low in self.lex.base)

    def _after_name(self, i: int) -> bool:
        """Tell whether a name, a pronoun or `who` stands before a word and its adverbs."""
        k = self.skip_adverbs(i) - 1
        if k < 0:
            return True
        if self.low(k) in self.lex.bodies:
            after = self.low(i + 1)  # `the association calls for "…"`
            return self.is_quote(i + 1) or after in DETERMINERS or after in ("for", "on")
        if self.low(k) in self.lex.cue_nouns and not self.low(k).endswith("s"):
            return self.is_quote(i + 1) or self.low(i + 1) in ("of", *DETERMINERS)
        if self.low(k) in self.lex.roles and not self.low(k).endswith("s"):
            # `The secretary general calls the idea …`, but not `his secretary's calls for …`
            return self.is_quote(i + 1) or self.low(i + 1) in DETERMINERS
        return self.cover[k] is not None or self.low(k) in (
            "he", "she", "it", "who", "which", ",", ")", "and",
        )  # fmt: skip

    def is_ing(self, i: int) -> bool:
        """Tell whether a token is a reporting participle."""
        token = self.tokens[i]
        return token.kind == "w" and token.low in self.lex.ing and self.low(i - 1) not in (
            "the", "a", "his", "her", "their", "its", "of",
        )  # fmt: skip

    def is_infinitive(self, i: int) -> bool:
        """Tell whether a token is a reporting infinitive: `to say`, `would argue`."""
        token = self.tokens[i]
        if token.kind != "w" or token.low not in self.lex.base:
            return False
        if self.low(i - 2) == token.low:
            return False  # `from state to state`
        if self.perceived(i) is not None:
            return True
        j = i - 1
        while j > 0 and (
            self.low(j) in ("not", "never", "also", "then") or self.low(j).endswith("ly")
        ):
            j -= 1
        return self.low(j) in (
            "to", "would", "will", "could", "should", "did", "didn't", "does", "doesn't", "might",
            "may", "must", "can", "don't", "do", "they", "we", "i", "who", "you", "'d", "'ll",
            "won't", "wouldn't", "couldn't",
        ) or (j >= 0 and self._plural(j))  # fmt: skip

    def perceived(self, i: int) -> int | None:
        """Give the place of `heard` in `heard the mayor, Name, say`, or None."""
        if self.tokens[i].word not in ("say", "tell", "shout", "declare", "ask", "promise"):
            return None
        for k in range(i - 2, max(-1, i - 16), -1):
            if self.low(k) in _PERCEIVED:
                return k
            if self.tokens[k].kind == "q" or self.low(k) in ("to", "who", "that"):
                return None
        return None

    def _plural(self, i: int) -> bool:
        token = self.tokens[i]
        if token.kind != "w" or token.owns or token.low in FUNCTION:
            return False
        return (
            token.low.endswith("s")
            and token.low not in ("is", "was", "has", "does")
            and self.low(i + 1)
            in (
                "say",
                "tell",
                "argue",
                "believe",
                "think",
                "call",
                "claim",
                "insist",
                "note",
                "warn",
                "agree",
            )
        )

    def skip_adverbs(self, verb: int) -> int:
        """Give the place behind the subject: before adverbs, auxiliaries and days."""
        i = verb
        while i > 0:
            token = self.tokens[i - 1]
            low = token.low
            if token.kind not in "wn" or self.cover[i - 1] is not None:
                break
            if low in AUXILIARY or low in DAYS or (is_adverb(low) and len(low) > 4):
                i -= 1
                continue
            if low in ("there", "here") and i > 1 and self.tokens[i - 2].kind == "w":
                i -= 1  # `officials there said`
                continue
            if low in ("on", "last", "this", "late", "early", "next") and self.low(i) in DAYS:
                i -= 1
                continue
            break
        return i

    def opening(self, close: int) -> int:
        """Give the place of the bracket that a closing one answers."""
        for i in range(close - 1, max(-1, close - 30), -1):
            if self.low(i) == "(":
                return i
        return 0
