"""Whether a title phrase speaks of somebody whom the article gave a title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.languages.offices import DEPARTMENTS, OFFICES, PORTFOLIOS
from bot.core.quotes.languages.places import COUNTRIES, DEMONYMS
from bot.core.quotes.names import role_key

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.core.quotes.names import Role


_LESSER: Final = ("shadow", "assistant", "undersecretary")
_DEPARTMENTAL: Final = frozenset("minister secretary commissioner".split())
_PAST: Final = frozenset(("former", "ex", "ex-president", "ex-minister"))


def _spelled(words: Collection[str]) -> set[str]:
    """Write a premier as a prime minister, and the like."""
    out = {role_key(w) for w in words}
    if "premier" in words or "pm" in words:
        out.add("prime")
    if "external" in words and "affairs" in words:
        out.add("foreign")
    return out


def akin(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Tell whether two titles may speak of one place: Kestria, Kestrian."""
    for one in ours:
        for other in theirs:
            if DEMONYMS.get(one, one) == DEMONYMS.get(other, other):
                return True
            if len(one) > 4 and len(other) > 4 and one[:5] == other[:5]:
                return True
            if one.replace(".", "") == other.replace(".", ""):
                return True
    return False


def lesser(given: Collection[str], wanted: Collection[str]) -> bool:
    """Tell whether a title is a shadow minister's or an assistant's, and the phrase's is not."""
    return any(word in given and word not in wanted for word in _LESSER)


def title_fit(
    content: set[str], noun: str, role: Role, caps: frozenset[str] = frozenset()
) -> float | None:
    """Tell how well a title phrase fits one that the article gave: None when it does not."""
    wanted, words = _spelled(content), _spelled(role.words)
    ours = caps - PORTFOLIOS
    known = DEMONYMS.keys() | COUNTRIES
    mere = noun not in OFFICES and ours <= known and not role.caps & known
    if ours and role.caps and not mere and not akin(ours, role.caps):
        return None  # but the Ghanaian analyst may be the one in Accra
    given = words
    places = {DEMONYMS.get(w, w) for w in wanted if w in DEMONYMS or w in COUNTRIES}
    theirs = {DEMONYMS.get(w, w) for w in given if w in DEMONYMS or w in COUNTRIES}
    if places and theirs and not places & theirs:
        return None
    for word in (
        "prime",
        "vice",
        "deputy",
        "foreign",
        "defense",
        "defence",
        "finance",
        "attorney",
        "former",
        "interior",
    ):
        if word in wanted and word not in given and word != "former":
            return None
        if (
            noun in ("minister", "president")
            and word in ("prime", "vice")
            and word in given
            and word not in wanted
        ):
            return None
    if noun == "justice" and "chief" in wanted and "chief" not in given:
        return None
    if lesser(given, wanted):
        return None
    if noun in _DEPARTMENTAL:
        ours_in, theirs_in = wanted & DEPARTMENTS, given & DEPARTMENTS
        if ours_in and theirs_in and not ours_in & theirs_in:
            return None  # the development minister is not the one for humanitarian affairs
    past, theirs_past = bool(wanted & _PAST), bool(given & _PAST)
    if past and not theirs_past:
        return None
    place = 0.8 if ours and role.caps and akin(ours, role.caps) else 0.0
    return 1.0 + 0.5 * len(wanted & given) + place - (past != theirs_past)
