"""find_cue: the nets of one sentence, in order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.quotes.cues.according import find_according
from bot.core.quotes.cues.after import find_after, find_trailing, touches_clause
from bot.core.quotes.cues.before import NOTED, find_before
from bot.core.quotes.cues.labels import find_bearer, find_label, label_line
from bot.core.quotes.cues.layers import find_teller
from bot.core.quotes.grammar import (
    DETERMINERS,
    PRONOUNS,
    SUBORDINATE,
)

if TYPE_CHECKING:
    from bot.core.quotes.clauses import Found, Reader


def find_cue(reader: Reader, at: int) -> Found | None:
    """Find who says the quote at a place of a sentence, from that sentence alone."""
    line = label_line(reader, at) or find_bearer(reader, at)
    if line is not None:
        return line
    after = find_after(reader, at)
    if after is not None and after.subject.head in reader.lex.cue_nouns:
        opens = reader.low(after.subject.first)
        if opens in ("a", "an") and reader.low(after.subject.first - 1) == ",":
            after = None  # `…", a remark widely read as a rebuke`
    before = find_before(reader, at)
    if before is not None and after is not None and _governed(reader, at, before):
        teller = find_teller(reader, at, before, after)
        if teller is not None and not _while(reader, at, before, after):
            return replace(before, via=teller)
    if (
        after is not None
        and after.score >= 0.9
        and touches_clause(reader, at)
        and not _governed(reader, at, before)
        and not _while(reader, at, before, after)
    ):
        if after.path not in ("after", "inverted"):
            return after
        behind = find_trailing(reader, after.cue[1])
        return replace(after, via=find_teller(reader, at, after, behind))
    if before is not None and before.score >= 0.85:
        return before
    options = [
        found
        for found in (after, before, find_according(reader, at), find_label(reader, at))
        if found
    ]
    return max(options, key=lambda found: found.score, default=None)


def _governed(reader: Reader, at: int, before: Found | None) -> bool:
    """Tell whether a verb before the quote holds it, whatever clause follows.

    `Smith told police "…," prosecutors said`: the words are Smith's. But not `While Smith denies
    it, "…," Jones said`.
    """
    if before is None or before.score < 0.85:
        return False
    if reader.low(before.cue[0]) in NOTED:
        return False  # `Messages found there were "…", he told us`
    if before.subject.kind == "noun" and before.subject.head not in reader.lex.roles:
        return False
    leading = reader.low(0) in SUBORDINATE and reader.low(at - 1) == ","
    if leading or not _listed(reader, before.cue[1], at):
        return False
    if reader.low(at - 1) == ",":
        return at - before.cue[1] < 6
    return at - before.cue[1] < 25


def _listed(reader: Reader, start: int, at: int) -> bool:
    """Tell whether quotes between a verb and this one are of one list with it: `Q, Q and Q`."""
    first = next((i for i in range(start, at) if reader.is_quote(i)), at)
    return all(reader.is_quote(i) or reader.low(i) in (",", "and", "or") for i in range(first, at))


def _while(reader: Reader, at: int, before: Found | None, after: Found) -> bool:
    """Tell `While Smith called it "…," Jones said it was …`, where Jones has words of his own."""
    if before is None or before.score < 0.85 or reader.low(0) not in SUBORDINATE:
        return False
    if reader.low(at - 1) == "," or at - before.cue[1] > 6:
        return False
    behind = max(after.cue[1], after.subject.last)
    own = reader.low(behind) in PRONOUNS or reader.low(behind) in DETERMINERS
    return own or any(t.kind == "q" for t in reader.tokens[behind:])
