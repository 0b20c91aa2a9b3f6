"""What changed between two fetches of one article, if a reader should be told.

Told are another number, another name, a turned sense, other words in a headline, a quote that came
or went, and a note of correction. Not told are marks, spaces, spelling, the site's name in the
headline, and sentences that were put before, after or between the article's own and say nothing in
anybody's words: newsletters, time stamps, copyright lines and all the forms of them that nobody
has seen yet.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, Literal

from bot.core.story.common import FUNCTION_WORDS
from bot.core.story.statements import near
from bot.core.story.words import MARKS, NUMBER_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.model import Article, Span

Field = Literal["title", "text"]
Kind = Literal["headline", "number", "name", "sense", "wording", "quote", "note"]


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs.

    Attributes:
        kind: what it is about.
        field: where it stands.
        old: span in the older article's field; empty where words were added.
        new: span in the newer article's field; empty where words were taken away.
    """

    kind: Kind
    field: Field
    old: Span
    new: Span


@dataclass(frozen=True, slots=True)
class Correction:
    """A change that is worth telling.

    Attributes:
        changes: in the order of the text, the headline's first; never empty.
        words: what to print of the first few: the older and the newer words of each, with some
            around them, verbatim; changes of one line stand in one pair.
    """

    changes: tuple[Change, ...]
    words: tuple[tuple[str, str], ...]

    @property
    def old(self) -> str:
        """The older words of the first change."""
        return self.words[0][0]

    @property
    def new(self) -> str:
        """The newer words of the first change."""
        return self.words[0][1]


@dataclass(frozen=True, slots=True)
class _Token:
    """A word with its folded form and its offsets."""

    word: str
    text: str
    start: int
    end: int


_TOKEN: Final = re.compile(
    rf"(?P<entity>&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);)|\d+(?:[.,:/]\d+)*|(?:[^\W\d_]|[{MARKS}])+",
    re.IGNORECASE,
)
_BREAK: Final = re.compile(r"\s+[|•·»–—-]\s+|\s*[|»]\s*")
_LABEL: Final = re.compile(
    r"\A\s*(?:[\w’']+ ){0,1}[\w’']+\s*:\s+|\A(?:UPDATE|WRAPUP|RPT)(?: \d+)?\s*-\s*"
    r"|\s*[(\[][\w ]{3,12}[)\]]\s*\Z"
)
"""`Watch: ` before a headline and `(video)` after it."""

_CORRECTED: Final = re.compile(
    r"\b(?:correct(?:s|ed|ion|ions|ing)?|refiled?|refiles|retract\w*|clarif\w+|amend(?:s|ed|ment)?"
    r"|erratum|errata|withdrawn|fixes|fixed)\b",
    re.IGNORECASE,
)
_NOTE: Final = re.compile(
    r"\b(?:correction|corrections|corrects|corrected|clarification|clarifies|clarified|amended"
    r"|erratum|errata|retract(?:s|ed|ion)|mis(?:stated|spel\w+|identified|attributed|quoted)"
    r"|mistaken(?:ly)?|incorrect(?:ly)?|inaccurate(?:ly)?|erroneous(?:ly)?|in error"
    r"|editor['’]?s['’]? note|(?:earlier|previous|original|prior|initial|first) "
    r"(?:version|headline|article|story|report)|updated to (?:correct|clarify|reflect|remove|fix"
    r"|amend)|(?:we|which) regrets?|regrets? (?:the|this|any) (?:error|mistake)"
    r"|(?:editing|production|technical) error|apologi[sz]e for)\b",
    re.IGNORECASE,
)
_INVITES: Final = re.compile(
    r"\?|@|\b(?:click|contact|e-?mail|policy|let us know|report an?|spot(?:ted)?|see an?|please"
    r"|here)\b",
    re.IGNORECASE,
)
"""What a site says about corrections in general, not about this article."""

_SPOKEN: Final = re.compile(r"[\"“„«‟]\s*(?P<said>[^\"“”„«»]{12,}?)\s*[\"”»“]")
_SAYING: Final = re.compile(
    r"\b(?:sa(?:id|ys|ying)|t(?:old|ells)|add(?:ed|s)|ask(?:ed|s)|w(?:rote|rites)|tweeted|posted"
    r"|replied|insist(?:ed|s)|argue[ds]|claim(?:ed|s)|warn(?:ed|s)|call(?:ed|s|ing)|declare[ds]"
    r"|according|statement|interview|reporters)\b",
    re.IGNORECASE,
)
_STAMP: Final = re.compile(
    r"\b(?:updated|modified|published|posted|edited|ago|min(?:ute)?s? read|[ap]\.?m\b|gmt|utc"
    r"|comments?|shares?|views|likes|reads)|\d{1,2}[:.h]\d{2}\b|©",
    re.IGNORECASE,
)
_NEGATIONS: Final = frozenset(("not", "no", "never", "cannot", "without", "nor", "neither", "none"))
_SCALES: Final = {"m": "million", "mn": "million", "bn": "billion", "tn": "trillion"}

SITE_WORDS: Final = 5
SPOKEN_WORDS: Final = 4
CONTEXT: Final = 60
SHOWN: Final = 3
"""Changes of one article that are printed."""

PASSAGE: Final = 5
"""Tokens from which an addition is a passage, not a word."""

STAMP_WORDS: Final = 12


def find_correction(old: Article, new: Article) -> Correction | None:
    """Compare two fetches of one article; None when a reader need not know.

    Where only one of them has the page's text, or a text was cut, the headlines alone are compared.
    """
    changes = [*_title_changes(old.title, new.title)]
    if old.full == new.full or not (old.text and new.text):
        changes += _text_changes(old.text, new.text)
    if not changes:
        return None
    return Correction(tuple(changes), _words(changes, old, new))


def _words(changes: Sequence[Change], old: Article, new: Article) -> tuple[tuple[str, str], ...]:
    """Choose what to print: some changes, none of which shows what another one shows."""
    shown: list[tuple[str, str]] = []
    for change in changes:
        before, after = (old.title, new.title) if change.field == "title" else (old.text, new.text)
        pair = _around(before, change.old), _around(after, change.new)
        beside = any(
            other.field == change.field
            and abs(other.old[0] - change.old[0]) < CONTEXT
            and abs(other.new[0] - change.new[0]) < CONTEXT
            for other in changes[: changes.index(change)]
        )
        if not beside and pair not in shown:
            shown.append(pair)
    return tuple(shown[:SHOWN])


def _around(text: str, span: Span) -> str:
    """Give the words of a change with the rest of their line, within reason."""
    start = max(text.rfind("\n", 0, span[0]) + 1, span[0] - CONTEXT)
    end = text.find("\n", span[1])
    end = min(len(text) if end < 0 else end, span[1] + CONTEXT)
    while 0 < start < span[0] and not text[start - 1].isspace():
        start += 1
    while span[1] < end < len(text) and not text[end].isspace():
        end -= 1
    return text[start:end].strip()


def _tokens(text: str) -> list[_Token]:
    """Read words, numbers in plain digits, "n't" as a negation; entities are marks."""
    tokens: list[_Token] = []
    for found in _TOKEN.finditer(text):
        if found["entity"]:
            continue
        word = unicodedata.normalize("NFKC", found[0]).casefold()
        if word[0].isdigit():
            word = re.sub(r",(?=\d{3}(?:\D|$))", "", word)
        elif tokens and word == "t" and tokens[-1].word.endswith("n"):
            word = "not"
        elif tokens and tokens[-1].word[0].isdigit():
            word = _SCALES.get(word, word)
        tokens.append(_Token(NUMBER_WORDS.get(word, word), found[0], found.start(), found.end()))
    return tokens


def _title_changes(old: str, new: str) -> Iterator[Change]:
    """Compare headlines without the site's name; any content word counts."""
    if (note := _CORRECTED.search(new)) and not _CORRECTED.search(old):
        yield Change("note", "title", (0, 0), note.span())
        return
    if _without_site(old) & _without_site(new):
        return
    a, b = _tokens(old), _tokens(new)
    for i1, i2, j1, j2 in _differences(a, b):
        kind = _kind(a[i1:i2], b[j1:j2])
        if kind or _content(a[i1:i2]) or _content(b[j1:j2]):
            yield Change("headline", "title", (0, len(old)), (0, len(new)))
            return


def _without_site(title: str) -> set[str]:
    """Give the forms of a headline with and without a short first or last part set off by a bar."""
    parts = [_plain(part) for part in _BREAK.split(title)]
    forms = {" ".join(parts), _plain(_LABEL.sub("", title))}
    if len(parts) > 1:
        forms |= {
            " ".join(rest)
            for rest, site in ((parts[:-1], parts[-1]), (parts[1:], parts[0]))
            if len(site.split()) <= SITE_WORDS
        }
    return forms


def _plain(text: str) -> str:
    return " ".join(token.word for token in _tokens(html.unescape(text)))


def _content(tokens: Sequence[_Token]) -> bool:
    return any(t.word not in FUNCTION_WORDS and not t.word.isdigit() for t in tokens)


def _differences(a: Sequence[_Token], b: Sequence[_Token]) -> list[tuple[int, int, int, int]]:
    """Give the stretches that differ, as ranges of tokens."""
    x, y = [token.word for token in a], [token.word for token in b]
    head = 0
    while head < min(len(x), len(y)) and x[head] == y[head]:
        head += 1
    tail = 0
    while tail < min(len(x), len(y)) - head and x[-1 - tail] == y[-1 - tail]:
        tail += 1
    middle = x[head : len(x) - tail], y[head : len(y) - tail]
    return [
        (i1 + head, i2 + head, j1 + head, j2 + head)
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, *middle, autojunk=False).get_opcodes()
        if tag != "equal"
    ]


def _text_changes(old: str, new: str) -> Iterator[Change]:
    """Compare texts word by word; line breaks do not count."""
    a, b = _tokens(old), _tokens(new)
    if not a or not b:
        return
    for i1, i2, j1, j2 in _differences(a, b):
        mine = _Passage(old, _span(a, i1, i2, len(old)), a[i1:i2])
        theirs = _Passage(new, _span(b, j1, j2, len(new)), b[j1:j2])
        if mine.stamps or theirs.stamps:
            continue
        if mine.long or theirs.long:
            kind = _told_in_passage(mine, theirs, tail=i2 == len(a))
        else:
            kind = _kind(mine.tokens, theirs.tokens)
        if kind:
            yield Change(kind, "text", mine.span, theirs.span)


def _span(tokens: Sequence[_Token], first: int, last: int, length: int) -> Span:
    if first == last:
        place = tokens[first].start if first < len(tokens) else length
        return (place, place)
    return (tokens[first].start, tokens[last - 1].end)


@dataclass(frozen=True, slots=True)
class _Passage:
    """A stretch of one fetch that the other has not."""

    text: str
    span: Span
    tokens: Sequence[_Token]

    @property
    def words(self) -> str:
        """The stretch with a mark on either side."""
        return self.text[max(0, self.span[0] - 1) : self.span[1] + 2]

    @property
    def line(self) -> str:
        """The line or lines that it stands in."""
        start = self.text.rfind("\n", 0, self.span[0]) + 1
        end = self.text.find("\n", self.span[1])
        return self.text[start : end if end >= 0 else len(self.text)]

    @property
    def stamps(self) -> bool:
        """Whether it stands in a time stamp or a counter: a short line that is no sentence."""
        line = self.line.strip()
        return (
            bool(self.tokens)
            and line[-1:] not in '.!?"”'
            and len(line.split()) <= STAMP_WORDS
            and bool(_STAMP.search(line))
        )

    @property
    def long(self) -> bool:
        """Whether it is more than a word or two, or a line of its own."""
        alone = (
            bool(self.tokens) and self.line.strip(" \t.!?\"“”'’") == self.text[slice(*self.span)]
        )
        return len(self.tokens) >= PASSAGE or alone

    @property
    def note(self) -> bool:
        """Whether a sentence of it says that something was wrong."""
        sentences = re.split(r"\n|(?<=[.!?]) ", self.words)
        return any(_NOTE.search(one) and not _INVITES.search(one) for one in sentences)

    @property
    def spoken(self) -> bool:
        """Whether it has somebody's words in it: in marks, and said."""
        words = html.unescape(self.words)
        found = _SPOKEN.search(words)
        if not found or len(found["said"].split()) < SPOKEN_WORDS:
            return False
        return bool(_SAYING.search(words)) or found.start() <= 1


def _told_in_passage(mine: _Passage, theirs: _Passage, *, tail: bool) -> Kind | None:
    """Judge a passage that came, went or was replaced: by notes and quotes, else it is a frame."""
    if theirs.note and not mine.note:
        return "note"
    if theirs.spoken and not mine.spoken:
        return "quote"
    if mine.spoken and not theirs.tokens and not tail:
        return "quote"
    if mine.tokens and theirs.tokens and max(len(mine.tokens), len(theirs.tokens)) < 3 * PASSAGE:
        return _kind(mine.tokens, theirs.tokens)
    return None


def _kind(mine: Sequence[_Token], theirs: Sequence[_Token]) -> Kind | None:
    """Judge a few words that were replaced, added or taken away."""
    if _numbers(mine) != _numbers(theirs):
        return "number"
    if _negations(mine) != _negations(theirs):
        return "sense"
    if not mine or not theirs or _same_words(mine, theirs):
        return None
    if not _content(mine) and not _content(theirs):
        return None
    named = any(t.text[0].isupper() for t in mine) and any(t.text[0].isupper() for t in theirs)
    return "name" if named else "wording"


def _numbers(tokens: Sequence[_Token]) -> list[str]:
    return [token.word for token in tokens if token.word[0].isdigit()]


def _negations(tokens: Sequence[_Token]) -> int:
    return sum(token.word in _NEGATIONS for token in tokens)


def _same_words(mine: Sequence[_Token], theirs: Sequence[_Token]) -> bool:
    """Say whether words differ in spelling only."""
    one, other = ("".join(token.word for token in side) for side in (mine, theirs))
    if one == other or near(one, other):
        return True
    return len(mine) == len(theirs) and all(
        near(a.word, b.word) for a, b in zip(mine, theirs, strict=True)
    )
