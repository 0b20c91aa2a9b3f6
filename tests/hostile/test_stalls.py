"""What is done in the event loop with a stranger's text takes time in proportion to its length.

Nobody else is served meanwhile, and no deadline ends it. The bounds are CPU seconds and generous:
what grows with the square of the length takes minutes at these sizes.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.adapters.feeds import INLINE
from bot.core.feed import parse_feed, prune
from bot.core.feed.decode import decode
from bot.core.feed.links import announced
from bot.core.model import Feed
from bot.core.politeness import freshness, http_date, retry_after
from bot.core.robots import MAX_SIZE, parse_robots
from bot.core.story.links import canonical_link

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ENOUGH = 5.0
HEAD = 65_000
KNOWN = "<item><guid>1</guid><title>Snow</title></item>"
PIECES = [
    "<id>", "<guid>", "<link>", "<id></", "<a:id>", "<id ", "<id\n", "<guid>x</link>",
    "<link>x</guid>", "<id></id>", "<link></link>", "<", "</", "<!", "<![CDATA[]]>", "<!---->",
    "<aaaa", "&", "channel", "<channel>", "<channel ", "<x:channel>", "]]>", "-->", " ", "\n",
    "\x00", "\ufffe", "א",
]  # fmt: skip


def seconds(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_entries_are_told_apart_quickly(piece: str) -> None:
    """Whatever an entry beside a known one is full of, or the document before them."""
    first = f"<rss><channel>{KNOWN}</channel></rss>".encode()
    known = parse_feed(first, feed=Feed("https://a.example/"), url="", now=NOW).entries
    assert known
    many = piece * ((INLINE - 1_000) // len(piece.encode()))
    for entry, before in ((many, ""), ("", many)):
        body = f"<rss><channel>{before}{KNOWN}<item>{entry}</item></channel></rss>".encode()
        assert seconds(lambda body=body: prune(body, "", known)) < ENOUGH


@pytest.mark.parametrize(
    "start",
    ["<?", "<!--", "<!DOCTYPE x [", "<!DOCTYPE x [<!ELEMENT", "<?xml encoding='", "<meta charset=",
     " ", "\n", "<meta ", '<!DOCTYPE x "]>'],
)  # fmt: skip
def test_a_prolog_is_passed_quickly(start: str) -> None:
    body = (start * (INLINE // len(start))).encode()
    assert seconds(lambda: prune(body, "", ["x"])) < ENOUGH
    assert seconds(lambda: decode(body, start * 1_000)) < ENOUGH


@pytest.mark.parametrize(
    "line",
    ["user-agent: *", "user-agent: x#", "user-agent: *\nallow: /", "disallow: /*a*a*a*a", ":", "a"],
)
def test_robots_are_read_quickly(line: str) -> None:
    """A thousand groups for others, or a thousand names of one group, are no work."""
    many = "\n".join([line] * (MAX_SIZE // (len(line) + 1)))
    names = "\n".join(f"user-agent: {number}" for number in range(15_000))
    rules = "\n".join(["allow: /"] * 15_000)
    for text in (many, f"user-agent: *\n{many}", f"{names}\n{rules}", f"{names}\n{many}"):
        assert seconds(lambda text=text: parse_robots(text, "wirewatch")) < ENOUGH


def test_robots_are_asked_quickly() -> None:
    rules = "\n".join(["disallow: /" + "*a" * 40 + "b"] * 5_000)
    robots = parse_robots(f"user-agent: *\n{rules}", "wirewatch")
    address = "https://a.example/" + "a" * 7_900
    assert seconds(lambda: robots.allows(address)) < ENOUGH


@pytest.mark.parametrize(
    "piece",
    ["<", "<x>", "<x>;", "<x>;a", ";rel", ";rel=", '<x>;a="', "<x>; a = b ", "<x>;a ", ",", " ",
     "9", "max-age", "max-age=", "max-age =", "(", "Mon, ", ":", "?a", "&a=", "%", "/", "\t"],
)  # fmt: skip
def test_headers_and_links_are_read_quickly(piece: str) -> None:
    """Headers have 64 KB at most; and an address no more than these."""
    text = (piece * HEAD)[:HEAD]
    for value in (text, f"<x>;a{text}", f"<x>;rel={text}", f"max-age={text}", f"Mon, {text}"):
        for act in (
            lambda value=value: announced(value, "hub", "https://a.example/"),
            lambda value=value: freshness(value, value, value, NOW),
            lambda value=value: retry_after(value, NOW),
            lambda value=value: http_date(value),
            lambda value=value: canonical_link(f"https://a.example/{value}"),
        ):
            assert seconds(act) < ENOUGH
