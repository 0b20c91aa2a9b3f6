"""What stands in marks and is no quote: titles of works, nicknames, scare quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bot.core.quotes.sieve import Attribution


_WORKS: Final = frozenset(
    """
    show program programme episode book novel memoir song single album film movie play series
    column podcast magazine newspaper article essay titled entitled poem painting documentary
    drama musical video game headline headlined report study act bill law initiative campaign
    project plan
    """.split()
)
_PLACED: Final = frozenset(
    ("on", "in", "of", "for", "from", "during", "a", "the", "his", "her", "their", "its")
)
_NAMED: Final = frozenset(  # `the gang called itself Q`
    ("called", "named", "titled", "entitled", "dubbed", "codenamed", "itself", "themselves")
)
_LINKS: Final = frozenset("a the an of or their its these those as is are and".split())
_NOT_SHOUTED: Final = frozenset("CROSSTALK LAUGHTER APPLAUSE CHEERS INAUDIBLE".split())
_VERBAL: Final = frozenset("is are was were has had can did not we he she it you they".split())
_SMALL: Final = frozenset("the and of for with from that this what into over".split())


def keep(text: str, row: Attribution, before: str = "", owned: bool = False) -> bool:  # noqa: FBT001, FBT002
    """Tell whether a marked stretch is somebody's words.

    Args:
        text: the article.
        row: the stretch.
        before: the word before it, lower case.
        owned: whether that word is a possessive (`MSNBC's "Morning Joe"`).
    """
    content = text[row.marked.start : row.marked.end]
    words = content.split()
    if content.strip("().,! ") in _NOT_SHOUTED:
        return False
    if row.bare or row.marked.goes_on:
        return len(words) > 1 or row.speaker is not None
    titled = _titled(words)
    if titled and (owned or before in _WORKS or before in _PLACED):
        return False
    if titled and before in _NAMED and row.path == "before":
        return False
    if titled and row.path in ("after", "inverted") and row.speaker and row.speaker.noun:
        return any(word in _VERBAL for word in words)
    if len(words) <= 2 and row.path == "before" and before in _LINKS and row.weak:
        reported = before == "as" or row.cue.lower() in ("accused", "accuses", "accusing")
        return row.speaker is not None and (reported or not row.speaker.noun)
    if row.speaker is None and row.found is None:
        return len(words) >= 3 and not titled
    if len(words) <= 2:
        whole = content[0].isupper() and content[-1] in ".!?"
        return row.confidence >= (0.5 if whole else 0.6)
    if titled:
        return row.path in ("after", "inverted", "before", "according", "label", "dash")
    return True


def _titled(words: list[str]) -> bool:
    """Tell whether every long word has a capital, as in titles and slogans."""
    long = [w for w in words if len(w) > 3 and w[0].isalpha() and w.lower() not in _SMALL]
    caps = sum(w[0].isupper() for w in long)
    shut = words[-1][-1] in "?!" or not words[0][0].isupper()
    return bool(long) and caps == len(long) and 1 < len(words) < 9 and not shut
