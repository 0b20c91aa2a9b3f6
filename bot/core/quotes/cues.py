"""The sieve's nets for one quote: clause after, clause before, according to, label, noun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.clauses import (
    BOUNDARY,
    DETERMINERS,
    PREPOSITIONS,
    SUBORDINATE,
    Found,
    Reader,
    Subject,
)
from bot.core.quotes.labels import find_label, label_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_REACH: Final = 45
_WITHIN: Final = frozenset("in with through via on at during".split())
_OPENERS: Final = frozenset((":", "to", "that", "for", "saying", "reading"))
_PUTTING: Final = frozenset(("put", "puts", "has", "had"))
_CONTRAST: Final = frozenset(
    ("but", "while", "whereas", "although", "which", "as", "because", "and")
)


def find_cue(reader: Reader, at: int) -> Found | None:
    """Find who says the quote at a place of a sentence, from that sentence alone."""
    line = label_line(reader, at)
    if line is not None:
        return line
    after = _after(reader, at)
    before = _before(reader, at)
    if (
        after is not None
        and after.score >= 0.9
        and _touches(reader, at)
        and not _governed(reader, at, before)
    ):
        return after
    if before is not None and before.score >= 0.85:
        return before
    options = [
        found for found in (after, before, _according(reader, at), find_label(reader, at)) if found
    ]
    return max(options, key=lambda found: found.score, default=None)


def _governed(reader: Reader, at: int, before: Found | None) -> bool:
    """Tell whether a verb before the quote holds it, whatever clause follows.

    `Smith told police "…," prosecutors said`: the words are Smith's. But not `While Smith denies
    it, "…," Jones said`.
    """
    if before is None or before.score < 0.85 or before.subject.kind == "noun":
        return False
    leading = reader.low(0) in SUBORDINATE and reader.low(at - 1) == ","
    if leading or any(t.kind == "q" for t in reader.tokens[before.cue[1] : at]):
        return False
    if reader.low(at - 1) == ",":
        return at - before.cue[1] < 6
    return at - before.cue[1] < 25


def _touches(reader: Reader, at: int) -> bool:
    """Tell whether a quote ends as one does before its said-clause."""
    last = reader.tokens[at].word.rstrip("\"”’'» ")[-1:]
    return last in ",?!—–-…" or reader.low(at + 1) in (",", "—", "–", "―", "-") or last == "."


def _after(reader: Reader, at: int) -> Found | None:
    tokens = reader.tokens
    i = at + 1
    while i < len(tokens) and tokens[i].kind == "p" and tokens[i].word in ",—–-―;":
        i += 1
    if i >= len(tokens) or tokens[i].kind == "q":
        return None
    touches = _touches(reader, at)
    low = reader.low(i)
    if low in ("according", "per"):
        return _according_at(reader, i, touches=touches)
    if low in BOUNDARY and low not in ("as", "so") and reader.cover[i] is None:
        return _trailing(reader, i) if low not in ("who", "which", "that") else None
    if low == "as":
        i += 1
    if i < len(tokens) and reader.is_finite(i):
        subject = reader.subject_after(i)
        if subject is not None and (touches or reader.tokens[i].low not in reader.lex.weak):
            score = 0.97 if touches else (0.8 if subject.kind != "noun" else 0.5)
            return Found(subject, (i, i + 1), "inverted", score)
        if touches and i == at + 1:
            return None
    if not touches:
        close = _clause_after(reader, i) if at == 0 else None
        if close is not None and close.cue[0] - i < 10 and close.subject.kind != "noun":
            return close
        return _trailing(reader, i)
    return _clause_after(reader, i) or _trailing(reader, i)


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
    return before and looks and reader.skip_adverbs(i) >= start


def _trailing(reader: Reader, start: int) -> Found | None:
    """Read a said-clause at the end of the sentence: `… "quote" today, officials said`."""
    tokens = reader.tokens
    for i in range(start, min(len(tokens), start + _REACH)):
        if tokens[i].kind == "q":
            return None
        if reader.low(i) == "according" and reader.low(i + 1) == "to":
            return _according_at(reader, i, touches=True)
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


def _before(reader: Reader, at: int) -> Found | None:
    """Find the nearest reporting verb before a quote, with its subject."""
    crossed = 0.0
    i = at - 1
    stop = max(-1, at - 60)
    quotes = 0
    depth_comma = False
    kept: Found | None = None
    while i > stop:
        token = reader.tokens[i]
        if token.kind == "q":
            quotes += 1
            if quotes > 6:
                return None
        elif token.kind == "p":
            if token.word == ";":
                crossed += 0.15
            if token.word == "," and i != at - 1:
                depth_comma = True
        elif reader.cover[i] is None:
            if token.low in _CONTRAST and depth_comma and reader.low(i - 1) == ",":
                crossed += 0.08 if token.low == "and" else 0.2
            found = _cue_at(reader, i, at, crossed)
            if found is not None and kept is None:
                kept = found
                if not _doubtful(reader, found):
                    return found
            elif found is not None and kept is not None and not _doubtful(reader, found):
                return found if found.score >= 0.8 else kept
        i -= 1
    return kept


def _doubtful(reader: Reader, found: Found) -> bool:
    """Tell whether an outer verb, where there is one, holds the quote rather."""
    if found.path == "noun":
        return True
    verb = reader.skip_adverbs(found.cue[0])
    return found.subject.kind == "noun" and reader.low(verb - 1) in ("who", "that", "which")


def _cue_at(reader: Reader, i: int, at: int, crossed: float) -> Found | None:
    low = reader.tokens[i].low
    colon = reader.low(at - 1) in (":", ",")
    if low in reader.lex.past and reader.cover[i] is None:
        passive = _passive(reader, i, at)
        if passive is not None:
            return passive
    if reader.is_finite(i):
        if i + 1 < at and reader.low(i + 1) == "by" and low in ("said", "written"):
            return None
        subject = reader.subject_before(i)
        if subject is None:
            subject = _inverted_before(reader, i, at)
        if subject is None or _closed_relative(reader, i, at):
            return None
        if _object_relative(reader, subject, i, at):
            return None
        if subject.kind == "pron" and subject.head in ("i", "we"):
            return None
        if subject.kind == "pron" and subject.head == "it" and low in reader.lex.weak:
            return None
        score = 0.95 if low not in reader.lex.weak else 0.9
        if not colon and at - i > 12:
            score -= 0.03
        if quotes_between(reader, i, at) and reader.tokens[at].start - reader.tokens[i].end > 200:
            score -= 0.05
        return Found(subject, (i, i + 1), "before", score - crossed)
    if reader.is_ing(i):
        subject = _participle_subject(reader, i)
        return Found(subject, (i, i + 1), "before", 0.9 - crossed) if subject else None
    if reader.is_infinitive(i):
        subject = _infinitive_subject(reader, i)
        return Found(subject, (i, i + 1), "before", 0.86 - crossed) if subject else None
    if low == "according" and reader.low(i + 1) == "to":
        return _according_at(reader, i, touches=False)
    if low in reader.lex.cue_nouns:
        return _cue_noun(reader, i, at, crossed)
    return None


def quotes_between(reader: Reader, i: int, at: int) -> int:
    """Count the quotes between two places."""
    return sum(reader.tokens[k].kind == "q" for k in range(i + 1, at))


def _inverted_before(reader: Reader, i: int, at: int) -> Subject | None:
    """Read `Said Smith: "…"`."""
    if i and reader.low(i - 1) not in ("", ",", ":"):
        return None
    subject = reader.subject_after(i)
    return subject if subject is not None and subject.last < at else None


def _passive(reader: Reader, i: int, at: int) -> Found | None:
    """Read `was called "…" by Smith` and `described by Smith as "…"`."""
    be = reader.low(i - 1) in ("was", "is", "were", "been", "being", "are") or (
        reader.low(i - 1).endswith("ly")
        and reader.low(i - 2) in ("was", "is", "were", "been", "being")
    )
    agent = None
    for k in range(i + 1, min(at, i + 8)):
        if reader.low(k) == "by":
            agent = reader.subject_after(k)
            break
    if agent is None and (be or reader.low(i - 1) in (",", "")):
        for k in range(at + 1, min(len(reader.tokens), at + 8)):
            if reader.low(k) == "by":
                agent = reader.subject_after(k)
                break
            if reader.tokens[k].kind in "pq":
                break
    if agent is None or agent.kind == "pron":
        return None
    low = reader.tokens[i].low
    if not low.endswith(("ed", "put", "written", "said")):
        return None
    if not be and not (low.endswith("ed") and reader.low(i - 1) in (",", "") and i):
        return None
    return Found(agent, (i, i + 1), "passive", 0.88)


def _closed_relative(reader: Reader, verb: int, at: int) -> bool:
    """Tell whether the verb stands in a relative clause that ends before the quote."""
    low = reader.low(reader.skip_adverbs(verb) - 1)
    if low not in ("who", "which", "that") or reader.low(reader.skip_adverbs(verb) - 2) != ",":
        return False
    commas = [k for k in range(verb + 1, at - 1) if reader.low(k) == ","]
    return bool(commas) and any(reader.is_finite(k) for k in range(commas[0] + 1, at))


def _object_relative(reader: Reader, subject: Subject, verb: int, at: int) -> bool:
    """Tell `in remarks that his staff put out: "…"`, where the words are not the staff's."""
    if reader.low(at - 1) != ":" or at - verb > 3 or reader.low(subject.first - 1) not in (
        "that", "which",
    ):  # fmt: skip
        return False
    return reader.low(subject.first - 2) in reader.lex.cue_nouns


def _participle_subject(reader: Reader, i: int) -> Subject | None:
    """Give who does `…, saying "…"`; the subject of the main clause or the name beside it."""
    before = reader.low(i - 1)
    if before == "as":
        for k in range(i - 2, max(-1, i - 16), -1):
            if reader.low(k) in (
                "quoted",
                "cited",
                "quotes",
                "cites",
                "quoting",
                "citing",
                "reported",
            ):
                return reader.subject_before(k) if k == i - 2 else reader.subject_after(k)
    back = reader.skip_adverbs(i)
    if back < i and reader.low(back - 1) == ",":
        i, before = back, ","
    if before == ",":
        main = reader.main_subject(i)
        if main is not None and main.kind != "noun":
            return main
    if before in (
        "and",
        "or",
        "by",
        "in",
        "before",
        "after",
        "while",
        "without",
        "of",
        "for",
        "from",
        ",",
        "when",
    ):
        for k in range(i - 1, -1, -1):
            if reader.tokens[k].kind == "w" and reader.cover[k] is None:
                if reader.is_finite(k):
                    found = reader.subject_before(k)
                    if found is not None:
                        return found
                elif reader.is_ing(k) and k < i - 1:
                    return _participle_subject(reader, k)
        return reader.main_subject(i)
    mention = reader.cover[i - 1] if i else None
    if mention is not None and not mention.owns:
        if reader.low(mention.first - 1) in ("in", "to", "for", "from"):
            return reader.main_subject(i)
        return Subject("name", mention.first, mention.last, mention)
    if before in (
        "is",
        "was",
        "were",
        "are",
        "be",
        "been",
        "not",
        "also",
        "then",
        "now",
    ) or before.endswith("ly"):
        return reader.subject_before(i)
    return reader.main_subject(i)


def _infinitive_subject(reader: Reader, i: int) -> Subject | None:
    j = i - 1
    while j > 0 and (
        reader.low(j) in ("not", "never", "also", "then") or reader.low(j).endswith("ly")
    ):
        j -= 1
    if reader.low(j) != "to":
        return reader.subject_before(i)
    for k in range(j - 1, -1, -1):
        if reader.is_finite(k) and reader.low(k) not in ("told", "asked", "urged", "called"):
            found = reader.subject_before(k)
            if found is not None:
                return found
    return reader.main_subject(j)


def _cue_noun(reader: Reader, i: int, at: int, crossed: float) -> Found | None:
    """Read `Smith's claim that "…"` and `a statement from the ministry: "…"`."""
    sourced = _sourced(reader, i, at, crossed)
    if sourced is not None:
        return sourced
    if at - i > 14:
        return None
    if reader.low(i + 1) in ("is", "are", "was", "were"):
        return None
    direct = (
        at - i <= 2
        or reader.low(i + 1) in ("that", ":", "to")
        or (at - i == 3 and reader.low(i + 1) in ("of", "for", "about", "as"))
    )
    if not direct:
        return None
    cue = (i, i + 1)
    for k in range(i - 1, max(-1, i - 5), -1):
        mention = reader.cover[k]
        if mention is not None:
            if mention.owns and mention.last == k + 1:
                return Found(
                    Subject("name", mention.first, mention.last, mention),
                    cue,
                    "noun",
                    0.82 - crossed,
                )
            break
        if reader.tokens[k].kind != "w":
            break
        if reader.low(k) in ("his", "her", "its", "their"):
            head = {"his": "he", "her": "she", "its": "it", "their": "they"}[reader.low(k)]
            return Found(Subject("pron", k, k + 1, head=head), cue, "noun", 0.78 - crossed)
        if reader.tokens[k].owns:
            found = reader.phrase_ending(k + 1)
            return Found(found, cue, "noun", 0.75 - crossed) if found else None
    for k in range(i + 1, min(i + 4, at)):
        if reader.low(k) in ("from", "by", "of"):
            subject = reader.subject_after(k)
            if subject is not None and subject.kind != "noun" and subject.last <= at:
                return Found(
                    subject, cue, "noun", (0.8 if reader.low(k) != "of" else 0.6) - crossed
                )
    return None


def _sourced(reader: Reader, i: int, at: int, crossed: float) -> Found | None:
    """Read `read out an appeal from the envoy, Name, to "…"`: the words are their source's.

    Not where the noun is only the place of somebody's words: `said in a note from the ministry`.
    """
    if reader.low(i + 1) not in ("from", "by") or at - i > 24:
        return None
    first = i
    while first > 0 and i - first < 4 and reader.low(first - 1) not in PREPOSITIONS:
        first -= 1
    if reader.low(first - 1) in _WITHIN:
        return None
    subject = reader.subject_after(i + 1)
    if subject is None or subject.kind == "pron":
        return None
    if subject.kind == "noun" and reader.low(subject.first) not in DETERMINERS:
        return None
    rest = [reader.low(k) for k in range(subject.last, at)]
    if rest[:1] == [","]:
        rest = rest[1:]
    if rest[-1:] in (["a"], ["an"], ["the"]):
        rest = rest[:-1]
    if len(rest) > 1 or (rest and rest[0] not in _OPENERS):
        return None
    return Found(subject, (i, i + 1), "source", 0.9 - crossed)


def _according(reader: Reader, at: int) -> Found | None:
    for i in _indexes(reader, at):
        if reader.low(i) == "according" and reader.low(i + 1) == "to":
            return _according_at(reader, i, touches=abs(i - at) < 4)
    return None


def _indexes(reader: Reader, at: int) -> Iterator[int]:
    yield from range(at + 1, min(len(reader.tokens), at + _REACH))
    yield from range(max(0, at - _REACH), at)


def _according_at(reader: Reader, i: int, *, touches: bool) -> Found | None:
    start = i + 1 if reader.low(i) == "according" else i
    subject = reader.subject_after(start)
    if subject is None:
        return None
    if (
        reader.cover[subject.first] is not None
        and subject.kind == "name"
        and subject.mention
        and subject.mention.owns
    ):
        return None
    return Found(subject, (i, start + 1), "according", 0.93 if touches else 0.86)
