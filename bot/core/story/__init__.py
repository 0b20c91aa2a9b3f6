"""Near-duplicate articles, repeated statements, corrections: one story, one alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.story.corrections import Change, Correction, find_correction
from bot.core.story.frequencies import Frequencies
from bot.core.story.origins import find_origin
from bot.core.story.reading import read
from bot.core.story.reprints import carries
from bot.core.story.statements import Statement, same_statement, same_words, statement
from bot.core.story.stories import Stories

if TYPE_CHECKING:
    from bot.core.model import Article

__all__ = [
    "Change",
    "Correction",
    "Statement",
    "Stories",
    "find_correction",
    "find_origin",
    "is_reprint",
    "same_statement",
    "same_words",
    "statement",
]

_SHIPPED = Frequencies()


def is_reprint(old: Article, new: Article) -> bool:
    """Say whether an article is the text of an earlier one, printed again.

    Needs no history: what tells is the words in a row, the numbers and the names.
    """
    return carries(
        read(new.title, new.text, new.when.timestamp(), _SHIPPED),
        read(old.title, old.text, old.when.timestamp(), _SHIPPED),
    )
