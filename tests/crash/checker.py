"""Compares what was published with what reached people. It knows nothing of the product.

Expected is every rule x article x channel: an article whose title holds a rule's word, in each of
the rule's channels, once. A message delivers every article that it links to. Of an article and its
copies (`repeats` in the log) one is expected, whichever the program met first.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

Place = tuple[str, str]
"""(chat, channel)"""


@dataclass(frozen=True)
class Watch:
    """A rule: a word, and where its articles go."""

    word: str
    places: tuple[Place, ...]


@dataclass
class Verdict:
    """What the comparison found; each is a list of lines for people.

    Attributes:
        expected: how many rule x article x channel there are.
        marked: doubles that say of themselves that they may be repeats.
    """

    expected: int = 0
    arrived: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    disorder: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether the promise was kept; marked repeats are counted, and judged by the caller."""
        return not (self.lost or self.doubled or self.wrong or self.disorder)

    def counts(self) -> dict[str, int]:
        return {
            "expected": self.expected,
            "arrived": self.arrived,
            "lost": len(self.lost),
            "doubled": len(self.doubled),
            "marked repeats": len(self.marked),
            "wrong channel": len(self.wrong),
            "out of order": len(self.disorder),
        }


def read_log(path: Path) -> list[dict[str, Any]]:
    """Read a log of JSON lines; a line that is being written is left out."""
    *whole, _ = path.read_text("utf-8").split("\n")
    return [json.loads(line) for line in whole]


class Missing:
    """Counts what has not arrived yet, reading on in the logs where it stopped."""

    def __init__(self, published: Path, posts: Path, watches: Sequence[Watch]) -> None:
        self._logs = {published: 0, posts: 0}
        self._published, self._watches = published, watches
        self._left: Counter[tuple[Place, str]] = Counter()
        self._firsts: dict[str, str] = {}

    def count(self) -> int:
        """Read what was added since the last call; give the number of missing deliveries."""
        for path in self._logs:
            lines = self._added(path)
            if path == self._published:
                self._firsts.update(firsts(lines))
                self._left.update(expected(lines, self._watches))
            else:
                self._left.subtract(arrived(lines, self._firsts))
        return sum(count for count in self._left.values() if count > 0)

    def _added(self, path: Path) -> list[dict[str, Any]]:
        with path.open("rb") as file:
            file.seek(self._logs[path])
            whole = file.read()
        end = whole.rfind(b"\n") + 1
        self._logs[path] += end
        return [json.loads(line) for line in whole[:end].splitlines()]


def expected(
    published: Iterable[Mapping[str, Any]], watches: Iterable[Watch]
) -> Counter[tuple[Place, str]]:
    """Compute rule x article x channel: how often each link belongs into each place."""
    rules = list(watches)
    wanted: Counter[tuple[Place, str]] = Counter()
    for article in published:
        for rule in () if article.get("repeats") else rules:
            if re.search(rf"\b{rule.word}\b", article["title"], re.IGNORECASE):
                wanted.update((place, article["link"]) for place in rule.places)
    return wanted


def firsts(published: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Give for each copy the article that it is a copy of."""
    return {each["link"]: each["repeats"] for each in published if each.get("repeats")}


def arrived(
    posts: Iterable[Mapping[str, Any]], copies: Mapping[str, str]
) -> Counter[tuple[Place, str]]:
    """Count how often each link, or a copy of it, reached each place."""
    return Counter(
        ((post["chat"], post["channel"]), copies.get(link, link))
        for post in posts
        for link in post["links"]
    )


def compare(
    published: Sequence[Mapping[str, Any]],
    watches: Sequence[Watch],
    posts: Sequence[Mapping[str, Any]],
) -> Verdict:
    """Find what is lost, doubled, in a wrong channel, out of order.

    Order is that of a feed's publication within a channel, for messages of one article and for
    messages that gather several: those count with their first article, for each watched word.
    """
    copies = firsts(published)
    wanted, there = expected(published, watches), arrived(posts, copies)
    verdict = Verdict(expected=wanted.total(), arrived=there.total())
    for (place, link), count in (wanted - there).items():
        verdict.lost.append(f"{'/'.join(place)}: {link} x {count}")
    marked: Counter[tuple[Place, str]] = Counter(
        ((post["chat"], post["channel"]), copies.get(link, link))
        for post in posts if post["repeat"] for link in post["links"]
    )  # fmt: skip
    for (place, link), count in (there - wanted).items():
        line = f"{'/'.join(place)}: {link} x {count}"
        if not wanted[place, link]:
            verdict.wrong.append(line)
        elif marked[place, link] >= count:
            verdict.marked.append(line)
        else:
            verdict.doubled.append(line)
    verdict.disorder = _disorder(published, posts)
    return verdict


def _disorder(
    published: Sequence[Mapping[str, Any]], posts: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Find messages with an older article of the same feed and word than the one before."""
    known = {article["link"]: article for article in published}
    last: dict[tuple[object, ...], int] = defaultdict(int)
    told: set[tuple[Place, str]] = set()
    found = []
    for post in posts:
        place = (post["chat"], post["channel"])
        first: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for link in post["links"]:
            if (place, link) in told or link not in known:
                continue  # a repeat, or no article of ours: counted elsewhere
            told.add((place, link))
            article = known[link]
            first[place, article["feed"], article["word"]].append(article["number"])
        for key, numbers in first.items():
            if min(numbers) < last[key]:
                found.append(f"{'/'.join(place)}: article {min(numbers)} after {last[key]}")
            last[key] = max(last[key], *numbers)
    return found
