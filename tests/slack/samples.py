"""Alerts and deliveries for tests; all people and outlets are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.core.alert import delivery_id
from bot.core.model import (
    Alert,
    Article,
    Delivery,
    Digest,
    DigestLine,
    Excerpt,
    KeyQuote,
    Message,
    Notice,
    Quote,
    StoredArticle,
)

MINISTER = "We will open the harbour on Monday, whatever the weather."
ALERT = Alert(
    kind="alert",
    rule="harbour",
    why=("harbour", "harbour, Oda Brandt"),
    title=Excerpt("Harbour of Nordby to open on Monday", ((0, 7),)),
    url="https://www.harbourtimes.example/2026/11/harbour?a=1&b=2",
    source="The Harbour Times",
    domain="harbourtimes.example",
    published=datetime(2026, 11, 22, 6, 0, tzinfo=UTC),
    summary=(Excerpt("The harbour was closed for three weeks.", ((4, 11),), 10),),
    quotes=(
        KeyQuote((Excerpt(MINISTER, ((17, 24),), 80),), "Oda Brandt", "minister of transport"),
        KeyQuote((Excerpt("It was time", (), 150), Excerpt("high time", (), 190)), None),
    ),
    more_quotes=2,
    story="s1",
    article="a1",
    sources=3,
)


CORRECTION = replace(
    ALERT,
    kind="correction",
    title=Excerpt("Harbour of Nordby to open on Tuesday"),
    changes=(("opens on Monday", "opens on Tuesday"), ("", "The ferry to Sandvik is cancelled.")),
    origins=("Coast Press",),
)
FOLLOW_UP = replace(
    ALERT,
    kind="follow-up",
    title=Excerpt("Harbour master doubts the date"),
    quotes=(KeyQuote((Excerpt("Nobody asked me."),), "Per Holm", "harbour master of Nordby"),),
    summary=(),
    more_quotes=0,
    broadcast=True,
)
NOTICE = Notice(
    "notice",
    "The feed Coast Daily has failed since yesterday: HTTP 404.\nSee /watch feed list.",
)


def line(number: int = 1, **changes: Any) -> DigestLine:
    made = DigestLine(
        rule="harbour",
        title=f"Ferry number {number} leaves Nordby late",
        url=f"https://coastdaily.example/2026/11/ferry-{number}",
        source="Coast Daily",
        domain="coastdaily.example",
        published=datetime(2026, 11, 22, 5, number % 60, tzinfo=UTC),
    )
    return replace(made, **changes)


DIGEST = Digest(
    "digest",
    "While it was quiet: 5 alerts",
    (
        line(1, quote=ALERT.quotes[0]),
        line(2, links=(("Harbour Times", "https://harbourtimes.example/ferry-2"),), more_links=3),
        line(3, rule="brandt", title="Brandt speaks in Sandvik"),
    ),
    5,
)


def alert(**changes: Any) -> Alert:
    return replace(ALERT, **changes)


def delivery(channel: str, given: Message = ALERT, **changes: Any) -> Delivery:
    made = Delivery(
        id=delivery_id(
            "slack", channel, "r1", given.article if isinstance(given, Alert) else repr(given)
        ),
        chat="slack",
        channel=channel,
        rule_id="r1",
        message=given,
        since=datetime.now(UTC),
        attempt=1,
    )
    return replace(made, **changes)


def article() -> StoredArticle:
    """The article behind `ALERT`, with its quotes."""
    text = f'"{MINISTER}" Oda Brandt said. "It was time," somebody called, "high time."'
    start, time_at, high = text.index("We will"), text.index("It was"), text.index("high")
    return StoredArticle(
        article=Article(
            feed_id="f1",
            key="k1",
            url=ALERT.url,
            title=ALERT.title.text,
            text=text,
            published=ALERT.published,
            arrived=ALERT.published,
            source=ALERT.source,
        ),
        quotes=(
            Quote(
                start,
                start + len(MINISTER),
                ((start, start + len(MINISTER)),),
                speaker="Oda Brandt",
                office="minister of transport",
            ),
            Quote(time_at, high + 9, ((time_at, time_at + 11), (high, high + 9))),
        ),
        analyzed=True,
    )
