"""A query for what somebody points at: a person in a text, or a phrase."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.officials import Officials

_QUOTED = re.compile(r'["“”„«]([^"“”„«»\n]{8,160})["“”»]')
_NAME = re.compile(r"(?:[^\W\d_][\w'’.-]*)(?:[ \u00a0](?:[^\W\d_][\w'’.-]*)){0,4}")
_MOST_NAMES = 3
_PHRASE_WORDS = 6


def suggest_query(text: str, officials: Officials) -> str:
    """Propose what to watch for, given a text that somebody points at; "" for nothing.

    Known people and bodies come first (`@holm`), then words in quotation marks, then the first
    words of the text, as a phrase.
    """
    if known := list(dict.fromkeys(_known(text, officials)))[:_MOST_NAMES]:
        return " OR ".join(f"@{entity_id}" for entity_id in known)
    quoted = _QUOTED.search(text)
    words = re.findall(r"\w[\w'’-]*", quoted[1] if quoted else text)[:_PHRASE_WORDS]
    return f'"{" ".join(words)}"' if words else ""


def _known(text: str, officials: Officials) -> Iterator[str]:
    """Give the ids of entities that a text names, by the longest names."""
    for found in _NAME.finditer(text):
        words = found[0].replace("\u00a0", " ").split(" ")
        start = 0
        while start < len(words):
            for end in range(len(words), start, -1):
                name = " ".join(words[start:end]).rstrip(".,:;!?'’")
                name = name.removesuffix("'s").removesuffix("’s")
                meant = officials.named(name, text) if name[:1].isupper() else ()
                if len(meant) == 1:
                    yield meant[0].id
                    start = end - 1
                    break
            start += 1
