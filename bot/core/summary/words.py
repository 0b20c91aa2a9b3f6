"""Words: endings cut, those that tell nothing, those that lean on another sentence."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

STOP: Final = frozenset(
    """
    the and for that with was has his her had have from they this are but not you said who which
    their were been will its would she him one all about out there when what more can says than
    into also could after over some two first new just our your them then only very other such
    most before year years last while during because being people told a an of to in on at by is
    it as be he we i or if so do did does no up us my me am s t
    """.split()
)
ORPHAN: Final = frozenset(
    """
    he she it they his her their its this that these those but and so yet also however meanwhile
    then instead still moreover nor or both such there here another thus therefore too him them
    later besides furthermore additionally
    """.split()
)
"""Words that lean on the sentence before when a sentence starts with them."""


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:  # noqa: PLR0911 - one return for each ending
    """Cut the commonest English endings, so that `talks` meets `talk`."""
    size = len(word)
    if size < 4 or not word.isascii():  # noqa: PLR2004 - short words have no endings to cut
        return word
    if word.endswith("ing") and size > 5:  # noqa: PLR2004
        return word[:-3]
    if word.endswith("ies") and size > 4:  # noqa: PLR2004
        return word[:-3] + "y"
    if word.endswith("ed") and size > 4:  # noqa: PLR2004
        return word[:-2]
    if word.endswith("es") and size > 4:  # noqa: PLR2004
        return word[:-2]
    if word[-1] == "s" and word[-2] != "s":
        return word[:-1]
    return word[:-1] if word[-1] == "e" else word
