"""Which agency a report credits."""

from __future__ import annotations

import re
from typing import Final

HEAD: Final = 400
TAIL: Final = 400

_NAME: Final = r"[A-Z][\w&.'’-]*(?:[ -][A-Z][\w&.'’-]*){0,3}"

_AGENCY: Final = r"Reuters|[A-Z]{2,5}|[A-Z]\w+ Press"

_AT_HEAD: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # "LONDON (Reuters) - ", "GAZA, May 3 (AFP) --", "(AP) — "
        rf"\A[^\n(]{{0,60}}\((?P<name>{_NAME}|[a-z]{{2,5}})\)\s*(?:[-–—―]|--)",
        # "AFP — "
        r"\A\s*(?P<name>[A-Z]{2,5})\s*[-–—―]\s",
        # "By Reuters", "By Jane Doe, Associated Press"
        rf"\A\s*By (?:[A-Z][\w.'’ -]+?, )?(?P<name>{_AGENCY})\b",
    )
)
_AT_TAIL: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # "With AFP", "(with inputs from PTI)", "with reporting by ..."
        (
            r"(?:\A|[(\n]|[.!?”\"]\s)\s*[Ww]ith (?:(?:additional )?(?:inputs?|files?|material"
            rf"|reporting) (?:from|by) )?(?:the )?(?P<name>{_NAME})\)?[.]?\s*\Z"
        ),
        # "Source: Xinhua"
        rf"(?:Source|Credit|Agency)\s*:\s*(?:the )?(?P<name>{_NAME})[.]?\s*\Z",
        # "- Reuters", "/AFP", "(AP)"
        rf"(?:[-–—―/(]|--)\s*(?P<name>{_AGENCY})\)?[.]?\s*\Z",
        # "© 2026 The Associated Press."
        (
            r"(?:©|\(c\)|[Cc]opyright)\s*(?:\d{4}\s*)?(?:[Bb]y )?(?:[Tt]he )?"
            rf"(?P<name>{_NAME})[.](?:\s|\Z)"
        ),
    )
)
_NO_AGENCY: Final = frozenset(
    (
        "US",
        "UK",
        "EU",
        "UN",
        "U.S.",
        "U.K.",
        "NOTE",
        "EDITOR",
        "UPDATE",
        "BREAKING",
        "WATCH",
        "LIVE",
    )
)


def find_origin(text: str) -> str:
    """Give the agency that a report credits, as written, or "".

    Looks for the forms of a credit where credits stand, at the beginning and at the end, not for
    known names: "LONDON (Reuters) - ", "By Jane Doe, Associated Press", "(with inputs from PTI)".
    """
    head, tail = text.lstrip()[:HEAD], text.rstrip()[-TAIL:]
    credits_found = [pattern.match(head) for pattern in _AT_HEAD]
    credits_found += [pattern.search(tail) for pattern in _AT_TAIL]
    names = [found["name"].strip() for found in credits_found if found]
    return next((name for name in names if name not in _NO_AGENCY), "")


_SHORT: Final = {
    "agence france-presse": "AFP",
    "associated press": "AP",
    "deutsche presse-agentur": "dpa",
    "press association": "PA",
    "press trust of india": "PTI",
    "reuters": "Reuters",
    "thomson reuters": "Reuters",
    "united press international": "UPI",
}
"""Agencies that go by two names."""


def find_agency(text: str, outlet: str = "") -> str:
    """Give the agency that a report comes from, under one name, or "".

    An outlet that credits itself ("(CNN) - ") is no agency of its own.
    """
    name = find_origin(text).removeprefix("The ")
    short = _SHORT.get(name.casefold(), name)
    own = outlet.casefold()
    return "" if own in (name.casefold(), short.casefold()) else short
