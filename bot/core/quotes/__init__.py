"""Key quotes: the words inside quotation marks, and who said them.

`find_quotes` reads an article; `choose_quotes` picks the ones that an alert shows.
"""

from __future__ import annotations

from bot.core.quotes.choose import choose_quotes
from bot.core.quotes.extract import find_quotes

__all__ = ["choose_quotes", "find_quotes"]
