"""A text as the sieve reads it: sentences of tokens in which every quote is one token."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.core.model import Span
    from bot.core.quotes.marks import Marked

TOKEN: Final = re.compile(
    r"(?:[^\W\d_]\.){2,}(?![^\W\d_])|[\u05d0-\u05ea]+[\"״][\u05d0-\u05ea](?![\u05d0-\u05ea])|\d+(?:[.,:]\d+)*\w*|@?\w+(?:[-‐‑'’&]\w+)*|\S",
    re.UNICODE,
)
DATELINE: Final = re.compile(
    r"[A-Z][A-Z.'’ -]{2,30}(?:, (?:[A-Z][\w.'’ -]{1,30}))?(?:,? (?:[A-Z][a-z]{2,8}\.? \d{1,2}))?"
    r"(?:(?: ?\([A-Z][\w. ]{1,30}\))?\s?(?:—|–|--| -) ?|\. /[A-Z]{2,12}/\. )"
    r"|[A-Z][\w.'’-]{1,20}(?: [A-Z][\w.'’-]{1,20}){0,3}(?:, [A-Z][\w. ]{1,30})?"
    r" \([A-Z][A-Z. ]{1,30}\) ?(?:—|–|--|-) "
    r"|(?:[A-Z][\w.'’-]{1,20}(?:,? [A-Z][\w.'’-]{1,20}){0,4} )?\([A-Z]{2,12}\)(?=[A-Z\"“‘])"
)
# `NEW DELHI: The minister …` opens an article; further down it is a transcript's label.
_OPENING: Final = re.compile(r"[A-Z][A-Z.'’ -]{2,30}: (?=[A-Z])")
ABBREVIATIONS: Final = frozenset(
    """
    mr mrs ms dr prof sen sens rep reps gov govs gen col capt lt sgt rev adm maj hon st brig
    cmdr fr pres jr sr vs no inc corp co ltd dept univ assn jan feb mar apr aug sept oct nov dec
    ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb
    nev okla ore pa tenn tex vt va wash wis wyo d r supt messrs mt ft etc al ave blvd
    """.split()
)
_ARTICLE: Final = re.compile(r"(?:al|el|ul|an|as|ash|ad|at|ar|az|bin)[-‐‑][A-Z]")
# A longer "sentence" is a list or no prose; cutting it keeps all work linear.
_LONGEST: Final = 250
_ENDS: Final = ".!?…"
_CLOSERS: Final = "\"”’'»)]"


class Token:
    """A word, number, sign, or a whole quote.

    Attributes:
        word: as written, without a possessive `'s`.
        low: lower case, with straight apostrophes.
        start: offset of the first code point in the text.
        end: offset behind the last one (the possessive excluded).
        kind: `w` word, `n` number, `p` sign, `q` quote.
        cap: whether it starts with a capital.
        owns: whether a possessive ending follows.
        tail: that ending as written, `'s` or an apostrophe.
        quote: index of the quote, else -1.
    """

    __slots__ = ("cap", "end", "kind", "low", "owns", "quote", "start", "tail", "word")

    def __init__(self, word: str, start: int, end: int, kind: str, quote: int = -1) -> None:
        self.word, self.start, self.end, self.kind, self.quote = word, start, end, kind, quote
        self.low = word.lower().replace("’", "'") if kind == "w" else word
        self.cap = kind == "w" and (word[:1].isupper() or _ARTICLE.match(word) is not None)
        self.owns = False
        self.tail = ""

    def __repr__(self) -> str:
        return f"{self.word}/{self.kind}"


@dataclass(slots=True)
class Sentence:
    """A sentence outside of quotes; quotes are single tokens.

    Attributes:
        tokens: in order.
        block: index of its paragraph.
        number: index among all sentences.
    """

    tokens: list[Token]
    block: int
    number: int = 0
    quotes: list[int] = field(default_factory=list)


def token_spans(text: str) -> list[Span]:
    """Split a text into words, numbers and signs; linear in its length."""
    return [match.span() for match in TOKEN.finditer(text)]


def read_sentences(
    text: str,
    blocks: Sequence[Span],
    marked: Sequence[Marked],
    spans: Iterable[Span],
    verbs: Collection[str],
) -> list[Sentence]:
    """Arrange tokens in sentences; the tokens of each quote become one."""
    sentences: list[Sentence] = []
    rows = _rows(text, blocks, marked, spans)
    for number, tokens in enumerate(rows):
        sentences.extend(_split(tokens, number, verbs))
    for number, sentence in enumerate(sentences):
        sentence.number = number
        sentence.quotes = [t.quote for t in sentence.tokens if t.kind == "q"]
    return sentences


def _rows(
    text: str, blocks: Sequence[Span], marked: Sequence[Marked], spans: Iterable[Span]
) -> list[list[Token]]:
    rows: list[list[Token]] = [[] for _ in blocks]
    block = quote = 0
    # A dateline (`GENEVA, Switzerland (Wire) —`) is no part of the first sentence.
    skipped = {number: match.end() for number, (start, end) in enumerate(blocks[:6])
               if (match := DATELINE.match(text, start, end))}  # fmt: skip
    if blocks and 0 not in skipped and (opening := _OPENING.match(text, *blocks[0])):
        labels = sum(_OPENING.match(text, *block) is not None for block in blocks[1:6])
        skipped |= {0: opening.end()} if not labels else {}
    last, many = len(blocks), len(marked)
    for start, end in spans:
        while block < last and start >= blocks[block][1]:
            block += 1
        if block == last:
            break
        if block in skipped and start < skipped[block]:
            continue
        while quote < many and start >= marked[quote].close:
            quote += 1
        row = rows[block]
        if quote < many and start >= marked[quote].open:
            if not row or row[-1].quote != quote:
                span = marked[quote]
                row.append(Token(text[span.start : span.end], span.open, span.close, "q", quote))
            continue
        _append(text, row, start, end)
    return rows


def _append(text: str, row: list[Token], start: int, end: int) -> None:
    word = text[start:end]
    first = word[0]
    if first.isalpha() or first == "@" or (first == "_" and len(word) > 1):
        if len(word) > 2 and word[-2] in "'’" and word[-1] in "sS":
            token = Token(word[:-2], start, end - 2, "w")
            token.owns, token.tail = True, word[-2:]
        else:
            token = Token(word, start, end, "w")
        row.append(token)
    elif first.isdigit():
        row.append(Token(word, start, end, "n"))
    else:
        if word == "." and row and row[-1].end == start and _abbreviation(row[-1]):
            last = row[-1]
            last.word, last.low, last.end = last.word + ".", last.low + ".", end
            return
        if word in "'’" and row and row[-1].end == start and row[-1].low[-1:] == "s":
            row[-1].owns, row[-1].tail = True, word
            return
        row.append(Token(word, start, end, "p"))


def _abbreviation(token: Token) -> bool:
    if token.kind != "w":
        return False
    return (token.low in ABBREVIATIONS and token.cap) or (len(token.word) == 1 and token.cap)


def _split(tokens: list[Token], block: int, verbs: Collection[str]) -> list[Sentence]:
    out: list[Sentence] = []
    start = 0
    for index, token in enumerate(tokens):
        long = index - start >= _LONGEST
        if token.kind == "n" or (token.kind == "w" and token.low[-1] != "."):
            ends = False  # most tokens
        else:
            ends = _ends_sentence(tokens, index, token, verbs, alone=index == start)
        if long or ends:
            out.append(Sentence(tokens[start : index + 1], block))
            start = index + 1
    if start < len(tokens):
        out.append(Sentence(tokens[start:], block))
    return out


def _ends_sentence(
    tokens: list[Token], index: int, token: Token, verbs: Collection[str], *, alone: bool
) -> bool:
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following is None:
        return False
    if token.kind == "p" and token.word in _ENDS:
        if following.kind == "p":
            return following.word in "([—–-•*@#$" and following.start > token.end
        if following.start == token.end and following.kind != "q":
            return False
        return following.cap or following.kind in "nq" or not following.low.islower()
    if token.kind == "q":
        last = token.word.rstrip(_CLOSERS)[-1:]
        if last not in _ENDS or not last:
            return False
        if following.kind == "q":
            return True
        if following.kind == "p":
            return following.word in "•*"
        # A capital opens a sentence unless it opens a said-clause: `"Why?" Smith asked.`
        if following.kind == "n":
            return True
        if last == "." and not alone:
            return following.cap
        return following.cap and not _said_clause(tokens, index + 1, verbs, last)
    if token.kind == "w" and token.low.endswith(".") and following.cap:
        # A title or an initial never ends a sentence; "Jr." and "Inc." may.
        return token.low in {"jr.", "sr.", "inc.", "corp.", "co.", "ltd."} and following.low in {
            "the", "he", "she", "it", "they", "in", "but", "and", "a", "mr.", "ms.", "mrs.",
        }  # fmt: skip
    return False


def _said_clause(tokens: list[Token], start: int, verbs: Collection[str], last: str) -> bool:
    """Tell whether a capital behind a closed quote opens `Smith, the mayor, asked …`."""
    for i in range(start + 1, min(start + 26, len(tokens))):
        token = tokens[i]
        if token.kind == "q" or (token.kind == "p" and token.word in ".!?;:"):
            return False
        if token.kind == "p" and token.word in ",(" and last == ".":
            return False
        if token.kind != "w" or token.low not in verbs:
            continue
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        if following is None or following.kind in "pq":
            return True
        # After a full stop only a clause that takes no further object is a said-clause.
        return last != "." or (
            token.low in ("said", "says", "told", "added", "wrote")
            and following.low in ("in", "on", "at", "of", "about", "during", "after", "to", "when")
            and i - start < 5
        )
    return False


def pieces(text: str) -> tuple[list[str], list[bool]]:
    """Split a text into words and a flag for each: whether one space follows.

    Further white space comes as pieces of its own, so that the pieces give the text again. A lone
    surrogate, which no UTF-8 string can hold, comes as a question mark.
    """
    words: list[str] = []
    spaces: list[bool] = []
    at = 0
    for match in TOKEN.finditer(text):
        start, end = match.span()
        if start == at + 1 and words and text[at] == " ":
            spaces[-1] = True
        elif start != at:
            _gap(text[at:start], words, spaces)
        word = text[start:end]
        words.append(word if word.isascii() else word.encode("utf-8", "replace").decode("utf-8"))
        spaces.append(False)
        at = end
    _gap(text[at:], words, spaces)
    return words, spaces


def _gap(space: str, words: list[str], spaces: list[bool]) -> None:
    if not space:
        return
    if words and space[0] == " ":
        spaces[-1] = True
        space = space[1:]
    if space:
        words.append(space)
        spaces.append(False)
