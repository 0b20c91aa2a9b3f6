"""Reading a sentence around a quote: which words report it, and who is their subject.

There is no parser here. A sentence is a row of words, signs and quotes; a subject is read leftwards
from its verb (over adverbs, appositions and relative clauses) or rightwards from an inverted one.

`words` answers small questions, `phrases` reads noun phrases, `after` the subject behind a verb,
`main` that of the main clause, `reader` the one before a verb.
"""

from __future__ import annotations

from bot.core.quotes.clauses.reader import Reader
from bot.core.quotes.clauses.subject import Found, Path, Subject, phrase_text

__all__ = ["Found", "Path", "Reader", "Subject", "phrase_text"]
