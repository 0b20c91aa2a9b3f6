"""Runs of capitalised words, and which of their words are titles."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.quotes.grammar import (
    DAYS,
    FUNCTION,
    ORGANISATION,
    PARTICLES,
)
from bot.core.quotes.languages.offices import DEPARTMENTS
from bot.core.quotes.languages.places import COUNTRIES, DEMONYMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.quotes.lexicon import Lexicon
    from bot.core.quotes.reading import Sentence, Token

_MAX_CHUNK: Final = 9
_BETWEEN: Final = frozenset("bin ibn bint abu ben al el van von der den del della dos ter".split())
_MADE: Final = tuple(
    (
        "-based -born -led -backed -style -run -held -controlled -era -made -speaking -owned "
        "-funded -educated -trained -listed -brokered -sponsored -dominated -linked -aligned"
    ).split()
)
_OF: Final = frozenset("secretary minister speaker".split())
_JOINED: Final = 5
_HONOURS: Final = frozenset(
    "KC QC SC MP MEP TD MSP MBE OBE CBE KBE DBE FRS PhD MD DPhil JP".split()
)
_SHORT: Final = 3
_WORDS: Final = 4
_FULL: Final = 2
_NUMBERS: Final = frozenset("two three four five six seven eight nine ten".split())


@dataclass(slots=True)
class Chunk:
    """A run of capitalised tokens."""

    first: int
    last: int
    sentence: int
    tokens: list[Token]
    name_at: int = 0
    honorific: str = ""
    person: bool | None = None
    title_from: int = -1

    @property
    def parts(self) -> tuple[str, ...]:
        """The words of the name, without titles, lower case."""
        return tuple(t.low for t in self.tokens[self.name_at :])


class Capitals:
    """Finds the runs of capitalised words of an article."""

    def __init__(self, sentences: Sequence[Sentence], lexicon: Lexicon) -> None:
        self._lex = lexicon
        self._mid, self._pairs = mid_capitals(sentences)

    def chunks(self, sentence: Sentence) -> list[Chunk]:
        """Give the runs of one sentence."""
        tokens = sentence.tokens
        out: list[Chunk] = []
        shout = is_headline(tokens)
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if not (token.cap or token.word.startswith("@")) or not self._starts(
                tokens, index, shout=shout
            ):
                index += 1
                continue
            last = self._reach(tokens, index, shout=shout)
            chunk = Chunk(index, last, sentence.number, tokens[index:last])
            self._split_title(chunk)
            if chunk.name_at < len(chunk.tokens):
                out.append(chunk)
            index = last
        return out

    def _starts(self, tokens: list[Token], index: int, *, shout: bool) -> bool:
        token = tokens[index]
        if not token.cap:
            return token.word.startswith("@") and token.kind == "w" and len(token.word) > 2
        if token.low.endswith(_MADE) and token.low not in self._lex.names:
            return False  # `the Geneva-based agency`
        if token.low == "number" and index + 1 < len(tokens) and tokens[index + 1].kind == "n":
            return False
        if token.low in FUNCTION or (token.low in DAYS and not self._named_day(tokens, index)):
            if token.low == "new" and index + 1 < len(tokens) and tokens[index + 1].cap:
                return tokens[index + 1].low not in FUNCTION
            return token.word in ("US", "WHO") or (
                token.low in ("may", "will") and self._named_day(tokens, index)
            )
        if shout:
            return token.word in self._mid
        opens = index == 0 or tokens[index - 1].kind in "pq"
        if index and tokens[index - 1].kind == "p" and tokens[index - 1].word in ",();":
            opens = False
        if not opens or token.word in self._mid or token.low in self._lex.names:
            return True
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.low.rstrip(".") in self._lex.titles or token.low in self._lex.titles:
            return True
        if following is None:
            return index == 0 or token.end == tokens[-1].end
        if following.cap and (following.low not in FUNCTION or self._in_name(tokens, index + 1)):
            return True
        named = (
            index + 2 < len(tokens)
            and tokens[index + 2].cap
            and (following.low in _BETWEEN or (following.low == "of" and token.low in _OF))
        )  # `Saif bin Rashid`, `Secretary of State Ann Lee`
        return (
            token.owns
            or named
            or following.low in self._lex.past
            or (following.low == "on" and _is_day(tokens, index + 2))
            or (
                len(token.word) > 1
                and (
                    token.word.isupper()
                    or following.low in ("has", "had", "is", "was", "who", "did", "and", ",", "(")
                )
            )
        )

    def _in_name(self, tokens: list[Token], i: int) -> bool:
        """Tell whether a capitalised small word belongs to a name: Doctors Without Borders."""
        if tokens[i].word.isupper():
            return False
        return len(tokens[i].word) > 2 and tokens[i].low not in (
            "she",
            "the",
            "his",
            "her",
            "but",
            "and",
        )

    def _named_day(self, tokens: list[Token], index: int) -> bool:
        """Tell April the woman from April the month."""
        token = tokens[index]
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        return token.low in self._lex.names and following is not None and following.cap

    def _reach(self, tokens: list[Token], index: int, *, shout: bool) -> int:
        last = index + 1
        if tokens[index].word.startswith("@"):
            return last
        if tokens[index].owns and not self._of_members(tokens, index):
            return last
        while last < len(tokens) and last - index < _MAX_CHUNK:
            token = tokens[last]
            if shout and (tokens[last - 1].word, token.word) not in self._pairs:
                break
            if (
                token.cap
                and not (token.low in FUNCTION and not self._in_name(tokens, last))
                and (token.low not in DAYS or token.low in self._lex.names)
            ):
                last += 1
                if token.owns and not self._of_members(tokens, last - 1):
                    break
                continue
            if token.low == "and" and self._joined(tokens, index, last):
                last += 1
                continue
            ahead = last + 1
            while (
                ahead < len(tokens)
                and ahead < last + 3
                and tokens[ahead].low in PARTICLES
                and tokens[last].low in PARTICLES
                and not tokens[ahead].cap
            ):
                ahead += 1
            after = tokens[ahead] if ahead < len(tokens) else None
            if (
                token.low in ("of", "for")
                and after is not None
                and after.low == "the"
                and tokens[last - 1].low in self._lex.bodies
                and ahead + 1 < len(tokens)
                and tokens[ahead + 1].cap
            ):
                last = ahead + 1
                continue
            if after is None or not after.cap:
                break
            if after.low in FUNCTION and not (token.low == "of" and after.low in _NUMBERS):
                break
            if token.kind == "q" and token.word.isalpha() and token.word[:1].isupper():
                # A nickname: John "Jack" Smith.
                last += 1
                continue
            if token.low in PARTICLES and token.kind == "w":
                last = ahead
                continue
            previous = tokens[last - 1].low
            if token.low in ("of", "for") and (
                previous in self._lex.bodies or previous in ("secretary", "minister", "speaker")
            ):
                last += 1
                continue
            break
        return last

    def _joined(self, tokens: list[Token], index: int, at: int) -> bool:
        """Tell whether `and` stands inside a name: `the Relief and Works Mission`."""
        if not index or tokens[index - 1].low != "the" or tokens[at - 1].low in self._lex.bodies:
            return False
        last = at + 1
        while last < len(tokens) and last - at < _JOINED and tokens[last].cap:
            last += 1
        end = tokens[last - 1]
        return last - at > 1 and not end.owns and end.low in self._lex.bodies

    def _of_members(self, tokens: list[Token], index: int) -> bool:
        """Tell whether a plural possessive belongs to a name: `Teachers' Union`."""
        token = tokens[index]
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        return (
            following is not None
            and following.cap
            and token.low.endswith("s")
            and len(token.tail) == 1
            and token.low not in COUNTRIES
            and (following.low in self._lex.bodies or following.low in ORGANISATION)
        )

    def _split_title(self, chunk: Chunk) -> None:
        """Part `US Secretary of State Antony Blinken` into its title and its name."""
        tokens, lex = chunk.tokens, self._lex
        cut = 0
        for i, token in enumerate(tokens[:-1]):
            low = token.low
            if low in lex.titles or low.rstrip(".") in lex.titles:
                cut = i + 1
                chunk.honorific = lex.titles.get(low, "") or chunk.honorific
            elif low == "sultan" and tokens[i + 1].low.startswith(("al-", "bin")):
                break  # Sultan al-Jaber is so called
            elif (low in lex.roles or low in lex.plurals) and (tokens[-1].low not in lex.bodies):
                cut = i + 1
        if cut and tokens[cut].low in ("of", "for"):
            ahead = cut + 1
            while ahead < len(tokens) and (
                tokens[ahead].low in DEPARTMENTS or tokens[ahead].low == "and"
            ):
                ahead += 1
            cut = ahead if ahead > cut + 1 else max(len(tokens) - 2, cut + 2)
        if tokens[-1].low in lex.roles and len(tokens) > 1 and not self._is_name(tokens):
            cut = len(tokens)
        while (
            cut == 0
            and len(tokens) > 2
            and tokens[0].low in DEMONYMS
            and tokens[1].low in lex.names
        ):
            tokens = chunk.tokens = tokens[1:]
            chunk.first += 1
        if len(tokens) - cut > _FULL and tokens[-1].word in _HONOURS:
            tokens = chunk.tokens = tokens[:-1]  # `Ann Lee KC`; the mention covers it all the same
        chunk.name_at = min(len(tokens), cut)
        if cut and cut < len(tokens):
            chunk.person = True
        if len(tokens) == 1 and (tokens[0].low in lex.roles or tokens[0].low in lex.titles):
            chunk.name_at = 1

    def _is_name(self, tokens: list[Token]) -> bool:
        return tokens[0].low in self._lex.names and len(tokens) == 2


def mid_capitals(sentences: Sequence[Sentence]) -> tuple[set[str], set[tuple[str, str]]]:
    """Give the words that stand with a capital inside a sentence, and the pairs of them."""
    counts: Counter[str] = Counter()
    pairs: set[tuple[str, str]] = set()
    for sentence in sentences:
        if is_headline(sentence.tokens):
            continue
        tokens = sentence.tokens
        for i in range(1, len(tokens)):
            token = tokens[i]
            if token.cap and tokens[i - 1].kind == "w" and token.low not in FUNCTION:
                counts[token.word] += 1
            if token.cap and tokens[i - 1].cap:
                pairs.add((tokens[i - 1].word, token.word))
    return set(counts), pairs


def is_headline(tokens: Sequence[Token]) -> bool:
    """Tell a title-case or all-capitals line, whose capitals say nothing."""
    words = 0
    for token in tokens:
        if token.kind == "w":
            if not token.cap and token.low not in FUNCTION:
                return False  # a title-case line writes its verbs with a capital
            words += len(token.word) > _SHORT
    return words >= _WORDS


def _is_day(tokens: Sequence[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].low in DAYS
