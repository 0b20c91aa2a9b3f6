"""find_quotes: from a text to its quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.model import Quote
from bot.core.quotes.filters import keep
from bot.core.quotes.foreign import attribute_foreign
from bot.core.quotes.hints import NO_HINTS, Hints, Pipeline, ask
from bot.core.quotes.languages import ENGLISH, FOREIGN
from bot.core.quotes.marks import Marked, find_blocks, find_marked
from bot.core.quotes.names import Registry
from bot.core.quotes.people import People
from bot.core.quotes.reading import Sentence, read_sentences
from bot.core.quotes.sieve import Attribution, Sieve
from bot.core.quotes.spaces import squeeze

if TYPE_CHECKING:
    from datetime import date

    from bot.core.model import Span
    from bot.core.officials import Officials

THRESHOLD: Final = 0.5
"""Confidence below which a speaker is left open rather than guessed."""

READ_LIMIT: Final = 300_000
"""Code points that are read: no article is longer, and what is must not hold up the others."""

_COMMAS: Final = tuple(",،，、")
_FEW_WORDS: Final = 3
_FEW_SIGNS: Final = 5
"""Words, or signs of a script without spaces, up to which marks without a speaker hold a title."""


def find_quotes(
    text: str,
    *,
    title: str = "",  # noqa: ARG001 - part of the interface; the text alone decides so far
    officials: Officials | None = None,
    when: date | None = None,
    lang: str = "en",
    nlp: Pipeline | None = None,
    indirect: bool = False,
) -> tuple[Quote, ...]:
    """Find the quotes of an article with their speakers.

    Args:
        text: paragraphs separated by line breaks; any text at all, it never raises.
        title: the headline.
        officials: the people and institutions of the officials files.
        when: the day of the article, for offices; None for offices held still.
        lang: ISO 639-1 code; a language without data gives quotes without speakers.
        nlp: a statistical spaCy pipeline whose names and clauses shall help, or None; it reads only
            texts of its own language.
        indirect: whether reported speech without marks is wanted too (English only).

    Returns:
        Quotes in the order of the text. Offsets are code points; `text[start:end]` of each piece
        is what was said, without the quotation marks.
    """
    hints = NO_HINTS
    if nlp is not None and nlp.lang in ("en", "xx") and lang[:2].lower() in ("", "en"):
        hints = ask(nlp, text)
    return find_in(text, officials=officials, when=when, lang=lang, hints=hints, indirect=indirect)


def find_in(
    text: str,
    *,
    officials: Officials | None = None,
    when: date | None = None,
    lang: str = "en",
    hints: Hints = NO_HINTS,
    threshold: float = THRESHOLD,
    indirect: bool = False,
) -> tuple[Quote, ...]:
    """Find quotes as `find_quotes` does, with what somebody else read in the text.

    Args:
        text: see `find_quotes`.
        officials: see `find_quotes`.
        when: see `find_quotes`.
        lang: see `find_quotes`.
        hints: the names and clauses that a statistical pipeline found.
        threshold: confidence below which a speaker is left open.
        indirect: see `find_quotes`.
    """
    lang = lang[:2].lower() or "en"
    squeezed = squeeze(text[:READ_LIMIT])
    text, hints = squeezed.text, squeezed.hints(hints)
    blocks = find_blocks(text)
    marked = find_marked(text, blocks)
    if not marked and not indirect:
        return ()
    from bot.core.quotes.component import tokens_of  # noqa: PLC0415 - spaCy takes seconds

    sentences = _sentences(text, blocks, marked, tokens_of(text, lang), lang)
    if lang != "en":
        rows = attribute_foreign(text, sentences, marked, FOREIGN.get(lang))
        return tuple(map(squeezed.quote, _foreign(text, rows, threshold)))
    mentioned = Registry(sentences, ENGLISH, hints.names)
    people = People(text, mentioned, ENGLISH, officials, when)
    sieve = Sieve(text, sentences, marked, mentioned, people, ENGLISH, hints)
    rows = [row for row in sieve.run() if keep(text, row, *sieve.word_before(row))]
    quotes = [_quote(group, people, threshold) for group in _groups(rows)]
    if indirect:
        quotes.extend(_reported(sieve, people, threshold))
        quotes.sort(key=lambda quote: quote.start)
    return tuple(map(squeezed.quote, quotes))


def read(
    text: str, spans: list[Span], lang: str = "en"
) -> tuple[list[Span], list[Marked], list[Sentence]]:
    """Give the paragraphs, the marked stretches and the sentences of a text."""
    blocks = find_blocks(text)
    marked = find_marked(text, blocks)
    return blocks, marked, _sentences(text, blocks, marked, spans, lang)


def _sentences(
    text: str, blocks: list[Span], marked: list[Marked], spans: list[Span], lang: str
) -> list[Sentence]:
    foreign = FOREIGN.get(lang)
    verbs = ENGLISH.past if lang == "en" else (foreign.verbs if foreign else frozenset())
    return read_sentences(text, blocks, marked, spans, verbs)


def _groups(rows: list[Attribution]) -> list[list[Attribution]]:
    """Put the pieces of one statement together."""
    groups: list[list[Attribution]] = []
    for row in rows:
        if groups and row.joins:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _quote(group: list[Attribution], people: People, threshold: float) -> Quote:
    head = group[0]
    speaker = head.speaker
    confidence = round(min(row.confidence for row in group), 3)
    parts = tuple((row.marked.start, row.marked.end) for row in group)
    if speaker is None or confidence < threshold:
        return Quote(parts[0][0], parts[-1][1], parts, confidence=confidence)
    entity = speaker.entity.id if speaker.entity else ""
    office = people.office(speaker)
    return Quote(
        parts[0][0],
        parts[-1][1],
        parts,
        speaker.name,
        entity,
        office,
        head.cue,
        "direct",
        confidence,
        _teller(group, threshold),
    )


def _teller(group: list[Attribution], threshold: float) -> str | None:
    """Give who told of a statement, as far as that is sure."""
    sure = (row.via.name for row in group if row.via and row.via.confidence >= threshold)
    return next(sure, None)


def _reported(sieve: Sieve, people: People, threshold: float) -> list[Quote]:
    """Give reported speech without marks, where its speaker is known."""
    quotes = []
    for start, end, speaker, cue, confidence in sieve.reported():
        if speaker is None or confidence < threshold or end <= start:
            continue
        entity = speaker.entity.id if speaker.entity else ""
        office = people.office(speaker)
        quotes.append(
            Quote(
                start, end, ((start, end),), speaker.name, entity, office, cue, "indirect",
                round(confidence, 3),
            )
        )  # fmt: skip
    return quotes


def _spoken(text: str, row: Attribution) -> bool:
    """Tell words from a title or a scare quote where no speaker is known: by length, or a comma."""
    content = text[row.marked.start : row.marked.end]
    words = len(content.split())
    unspaced = sum("\u0e00" <= char <= "\u0eff" or "\u3040" <= char <= "\u9fff" for char in content)
    comma = content[-1:] in _COMMAS or text[row.marked.close : row.marked.close + 1] in _COMMAS
    return words > _FEW_WORDS or unspaced > _FEW_SIGNS or (comma and words > 1)


def _foreign(text: str, rows: list[Attribution], threshold: float) -> list[Quote]:
    quotes = []
    kept = [row for row in rows if row.speaker or row.bare or _spoken(text, row)]
    for group in _groups(kept):
        head = group[0]
        parts = tuple((row.marked.start, row.marked.end) for row in group)
        known = head.speaker is not None and head.confidence >= threshold
        name = head.speaker.name if known and head.speaker else None
        quotes.append(
            Quote(
                parts[0][0], parts[-1][1], parts, name,
                cue=head.cue if known else "", confidence=round(head.confidence, 3),
            )
        )  # fmt: skip
    return quotes
