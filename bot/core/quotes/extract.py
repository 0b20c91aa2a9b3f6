"""find_quotes: from a text to its quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.model import Quote
from bot.core.quotes.filters import keep
from bot.core.quotes.languages.en import ENGLISH
from bot.core.quotes.marks import find_blocks, find_marked
from bot.core.quotes.names import Registry
from bot.core.quotes.people import People
from bot.core.quotes.reading import read_sentences, token_spans
from bot.core.quotes.sieve import Attribution, Sieve

if TYPE_CHECKING:
    from datetime import date

    from bot.core.officials import Officials

THRESHOLD = 0.5


def find_quotes(
    text: str,
    *,
    title: str = "",
    officials: Officials | None = None,
    when: date | None = None,
    lang: str = "en",
) -> tuple[Quote, ...]:
    """Find the quotes of an article with their speakers, in the order of the text."""
    blocks = find_blocks(text)
    marked = find_marked(text, blocks)
    if not marked:
        return ()
    sentences = read_sentences(text, blocks, marked, token_spans(text), ENGLISH.past)
    registry = Registry(sentences, ENGLISH, ())
    people = People(text, registry, ENGLISH, officials, when)
    sieve = Sieve(text, sentences, marked, registry, people, ENGLISH)
    rows = sieve.run()
    quotes: list[Quote] = []
    group: list[Attribution] = []
    for row in rows:
        before, owned = sieve.word_before(row)
        if not keep(text, row, before, owned):
            continue
        if group and not row.joins:
            quotes.append(_quote(group, people))
            group = []
        group.append(row)
    if group:
        quotes.append(_quote(group, people))
    return tuple(quotes)


def _quote(group: list[Attribution], people: People) -> Quote:
    head = group[0]
    speaker = head.speaker
    confidence = min(row.confidence for row in group)
    parts = tuple((row.marked.start, row.marked.end) for row in group)
    if speaker is None or confidence < THRESHOLD:
        return Quote(parts[0][0], parts[-1][1], parts, cue=head.cue, confidence=confidence)
    return Quote(
        parts[0][0],
        parts[-1][1],
        parts,
        speaker.name,
        speaker.entity.id if speaker.entity else "",
        people.office(speaker),
        head.cue,
        "direct",
        round(confidence, 3),
    )
