"""Speakers beside a sign: `Smith: "…"`, `Smith, mayor of X, in a letter: "…"`, `"…" — Smith`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.clauses import Found, Subject
from bot.core.quotes.grammar import (
    DAYS,
    DETERMINERS,
    PREPOSITIONS,
)

if TYPE_CHECKING:
    from bot.core.quotes.clauses import Reader

_DASHES: Final = frozenset("—–―-~")
_BEARERS: Final = frozenset(
    """
    banner sign placard poster shirt t-shirt plaque slogan cap hat tattoo billboard notice sticker
    flag graffiti badge
    """.split()
)
_RELATIVES: Final = frozenset("who whom whose which that where when".split())
_VERBAL: Final = frozenset("is are was were has have had will would could should did does".split())
_INSIDE: Final = frozenset((",", "-", "–", "/", "&", ".", "'", "’"))


def label_line(reader: Reader, at: int) -> Found | None:
    """Read a line without a main verb: `Name, mayor of X, on the day that shops opened: "…"`.

    Its verbs all stand in relative clauses, so the name that opens it is the speaker.
    """
    mention = reader.cover[0]
    if reader.low(at - 1) != ":" or mention is None or mention.owns or not mention.who.person:
        return None
    start = mention.last
    if reader.low(start) == "(":
        start = next((k + 1 for k in range(start, at) if reader.low(k) == ")"), at)
    if start >= at - 1 or (reader.low(start) != "," and reader.low(start) not in PREPOSITIONS):
        return None
    fresh, relative = True, False
    for k in range(start, at - 1):
        low = reader.low(k)
        if reader.tokens[k].kind != "w":
            if reader.tokens[k].kind == "q" or low not in _INSIDE:
                return None
            fresh, relative = low == ",", relative and low != ","
            continue
        if reader.cover[k] is not None:
            fresh = False
            continue
        if low in _RELATIVES:
            relative = True
        elif (fresh and not _may_appose(reader, k)) or (not relative and _verb(reader, k)):
            return None
        fresh = False
    return Found(Subject("name", mention.first, mention.last, mention), (at - 1, at), "label", 0.9)


def find_bearer(reader: Reader, at: int) -> Found | None:
    """Read `a banner reading "…"`: the words are no speaker's, whatever clause follows."""
    if reader.low(at - 1) != "reading":
        return None
    for k in range(at - 2, max(-1, at - 8), -1):
        if reader.low(k).removesuffix("s") in _BEARERS:
            return Found(Subject("noun", k, k + 1, head=reader.low(k)), (at - 1, at), "before", 0.9)
    return None


def _verb(reader: Reader, k: int) -> bool:
    low = reader.low(k)
    return low in _VERBAL or reader.is_finite(k) or reader.is_ing(k) or reader.is_infinitive(k)


def _may_appose(reader: Reader, k: int) -> bool:
    """Tell whether an apposition or an adverbial may start here: `leader of`, `in`, `the`."""
    low = reader.low(k)
    if low in PREPOSITIONS or low in DETERMINERS or low in DAYS:
        return True
    for i in range(k, k + 4):
        if reader.low(i) in reader.lex.roles:
            return True
        if reader.low(i) in DETERMINERS:
            break
    return False


def find_label(reader: Reader, at: int) -> Found | None:
    """Read `Smith: "…"`, `"…" — Smith` and `"…" (Smith)`."""
    tokens = reader.tokens
    if reader.low(at - 1) == ":" and at >= 2:
        end = reader.opening(at - 2) if reader.low(at - 2) == ")" else at - 1
        mention = reader.cover[end - 1] if end else None
        if mention is not None and not mention.owns:
            subject = Subject("name", mention.first, mention.last, mention)
            return Found(subject, (at - 1, at), "label", 0.9 if mention.first == 0 else 0.7)
        main = reader.main_subject(at)
        if main is not None and (main.kind != "noun" or main.head in reader.lex.roles):
            return Found(main, (at - 1, at), "label", 0.75)
    if (
        at + 2 <= len(tokens) - 1
        and tokens[at + 1].kind == "p"
        and (tokens[at + 1].word in _DASHES or tokens[at + 1].word == "(")
    ):
        mention = reader.cover[at + 2]
        if mention is not None and not mention.owns and mention.first == at + 2:
            after = reader.low(mention.last)
            if after in ("", ",", ".", ")", "(", "—") or after in DAYS:
                subject = Subject("name", mention.first, mention.last, mention)
                return Found(subject, (at + 1, at + 2), "dash", 0.85)
    return None
