"""What all nouns share: spans and identifiers."""

from __future__ import annotations

import hashlib
from typing import Literal

Span = tuple[int, int]
"""Half-open `[start, end)` in code points of the text it belongs to."""

FullText = Literal["matched", "always", "never"]


def digest(*parts: str, size: int = 16) -> str:
    """Give a stable identifier of `size` hex digits for a sequence of strings.

    Parts are length-prefixed, so `("a", "bc")` and `("ab", "c")` differ.
    """
    joined = "".join([f"{len(part)}:{part}" for part in parts])
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:size]
