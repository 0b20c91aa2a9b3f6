"""Her husband, the president's brother: relatives who are named further down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.quotes.names import Someone

RELATIVES: Final = {
    **dict.fromkeys("husband father son brother uncle nephew grandfather widower".split(), "M"),
    **dict.fromkeys("wife mother daughter sister aunt niece grandmother widow".split(), "F"),
    **dict.fromkeys(("cousin", "spouse", "sibling"), ""),
}
"""A relative's noun and the gender it tells."""


def relative(noun: str, at: int, people: Iterable[Someone]) -> Someone | None:
    """Give who `her husband` is: the only one of the surname who is named after it.

    Args:
        noun: husband, sister.
        at: offset of the phrase.
        people: everybody named in the article.
    """
    gender = RELATIVES[noun]
    named = [who for who in people if who.person and len(who.parts) > 1]
    known = {who.parts[-1] for who in named if who.first < at}
    later = [
        who
        for who in named
        if who.first > at and who.parts[-1] in known and gender in ("", who.gender or gender)
    ]
    return later[0] if len(later) == 1 else None
