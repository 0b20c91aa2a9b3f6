"""The data files: one module for each language.

English is complete. The others hold reporting verbs, "according to", role nouns and function words;
a language without a module gives quotes without speakers.
"""

from __future__ import annotations

from typing import Final

from bot.core.quotes.languages.ar import ARABIC
from bot.core.quotes.languages.de import GERMAN
from bot.core.quotes.languages.en import ENGLISH
from bot.core.quotes.languages.es import SPANISH
from bot.core.quotes.languages.fr import FRENCH
from bot.core.quotes.languages.he import HEBREW
from bot.core.quotes.lexicon import Foreign

FOREIGN: Final[dict[str, Foreign]] = {
    data.lang: data for data in (FRENCH, SPANISH, GERMAN, ARABIC, HEBREW)
}

__all__ = ["ENGLISH", "FOREIGN", "Foreign"]
