"""Which agency a report credits."""

from __future__ import annotations

import re
from typing import Final

HEAD: Final = 400
TAIL: Final = 400

_NAME: Final = r"[A-Z][\w&.'’-]*(?:[ -][A-Z][\w&.'’-]*){0,3}"

_PATTERNS: Final = (
    # "LONDON (Reuters) - ", "GAZA, May 3 (AFP) --", "ROME, (dpa) –"
    re.compile(rf"\A[^\n(]{{2,60}}\((?P<name>{_NAME}|[a-z]{{2,5}})\)\s*(?:[-–—―]|--)"),
    # "(Reuters) - " and "(AP) —" as the very first words
    re.compile(rf"\A\s*\((?P<name>{_NAME}|[a-z]{{2,5}})\)\s*(?:[-–—―]|--)"),
    # "Reuters, London -" ; "AFP — "
    re.compile(r"\A\s*(?P<name>[A-Z]{2,5})\s*[-–—―]\s"),
    # "By Reuters", "By Jane Doe, Associated Press"
    re.compile(r"\A\s*By (?:[A-Z][\w.'’ -]+?, )?(?P<name>Reuters|[A-Z]{2,5}|[A-Z]\w+ Press)\b"),
    # "With AFP", "(with inputs from PTI)", "with files from ..." at the end
    re.compile(
        rf"(?:\A|[(\n]|[.!?”\"]\s)\s*[Ww]ith (?:(?:additional )?(?:inputs?|files?|material|reporting) (?:from|by) )?"
        rf"(?:the )?(?P<name>{_NAME})\)?[.]?\s*\Z"
    ),
    # "Source: Xinhua", "– Reuters", "/AFP" as the last words
    re.compile(rf"(?:Source|Credit|Agency)\s*:\s*(?:the )?(?P<name>{_NAME})[.]?\s*\Z"),
    re.compile(r"(?:[-–—―]|--|/)\s*(?P<name>Reuters|[A-Z]{2,5}|[A-Z]\w+ Press)[.]?\s*\Z"),
    re.compile(r"\((?P<name>Reuters|[A-Z]{2,5}|[A-Z]\w+ Press)\)[.]?\s*\Z"),
    # a copyright line
    re.compile(rf"(?:©|\(c\)|[Cc]opyright)\s*(?:\d{{4}}\s*)?(?:[Bb]y )?(?:[Tt]he )?(?P<name>{_NAME})[.]"),
)


def find_origin(text: str) -> str:
    """Give the agency that a report credits, as written, or "".

    Looks for the forms of a credit where credits stand, at the beginning and at the end, not for
    known names: "LONDON (Reuters) - ", "By Jane Doe, Associated Press", "(with inputs from PTI)".
    """
    head, tail = text.lstrip()[:HEAD], text.rstrip()[-TAIL:]
    for i, pattern in enumerate(_PATTERNS):
        found = (pattern.match(head) if i < 4 else None) or (pattern.search(tail) if i >= 4 else None)
        if found and not _dateline_only(found["name"]):
            return found["name"].strip()
    return ""


def _dateline_only(name: str) -> bool:
    """Refuse what is in the place of a credit without being one."""
    return name in {"US", "UK", "EU", "UN", "U.S.", "U.K.", "EDITOR", "UPDATE", "BREAKING"}
