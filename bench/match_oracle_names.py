"""Where the oracle finds terms and the names of entities: every word is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.match_oracle_text import Case, Hit, Text, Word, cut
from bot.core.query import Term

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        size, exact = len(wanted), term.exact if text.label else term.as_written
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


@dataclass(frozen=True)
class Spelling:
    """A name, and whether its first word may be joined with what stands before it.

    `article`: whether its first letter may be the Hebrew article, which is not always written.
    """

    term: Term
    joined: bool
    article: bool

    @property
    def words(self) -> list[Word]:
        """The name's words."""
        return cut(self.term.text)


def _hebrew_rest(token: str) -> Iterator[tuple[str, bool]]:
    """Take off what may stand before a name; say whether an article may have gone with it."""
    for after_and in {token, token.removeprefix("ו")}:
        for rest in {after_and, after_and.removeprefix("ש"), after_and.removeprefix("כש")}:
            yield rest, False
            if rest[:1] in ("ה", "מ"):
                yield rest[1:], False
            if rest[:1] in ("ב", "ל", "כ"):
                yield rest[1:], False
                yield rest[1:], True
            if rest[:2] == "מה":
                yield rest[2:], False


def _arabic_fits(token: str, first: str) -> bool:
    """Read a word with and without what is joined before it."""
    named = first[:2] == "ال" and len(first) > 3
    for rest in {token, token[1:]} if token[:1] in ("و", "ف") else {token}:
        bare = {rest, rest[1:]} if rest[:1] in ("ب", "ك", "ل") else {rest}
        if first in bare:
            return True
        if named and rest[:2] == "لل" and first in ("ا" + rest[1:], "ا" + rest):
            # One alif went, and a lam where there would have been three.
            return not (first == "ا" + rest[1:] and first[2:3] == "ل")
        if not named and ("ال" + first in bare or rest == "لل" + first):
            return True
    return False


def begins(token: str, first: str, *, article: bool) -> bool:
    """Say whether a word of the text is a name's first word, whatever is joined before it."""
    if token == first:
        return True
    if len(first) < 3 or not token.endswith(first[2:]):
        return False
    if all("א" <= char <= "ת" for char in first):
        return any(
            rest == first or (swallowed and article and len(first) > 3 and first == "ה" + rest)
            for rest, swallowed in _hebrew_rest(token)
        )
    if all("\u0621" <= char <= "\u064a" for char in first):
        return _arabic_fits(token, first)
    return False


def spelling_hits(text: Text, spelling: Spelling) -> list[Hit]:
    """Find a name at every word."""
    if not spelling.joined:
        return term_hits(text, spelling.term)
    if spelling not in text.cache:
        wanted = spelling.words
        size = len(wanted)
        text.cache[spelling] = [
            (at, at + size)
            for at in range(len(text.words) - size + 1)
            if begins(text.words[at].folded, wanted[0].folded, article=spelling.article)
            and all(text.words[at + k].folded == wanted[k].folded for k in range(1, size))
        ]
    return text.cache[spelling]


def _names(entity: Entity) -> list[tuple[Spelling, tuple[str, ...], tuple[str, ...]]]:
    aliases = {alias.text: alias for alias in entity.aliases}
    names = []
    for text in dict.fromkeys([entity.name, *aliases]):
        alias = aliases.get(text)
        term = Term(text, exact=bool(alias and alias.exact))
        article = entity.kind in ("institution", "place") or len(cut(text)) > 1
        spelling = Spelling(term, not term.as_written, article)
        names.append((spelling, alias.context if alias else (), alias.unless if alias else ()))
    return names


def _stands(case: Case, word: str) -> bool:
    return bool(term_hits(case.whole, Term(word.rstrip("*"), prefix=word.endswith("*"))))


def entity_hits(case: Case, text: Text, entity: Entity) -> list[Hit]:
    """Find the names of an entity."""
    if ("entity", entity.id) in text.cache:
        return text.cache["entity", entity.id]
    hits: list[Hit] = []
    for spelling, context, unless in _names(entity):
        found = list(spelling_hits(text, spelling))
        if context and not any(_stands(case, word) for word in context):
            continue
        if any(_stands(case, word) for word in unless):
            continue
        if entity.kind == "person" and len(spelling.words) == 1:
            found = _bare(case, text, entity, spelling.words[0].folded, found)
        hits += found
    longer = [hit for name in _longer(case, entity) for hit in spelling_hits(text, name)]
    hits = [h for h in hits if not any(o != h and o[0] <= h[0] and h[1] <= o[1] for o in longer)]
    text.cache["entity", entity.id] = outer(hits)
    return text.cache["entity", entity.id]


def _longer(case: Case, entity: Entity) -> list[Spelling]:
    """Give the names of other persons that begin with a full name of this one."""
    if entity.kind != "person":
        return []
    full = [[word.folded for word in name.words] for name, _, _ in _names(entity)]
    return [
        name
        for other in case.officials
        if other.kind == "person" and other.id != entity.id
        for name, _, _ in _names(other)
        if any(
            1 < len(ours) < len(name.words)
            and [word.folded for word in name.words[: len(ours)]] == ours
            for ours in full
        )
    ]


def _full(entity: Entity, surname: str) -> list[Spelling]:
    return [
        spelling
        for spelling, _, _ in _names(entity)
        if len(words := spelling.words) > 1 and words[-1].folded == surname
    ]


def _key(spelling: Spelling) -> tuple[object, ...]:
    term = spelling.term
    return (tuple(word.folded for word in cut(term.text)), term.as_written and term.text)


def _bare(case: Case, text: Text, entity: Entity, surname: str, found: list[Hit]) -> list[Hit]:
    own = _full(entity, surname)
    own_keys = {_key(name) for name in own}
    others = [
        name
        for other in case.officials
        if other.kind == "person" and other.id != entity.id
        for name in _full(other, surname)
        if _key(name) not in own_keys
    ]
    theirs = [hit for name in others for hit in spelling_hits(text, name)]
    free = [h for h in found if not any(o[0] <= h[0] and h[1] <= o[1] for o in theirs)]
    whole = case.whole
    ours_all = [hit for name in own for hit in spelling_hits(whole, name)]
    theirs_all = [hit for name in others for hit in spelling_hits(whole, name)]
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
