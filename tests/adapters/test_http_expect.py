"""feedparser's own expectations through the whole way of a poll, with pruning really used.

Its test files mostly hold one entry, which nothing can be left out around. So a decoy is put
beside it: an earlier poll saw the decoy alone, and the poll that counts finds its hash known and
the case's own entry new. Of a file without entries two decoys are made, one of them known.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.adapters.feeds import HttpFeeds
from bot.adapters.http import HttpClient
from bot.adapters.parsing import ParserPool
from bot.core.feed import prune
from bot.core.model import Feed, ParsedFeed, Validators
from bot.errors import FeedError
from bot.ports import Fetched
from tests.core.test_feed_expect import NOW, OTHER, URL, expectation, folder, meets

if TYPE_CHECKING:
    Wanted = tuple[str, str, object, str]

FEED = Feed(URL)
# Why a document is not pruned, as `docs/ingestion.md` counts it.
NO_ENTRIES = "a format whose entries are no items (CDF)"
NOT_WELL_FORMED = "no hashes are kept, for it is not well-formed around its entry"
SHARED = "its empty links look like one that entries share"
READ_WHOLE = "read whole after all"
_ENTRY = re.compile(rb"<((?:\w+:)?)(item|entry)(?=[\s>]).*</\1\2\s*>", re.DOTALL)
_TAIL = re.compile(rb"</(\w+:)?(channel|feed|RDF)\s*>")


@dataclass
class Case:
    """A file of feedparser's with a decoy in it.

    Attributes:
        earlier: the document with the decoy alone.
        now: the same with the case's entry, or a fresh decoy, before the decoy.
    """

    earlier: bytes
    now: bytes


def decoy(prefix: bytes, kind: bytes, name: bytes) -> bytes:
    named = b"id" if kind == b"entry" else b"guid"
    inner = b"<%sID>urn:%s</%sID><%stitle>%s</%stitle>".replace(b"ID", named)
    inside = inner % (prefix, name, prefix, prefix, name, prefix)
    return b"<%s%s>%s</%s%s>" % (prefix, kind, inside, prefix, kind)


def with_decoy(body: bytes) -> Case | None:
    """Put a decoy beside the one entry of a document; None where its format has no such entries."""
    if found := _ENTRY.search(body):
        head, entry, tail = body[: found.start()], found[0], body[found.end() :]
        prefix, kind = found[1], found[2]
    elif found := next(reversed(list(_TAIL.finditer(body))), None):
        head, tail = body[: found.start()], body[found.start() :]
        prefix = (found[1] or b"").replace(b"rdf:", b"")
        kind = b"entry" if found[2] == b"feed" else b"item"
        entry = decoy(prefix, kind, b"fresh")
    else:
        return None
    other = decoy(prefix, kind, b"decoy")
    return Case(head + other + tail, head + entry + other + tail)


@dataclass
class Found:
    """What became of a case: whether it holds read alone, whole and pruned, or why not pruned."""

    alone: bool
    whole: bool = False
    pruned: bool = False
    unpruned: str = ""


async def read(
    feeds: HttpFeeds, body: bytes, content_type: str, known: tuple[str, ...] = ()
) -> ParsedFeed | None:
    try:
        fetched = Fetched(body, content_type, URL, Validators(entries=known))
        return await feeds.parse(FEED, fetched, NOW)
    except FeedError:
        return None


def held(parsed: ParsedFeed | None, wanted: Wanted) -> bool:
    return parsed is not None and meets(parsed, *wanted[:3])


async def tried(feeds: HttpFeeds, body: bytes, wanted: Wanted) -> Found:
    """Poll a case alone, with its decoy, and with its decoy once the decoy is known."""
    kind = wanted[3]
    found = Found(held(await read(feeds, body, kind), wanted))
    case = with_decoy(body)
    if case is None:
        found.unpruned = NO_ENTRIES
        return found
    found.whole = held(await read(feeds, case.now, kind), wanted)
    before = await read(feeds, case.earlier, kind)
    known = before.entries if before else ()
    if not known:
        found.unpruned = NOT_WELL_FORMED
        return found
    left = prune(case.now, kind, known)
    pruned = await read(feeds, case.now, kind, known)
    found.pruned = held(pruned, wanted)
    if left is None or left.count != 1:
        found.unpruned = SHARED
    elif pruned is None or any(one.title == "decoy" for one in pruned.articles):
        found.unpruned = READ_WHOLE
    return found


@pytest.mark.timeout(0)
async def test_feedparsers_expectations_hold_pruned() -> None:
    """What holds of a document read whole holds of it pruned."""
    tests = folder()
    if tests is None:
        pytest.skip("no ../shared/feeds: feedparser's own expectations are not checked")
    cases = [
        (path.relative_to(tests).as_posix(), path.read_bytes(), wanted)
        for path in sorted(tests.rglob("*.xml"))
        if (wanted := expectation(path))
    ]
    found: dict[str, Found] = {}

    async def judge(name: str, body: bytes, wanted: Wanted) -> None:
        found[name] = await tried(feeds, body, wanted)

    async with HttpClient() as client, ParserPool(2) as pool:
        feeds = HttpFeeds(client, pool)
        for at in range(0, len(cases), 50):
            await asyncio.gather(*(judge(*case) for case in cases[at : at + 50]))
    pruned = {name: one for name, one in found.items() if not one.unpruned}
    print(  # noqa: T201 -- shown by pytest -s
        f"{sum(one.alone for one in found.values())} of {len(found)} hold read whole, "
        f"{sum(one.pruned for one in pruned.values())} of the {len(pruned)} that are pruned; "
        f"not pruned: {Counter(one.unpruned for one in found.values() if one.unpruned)}"
    )
    assert [name for name, one in pruned.items() if one.pruned != one.alone] == []
    assert [name for name, one in found.items()
            if one.unpruned != NO_ENTRIES and one.whole != one.alone] == []  # fmt: skip
    broken = [name for name, one in found.items() if not one.alone]
    assert [name for name in broken if not any(part in f"/{name}" for part in OTHER)] == []
    assert len(found) - len(broken) >= 1_149
    assert sum(one.pruned for one in pruned.values()) >= 891
    assert len(pruned) - sum(one.pruned for one in pruned.values()) <= 24
    odd = [name for name, one in found.items() if one.unpruned == NOT_WELL_FORMED]
    assert all(name.startswith(("entities/", "illformed/")) for name in odd), odd
    others = Counter(one.unpruned for one in found.values() if one.unpruned != NOT_WELL_FORMED)
    assert others == {"": len(pruned), NO_ENTRIES: 5, SHARED: 1}
