"""Folding: what counts as the same word, with offsets that lead back to the original.

`fold` turns a text into words between spaces. What does not count when words are compared is gone:
case, accents, Arabic vowel signs and tatweel, Hebrew niqqud, width, typography. A hyphen is a
space, `'s` is nothing, `U.S.` is one word. Every stretch of the folded text leads back to the
code points it was read from (`Folded.span`), whatever was dropped or grew on the way (ß is "ss").

Sources: Unicode Standard Annex 15 (normalization), Annex 29 (word boundaries, which are followed
but for hyphens, apostrophes and full stops), Unicode Standard section 5.18 (case folding).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BARRIER = "\x00"
"""A word that stands in no query: nothing matches across it."""

_ODD_ENOUGH = 64
"""Beyond so many known characters of odd length it is cheaper to build the map at once."""

# Letters without a decomposition that people type plainly, and Arabic letters that are written
# either way (as in Lucene's ArabicNormalizer and PersianNormalizer).
_LETTERS = {
    "ı": "i",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ŧ": "t",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ة": "ه",
    "ـ": "",
}
_APOSTROPHES = frozenset("'’‘‛ʼʻʹ′`´＇")
_HEBREW_MARKS = frozenset("׳״")
# Scripts written without spaces: every character is a word, so that a query is a phrase of them.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
    (0xFF66, 0xFF9F),  # Katakana of half width
)
_SOUNDS = "\u3099\u309a"
"""Marks that make another letter of the kana before them; of other scripts each is a word."""
_SOUNDED = re.compile(f"(?<=[\u3041-\u3096\u309d-\u309f\u30a1-\u30ff]) ([{_SOUNDS}]+)")


def _is_accent(char: str) -> bool:
    """Say whether a mark is left out: those that many readers leave out when they write.

    Vowel signs of Indic scripts, viramas and voicing marks are marks too, but spell other words.
    """
    kind = unicodedata.combining(char)
    return (
        kind == 1
        or 10 <= kind <= 36  # noqa: PLR2004 - the fixed classes of Hebrew, Arabic and Syriac
        or kind >= 200  # noqa: PLR2004 - below, above and attached: the accents of most scripts
        or "\ufe00" <= char <= "\ufe0f"
        or "\u20d0" <= char <= "\u20ff"
        or char == "\u034f"
    )


def _fold_plain(char: str) -> str:
    """Fold one character that is neither a separator nor unspaced."""
    out = []
    for letter in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold()):
        if letter in _LETTERS:
            out.append(_LETTERS[letter])
        elif unicodedata.category(letter)[0] == "M":
            out.append("" if _is_accent(letter) else letter)
        elif unicodedata.category(letter) == "Nd":
            out.append(str(unicodedata.decimal(letter)))
        elif letter in _APOSTROPHES:
            out.append("'")
        else:
            out.append(letter if letter.isalnum() else " ")
    return "".join(out)


@lru_cache(maxsize=8192)
def fold_char(char: str) -> str:
    """Fold one code point: to letters, to a space, to nothing, or to `'`, `.` or the barrier."""
    if char == BARRIER or char == "." or char == "．":  # noqa: PLR1714 - twice as fast as a set
        return "." if char != BARRIER else BARRIER
    if char in _APOSTROPHES:
        return "'"
    if char in _HEBREW_MARKS:
        return ""
    category = unicodedata.category(char)
    if category == "Cf":
        return " " if char == "\u200b" else ""
    if category[0] in "ZSPC" or (
        category == "No" and unicodedata.decomposition(char).startswith(("<super>", "<fraction>"))
    ):
        return " "
    plain = _fold_plain(char)
    return _apart(char, plain) if any(a <= ord(char) <= b for a, b in _UNSPACED) else plain


def _apart(char: str, plain: str) -> str:
    """Make words of the letters of an unspaced character, however it was composed."""
    whole = unicodedata.decomposition(char).startswith("<")
    words = [plain] if whole else list(plain)
    return "".join(word if word in _SOUNDS else f" {word} " for word in words)


class _Table(dict[int, str]):
    """`str.translate` table that learns; `odd` are the characters that do not fold one to one."""

    def __init__(self) -> None:
        super().__init__()
        self.odd: set[str] = set()

    def __missing__(self, point: int) -> str:
        char = chr(point)
        folded = self[point] = fold_char(char)
        if len(folded) != 1:
            self.odd.add(char)
        return folded


_TABLE = _Table()
_NOT_ONE = b"\x01"
_LATIN = b"".join(
    folded.encode() if len(folded) == 1 and folded.isascii() else _NOT_ONE
    for folded in (fold_char(chr(point)) for point in range(256))
)
# What makes most English texts wider than Latin-1; each folds to one character.
_TYPOGRAPHY = (
    ("’", "'"),
    ("‘", "'"),
    ("“", " "),
    ("”", " "),
    ("–", " "),
    ("—", " "),
    ("…", " "),
    ("•", " "),
    ("€", " "),
    ("\u2011", " "),
    ("\u2009", " "),
)
# A Hebrew abbreviation has a mark before its last letter, a foreign sound one behind a letter;
# keyboards give quotation marks and apostrophes for them.
_GERSHAYIM = re.compile(r'(?<=[א-ת])["“”](?=[א-ת])')
_GERESH = re.compile(r"(?<=[א-ת])['’]")
_INITIALS = re.compile(r"[^\W\d_](?:\.[^\W\d_])+(?=[. ])")
_INNER_DOT = re.compile(r"\.[^\W\d_][. ]")
_INNER_DOT_OF_ASCII = re.compile(r"\.[a-z][. ]")
_POSSESSIVE = re.compile(r"'s(?=[ .])")


class Folded:
    """A text and its folded form.

    Attributes:
        original: as given.
        text: words between single or several spaces, a space at either end.
        one_to_one: True where every character folded to one.
        ends: for words that were initials, by their end in `text` where they really end in it.
    """

    __slots__ = ("_map", "ends", "one_to_one", "original", "text")

    def __init__(self, original: str) -> None:
        padded = f" {original} "
        self.original = original
        simple = _fold_latin(padded)
        self.one_to_one = simple is not None
        self._map: list[int] | None = None
        self.ends: dict[int, int] = {}
        folded = simple if simple is not None else self._fold_any(padded)
        if "'" in folded:
            folded = _without_apostrophes(folded)
        if "." in folded:
            folded = self._join_initials(folded)
        self.text = folded

    def _fold_any(self, padded: str) -> str:
        if re.search("[א-ת]", padded):
            padded = _GERESH.sub("׳", _GERSHAYIM.sub("״", padded))
        folded = padded.translate(_TABLE)
        if "\u3099" in folded or "\u309a" in folded:
            # The mark goes before the space that ends its letter.
            folded = _SOUNDED.sub(r"\1 ", folded)
        self.one_to_one = len(_TABLE.odd) < _ODD_ENOUGH and not any(
            char in padded for char in _TABLE.odd
        )
        return folded

    def _join_initials(self, folded: str) -> str:
        """Read `u.s` as the word `us` and remember where it really ends; other dots separate."""
        pieces, done = [], 0
        inner = _INNER_DOT_OF_ASCII if folded.isascii() else _INNER_DOT
        for dot in inner.finditer(folded):
            begin = dot.start() - 1
            if begin >= done and folded[begin - 1] == " ":
                initials = _INITIALS.match(folded, begin)
                if initials:
                    word = initials[0].replace(".", "")
                    self.ends[begin + len(word)] = initials.end()
                    pieces += [folded[done:begin], word.ljust(len(initials[0]))]
                    done = initials.end()
        if pieces:
            folded = "".join([*pieces, folded[done:]])
        return folded.replace(".", " ")

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the stretch of the original that a stretch of the folded text was read from.

        Args:
            start: offset of a word's first letter in `text`.
            end: offset behind a word's last letter in `text`.
        """
        real = self.ends.get(end, end)
        if self.one_to_one:
            first, last = start - 1, real - 1
        else:
            places = self._places()
            first, last = places[start] - 1, places[real - 1]
            last = self._behind_marks(last)
        if real != end and self.original[last : last + 1] == ".":
            last += 1
        return first, last

    def spans(self, stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Give the stretches of the original for many, see `span`."""
        span, ends = self.span, self.ends
        if not self.one_to_one:
            return [span(start, end) for start, end in stretches]
        return [
            span(start, end) if end in ends else (start - 1, end - 1) for start, end in stretches
        ]

    def exact(self, start: int, end: int) -> str:
        """Give a word as it is written, without the dots of initials, composed (NFC)."""
        first, last = self.span(start, end)
        written = self.original[first:last]
        if end in self.ends:
            written = written.replace(".", "")
        return written if written.isascii() else _exact_form(written)

    def standing(self, stretches: Iterable[tuple[int, int]], word: str) -> list[tuple[int, int]]:
        """Keep the stretches where a word stands as it is written, see `exact`."""
        exact = self.exact
        if not self.one_to_one:
            return [(start, end) for start, end in stretches if exact(start, end) == word]
        original, ends = self.original, self.ends
        kept = []
        for start, end in stretches:
            written = original[start - 1 : end - 1]
            odd = end in ends or not written.isascii()
            if written == word or (odd and exact(start, end) == word):
                kept.append((start, end))
        return kept

    def _behind_marks(self, end: int) -> int:
        original = self.original
        while end < len(original) and unicodedata.category(original[end])[0] == "M":
            end += 1
        return end

    def _places(self) -> list[int]:
        """For every folded offset the offset in the padded original, and one behind the last."""
        if self._map is None:
            places: list[int] = []
            padded = f" {self.original} "
            if re.search("[א-ת]", padded):
                padded = _GERESH.sub("׳", _GERSHAYIM.sub("״", padded))
            for at, char in enumerate(padded):
                plain = _TABLE[ord(char)]
                if plain in ("\u3099", "\u309a") and self.text[len(places) - 1] == plain:
                    places.append(places[-1])
                    places[-2] = at
                else:
                    places.extend([at] * len(plain))
            self._map = places
        return self._map


def _without_apostrophes(folded: str) -> str:
    """Leave out `'s` before a space or a full stop; other apostrophes separate."""
    return _POSSESSIVE.sub("  ", folded).replace("'", " ")


def _fold_latin(padded: str) -> str | None:
    """Fold what is one to one in Latin-1, some twenty times as fast; None for other texts."""
    if not padded.isascii():
        for char, plain in _TYPOGRAPHY:
            padded = padded.replace(char, plain)
    try:
        folded = padded.encode("latin-1").translate(_LATIN)
    except UnicodeEncodeError:
        return None
    return None if _NOT_ONE in folded else folded.decode("ascii")


def _exact_form(written: str) -> str:
    kept = "".join(char for char in written if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", kept)


@lru_cache(maxsize=2048)
def words(text: str) -> tuple[str, ...]:
    """Give the words of a text, folded.

    >>> words("Cease-fire: Netanyahu’s U.S. visit")
    ('cease', 'fire', 'netanyahu', 'us', 'visit')
    """
    if text.isascii() and text.replace(" ", "").isalnum():
        return tuple(text.lower().split())
    return tuple(word for word in Folded(text).text.split() if word != BARRIER)


def exact_words(text: str) -> tuple[str, ...]:
    """Give the words of a text as written, in the form that `Folded.exact` compares."""
    folded = Folded(text)
    return tuple(folded.exact(start, end) for start, end in word_spans(folded.text))


_WORD = re.compile(r"[^ \x00]+")


def word_spans(text: str) -> Iterable[tuple[int, int]]:
    """Iterate over the words of a folded text: start and end of each."""
    return (found.span() for found in _WORD.finditer(text))


def keeps(char: str) -> bool:
    """Say whether a character belongs to the word before it although it folds to nothing."""
    return unicodedata.category(char)[0] == "M"
