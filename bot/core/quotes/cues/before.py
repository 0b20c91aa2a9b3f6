"""The clause before a quote: `Smith warned that … Q`, `described by Smith as Q`."""

from __future__ import annotations

from typing import Final

from bot.core.quotes.clauses import Found, Reader, Subject
from bot.core.quotes.cues.according import according_at
from bot.core.quotes.cues.nouns import find_cue_noun
from bot.core.quotes.cues.verbals import infinitive_subject, participle_subject

_CONTRAST: Final = frozenset(
    ("but", "while", "whereas", "although", "which", "as", "because", "and")
)

_NAMING: Final = frozenset("called considered dubbed termed labelled labeled deemed named".split())

# What an institution does with words; `it found`, `it feels` mostly speak of no institution.
_IT_ACTS: Final = frozenset(
    """
    called calls described describes condemned condemns accused accuses urged urges denounced
    denounces criticized criticised welcomed welcomes dismissed dismisses rejected rejects praised
    praises hailed hails slammed slams blamed blames dubbed termed branded labelled labeled
    expressed expresses voiced cited cites thanked thanks congratulated hinted
    """.split()
)
# Verbs that take `X as Q`: between them and the quote another verb reports nothing.
_AS_VERBS: Final = frozenset(
    """
    described describes dismissed dismisses denounced denounces condemned condemns hailed hails
    branded brands labelled labeled labels characterized characterised characterizes
    characterises portrayed portrays depicted depicts slammed slams derided derides mocked mocks
    ridiculed ridicules decried decries criticized criticised criticizes criticises blasted blasts
    touted touts regarded regards viewed views rejected rejects defended defends praised praises
    lauded celebrated deplored cast casts
    """.split()
)

_CLAUSE: Final = frozenset(("statement", "report", "letter", ",", "but", "and"))
_MODALS: Final = frozenset("would will could can may might must should".split())
_MINDS: Final = frozenset(
    "feared fears hoped hopes wanted wants believed believes expected expects".split()
)
_STRONG: Final = frozenset("said says told added warned insisted argued claimed wrote".split())
_ASKED: Final = frozenset("asked asks wondered wonders questioned inquired enquired".split())
_MEANS: Final = frozenset(
    "phone telephone satellite email e-mail text video letter radio mail fax message way".split()
)
_SAYING: Final = frozenset("saying adding arguing insisting warning stressing claiming".split())
_TAUGHT: Final = frozenset(("taught", "teaches"))
_EMBEDDED: Final = 0.88
NOTED: Final = frozenset("found finds felt feels thought thinks held holds saw".split())


def find_before(reader: Reader, at: int) -> Found | None:
    """Find the nearest reporting verb before a quote, with its subject."""
    if reader.low(at - 1) == "as" and reader.low(at - 2) in ("another", "others"):
        # `One called it "…", another as "…"`
        other = Subject("noun", at - 2, at - 1, head=reader.low(at - 2))
        return Found(other, (at - 1, at), "before", 0.9)
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
    if found.subject.kind == "noun" and reader.low(found.subject.first) in ("his", "her", "their"):
        head = found.subject.head  # `Smith said that his side would reply Q`
        return head not in reader.lex.roles and any(
            reader.is_finite(k) for k in range(found.subject.first)
        )
    verb = reader.skip_adverbs(found.cue[0])
    if reader.low(found.cue[0]) in _MINDS and found.subject.kind != "pron":
        # `She said the prime minister feared elections Q`: the words are hers.
        return any((reader.low(k) in _STRONG and reader.is_finite(k)) or reader.low(k) in _SAYING
                   for k in range(found.subject.first))  # fmt: skip
    if found.subject.kind == "pron" and found.subject.head in ("they", "it"):
        # `He said that they related to Q`: the words are his.
        before = found.subject.first - 1
        if reader.low(before) == "that" and reader.low(before - 1) in _STRONG:
            return reader.is_finite(before - 1)
    if reader.low(found.subject.first - 1) in ("whether", "if"):
        # `Counsel asked whether he had read Q`: the words are counsel's.
        return any(reader.low(k) in _ASKED and reader.is_finite(k)
                   for k in range(found.subject.first))  # fmt: skip
    if reader.low(found.cue[0]) in _TAUGHT:
        return any(
            reader.low(k) in _STRONG and reader.is_finite(k) for k in range(found.subject.first)
        )
    modal = reader.low(found.cue[0] - 1)
    head = found.subject.head
    thing = found.subject.kind == "noun" and not (
        head in reader.lex.roles
        or head in reader.lex.plurals
        or (head in reader.lex.bodies and modal != "would")
    )  # `The firm said supplies would continue Q`
    if (modal in ("must", "should") or (thing and modal in _MODALS)) and found.score < _EMBEDDED:
        return any(reader.low(k) in _STRONG and reader.is_finite(k)
                   for k in range(found.subject.first))  # fmt: skip
    first = found.subject.first
    told = first > 0 and reader.low(first - 1) in _STRONG and reader.is_finite(first - 1)
    if reader.low(found.cue[0]) in NOTED and (found.subject.kind == "pron" or told):
        return any(reader.is_finite(k) and reader.tokens[k].low not in reader.lex.weak
                   for k in range(found.subject.first))  # fmt: skip
    return found.subject.kind == "noun" and reader.low(verb - 1) in ("who", "that", "which")


def _cue_at(reader: Reader, i: int, at: int, crossed: float) -> Found | None:
    low = reader.tokens[i].low
    colon = reader.low(at - 1) in (":", ",")
    if low in reader.lex.past and reader.cover[i] is None:
        passive = _passive(reader, i, at)
        if passive is not None:
            return passive
    if reader.is_finite(i):
        by = i + 1 < at and reader.low(i + 1) == "by" and low in ("said", "written")
        if by and reader.low(i + 2) not in _MEANS:  # but `said by telephone that …`
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
        what = reader.low(subject.first - 1) == "what"  # `over what it called "…"`
        if subject.kind == "pron" and subject.head == "it" and low in reader.lex.weak and not what:
            opens = subject.first <= 1 or reader.low(subject.first - 1) in _CLAUSE
            acts = low in _IT_ACTS and opens
            if not acts:
                return None
        if reader.low(at - 1) == "as" and low not in _AS_VERBS and _as_verb(reader, i):
            return None
        score = 0.95 if low not in reader.lex.weak else 0.9
        if not colon and at - i > 12:
            score -= 0.03
        if quotes_between(reader, i, at) and reader.tokens[at].start - reader.tokens[i].end > 200:
            score -= 0.05
        return Found(subject, (i, i + 1), "before", score - crossed)
    if reader.is_ing(i):
        subject = participle_subject(reader, i)
        return Found(subject, (i, i + 1), "before", 0.9 - crossed) if subject else None
    if reader.is_infinitive(i):
        subject = infinitive_subject(reader, i)
        return Found(subject, (i, i + 1), "before", 0.86 - crossed) if subject else None
    if low == "according" and reader.low(i + 1) == "to":
        return according_at(reader, i, touches=False)
    if low in reader.lex.cue_nouns:
        return find_cue_noun(reader, i, at, crossed)
    return None


def _as_verb(reader: Reader, i: int) -> bool:
    """Tell whether `dismissed a map published by …` goes on `as Q` from its first verb."""
    return any(
        reader.tokens[k].low in _AS_VERBS and reader.is_finite(k) for k in range(max(0, i - 25), i)
    )


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
            if not be and k > i + 2:
                break  # `, denounced drills by Norland as …`
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
    if reader.low(at - 1) == "as" and low not in _AS_VERBS and _as_verb(reader, i):
        return None
    if not low.endswith(("ed", "put", "written", "said", "told")):
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
    """Tell `in remarks that his staff put out: "…"`, where the words are not the staff's.

    Nor are they the officials' in `told reporters at a rally that officials called small: "…"`.
    """
    if reader.low(at - 1) != ":" or at - verb > 3:
        return False
    if reader.low(subject.first - 1) in ("that", "which") and (
        reader.low(subject.first - 2) in reader.lex.cue_nouns
    ):
        return True
    if reader.low(verb) not in _NAMING or at - verb != 3:
        return False
    opened = next((k for k in range(verb - 1, max(0, verb - 6), -1)
                   if reader.low(k) in ("that", "which")), 0)  # fmt: skip
    return any(reader.is_finite(k) for k in range(opened - 1)) if opened else False
