"""summarize: whole sentences of the article, chosen for an alert.

Two or three sentences that together would say most of what a person's own summary would say. How
likely a word is to stand in such a summary is estimated from plain facts about it (how often it
occurs, where first, whether it is a name); the sentences are then taken one after the other for
as long as the expected F1 of their words and word pairs grows. Nothing is written: every sentence
is a span of the text.
"""

from __future__ import annotations

from bot.core.summary.choose import summarize
from bot.core.summary.sentences import split_sentences

__all__ = ["split_sentences", "summarize"]
