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
from bot.core.story.words import MARKS

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
        old: the older words of the first change, with some around them; verbatim.
        new: the newer words.
    """

    changes: tuple[Change, ...]
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class _Token:
    """A word with its folded form and its offsets."""

    word: str
    text: str
    start: int
    end: int


_TOKEN: Final = re.compile(
    rf"(?P<entity>&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);)|\d+(?:[.,:/]\d+)*%?|(?:[^\W\d_]|[{MARKS}])+", re.I
)
_BREAK: Final = re.compile(r"\s+[|•·»–—-]\s+|\s*[|»]\s*")
SITE_WORDS: Final = 5
_CORRECTED: Final = re.compile(
    r"\b(?:correct(?:s|ed|ion|ions|ing)?|refiled?|refiles|retract\w*|clarif\w+|amend(?:s|ed|ment)?"
    r"|erratum|errata|withdrawn|fixes|fixed)\b",
    re.I,
)
_NOTE: Final = re.compile(
    r"\b(?:correction|corrections|corrects|corrected|clarification|clarifies|clarified|amended|erratum"
    r"|errata|retract(?:s|ed|ion)|misstated|misspel\w+|misidentified|misattributed|misquoted"
    r"|mistaken(?:ly)?|incorrect(?:ly)?|inaccurate(?:ly)?|erroneous(?:ly)?|in error|editor['’]?s['’]? note"
    r"|(?:earlier|previous|original|prior|initial) (?:version|headline|article|story|report)"
    r"|updated to (?:correct|clarify|reflect|remove|fix|amend)|(?:we|which we) regret|apologi[sz]e for)\b",
    re.I,
)
_INVITES: Final = re.compile(
    r"\?|@|\b(?:click|contact|email|e-mail|policy|let us know|report (?:a|an)|spot(?:ted)?|see (?:a|an)"
    r"|please|here)\b",
    re.I,
)
_SPOKEN: Final = re.compile(r"[\"“„«‟]\s*(?P<said>[^\"“”„«»]{12,}?)\s*[\"”»“]")
_NEGATIONS: Final = frozenset("not no never cannot without nor neither none".split())
SPOKEN_WORDS: Final = 4
CONTEXT: Final = 60
LONG_INSERT: Final = 5


def find_correction(old: Article, new: Article) -> Correction | None:
    """Compare two fetches of one article; None when a reader need not know.

    Where only one of them has the page's text, or a text was cut, the headlines alone are compared.
    """
    changes = [*_title_changes(old.title, new.title)]
    if old.full == new.full or not (old.text and new.text):
        changes += _text_changes(old.text, new.text)
    if not changes:
        return None
    first = changes[0]
    before, after = (old.title, new.title) if first.field == "title" else (old.text, new.text)
    return Correction(tuple(changes), _around(before, first.old), _around(after, first.new))


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
    tokens = []
    for found in _TOKEN.finditer(text):
        if not found["entity"]:
            word = unicodedata.normalize("NFKC", found[0]).casefold()
            tokens.append(_Token(word, found[0], found.start(), found.end()))
    return tokens


def _title_changes(old: str, new: str) -> Iterator[Change]:
    """Compare headlines without the site's name; any content word counts."""
    label = _CORRECTED.search(new)
    if label and not _CORRECTED.search(old):
        yield Change("note", "title", (0, 0), label.span())
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
    forms = {" ".join(parts)}
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
    a, b = _tokens(old), _tokens(new)
    if not a or not b:
        return
    for i1, i2, j1, j2 in _differences(a, b):
        mine, theirs = a[i1:i2], b[j1:j2]
        before = _span(a, i1, i2, len(old))
        after = _span(b, j1, j2, len(new))
        if len(theirs) >= LONG_INSERT or len(mine) >= LONG_INSERT:
            kind = _told_in_passage(old, before, new, after, mine, theirs, tail=i2 == len(a))
        else:
            kind = _kind(mine, theirs)
        if kind:
            yield Change(kind, "text", before, after)


def _span(tokens: Sequence[_Token], first: int, last: int, length: int) -> Span:
    if first == last:
        place = tokens[first].start if first < len(tokens) else length
        return (place, place)
    return (tokens[first].start, tokens[last - 1].end)


def _told_in_passage(
    old: str,
    before: Span,
    new: str,
    after: Span,
    mine: Sequence[_Token],
    theirs: Sequence[_Token],
    *,
    tail: bool,
) -> Kind | None:
    """Judge a passage that came, went or was replaced: by notes and quotes, else it is a frame."""
    was, now = old[before[0] : before[1]], new[max(0, after[0] - 1) : after[1] + 2]
    if _is_note(now) and not _is_note(was):
        return "note"
    if _spoken(now) and not _spoken(was):
        return "quote"
    if _spoken(was) and not theirs and not tail:
        return "quote"
    if mine and theirs and len(mine) < 3 * LONG_INSERT and len(theirs) < 3 * LONG_INSERT:
        return _kind(mine, theirs)
    return None


def _is_note(text: str) -> bool:
    return any(
        _NOTE.search(line) and not _INVITES.search(line) for line in re.split(r"\n|(?<=[.!?]) ", text)
    )


def _spoken(text: str) -> bool:
    found = _SPOKEN.search(html.unescape(text))
    return bool(found) and len(found["said"].split()) >= SPOKEN_WORDS if found else False


def _kind(mine: Sequence[_Token], theirs: Sequence[_Token]) -> Kind | None:
    """Judge a few words that were replaced, added or taken away."""
    numbers = [t.word for t in mine if t.text[0].isdigit()], [t.word for t in theirs if t.text[0].isdigit()]
    if numbers[0] != numbers[1]:
        return "number"
    if sum(t.word in _NEGATIONS for t in mine) != sum(t.word in _NEGATIONS for t in theirs):
        return "sense"
    if not mine or not theirs:
        return None
    if _joined(mine) == _joined(theirs):
        return None
    if len(mine) == len(theirs) and all(near(a.word, b.word) for a, b in zip(mine, theirs, strict=True)):
        return None
    if near(_joined(mine), _joined(theirs)):
        return None
    if not _content(mine) and not _content(theirs):
        return None
    named = any(t.text[0].isupper() for t in mine) and any(t.text[0].isupper() for t in theirs)
    return "name" if named else "wording"


def _joined(tokens: Sequence[_Token]) -> str:
    return "".join(token.word for token in tokens)
