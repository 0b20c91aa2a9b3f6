"""Adapter of the summariser for outside judges."""

from __future__ import annotations

from bot.core.summary import summarize


def choose(text: str, sentences: int) -> list[str]:
    """Give the chosen sentences of a text."""
    return [text[start:end] for start, end in summarize(text, sentences=sentences)]
