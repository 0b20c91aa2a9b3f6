"""summarize: whole sentences of the article, chosen for an alert.

Each sentence gets a score from a few plain features (where it stands, how long it is, how central its
words are, how it starts), and the best ones are taken one after the other, each with a deduction for
what is already said. The weights were fitted once on news articles with human highlights.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.quotes.marks import find_blocks
from bot.core.quotes.reading import ABBREVIATIONS, DATELINE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.core.model import Quote, Span

_END: Final = re.compile(
    r"[.!?…。！？؟۔]+[\"”’'»)\]]*(?=\s+[\"“„‘'«(\[]*[^\Wa-z_]|\s*$)|[。！？]"  # noqa: RUF100
)
_WORD: Final = re.compile(r"[^\W_][\w'’-]*")
_STOP: Final = frozenset(
    """the and for that with was has his her had have from they this are but not you said who which
    their were been will its would she him one all about out there when what more can says than into
    also could after over some two first new just our your them then only very other such most before
    year years last while during because being people told a an of to in on at by is it as be he we i
    or if so do did does no up us my me am""".split()
)
_ORPHAN: Final = frozenset(
    """he she it they his her their its this that these those but and so yet also however meanwhile
    then instead still moreover nor or both such there here another thus therefore too him them later
    besides furthermore additionally""".split()
)
_PERSONAL: Final = frozenset("i we you my our your me us i'm we're it's i've we've".split())
_MAX_SENTENCES: Final = 120


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature of a sentence is worth."""

    first: float = 1.0
    place: float = 1.0
    depth: float = -0.5
    central: float = 1.0
    lead: float = 0.5
    names: float = 0.3
    digits: float = 0.1
    orphan: float = -0.3
    quoted: float = -0.5
    personal: float = -0.5
    question: float = -0.5
    long: float = -0.5
    short: float = -1.0
    title: float = 1.0
    repeat: float = -1.0


WEIGHTS: Final = Weights()


def split_sentences(text: str) -> list[Span]:
    """Split a text into sentences; offsets into it."""
    out: list[Span] = []
    for start, end in find_blocks(text):
        at = start
        dateline = DATELINE.match(text, start, end)
        if dateline is not None:
            at = dateline.end()
        for match in _END.finditer(text, at, end):
            if match.start() < at or _abbreviated(text, at, match.start()):
                continue
            out.append((at, match.end()))
            at = match.end()
            while at < end and text[at].isspace():
                at += 1
        if at < end:
            out.append((at, end))
    return out


def _abbreviated(text: str, start: int, dot: int) -> bool:
    if text[dot] != ".":
        return False
    word = re.search(r"[\w.]+$", text[max(start, dot - 15) : dot])
    if word is None:
        return False
    last = word.group()
    return (
        (len(last) == 1 and last.isupper())
        or ("." in last and not last[-1].isdigit() and len(last) < 6)
        or (last[0].isupper() and last.lower() in ABBREVIATIONS)
    )


def features(text: str, spans: Sequence[Span], title: str = "") -> list[tuple[list[float], set[str]]]:
    """Give for each sentence its features, in the order of `Weights`, and its content words."""
    words = [[w.lower().replace("’", "'") for w in _WORD.findall(text[s:e])] for s, e in spans]
    content = [{_stem(w) for w in row if w not in _STOP and len(w) > 1} for row in words]
    counts = Counter(w for row in content for w in row)
    top = sum(value for _, value in counts.most_common(12)) / 12 or 1.0
    lead: Counter[str] = Counter()
    for row in content[:4]:
        lead.update(row)
    heading = {_stem(w.lower()) for w in _WORD.findall(title)} - _STOP
    rows = []
    for i, (span, row, own) in enumerate(zip(spans, words, content, strict=True)):
        rows.append((_row(text, span, i, len(spans), row, own, counts, top, lead, heading), own))
    return rows


def _row(  # noqa: PLR0913, PLR0917 - one sentence and what it is measured against
    text: str, span: Span, i: int, total: int, row: list[str], own: set[str],
    counts: Counter[str], top: float, lead: Counter[str], heading: Collection[str],
) -> list[float]:  # fmt: skip
    sentence = text[span[0] : span[1]]
    size = max(1, len(row))
    norm = math.sqrt(len(own) + 4)
    caps = sum(1 for m in _WORD.findall(sentence)[1:] if m[0].isupper())
    marks = sum(sentence.count(mark) for mark in "\"“”")
    start = row[0] if row else ""
    return [
        1.0 if i == 0 else 0.0,
        1.0 / (1 + i),
        i / max(1, total),
        sum(counts[w] for w in own) / (norm * top),
        sum(lead[w] > 1 or (i > 3 and lead[w] > 0) for w in own) / norm,
        min(caps / size, 0.5),
        1.0 if any(c.isdigit() for c in sentence) else 0.0,
        1.0 if start in _ORPHAN else 0.0,
        1.0 if sentence[:1] in "\"“‘'" else (0.5 if marks else 0.0),
        1.0 if any(w in _PERSONAL for w in row) else 0.0,
        1.0 if "?" in sentence else 0.0,
        max(0.0, (size - 22) / 20),
        max(0.0, (12 - size) / 8),
        len(own & set(heading)) / math.sqrt(len(heading) + 1) if heading else 0.0,
    ]


def _stem(word: str) -> str:
    """Cut the commonest English endings, so that `talks` meets `talk`."""
    if word.endswith("'s"):
        word = word[:-2]
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word


def pick(
    rows: Sequence[tuple[list[float], set[str]]],
    sentences: int,
    weights: Sequence[float],
    bonus: Sequence[float] = (),
) -> list[int]:
    """Take the best sentences one after the other; what is said already counts against the next."""
    base = [sum(map(float.__mul__, row, weights)) for row, _ in rows]
    if bonus:
        base = [b + x for b, x in zip(base, bonus, strict=True)]
    chosen: list[int] = []
    said: set[str] = set()
    while len(chosen) < min(sentences, len(rows)):
        best = max(
            (i for i in range(len(rows)) if i not in chosen),
            key=lambda i: base[i]
            + weights[-1] * len(rows[i][1] & said) / max(1, len(rows[i][1])),
        )
        chosen.append(best)
        said |= rows[best][1]
    return sorted(chosen)


def summarize(  # noqa: PLR0913
    text: str,
    *,
    title: str = "",
    sentences: int = 3,
    focus: Sequence[Span] = (),
    quotes: Sequence[Quote] = (),
    lang: str = "en",
) -> tuple[Span, ...]:
    """Choose whole sentences of an article, in its order."""
    spans = split_sentences(text)[:_MAX_SENTENCES]
    weights = [getattr(WEIGHTS, name) for name in WEIGHTS.__slots__]
    return tuple(spans[i] for i in pick(features(text, spans, title), sentences, weights))
