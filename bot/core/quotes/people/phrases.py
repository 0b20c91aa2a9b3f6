"""What stands beside a phrase in its own sentence: a name, a verb before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.quotes.people.kin import NAMELESS

if TYPE_CHECKING:
    from bot.core.quotes.clauses import Reader, Subject
    from bot.core.quotes.names import Mention


def inverted(reader: Reader, mention: Mention) -> bool:
    """Tell whether a name is the subject of `, noted Smith`."""
    verb = mention.first - 1
    while (
        verb > 0
        and reader.tokens[verb].kind == "w"
        and (reader.tokens[verb].owns or reader.cover[verb] is not None)
    ):
        verb -= 1
    if verb <= 0 or mention.owns or not mention.who.person or not reader.is_finite(verb):
        return False
    if reader.low(verb) in ("told", "tells"):
        return False  # `Smith, who lost, told Name …`
    return reader.is_quote(verb - 1) or reader.low(verb - 1) == ","


def single(reader: Reader, subject: Subject) -> bool:
    """Tell `one official`, `a medic who …`, who is `he` or `they` in the next sentence."""
    words = [reader.low(k) for k in range(subject.first, subject.last)]
    known = subject.head in reader.lex.roles or subject.head in NAMELESS
    return known and words[0] in ("a", "an", "one", "another")


def many(head: str) -> bool:
    """Tell a plural from `countess`."""
    return head.endswith("s") and not head.endswith("ss")


def beside(reader: Reader, subject: Subject) -> Mention | None:
    """Read `Among them was Name, a 22-year-old student, who …`: the student is Name."""
    first = subject.first
    if reader.low(first) not in ("a", "an", "the") or reader.low(first - 1) != ",":
        return None
    mention = reader.cover[first - 2] if first > 1 else None
    if mention is None or not mention.who.person or mention.owns or mention.last != first - 1:
        return None
    be = reader.low(mention.first - 1) in ("was", "is", "were", "are")
    return mention if be and reader.low(subject.last) == "," else None


def called(reader: Reader, subject: Subject) -> Mention | None:
    """Read `the largest federation, the NAME, which …` and `a group, which calls itself NAME,`."""
    at = subject.last
    if reader.low(at) != ",":
        return None
    words = [reader.low(k) for k in range(at + 1, at + 4)]
    own = any(reader.cover[k] is not None for k in range(subject.first, subject.last))
    if words[:2] == ["known", "as"] and not own:
        at += 2
    elif words == ["which", "calls", "itself"]:
        at += 3
    at += 1 + (reader.low(at + 1) == "the")
    mention = reader.cover[at] if at < len(reader.tokens) else None
    if mention is None or mention.who.person or mention.first != at or mention.owns:
        return None
    return mention if reader.low(mention.last) == "," else None


def own_name(reader: Reader, subject: Subject) -> Mention | None:
    """Read `one medic, who gave his name only as Name`."""
    naming = False
    for k in range(subject.last, min(subject.last + 14, len(reader.tokens))):
        mention = reader.cover[k]
        if reader.tokens[k].kind == "q" or reader.low(k) in (".", ";"):
            return None
        naming = naming or reader.low(k) in ("name", "named", "identified")
        if mention is not None:
            return mention if naming and reader.low(k - 1) in ("as", ",", "name") else None
    return None
