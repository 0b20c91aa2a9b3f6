"""Quotation marks: which stretches of a text stand inside them.

A state machine reads the marks of one paragraph after the other. It knows curly and straight double
marks, two single marks typed as a double one, British single marks among apostrophes, German,
French, and East Asian marks. It never gives up on odd counts: a mark that cannot be paired costs
itself, not the paragraph. A paragraph that ends inside a quote hands it on to the next one.

`glyphs` tells what a mark may do by its neighbours, `block` pairs the marks of a paragraph,
`paragraphs` carries quotes over from one paragraph to the next.
"""

from __future__ import annotations

from bot.core.quotes.marks.block import Marked
from bot.core.quotes.marks.paragraphs import find_blocks, find_marked

__all__ = ["Marked", "find_blocks", "find_marked"]
