"""Letters that Hebrew and Arabic write together with a name: and, the, in, to, from, as, that.

Sources: the orthography of the two scripts. Hebrew: ה of the article is not written behind ב, כ
and ל (האומות, באומות); Arabic: alif of the article is not written behind ل (الأمم, للأمم), nor is
its lam before a name that begins with one (اللجنة, للجنة).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORTEST_STEM = 3
_HEBREW = re.compile("[א-ת]+")
_ARABIC = re.compile("[\u0621-\u064a]+")

_HEBREW_CLAUSES = tuple(f"{a}{b}" for a in ("", "ו") for b in ("", "ש", "כש"))
"""And, that, when."""
_HEBREW_PREFIXES = tuple(f"{a}{b}" for a in _HEBREW_CLAUSES for b in ("", *"הבלמכ", "מה") if a + b)
_HEBREW_SWALLOWING = tuple(f"{a}{b}" for a in _HEBREW_CLAUSES for b in "בלכ")
_ARABIC_CLAUSES = ("", "و", "ف")
_ARABIC_BARE = tuple(f"{a}{b}" for a in _ARABIC_CLAUSES for b in ("", *"بلك") if a + b)
_ARABIC_PREFIXES = (
    *_ARABIC_BARE,
    *(f"{a}{b}ال" for a in _ARABIC_CLAUSES for b in ("", *"بلك")),
    *(f"{a}لل" for a in _ARABIC_CLAUSES),
)
_ARTICLE = "ال"


def joined_forms(word: str, *, article: bool) -> Iterator[str]:
    """Give the ways in which a name's first word is written with such letters before it.

    Args:
        word: folded; a short one, or one of another script, is never joined.
        article: whether a leading ה may be the article, as in the name of a body.
    """
    if len(word) < _SHORTEST_STEM:
        return
    if _HEBREW.fullmatch(word):
        yield from (prefix + word for prefix in _HEBREW_PREFIXES)
        if article and word[0] == "ה" and len(word) > _SHORTEST_STEM:
            yield from (prefix + word[1:] for prefix in _HEBREW_SWALLOWING)
    elif _ARABIC.fullmatch(word):
        yield from _arabic(word)


def _arabic(word: str) -> Iterator[str]:
    if not word.startswith(_ARTICLE) or len(word) <= len(_ARTICLE) + 1:
        yield from (prefix + word for prefix in _ARABIC_PREFIXES)
        return
    yield from (prefix + word for prefix in _ARABIC_BARE)
    stem = word.removeprefix(_ARTICLE)
    # Of three lams in a row two are written.
    behind = stem if stem.startswith("ل") else f"ل{stem}"
    yield from (f"{clause}ل{behind}" for clause in _ARABIC_CLAUSES)
