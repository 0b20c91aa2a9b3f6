"""The canary: an entry made by the bot that must come out at the other end like any other.

It goes the whole way: polled, parsed, matched, placed, recorded, delivered, to a chat that only
notes its arrival. When it fails to come out, alerts would fail too, and nobody would notice a
silence.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

from bot.core.model import Feed, Rule

EVERY = timedelta(minutes=5)
"""Between two canaries; one that is not out after twice that is missed."""

ORIGIN = "canary"
CHAT = "canary"
FEED = Feed(
    url="canary:wirewatch",
    title="canary",
    full_text="never",
    every=EVERY.total_seconds(),
    backfill=True,
    origin=ORIGIN,
)
_AUTHOR = "wirewatchcanary"
RULE = Rule(
    id="wirewatch/canary", name="canary", query=f"author:{_AUTHOR}", channels=(CHAT,), origin=ORIGIN
)
_TITLE_WORDS, _TEXT_WORDS = 6, 24
_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so")


@dataclass(frozen=True, slots=True)
class Awaited:
    """How a canary that should come out stands.

    Attributes:
        since: when a bot first waited for one; None before the first bot did.
        out: when the last one came out; None where none ever did.
    """

    since: datetime | None
    out: datetime | None

    @property
    def last(self) -> datetime | None:
        """Give from when its silence counts."""
        return self.out or self.since


def canary_body(now: datetime) -> bytes:
    """Give the canary feed of the moment: one entry, another one after each interval.

    Its words are made up and shared with no other entry, so that each is a story of its own.

    Args:
        now: the time.
    """
    number = int(now.timestamp() // EVERY.total_seconds())
    words = _words(number, _TITLE_WORDS + _TEXT_WORDS)
    title, text = " ".join(words[:_TITLE_WORDS]), " ".join(words[_TITLE_WORDS:])
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        "<title>canary</title><link>https://canary.invalid/</link>"
        f"<item><guid isPermaLink='false'>canary-{number}</guid><title>{title}</title>"
        f"<link>https://canary.invalid/{number}</link><dc:creator>{_AUTHOR}</dc:creator>"
        f"<pubDate>{format_datetime(now)}</pubDate><description>{text}.</description></item>"
        "</channel></rss>"
    ).encode()


def _words(number: int, count: int) -> list[str]:
    words = []
    for at in range(count):
        drawn = hashlib.sha256(f"{number}/{at}".encode()).digest()
        words.append("".join(_SYLLABLES[byte % len(_SYLLABLES)] for byte in drawn[:5]))
    return words


def is_missed(now: datetime, last: datetime) -> bool:
    """Say whether a canary should have come out by now.

    Args:
        now: the time.
        last: when the last one came out, or the bot started.
    """
    return now - last > 2 * EVERY
