"""The oracle's reading of a text: cut into words one character at a time."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.fold import BARRIER, fold_char

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.model import Article, Quote
    from bot.core.officials import Officials


_SOUNDS, _KANA = "\u3099\u309a", ("HIRAGANA", "KATAKANA")


@dataclass(frozen=True)
class Word:
    """A word: folded, as written, its span, and the field it stands in."""

    folded: str
    written: str
    start: int
    end: int
    field: str


def _hebrew(char: str) -> bool:
    return "א" <= char <= "ת"


def _joins(letter: str, stream: list[tuple[str, int]]) -> bool:
    """Say whether a letter is a sound mark that belongs before the space behind its kana."""
    if letter not in _SOUNDS or not stream or stream[-1][0] != " ":
        return False
    before = "".join(known for known, _ in stream[-9:-1]).rstrip(_SOUNDS)[-1:]
    return "\u3041" <= before <= "\u30ff" and unicodedata.name(before).startswith(_KANA)


def _letters(text: str) -> list[tuple[str, int]]:
    """Fold a text letter by letter, each with its place."""
    stream: list[tuple[str, int]] = []
    for at, char in enumerate(text):
        before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        if char in '"“”' and before and after and _hebrew(before) and _hebrew(after):
            continue
        if char in "'’" and before and _hebrew(before):
            continue
        for letter in fold_char(" " if char == BARRIER else char):
            stream.insert(len(stream) - _joins(letter, stream), (letter, at))
    return stream


def cut(text: str, name: str = "text") -> list[Word]:
    """Cut a text into words."""
    stream = [(" ", -1), *_letters(text), (" ", len(text))]
    letters = [letter for letter, _ in stream]
    for at in range(len(letters) - 2):
        if letters[at : at + 2] == ["'", "s"] and letters[at + 2] in " .":
            letters[at : at + 2] = "  "
            if letters[at + 2] == ".":
                letters[at + 2] = " "
    letters = [" " if letter == "'" else letter for letter in letters]
    words: list[Word] = []
    begin = 0
    while begin < len(letters):
        if letters[begin] == " ":
            begin += 1
            continue
        end = begin
        while letters[end] != " ":
            end += 1
        words.extend(_chunk(text, name, stream, letters, begin, end))
        begin = end
    return words


def _chunk(
    text: str, name: str, stream: list[tuple[str, int]], letters: list[str], begin: int, end: int
) -> list[Word]:
    """Cut what stands between spaces at its full stops, but for initials at its start."""
    parts: list[list[int]] = [[]]
    for at in range(begin, end):
        if letters[at] == ".":
            parts.append([])
        else:
            parts[-1].append(at)
    initials = 0
    while initials < len(parts) and len(parts[initials]) == 1:
        if not letters[parts[initials][0]].isalpha():
            break
        initials += 1
    words = []
    if initials >= 2:
        joined = [part[0] for part in parts[:initials]]
        words.append(_word(text, name, stream, letters, joined, dotted=True))
        parts = parts[initials:]
    words += [_word(text, name, stream, letters, part, dotted=False) for part in parts if part]
    return words


def _word(
    text: str,
    name: str,
    stream: list[tuple[str, int]],
    letters: list[str],
    places: list[int],
    *,
    dotted: bool,
) -> Word:
    start, end = stream[places[0]][1], stream[places[-1]][1] + 1
    while end < len(text) and unicodedata.category(text[end])[0] == "M":
        end += 1
    if dotted and text[end : end + 1] == ".":
        end += 1
    written = text[start:end].replace(".", "") if dotted else text[start:end]
    written = "".join(char for char in written if unicodedata.category(char) != "Cf")
    return Word(
        "".join(letters[at] for at in places),
        unicodedata.normalize("NFKC", written),
        start,
        end,
        name,
    )


Hit = tuple[int, int]
"""Numbers of the first word and behind the last word."""


@dataclass
class Text:
    """Words that are searched together; of a label capitals tell nothing unless `!` asks."""

    words: list[Word]
    originals: list[tuple[str, str, int]]
    parts: list[tuple[int, int, str, int]]
    cache: dict[object, list[Hit]] = field(default_factory=dict)
    label: bool = False


@dataclass
class Case:
    """An article with its quotes, cut."""

    article: Article
    quotes: Sequence[Quote]
    officials: Officials
    whole: Text = field(init=False)

    def __post_init__(self) -> None:
        title, text = self.article.title, self.article.text
        self.whole = Text(
            [*cut(title, "title"), Word(BARRIER, "", 0, 0, ""), *cut(text, "text")],
            [("title", title, 0), ("text", text, 0)],
            [],
        )

    def field_text(self, name: str) -> Text:
        """Give the text of another field."""
        value = getattr(self.article, name)
        words = cut(value, name)
        if name == "source":
            words += [Word(BARRIER, "", 0, 0, ""), *cut(self.article.domain, "")]
        return Text(words, [(name, value, 0)], [], label=True)

    def quote_text(self, quote: Quote) -> Text:
        """Give the words of a quote, its parts one after the other."""
        joined, parts = "", []
        for start, end in quote.parts:
            if parts:
                joined += " "
            parts.append((len(joined), len(joined) + end - start, "text", start))
            joined += self.article.text[start:end]
        originals = [("text", joined[a:b], offset) for a, b, _, offset in parts]
        return Text(cut(joined), originals, parts)
