"""Pruned and whole readings give the same entries.

Over the real feeds of `../shared/feeds` that have several entries: up to six of a feed, all of them
with WIREWATCH_PROFILE=nightly, are each taken for the only new one.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.core.feed import parse_feed, prune
from bot.core.model import Feed, ParsedFeed
from bot.errors import FeedError

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FEED = Feed("https://real.example/feed")
NIGHTLY = os.environ.get("WIREWATCH_PROFILE") == "nightly"
MOST = 5_000 if NIGHTLY else 6
EXPLAINED = {
    "rss-with-item-scoped-html-base.xml": "feedparser lets a <base> inside one entry's HTML change "
    "the links, and so the key, of the next",
    "uolNoticias.rss": "its declared language cannot be read, and a guess needs many words",
}
_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
MAX_SIZE = 2_000_000 if NIGHTLY else 300_000


def read(body: bytes, known: tuple[str, ...] = ()) -> ParsedFeed:
    return parse_feed(body, feed=FEED, url=FEED.url, now=NOW, known=known)


def compare(body: bytes) -> tuple[int, int, list[str]]:
    """Give how many entries were compared, how many were read pruned, and what differed."""
    whole = read(body)
    count = len(whole.entries)
    if count < 2 or len(whole.articles) != count:
        return 0, 0, []
    compared, pruned, different = 0, 0, []
    for at in range(0, count, -(-count // MOST)):
        known = tuple(one for place, one in enumerate(whole.entries) if place != at)
        rest = prune(body, "", known)
        if whole.entries[at] in known or rest is None:
            continue
        pruned += rest.count == 1
        found = read(body, known).articles
        expected = whole.articles[at]
        compared += 1
        if len(found) != 1 or found[0].key != expected.key:
            different.append(f"entry {at} of {count}: {len(found)} entries")
        elif replace(found[0], lang=expected.lang) != expected:
            different.append(f"entry {at} of {count}: {found[0]!r} is not {expected!r}"[:300])
        elif found[0].lang != expected.lang and not guessed(body):
            different.append(f"entry {at} of {count}: its language")
    return compared, pruned, different


def guessed(body: bytes) -> bool:
    """Say whether the feed leaves its language to a guess, which may differ with fewer words."""
    return b"<language" not in body and b"xml:lang" not in body


@pytest.mark.timeout(0)
def test_a_new_entry_is_read_alone_as_it_is_among_the_others(shared: Path) -> None:
    manifest = (shared / "feeds" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    compared, pruned, different = 0, 0, []
    for line in map(json.loads, manifest):
        body = (shared / "feeds" / line["file"]).read_bytes()
        several = len(_ENTRY.findall(body)) > 1
        if not several or len(body) > MAX_SIZE or body.lstrip()[:1] == b"{":
            continue
        try:
            some, alone, wrong = compare(body)
        except FeedError:
            continue
        compared, pruned = compared + some, pruned + alone
        if line["file"].rsplit("/", 1)[1] not in EXPLAINED:
            different += [f"{line['file']}: {one}" for one in wrong]
    print(f"{compared} entries compared, {pruned} read alone, {len(different)} differ", *different)  # noqa: T201 -- shown by pytest -s
    assert compared > (1_000 if NIGHTLY else 200)
    assert pruned > 0.9 * compared
    assert len(different) <= 0.001 * compared, different
