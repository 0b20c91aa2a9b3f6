"""The clause behind a quote: `Q, the senator, who lost, said`, `Q, said Smith`."""

from __future__ import annotations

from typing import Final

from bot.core.quotes.clauses import Found, Reader, Subject
from bot.core.quotes.cues.according import REACH, according_at
from bot.core.quotes.grammar import (
    BOUNDARY,
)

_TIMES: Final = frozenset(
    """
    minutes hours days weeks months years minute hour day week month year moments just shortly
    """.split()
)


def find_after(reader: Reader, at: int) -> Found | None:
    """Find the said-clause behind a quote."""
    tokens = reader.tokens
    i = at + 1
    while i < len(tokens) and tokens[i].kind == "p" and tokens[i].word in ",—–-―;":
        i += 1
    if i >= len(tokens) or tokens[i].kind == "q":
        return None
    if _later(reader, i):
        return None
    touches = touches_clause(reader, at)
    low = reader.low(i)
    if low in ("according", "per"):
        return according_at(reader, i, touches=touches)
    if low in BOUNDARY and low not in ("as", "so") and reader.cover[i] is None:
        return find_trailing(reader, i) if low not in ("who", "which", "that") else None
    if low == "as":
        i += 1
    if i < len(tokens) and reader.is_finite(i):
        subject = reader.subject_after(i)
        if subject is not None and (touches or reader.tokens[i].low not in reader.lex.weak):
            score = 0.97 if touches else (0.8 if subject.kind != "noun" else 0.5)
            return Found(subject, (i, i + 1), "inverted", score)
        if touches and i == at + 1:
            return None
    if touches and i < len(tokens) and low in reader.lex.base and low not in reader.lex.past:
        subject = reader.subject_after(i)  # a headline's `"…," say villagers`
        if subject is not None and subject.kind == "noun" and subject.head.endswith("s"):
            return Found(subject, (i, i + 1), "inverted", 0.95)
    if not touches:
        close = _clause_after(reader, i) if at == 0 else None
        if close is not None and close.cue[0] - i < 10 and close.subject.kind != "noun":
            return close
        return find_trailing(reader, i)
    return _clause_after(reader, i) or find_trailing(reader, i)


def _later(reader: Reader, i: int) -> bool:
    """Tell `…, hours after the group said`, which is no said-clause."""
    for k in range(i, i + 4):
        if reader.low(k) in _TIMES:
            return reader.low(k + 1) in ("after", "before", "since")
    return False


def touches_clause(reader: Reader, at: int) -> bool:
    """Tell whether a quote ends as one does before its said-clause."""
    last = reader.tokens[at].word.rstrip("\"”’'» ")[-1:]
    return last in ",?!—–-…" or reader.low(at + 1) in (",", "—", "–", "―", "-") or last == "."


def _clause_after(reader: Reader, start: int) -> Found | None:
    """Read `the senator, who lost, said` right behind a quote."""
    tokens = reader.tokens
    limit = min(len(tokens), start + 40)
    for i in range(start + 1, limit):
        token = tokens[i]
        if token.kind == "q":
            break
        if token.kind != "w" or reader.cover[i] is not None:
            continue
        if token.low == "which" or (
            token.low in ("and", "but", "because", "while", "that", "as", "when")
            and not any(reader.low(k) in ("who", "whose") for k in range(start, i))
            and reader.low(i - 1) == ","
        ):
            return None
        quoted = _quoted(reader, i)
        if quoted is not None:
            return Found(quoted, (i, i + 1), "after", 0.98)
        verb = reader.is_finite(i) or (reader.is_ing(i) and i <= start + 2)
        verb = verb or (
            token.low in ("quoted", "cited", "heard") and reader.low(i + 1) in ("as", "saying")
        )
        if not verb and i <= start + 6:
            verb = _any_verb(reader, i, start)
        if not verb:
            continue
        subject = reader.subject_before(i)
        if subject is None or subject.first < start:
            continue
        if _relative(reader, subject, i):
            continue
        return Found(subject, (i, i + 1), "after", 0.98 if i <= start + 12 else 0.93)
    return None


def _quoted(reader: Reader, i: int) -> Subject | None:
    """Read `the agency quoted the general, Name, as saying`, whose words are the general's."""
    if reader.low(i) not in ("quoted", "cited", "quotes", "cites"):
        return None
    saying = (
        k
        for k in range(i + 1, min(i + 16, len(reader.tokens)))
        if reader.low(k) == "as" and reader.low(k + 1) in ("saying", "telling")
    )
    if next(saying, 0) <= i + 1:
        return None
    if reader.low(i + 1) in ("him", "her"):
        head = "he" if reader.low(i + 1) == "him" else "she"
        return Subject("pron", i + 1, i + 2, head=head)
    return reader.subject_after(i)


def _relative(reader: Reader, subject: Subject, verb: int) -> bool:
    """Tell a verb of a relative clause (`Smith, who won, said`) from the main one."""
    return any(
        reader.low(k) in ("who", "which", "whose") for k in range(subject.last, verb)
    ) and any(reader.is_finite(k) for k in range(verb + 1, min(len(reader.tokens), verb + 20)))


def _any_verb(reader: Reader, i: int, start: int) -> bool:
    """Take any finite verb beside a name right behind a quote for a cue."""
    token = reader.tokens[i]
    low = token.low
    if reader.cover[i] is not None or token.cap:
        return False
    before = reader.cover[i - 1] is not None or reader.low(i - 1) in ("he", "she")
    looks = (low.endswith("ed") and len(low) > 3) or low in reader.lex.after_only
    looks = looks or (low in ("went", "goes") and reader.low(i + 1) == "on")
    return before and looks and reader.skip_adverbs(i) >= start


def find_trailing(reader: Reader, start: int) -> Found | None:
    """Read a said-clause at the end of the sentence: `… "quote" today, officials said`."""
    tokens = reader.tokens
    for i in range(start, min(len(tokens), start + REACH)):
        if tokens[i].kind == "q":
            return None
        if reader.low(i) == "according" and reader.low(i + 1) == "to":
            return according_at(reader, i, touches=True)
        if reader.low(i) != "," or i + 2 >= len(tokens):
            continue
        for verb in range(i + 1, min(len(tokens), i + 14)):
            if tokens[verb].kind == "q":
                break
            if not reader.is_finite(verb):
                continue
            subject = reader.subject_after(verb) if verb == i + 1 else reader.subject_before(verb)
            if subject is None or subject.first <= i:
                break
            if reader.low(i + 1) in BOUNDARY and reader.low(i + 1) != "as":
                break
            strong = tokens[verb].low not in reader.lex.weak
            if strong and _short_rest(reader, max(verb, subject.last)):
                return Found(subject, (verb, verb + 1), "after", 0.84)
            break
    return None


def _short_rest(reader: Reader, i: int) -> bool:
    """Tell whether nothing but an adverbial follows: `said on Friday in Rome`."""
    rest = reader.tokens[i + 1 :]
    return len(rest) <= 14 and not (rest and rest[0].low in ("that", "the", "he", "she", "it"))
