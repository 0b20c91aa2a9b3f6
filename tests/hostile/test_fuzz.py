"""Mutations of feeds through `parse_feed`, some of them through the pool: no exception escapes.

2,000 by default, 200,000 with WIREWATCH_PROFILE=nightly. The seeds are the files of
`../shared/feeds` where they are there, else small feeds of our own.
"""

import asyncio
import json
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import pytest

from bot.adapters.parsing import ParserPool, ParsingError
from bot.core.feed import parse_feed, prune
from bot.core.model import Feed
from bot.errors import FeedError

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FEED = Feed("https://fuzz.example/feed")
NIGHTLY = os.environ.get("WIREWATCH_PROFILE") == "nightly"
MUTATIONS = 200_000 if NIGHTLY else 2_000
THROUGH_POOL = 200_000 if NIGHTLY else 200
MAX_SEED = 60_000 if NIGHTLY else 6_000
ROOT = Path(__file__).parents[2]

OWN = [
    (
        b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>T</title><item>'
        b"<guid>1</guid><title>A &amp; b</title><link>/a</link><description>&lt;p&gt;x&lt;/p&gt;"
        b"</description><pubDate>Mon, 04 May 2026 09:00:00 GMT</pubDate></item></channel></rss>"
    ),
    (
        b'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://a.example/"><title>T</title>'
        b'<entry><id>1</id><link href="b"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/'
        b'xhtml"><p>x</p></div></content><updated>2026-05-04T09:00:00Z</updated></entry></feed>'
    ),
    b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","content_html":"<p>x"}]}',
]
TOKENS = [
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?xml", b"?>", b"\x00", b"\xff\xfe",
    b"\xef\xbb\xbf", b"&#0;", b"&#xD800;", b"&#x10FFFF;", b"<!DOCTYPE x [", b"<item>", b"</item>",
    b"<entry", b"xml:base='http://[' ", b" encoding='utf-7'", b"http://[::1", b"99999999999999",
    b"-0001-01-01", b'"', b"'", b"\xd7\xa9", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"<script>",
]  # fmt: skip


def seeds() -> list[bytes]:
    named = os.environ.get("WIREWATCH_SHARED")
    for shared in ([Path(named)] if named else []) + [ROOT.parent / "shared"]:
        manifest = shared / "feeds" / "manifest.jsonl"
        if manifest.is_file():
            lines = map(json.loads, manifest.read_text(encoding="utf-8").splitlines())
            small = [line["file"] for line in lines if line["bytes"] <= MAX_SEED]
            return OWN + [(shared / "feeds" / name).read_bytes() for name in small[::3]]
    return OWN


def mutated(body: bytes, luck: random.Random) -> bytes:
    """Flip, cut, repeat, move and insert, a few times."""
    data = bytearray(body)
    for _ in range(luck.randint(1, 6)):
        at = luck.randrange(len(data) + 1)
        end = min(len(data), at + luck.randint(1, 200))
        match luck.randrange(6):
            case 0 if at < len(data):
                data[at] = luck.randrange(256)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end] * luck.randint(1, 20)
            case 3:
                data[at:at] = luck.choice(TOKENS)
            case 4:
                piece = data[at:end]
                del data[at:end]
                to = luck.randrange(len(data) + 1)
                data[to:to] = piece
            case _:
                data[at:at] = luck.randbytes(luck.randint(1, 8))
    return bytes(data)


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """Fail, with the traceback of where it hangs, instead of waiting."""

    def ring(_sign: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.timeout(0)
def test_mutations_give_articles_or_a_feed_error() -> None:
    """Whatever comes, the reader ends within its deadline and raises FeedError or nothing."""
    bodies, luck = seeds(), random.Random(7)  # noqa: S311 - repeatable
    read, reasons = 0, set()
    for _ in range(MUTATIONS):
        body = mutated(luck.choice(bodies), luck)
        try:
            with no_longer_than(20):
                parsed = parse_feed(body, feed=FEED, url=FEED.url, now=NOW)
        except FeedError as error:
            reasons.add(error.reason)
            continue
        read += 1
        for article in parsed.articles:
            article.content_hash.encode()
            assert article.id
            assert not article.domain.startswith("www.")
            assert article.published is None or article.published.year >= 1990
        if parsed.entries and not body.lstrip().startswith(b"{"):
            pruned = prune(body, "", parsed.entries[1:])
            assert pruned is None or pruned.entries == parsed.entries
            again = parse_feed(body, feed=FEED, url=FEED.url, now=NOW, known=parsed.entries)
            assert again.articles == ()
    assert read > MUTATIONS // 4
    assert not [one for one in reasons if len(one) > 200 or "\n" in one or "TimeoutError" in one]


@pytest.mark.timeout(0)
async def test_mutations_through_the_pool() -> None:
    """The same in workers, where a crash or a hang costs one call."""
    bodies, luck = seeds(), random.Random(8)  # noqa: S311 - repeatable
    read = 0
    async with ParserPool(2) as pool:

        async def one(body: bytes) -> bool:
            try:
                await pool.run(parse_feed, body, feed=FEED, url=FEED.url, now=NOW)
            except (FeedError, ParsingError):
                return False
            return True

        for _ in range(THROUGH_POOL // 20):
            batch = [mutated(luck.choice(bodies), luck) for _ in range(20)]
            read += sum(await asyncio.gather(*map(one, batch)))
    assert read > THROUGH_POOL // 4
