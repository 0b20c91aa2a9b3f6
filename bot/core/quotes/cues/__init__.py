"""The sieve's nets for one quote: clause after, clause before, according to, label, noun."""

from __future__ import annotations

from bot.core.quotes.cues.find import find_cue

__all__ = ["find_cue"]
