"""Reading a sentence around a quote: which words report it, and who is their subject.

There is no parser here. A sentence is a row of words, signs and quotes; a subject is read leftwards
from its verb (over adverbs, appositions and relative clauses) or rightwards from an inverted one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from bot.core.quotes.names import DAYS, FUNCTION

if TYPE_CHECKING:
    from bot.core.quotes.lexicon import Lexicon
    from bot.core.quotes.names import Mention
    from bot.core.quotes.reading import Sentence, Token

AUXILIARY: Final = frozenset(
    """
    has had have having is was were are be been being did does do not would could should will
    can may might must also then later once just only never even still now today yesterday again
    first recently soon ever always often since thus therefore however instead long twice
    tonight tomorrow earlier reportedly 's 'd 've didn't doesn't don't hasn't hadn't wasn't
    isn't won't wouldn't couldn't can't himself herself themselves itself both all each too
    already perhaps publicly formally later-on so
    """.split()
)
PREPOSITIONS: Final = frozenset(
    """
    of for in at on from with by to about against among as before after behind between near over
    under into onto like within without across around during through outside inside toward
    towards despite amid upon via per until till
    """.split()
)
BOUNDARY: Final = frozenset(
    """
    and but or as when while because that if although though since who which whose whom where
    what than whether so yet nor before after until unless whereas how why saying
    """.split()
)
PRONOUNS: Final = frozenset("he she they it we i".split())
DETERMINERS: Final = frozenset(
    """
    the a an his her their its our my your this that these those one another some many several
    two three four five six seven no every each any both most few other others
    """.split()
)
INDEFINITE: Final = frozenset(
    """
        a an one another some many several two three four five six seven other others most few
        every
        """.split()
)
SUBORDINATE: Final = frozenset(
    """when while after before since although though because if as asked until unless once whereas
    whether given despite speaking""".split()
)
INDEFINITE_PEOPLE: Final = frozenset(
    "anybody anyone everybody everyone somebody someone nobody one those people".split()
)
BE: Final = frozenset("was were is are be been being 's get got gets".split())
_NOUN_BEFORE: Final = frozenset(
    "the a an his her their its my our of for these those no such in with any some".split()
)
_VERBAL: Final = frozenset(
    "is are was were has have had will would could should been be did does".split()
)
_COMMAS: Final = frozenset((",", "—", "–", "―", ";", "-"))
_RELATIVE: Final = frozenset(("who", "which", "that"))
Path = Literal[
    "after",
    "inverted",
    "before",
    "according",
    "label",
    "noun",
    "source",
    "dash",
    "passive",
    "weak",
]


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a clause.

    Attributes:
        kind: name, pron or noun (a common noun phrase).
        first: index of its first token.
        last: index behind its last token.
        mention: the name, for kind name.
        more: further names joined by `and`.
        head: the head noun, for kind noun; the pronoun, for kind pron.
    """

    kind: Literal["name", "pron", "noun"]
    first: int
    last: int
    mention: Mention | None = None
    more: tuple[Mention, ...] = ()
    head: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A reported quote: who is the subject, by which words, and how it was found."""

    subject: Subject
    cue: tuple[int, int]
    path: Path
    score: float


class Reader:
    """Reads one sentence."""

    def __init__(self, sentence: Sentence, mentions: list[Mention], lexicon: Lexicon) -> None:
        self.tokens = sentence.tokens
        self.sentence = sentence
        self.lex = lexicon
        self.mentions = mentions
        self.cover: list[Mention | None] = [None] * len(self.tokens)
        for mention in mentions:
            for i in range(mention.first, mention.last):
                self.cover[i] = mention

    # ------------------------------------------------------------ small questions

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
        if token.kind != "w" or low not in self.lex.past or self.cover[i] is not None:
            return False
        before = self.low(i - 1)
        k = i - 1
        while k > 0 and self.low(k).endswith("ly"):
            k -= 1
        if self.low(k) in BE and low not in ("says", "tells"):
            return False
        if before in _NOUN_BEFORE:
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

    # ------------------------------------------------------------ subjects

    def subject_before(self, verb: int, depth: int = 0) -> Subject | None:
        """Read the subject that ends before a verb, or None."""
        i = self.skip_adverbs(verb)
        if i <= 0 or depth > 4:
            return None
        token = self.tokens[i - 1]
        low = self.low(i - 1)
        if token.kind == "q":
            return None
        if low == ")":
            return self.subject_before(self.opening(i - 1), depth + 1)
        if low in _COMMAS and token.kind == "p":
            return self._over_insert(i - 1, depth)
        if low in _RELATIVE:
            return self._antecedent(i - 1, depth)
        if low in PRONOUNS and token.kind == "w" and token.word not in ("IT", "US"):
            return Subject("pron", i - 1, i, head=low)
        if low in {"and", "but"}:
            return self._shared_subject(i - 1)
        return self.phrase_ending(i)

    def skip_adverbs(self, verb: int) -> int:
        """Give the place behind the subject: before adverbs, auxiliaries and days."""
        i = verb
        while i > 0:
            token = self.tokens[i - 1]
            low = token.low
            if token.kind not in "wn" or self.cover[i - 1] is not None:
                break
            if low in AUXILIARY or low in DAYS or (low.endswith("ly") and len(low) > 4):
                i -= 1
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

    def _over_insert(self, comma: int, depth: int) -> Subject | None:
        """Step over `, a spokesman for the ministry,` or `, who has …,` or `, in a speech,`."""
        sign = self.low(comma)
        if sign == ";":
            return None
        k = comma - 1
        limit = max(-1, comma - 45)
        while k > limit and not (self.tokens[k].kind == "p" and self.tokens[k].word == sign):
            if self.tokens[k].kind == "q":
                break
            k -= 1
        inside = self.low(k + 1)
        whole = self.cover[k + 1]
        if whole is not None and whole.last == comma and whole.who.person and not whole.owns:
            return Subject("name", whole.first, whole.last, whole)
        if k <= 0 or self.tokens[k].kind != "p" or self.tokens[k].word != sign:
            return None
        found = self.subject_before(k, depth + 1) if not self.is_quote(k - 1) else None
        if found is None or found.kind == "noun":
            # `Name, title, said` after a said quote: the segment itself may be the subject.
            own = self.phrase_ending(comma) if inside not in PREPOSITIONS else None
            if found is None:
                return own
            if own is not None and own.kind == "name" and found.kind == "noun":
                return own
        return found

    def _antecedent(self, at: int, depth: int) -> Subject | None:
        i = at - 1 if self.low(at - 1) in _COMMAS else at
        if self.low(i - 1) == ")":
            i = self.opening(i - 1)
        if i <= 0 or depth > 4:
            return None
        mention = self.cover[i - 1]
        if mention is not None and not mention.owns and mention.who.person:
            return Subject("name", mention.first, mention.last, mention)
        if self.low(i - 1) in INDEFINITE_PEOPLE:
            return None
        return self.phrase_ending(i, depth + 1)

    def _shared_subject(self, conjunction: int) -> Subject | None:
        """Give the subject of the verb before `and said`."""
        for i in range(conjunction - 1, -1, -1):
            if self.tokens[i].kind == "w" and self.is_finite(i):
                found = self.subject_before(i)
                if found is not None:
                    return found
        return self.main_subject(conjunction)

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
                if low in PRONOUNS or (low in self.lex.past and not self._looks_noun(first - 1)):
                    break
            first -= 1
        if self.low(first - 1) in ("who", "which", "whose", "that") and first >= 2:
            # The words belong to a relative clause: its antecedent is meant.
            mention = self.cover[end - 1]
            own = mention is not None and mention.first == first
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
            if (
                mention is not None
                and not mention.owns
                and mention.who.person
                and title
                and not plural
            ):
                return Subject("name", mention.first, mention.last, mention)
        return found

    def _looks_noun(self, i: int) -> bool:
        """Tell whether a word of the verb list stands as a noun or participle here."""
        before = self.low(i - 1)
        return (
            before in DETERMINERS or before in PREPOSITIONS or self.tokens[i].low in self.lex.roles
        )

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
        if last.low in AUXILIARY or (
            last.low in FUNCTION and last.low not in ("one", "others", "some", "many", "most")
        ):
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
        mention = self.cover[comma + 1] if comma + 1 < len(self.tokens) else None
        if mention is None or mention.owns or not mention.who.person:
            return None
        after = self.low(mention.last)
        if (
            after in (",", ".", ";", "", "said", "told", "in", "on", "at", "—", ")")
            or after in DAYS
        ):
            return Subject("name", mention.first, mention.last, mention)
        return None

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
                or low.endswith("ing")
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
        return self._phrase_from(i, limit)

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
            if self.low(k) in ("he", "she"):
                return Subject("pron", k, k + 1, head=self.low(k))
        return None

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
            ):
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
                if not any(
                    self.cover[k] is not None or self.low(k) in self.lex.roles for k in ahead
                ):
                    break
            end += 1
        end = min(end, limit)
        found = self._head_of(i, end)
        if found is not None and found.kind == "noun":
            return self._apposed(end) or found
        return found


def phrase_text(text: str, tokens: list[Token], subject: Subject) -> str:
    """Give a noun phrase as said, without its article."""
    first = subject.first
    if tokens[first].low in ("the", "a", "an") and first + 1 < subject.last:
        first += 1
    return " ".join(text[tokens[first].start : tokens[subject.last - 1].end].split())
