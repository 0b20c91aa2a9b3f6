"""Who is named in an article: people and institutions, their full names, titles and genders.

The registry is made of the whole article before any quote is attributed, so that a title or a
surname is resolved by a name given before it or after it.

`capitals` cuts runs of capitalised words, `linking` tells whom each of them names, `titles` notes
the titles beside them.
"""

from __future__ import annotations

from bot.core.quotes.names.registry import Registry
from bot.core.quotes.names.someone import (
    Mention,
    Role,
    Someone,
    plain_parts,
    role_key,
)

__all__ = ["Mention", "Registry", "Role", "Someone", "plain_parts", "role_key"]
