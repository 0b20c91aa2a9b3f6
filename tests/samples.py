"""Small makers of model objects for tests; all words and people are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.core.alert import delivery_id
from bot.core.model import Alert, Article, Delivery, Excerpt, Feed, KeyQuote

NOW = datetime(2024, 4, 30, 12, 0, tzinfo=UTC)
FEED = Feed("http://harbour.example/feed.xml", "The Harbour Times")


def make_article(key: str = "1", **changes: Any) -> Article:
    article = Article(
        feed_id=FEED.id,
        key=key,
        url=f"http://harbour.example/{key}",
        title=f"Ferry {key} stays in port",
        text='The council met. "We will wait," Mayor Ida Holm said.\n\nNobody sailed.',
        published=NOW,
        arrived=NOW,
        source="The Harbour Times",
        lang="en",
    )
    return replace(article, **changes)


def make_alert(article: str = "a1", **changes: Any) -> Alert:
    alert = Alert(
        kind="alert",
        rule="ferries",
        why=("ferry", "Ferry"),
        title=Excerpt("Ferry stays in port", ((0, 5),)),
        url="http://harbour.example/1",
        source="The Harbour Times",
        domain="harbour.example",
        published=NOW,
        summary=(Excerpt("The council met.", (), 0),),
        quotes=(KeyQuote((Excerpt("We will wait,", (), 18),), "Ida Holm", "mayor of Orrin"),),
        more_quotes=2,
        story="s1",
        article=article,
    )
    return replace(alert, **changes)


def make_delivery(
    article: str = "a1",
    chat: str = "console",
    channel: str = "",
    rule: str = "ferries",
    **changes: Any,
) -> Delivery:
    return Delivery(
        id=delivery_id(chat, channel, rule, article),
        chat=chat,
        channel=channel,
        rule_id=rule,
        message=make_alert(article, **({"rule": rule} | changes)),
    )


def make_news(number: int, channel: str = "C1", **changes: Any) -> Delivery:
    """Make a delivery to Slack of an article with a story and a link of its own."""
    own = {"url": f"http://harbour.example/{number}", "story": f"story{number}"}
    return make_delivery(f"a{number}", "slack", channel, **(own | changes))
