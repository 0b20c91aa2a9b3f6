"""Adapter of the quote extractor for outside judges."""

from __future__ import annotations

from typing import Any

from bot.core.quotes import find_quotes


def extract(text: str) -> list[dict[str, Any]]:
    """Give the quotes of a text as plain dictionaries."""
    return [
        {
            "quote": q.words(text),
            "start": q.start,
            "end": q.end,
            "speaker": q.speaker,
            "parts": [list(p) for p in q.parts],
        }
        for q in find_quotes(text, indirect=True)
    ]
