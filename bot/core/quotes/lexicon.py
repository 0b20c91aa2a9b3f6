"""What a language's data file gives to the sieve."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

_IRREGULAR_ING: Final = {"lie": "lying", "die": "dying", "tie": "tying"}
_VOWELS: Final = "aeiou"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words by which a language reports speech.

    Attributes:
        lang: ISO 639-1 code.
        past: finite reporting verbs, lower case, past and present third person.
        base: their infinitives.
        ing: their present participles.
        weak: those of them that report an attitude or an act more often than words.
        nouns: those of them that are plural nouns as often.
        after_only: verbs that report only right beside a closing mark (`he laughed`).
        cue_nouns: nouns that hold words: statement, claim, letter.
        roles: nouns for a person by office or trade.
        plurals: their plurals, with the singular.
        female_roles: those that name a woman.
        male_roles: those that name a man.
        bodies: nouns for an institution.
        titles: honorifics before a name (`Mr.`), with M, F or "" for the gender they tell.
        names: common first names, lower case, with M or F.
    """

    lang: str
    past: frozenset[str]
    base: frozenset[str]
    ing: frozenset[str]
    weak: frozenset[str]
    nouns: frozenset[str]
    after_only: frozenset[str]
    cue_nouns: frozenset[str]
    roles: frozenset[str]
    female_roles: frozenset[str]
    male_roles: frozenset[str]
    bodies: frozenset[str]
    titles: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    plurals: dict[str, str] = field(default_factory=dict)


def inflect(verb: str) -> tuple[set[str], str]:
    """Give the finite forms and the present participle of a regular English verb."""
    if verb.endswith("e"):
        past, ing = verb + "d", verb[:-1] + "ing"
        if verb.endswith(("ee", "oe", "ye")):
            ing = verb + "ing"
        third = verb + "s"
    elif verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        past, ing, third = verb[:-1] + "ied", verb + "ing", verb[:-1] + "ies"
    else:
        past, ing, third = verb + "ed", verb + "ing", verb + "s"
        if verb.endswith(("s", "sh", "ch", "x", "z")):
            third = verb + "es"
    return {past, third}, _IRREGULAR_ING.get(verb, ing)


@dataclass(frozen=True, slots=True)
class Foreign:
    """The words by which a language other than English reports speech.

    Attributes:
        lang: ISO 639-1 code.
        verbs: finite reporting verbs, lower case.
        auxiliaries: words that may stand between a subject and its verb.
        according: openings that name a source, each a row of words.
        after_source: words that name a source from behind (German `zufolge`).
        stops: function words that end a name.
        roles: nouns for a person by office, and honorifics.
        bodies: nouns for an institution, which speak for themselves.
        pronouns: subject pronouns of the third person.
        capitals: whether names are told by their capitals.
        verb_first: whether the subject mostly follows its verb.
        views: words that open a sentence with whose view it gives (French `pour`).
        role_ends: endings of further such nouns, where a language joins words (German).
        prefixes: letters that are written at the front of a word (Hebrew and Arabic `and`, `the`).
    """

    lang: str
    verbs: frozenset[str]
    auxiliaries: frozenset[str]
    according: tuple[tuple[str, ...], ...]
    stops: frozenset[str]
    roles: frozenset[str]
    bodies: frozenset[str]
    pronouns: frozenset[str]
    after_source: frozenset[str] = frozenset()
    views: frozenset[str] = frozenset()
    role_ends: tuple[str, ...] = ()
    capitals: bool = True
    prefixes: str = ""
    verb_first: bool = False
