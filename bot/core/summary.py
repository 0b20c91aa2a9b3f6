"""summarize: whole sentences of the article, chosen for an alert."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from bot.core.quotes.marks import find_blocks
from bot.core.quotes.reading import ABBREVIATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.model import Quote, Span

_END: Final = re.compile(
    r"[.!?…。！？؟۔]+[\"”’'»)\]]*(?=\s+[\"“„‘'«(\[]*[^\Wa-zа-я_]|\s*$)|[。！？]"
)
_WORD: Final = re.compile(r"[^\W_][\w'’-]+")
_STOP: Final = frozenset(
    """the and for that with was has his her have had from they this are but not you said who which
    their were been will its would she him one all about out there when what more can says than into
    also could after over some two first new just our your them then only very other such most before
    year years last while during because being people told
    """.split()
)


def split_sentences(text: str) -> list[Span]:
    """Split a text into sentences; offsets into it."""
    out: list[Span] = []
    for start, end in find_blocks(text):
        at = start
        for match in _END.finditer(text, start, end):
            if _abbreviated(text, at, match.start()):
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
        or "." in last
        or (last[0].isupper() and last.lower() in ABBREVIATIONS)
    )


def summarize(
    text: str,
    *,
    title: str = "",
    sentences: int = 3,
    focus: Sequence[Span] = (),
    quotes: Sequence[Quote] = (),
    lang: str = "en",
) -> tuple[Span, ...]:
    """Choose whole sentences of an article, in its order."""
    spans = split_sentences(text)[:400]
    words = [_content(text[s:e]) for s, e in spans]
    counts = Counter(w for row in words for w in row)
    scored = []
    for i, (span, row) in enumerate(zip(spans, words, strict=True)):
        value = sum(counts[w] for w in row) / (len(row) + 6) if row else 0.0
        if span[1] - span[0] < 50:
            value *= 0.3
        scored.append((value * (1.0 / (1 + 0.35 * i) + 0.12), -i))
    best = sorted(sorted(scored, reverse=True)[:sentences], key=lambda pair: -pair[1])
    return tuple(spans[-i] for _, i in best)


def _content(sentence: str) -> set[str]:
    return {
        w for w in (m.lower() for m in _WORD.findall(sentence)) if w not in _STOP and len(w) > 2
    }
