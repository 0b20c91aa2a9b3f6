"""Alerts for tests; people and outlets in them are invented."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.core.model import (
    Alert,
    Article,
    Chart,
    Delivery,
    Excerpt,
    KeyQuote,
    Quote,
    StoredArticle,
    digest,
)

ALERT = Alert(
    kind="alert",
    rule="harbour",
    why=("harbour", "harbour, Dunmore"),
    title=Excerpt("Harbour of Dunmore to close, minister says", ((0, 7),)),
    url="https://www.harbour-times.example/2026/close?a=1&b=2",
    source="The Harbour Times",
    domain="harbour-times.example",
    published=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    summary=(Excerpt("The harbour of Dunmore will close in March.", ((4, 11),), 10),),
    quotes=(
        KeyQuote(
            (Excerpt("We will close the harbour", ((18, 25),)), Excerpt("and we will pay")),
            "Ada Venn",
            "minister of ports",
        ),
        KeyQuote((Excerpt("Nobody asked us"),), None),
    ),
    more_quotes=3,
    story="story1",
    article="article1",
    sources=2,
)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 2, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00abc\x00def"))
    + _chunk(b"IEND", b"")
)
"""A picture, 3 by 2."""

CHART = Chart(
    "harbour by day",
    (date(2026, 11, 19), date(2026, 11, 20)),
    (("The Harbour Times", (1, 4)),),
    (1,),
    "harbour by day: 1 on 19 Nov, 4 on 20 Nov",
)

_TEXT = 'Ada Venn said: "We will close the harbour," and "Nobody asked us," said a captain.'


def _quote(words: str, speaker: str | None, office: str = "") -> Quote:
    start = _TEXT.index(words)
    span = (start, start + len(words))
    return Quote(*span, (span,), speaker, office=office)


STORED = StoredArticle(
    Article(
        feed_id="feed",
        key="close",
        url=ALERT.url,
        title=ALERT.title.text,
        text=_TEXT,
        published=ALERT.published,
        arrived=ALERT.published,
    ),
    quotes=(
        _quote("We will close the harbour", "Ada Venn", office="minister of ports"),
        _quote("Nobody asked us", None),
    ),
)


def delivery(channel: str, name: str = "one", **changes: Any) -> Delivery:
    """Make a delivery of the sample alert; `changes` go into the alert."""
    alert = replace(ALERT, **changes)
    made = digest("delivery", channel, name, size=32)
    return Delivery(id=made, chat="matrix", channel=channel, rule_id="harbour", message=alert)
