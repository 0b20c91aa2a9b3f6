"""Who does `…, saying Q` and `went on to say Q`."""

from __future__ import annotations

from typing import Final

from bot.core.quotes.clauses import Reader, Subject

_BESIDE: Final = 2


def participle_subject(reader: Reader, i: int) -> Subject | None:
    """Give who does `…, saying "…"`; the subject of the main clause or the name beside it."""
    before = reader.low(i - 1)
    for k in range(i - 2, max(-1, i - 8), -1):
        apart = reader.low(k - 1) in (",", "—", "–")
        several = i - k == _BESIDE and before in reader.lex.plurals
        if reader.low(k) == "with" and (apart or several):
            # `…, with one saying "…"`, `opened with prosecutors saying "…"`
            return reader.phrase_in(k + 1, i)
        if reader.tokens[k].kind in "pq":
            break
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
                if reader.low(k + 1) in ("him", "her"):
                    head = "he" if reader.low(k + 1) == "him" else "she"
                    return Subject("pron", k + 1, k + 2, head=head)
                return reader.subject_before(k) if k == i - 2 else reader.subject_after(k)
    back = reader.skip_adverbs(i)
    if back < i and reader.low(back - 1) == ",":
        i, before = back, ","
    if before == ",":
        said = _said_before(reader, i - 1)
        if said is not None:
            return said
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
                    return participle_subject(reader, k)
        if i <= 2:  # `After saying that …, Smith left`
            return reader.main_subject(len(reader.tokens))
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


def infinitive_subject(reader: Reader, i: int) -> Subject | None:
    """Give who does `went on to say "…"` and `would argue that "…"`."""
    heard = reader.perceived(i)
    if heard is not None:
        return reader.subject_after(heard)
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


def _said_before(reader: Reader, comma: int) -> Subject | None:
    """Give who speaks in the said-clause that ends at a comma: `…, Smith told us, adding`."""
    for k in range(comma - 1, max(0, comma - 9), -1):
        if reader.tokens[k].kind in "pq":
            return None
        if reader.is_finite(k):
            found = reader.subject_before(k)
            inserted = found is not None and reader.low(found.first - 1) == ","
            if found is None or not inserted:
                return None
            known = reader.lex.roles | reader.lex.bodies
            return found if found.kind != "noun" or found.head in known else None
    return None
