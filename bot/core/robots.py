"""robots.txt (RFC 9309): which paths of a site a crawler may fetch."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

MAX_SIZE = 512_000
"""Bytes that are read; the RFC asks for at least 500 KiB (section 2.5)."""

MAX_RULES = 5_000


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules that concern us: `(pattern, allowed)`. No rules allow everything."""

    rules: tuple[tuple[str, bool], ...] = ()

    def allows(self, url: str) -> bool:
        """Say whether a URL may be fetched: the longest matching pattern decides, allow on a tie.

        (RFC 9309, section 2.2.2.)
        """
        parts = urlsplit(url)
        path = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        verdict, longest = True, -1
        for pattern, allowed in self.rules:
            if len(pattern) < longest or (len(pattern) == longest and not allowed):
                continue
            if _matches(pattern, path):
                verdict, longest = allowed, len(pattern)
        return verdict


NOTHING = Robots((("/", False),))
"""What holds for a site whose robots.txt cannot be read (RFC 9309, section 2.3.1.4)."""


def parse_robots(text: str, agent: str) -> Robots:
    """Read the groups for a product token, such as `wirewatch`; else those for `*`."""
    mine = agent.lower()
    # Others' groups are not even collected: a file may name thousands, each with all its rules.
    groups: dict[str, list[tuple[str, bool]]] = {}
    names: set[str] = set()
    in_names = False
    for line in text.splitlines():
        key, _, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if key == "user-agent":
            names = names if in_names else set()
            in_names = True
            if (name := value.lower()) in (mine, "*"):
                names.add(name)
                groups.setdefault(name, [])
        elif key in {"allow", "disallow"}:
            in_names = False
            for name in names:
                if value and len(groups[name]) < MAX_RULES:
                    groups[name].append((_normal(value), key == "allow"))
    chosen = groups.get(mine)
    return Robots(tuple(groups.get("*", []) if chosen is None else chosen))


def _normal(path: str) -> str:
    """Make percent-encoding comparable: unreserved characters plain, others encoded."""
    return quote(unquote(path), safe="/?&=*$:@!,;+'()~%")


def _matches(pattern: str, path: str) -> bool:
    """Match `*` and a final `$` in linear time."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for index, piece in enumerate(rest):
        if anchored and index == len(rest) - 1:
            return path.endswith(piece) and len(path) - len(piece) >= at
        at = path.find(piece, at)
        if at == -1:
            return False
        at += len(piece)
    return not anchored or at == len(path)
