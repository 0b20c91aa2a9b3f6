"""Titles whose bearer is named one or two sentences later.

`Norland's foreign minister has accused … Name said the ministry had …`: many houses open with the
office and give the name after it, without saying that the two are one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.grammar import DETERMINERS, FUNCTION
from bot.core.quotes.languages.offices import OFFICES, PORTFOLIOS
from bot.core.quotes.names import role_key
from bot.core.quotes.people.fit import akin, lesser
from bot.core.quotes.people.kin import (
    NAMELESS,
    PLAIN_PEOPLE,
    TRADES,
    bears,
    kin_of,
    sides,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.core.quotes.clauses import Reader, Subject
    from bot.core.quotes.names import Mention, Registry, Someone

    Kin = tuple[str, frozenset[str]]

_UNIFORMED: Final = frozenset("police army military navy".split())
_REACH: Final = 3
_LEAD: Final = 4
_SHARED: Final = 2
_SHORT: Final = 3
_HIGH: Final = frozenset(
    "president premier chancellor minister governor mayor king queen emir sultan pontiff".split()
)
_CHANGES: Final = frozenset(
    """
    departure resignation appointment arrest dismissal ouster ousting removal sacking firing death
    announcement decision remarks comments move killing election re-election reelection nomination
    return arrival rise fall exit
    """.split()
)
_RETIRED: Final = frozenset(("retired", "late", "acting"))
_FOREMOST: Final = frozenset(("top", "chief"))
_RANKS: Final = frozenset(
    """
    general gen colonel col major captain capt lieutenant lt admiral adm marshal brigadier sergeant
    sgt doctor dr professor prof reverend rev father sir lord baron dame lady baroness prince
    princess sheikh sheikha ayatollah imam mr mrs ms patriarch archbishop bishop cardinal rabbi
    maulana
    """.split()
)


def introduce(
    readers: Sequence[Reader], subjects: Sequence[Subject | None], registry: Registry
) -> dict[tuple[int, int], Someone]:
    """Give titles to those who are named as a subject right after them.

    Args:
        readers: of each sentence.
        subjects: the subject of each sentence, or of its said-clause.
        registry: takes the titles.

    Returns:
        Who is meant by the subject at a sentence and token.
    """
    found: dict[tuple[int, int], Someone] = {}
    for number, subject in enumerate(subjects):
        if subject is None or subject.kind != "noun":
            continue
        reader = readers[number]
        if not _titled(reader, subject, number):
            continue
        last = subjects[number - 1] if number else None
        called = {reader.low(k) for k in range(subject.first, subject.last)} - FUNCTION
        loose = subject.head in TRADES or "former" in called or "year-old" in called
        if loose and last is not None and last.kind != "noun":
            continue  # `the lawmaker said` describes who was spoken of
        borne = _borne(reader, subject, registry)
        kin = _kin(reader, subject)
        reach = 1 if subject.head.startswith("spokes") else _REACH
        for later in range(number + 1, min(number + 1 + reach, len(subjects))):
            who = None if borne else _newcomer(readers[later], subjects[later], kin, called)
            if who is None and not borne:
                who = _spoken_of(readers[later], kin)
            if (
                who is None
                and not borne
                and number == 0
                and later == 1
                and _topmost(reader, subject)
            ):
                mention = (subjects[later] or subject).mention
                who = mention.who if mention is not None and mention.who.person else None
            if who is None and reader.low(subject.first) in ("a", "an"):
                named = _namesake(subjects[later], subject.head)
                if named is not None:
                    found[number, subject.first] = named
                    break
            if who is not None:
                first = subject.first + (reader.low(subject.first) in DETERMINERS)
                registry.give(who, reader.tokens[first : subject.last])
                found[number, subject.first] = who
            other = subjects[later]
            if other is not None and (
                other.kind == "name" or _another(readers[later], other, subject.head)
            ):
                break
        if (number, subject.first) not in found and not borne:
            who = _just_named(reader, subjects[max(0, number - 2) : number], subject)
            if who is not None:
                first = subject.first + (reader.low(subject.first) in DETERMINERS)
                registry.give(who, reader.tokens[first : subject.last])
                found[number, subject.first] = who
    return found


def _another(reader: Reader, subject: Subject, head: str) -> bool:
    """Tell a second office, to which who is named next rather belongs."""
    if subject.kind != "noun" or subject.head == head or subject.head not in OFFICES:
        return False
    return head in OFFICES and reader.low(subject.first) in DETERMINERS and head not in kin_of(
        subject.head, set()
    )  # fmt: skip


def _just_named(
    reader: Reader, before: Sequence[Subject | None], subject: Subject
) -> Someone | None:
    """Give whom `the outgoing premier` describes: the one just named, who has no office yet."""
    if reader.low(subject.first) != "the" or subject.head not in _HIGH:
        return None
    if subject.last - subject.first > _SHORT:
        return None
    named = [s.mention.who for s in before if s is not None and s.mention is not None]
    if len(set(named)) != 1 or not named[0].person or len(named[0].parts) < 2:
        return None
    return named[0] if all(role.words <= _RANKS for role in named[0].roles) else None


def _titled(reader: Reader, subject: Subject, number: int) -> bool:
    """Tell whether a subject is one person's office: definite, or in the lead `a former judge`."""
    head = subject.head
    words = {reader.low(k) for k in range(subject.first, subject.last)}
    if head in PLAIN_PEOPLE:
        return False
    if head not in reader.lex.roles or (head in NAMELESS and not words & _FOREMOST - {head}):
        return False
    named = (reader.cover[k] for k in range(subject.first, subject.last))
    if any(mention is not None and not mention.owns and mention.who.person for mention in named):
        return False
    first = reader.low(subject.first)
    owned = any(reader.tokens[k].owns for k in range(subject.first, subject.last))
    equal = first in ("his", "her") and head in ("counterpart", "colleague")
    return (
        first in ("the", "its", "their")
        or equal
        or owned
        or (number < _LEAD and first in ("a", "an"))
    )


def _namesake(subject: Subject | None, head: str) -> Someone | None:
    """Give who is named with the same office for the first time: `spokesperson Name`."""
    mention = subject.mention if subject is not None else None
    if mention is None or mention.who.first != mention.start:
        return None
    titled = any(role.noun == head for role in mention.who.roles)
    return mention.who if titled and mention.who.person else None


def _topmost(reader: Reader, subject: Subject) -> bool:
    """Tell a lead's loose description, `the nation's top spy`, whose bearer's office follows."""
    words = {t.low for t in reader.tokens[subject.first : subject.last]}
    return bool(words & {"top", "leading", "longest-serving", "highest-ranking"})


def _borne(reader: Reader, subject: Subject, registry: Registry) -> bool:
    """Tell whether the article already gives somebody this title."""
    content = {t.low for t in reader.tokens[subject.first : subject.last]}
    if "former" in content:
        content.discard(subject.head)
        at = reader.tokens[subject.first].start
        if any(start < at for start, _, _ in registry.by_role.get(role_key(subject.head), ())):
            return True
    else:
        at = reader.tokens[subject.first].start
        own = content - {subject.head} - FUNCTION
        named = _capitals(reader, subject)
        own -= named
        kin = kin_of(subject.head, own)
        told = sides(own)
        others = reader.low(subject.first) in ("its", "their")  # nobody else's leader
        if (
            (kin or not own)
            and not others
            and any(
                who.first < at
                and (role.noun == subject.head or bears(role, subject.head, kin))
                and told <= role.words
                and (not named or akin(named, role.caps))
                for who in registry.people
                for role in who.roles
            )
        ):
            return True
    caps = _capitals(reader, subject)
    if caps and any(
        akin(caps, role.caps) for _, _, role in registry.by_role.get(role_key(subject.head), ())
    ):
        return True
    return any(
        len(content & role.words) >= min(2, len(role.words))
        and not lesser(role.words, content)
        and not (caps and role.caps and not akin(caps, role.caps))
        for _, _, role in registry.by_role.get(subject.head, ())
    )


def _capitals(reader: Reader, subject: Subject) -> set[str]:
    """Give the places and institutions that a title names."""
    return {
        t.low
        for t in reader.tokens[subject.first : subject.last]
        if t.cap
        and t.low not in FUNCTION
        and t.low not in reader.lex.roles
        and t.low not in PORTFOLIOS
    }


def _newcomer(
    reader: Reader, subject: Subject | None, kin: Kin, called: set[str]
) -> Someone | None:
    """Give the person who is named as a subject for the first time, and without another office."""
    if subject is None or subject.kind != "name" or subject.mention is None or subject.more:
        return None
    if not _new(subject.mention, kin, called):
        return None
    gender = "F" if kin[0] in reader.lex.female_roles else ""
    gender = "M" if kin[0] in reader.lex.male_roles else gender
    if gender and subject.mention.who.gender not in ("", gender):
        return None
    if any(t.kind == "q" and kin[0] in t.word.lower().split() for t in reader.tokens):
        return None  # `"The secretary-general hopes so," said Name`, who is another
    at = subject.mention.last
    after = reader.low(at)
    if after == "," and (
        reader.low(at + 1) in ("who", "whose", "in", "a", "an", "however", "himself", "herself")
        or reader.tokens[at + 1].kind == "n"  # an age
        or _by_training(reader, at)
        or not all(role.words <= _RANKS for role in subject.mention.who.roles)
    ):
        after = ""  # `Name, who stepped down in May, said`; a kindred office was found to fit
    return subject.mention.who if after not in (",", "(", "of", "from", "who") else None


def _by_training(reader: Reader, at: int) -> bool:
    """Tell `Name, a nurse by training`, which is no office."""
    for k in range(at + 1, min(at + 8, len(reader.tokens))):
        if reader.low(k) == "by":
            return reader.low(k + 1) in ("training", "profession", "trade", "birth")
        if reader.tokens[k].kind != "w":
            break
    return False


def _new(mention: Mention, kin: Kin, called: Collection[str] = ()) -> bool:
    """Tell whether somebody is named for the first time, without an office that is not akin."""
    who = mention.who
    voice = kin[0].startswith("spokes")
    told = sides(called) - _UNIFORMED  # whose chiefs bear ranks
    plain = all(
        role.words - _RETIRED <= _RANKS
        or (bears(role, *kin) and told <= role.words)
        or len(role.words.intersection(called)) >= _SHARED  # the UN human rights chief
        or (not voice and (role.noun not in OFFICES or "former" in role.words))
        for role in who.roles
    )
    named = bool(who.parts[1:]) or (bool(who.roles) and who.parts[0] not in _RANKS)
    return who.person and who.first == mention.start and plain and named


def _kin(reader: Reader, subject: Subject) -> Kin:
    """Give a title's noun and the offices that it may mean."""
    tokens = reader.tokens[subject.first : subject.last]
    words = {t.low for t in tokens if not t.cap and t.low not in FUNCTION}
    # `the state's top election official`: whatever stands between, the one at the top
    return subject.head, kin_of(
        subject.head, set() if words & _FOREMOST - {subject.head} else words
    )


def _spoken_of(reader: Reader, kin: Kin) -> Someone | None:
    """Give whom `The departure of Name is …` or `the agency quoted Name as saying` introduces."""
    for mention in reader.mentions:
        if not mention.who.person:
            continue
        before = reader.low(mention.first - 1)
        gone = before in ("of", "by") and reader.low(mention.first - 2) in _CHANGES
        quoted = before in ("quoted", "cited") and reader.low(mention.last) in ("as", "saying")
        if (gone or quoted) and _new(mention, kin):
            return mention.who
        gone = mention.owns and reader.low(mention.last) in _CHANGES
        return mention.who if gone and _new(mention, kin) else None
    return None
