"""Where the oracle finds terms and the names of entities: every word is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.match_oracle_text import Case, Hit, Text, Word, cut
from bot.core.query import Term

if TYPE_CHECKING:
    from bot.core.model import Entity


def _is(word: Word, wanted: Word, *, exact: bool, prefix: bool) -> bool:
    if prefix and exact:
        return word.written.startswith(wanted.written) and word.folded.startswith(wanted.folded)
    if prefix:
        return word.folded.startswith(wanted.folded)
    return word.folded == wanted.folded and (not exact or word.written == wanted.written)


def term_hits(text: Text, term: Term) -> list[Hit]:
    """Find a term at every word."""
    if term not in text.cache:
        wanted = cut(term.text)
        size, exact = len(wanted), term.as_written
        text.cache[term] = [
            (at, at + size)
            for at in range(len(text.words) - size + 1)
            if all(
                _is(
                    text.words[at + k], wanted[k], exact=exact, prefix=term.prefix and k == size - 1
                )
                for k in range(size)
            )
        ]
    return text.cache[term]


def outer(hits: list[Hit]) -> list[Hit]:
    """Leave out hits that lie inside others."""
    return [
        hit
        for hit in sorted(set(hits))
        if not any(o != hit and o[0] <= hit[0] and hit[1] <= o[1] for o in hits)
    ]


_PREFIXES = (
    ("אבגדהוזחטיכךלמםנןסעפףצץקרשת", [a + b for a in ("", "ו", "ש") for b in ("", *"הובלמכש")]),
    (
        "".join(map(chr, range(0x621, 0x64B))),
        [
            *(a + b + c for a in ("", "و", "ف") for b in ("", "ب", "ل", "ك") for c in ("", "ال")),
            *("لل", "ولل", "فلل"),
        ],
    ),
)


def _variants(text: str, *, exact: bool) -> list[Term]:
    term = Term(text, exact=exact)
    words = cut(text)
    variants = [term]
    first = words[0].folded
    if not term.as_written and len(first) >= 3:
        for script, prefixes in _PREFIXES:
            if all(char in script for char in first):
                rest = " ".join(word.folded for word in words[1:])
                variants += [Term(f"{p}{first} {rest}".strip()) for p in prefixes if p]
    return variants


def _names(entity: Entity) -> list[tuple[list[Term], tuple[str, ...], tuple[str, ...]]]:
    aliases = {alias.text: alias for alias in entity.aliases}
    names = []
    for text in dict.fromkeys([entity.name, *aliases]):
        alias = aliases.get(text)
        terms = _variants(text, exact=bool(alias and alias.exact))
        names.append((terms, alias.context if alias else (), alias.unless if alias else ()))
    return names


def _stands(case: Case, word: str) -> bool:
    return bool(term_hits(case.whole, Term(word.rstrip("*"), prefix=word.endswith("*"))))


def entity_hits(case: Case, text: Text, entity: Entity) -> list[Hit]:
    """Find the names of an entity."""
    if ("entity", entity.id) in text.cache:
        return text.cache["entity", entity.id]
    hits: list[Hit] = []
    for terms, context, unless in _names(entity):
        found = [hit for term in terms for hit in term_hits(text, term)]
        if context and not any(_stands(case, word) for word in context):
            continue
        if any(_stands(case, word) for word in unless):
            continue
        if entity.kind == "person" and len(cut(terms[0].text)) == 1:
            found = _bare(case, text, entity, cut(terms[0].text)[0].folded, found)
        hits += found
    text.cache["entity", entity.id] = outer(hits)
    return text.cache["entity", entity.id]


def _full(entity: Entity, surname: str) -> list[Term]:
    return [
        term
        for terms, _, _ in _names(entity)
        for term in terms
        if len(words := cut(term.text)) > 1 and words[-1].folded == surname
    ]


def _key(term: Term) -> tuple[object, ...]:
    return (tuple(word.folded for word in cut(term.text)), term.as_written and term.text)


def _bare(case: Case, text: Text, entity: Entity, surname: str, found: list[Hit]) -> list[Hit]:
    own = _full(entity, surname)
    own_keys = {_key(term) for term in own}
    others = [
        term
        for other in case.officials
        if other.kind == "person" and other.id != entity.id
        for term in _full(other, surname)
        if _key(term) not in own_keys
    ]
    theirs = [hit for term in others for hit in term_hits(text, term)]
    free = [h for h in found if not any(o[0] <= h[0] and h[1] <= o[1] for o in theirs)]
    whole = case.whole
    ours_all = [hit for term in own for hit in term_hits(whole, term)]
    theirs_all = [hit for term in others for hit in term_hits(whole, term)]
    if not theirs_all:
        return free
    in_title = [(h, True) for h in ours_all if whole.words[h[0]].field == "title"]
    in_title += [(h, False) for h in theirs_all if whole.words[h[0]].field == "title"]
    mentions = in_title
    if not mentions:
        bare = [
            h
            for h in term_hits(whole, Term(surname))
            if whole.words[h[0]].field == "text"
            and not any(o[0] <= h[0] and h[1] <= o[1] for o in theirs_all)
        ]
        mentions = [(h, True) for h in ours_all + bare] + [(h, False) for h in theirs_all]
    # At the same word the other's name counts first.
    if min((hit[0], mine) for hit, mine in mentions)[1]:
        return free
    offices = {cut(office.title)[-1].folded for office in entity.offices if cut(office.title)}
    return [h for h in free if h[0] and text.words[h[0] - 1].folded in offices]
