"""Feeds that publish invented news, and log it before anybody can have read it.

RSS 2.0 (https://www.rssboard.org/rss-specification) with conditional requests (RFC 9110, section
13): an unchanged feed is answered 304, so what a bot passes over once it does not see again.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.crash.news import WATCHED, Story, follow_up, invent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SINCE = timedelta(hours=3)
"""How old new articles are: each is a second newer than the one before, and none of tomorrow."""

UNWATCHED = 0.15
"""Share of articles that no rule asks for."""


class FeedServer:
    """Serves several feeds.

    Args:
        log: file to which each published article is appended, one JSON object a line.
        feeds: how many.
        words: watched words that its articles are about.
        seed: of the invention.
    """

    def __init__(
        self, log: Path, *, feeds: int = 3, words: tuple[str, ...] = WATCHED, seed: int = 0
    ) -> None:
        self._log = log.open("a", encoding="utf-8")
        self._chance = random.Random(seed)  # noqa: S311 -- repeatable invention
        self._seed, self._words = seed, words
        self._feeds: dict[str, list[tuple[str, Story]]] = {f"feed{at}": [] for at in range(feeds)}
        self._stories: dict[str, Story] = {}
        self._count = 0
        self._last = datetime.min.replace(tzinfo=UTC)
        self.ahead: Callable[[], float] = lambda: 0.0
        """Seconds that the program's clock is ahead of ours: what it reads must be of its day."""
        self.retold = 0.0
        """Share of publications that tell an event of before again: in another feed word for word,
        or in the same one with something new."""
        self._events: list[tuple[str, str, Story]] = []
        self.base = ""
        self.down = False
        """True: every request is answered 503."""

    def publish(self, count: int = 1, *, words: tuple[str, ...] | None = None) -> None:
        """Write down and publish new articles, each in one feed."""
        for _ in range(count):
            self._count += 1
            now = datetime.now(UTC) + timedelta(seconds=self.ahead()) - SINCE
            self._last = max(self._last + timedelta(seconds=1), now)
            link = f"{self.base}/story/{self._seed}-{self._count}"
            told = bool(self._events) and self._chance.random() < self.retold
            feed, story, more = self._again() if told else self._first(link, words or self._words)
            story = replace(story, number=self._count, published=self._last)
            line: dict[str, Any] = {"feed": feed, "link": link, **more, **story.fields()}
            self._log.write(json.dumps(line) + "\n")
            self._log.flush()
            self._stories[f"{self._seed}-{self._count}"] = story
            self._feeds[feed].append((link, story))

    def _first(self, link: str, words: tuple[str, ...]) -> tuple[str, Story, dict[str, str]]:
        """Invent an event; give the feed that tells of it, and the article."""
        watched = self._chance.random() >= UNWATCHED
        story = invent(self._count, self._chance.choice(words) if watched else "", seed=self._seed)
        feed = self._chance.choice(list(self._feeds))
        if watched and self.retold:
            self._events.append((link, feed, story))
        return feed, story, {}

    def _again(self) -> tuple[str, Story, dict[str, str]]:
        """Tell an event again, once: a copy, or what somebody says of it, which is news.

        What is said stands in the feed of the first report, so nobody can read it before that.
        """
        link, feed, story = self._events.pop(self._chance.randrange(len(self._events)))
        if self._chance.random() < 0.5:
            return feed, follow_up(story, self._count, seed=self._seed), {"follows": link}
        others = [name for name in self._feeds if name != feed]
        return self._chance.choice(others), story, {"repeats": link}

    def close(self) -> None:
        """Close the log."""
        self._log.close()

    @property
    def published(self) -> int:
        return self._count

    def opml(self) -> str:
        """Give the list of the feeds; the last one's articles have pages of their own."""
        *teasers, _ = self._feeds
        never = dict.fromkeys(teasers, ' fullText="never"')
        rows = "".join(
            f'<outline type="rss" text="{name}" xmlUrl="{self.base}/feed/{name}"'
            f"{never.get(name, '')}/>"
            for name in self._feeds
        )
        return f'<opml version="2.0"><head/><body>{rows}</body></opml>'

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/feed/{name}", self._feed)
        app.router.add_get("/story/{key}", self._page)
        return app

    async def _feed(self, request: web.Request) -> web.Response:
        if self.down:
            return web.Response(status=503)
        name = request.match_info["name"]
        body = self._rss(name)
        etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(text=body, content_type="application/rss+xml", headers={"ETag": etag})

    def _rss(self, name: str) -> str:
        rows = "".join(
            f"<item><title>{escape(story.title)}</title><link>{link}</link>"
            f'<guid isPermaLink="false">{link}</guid>'
            f"<description>{escape(story.teaser)}</description>"
            f"<pubDate>{format_datetime(story.published)}</pubDate></item>"
            for link, story in reversed(self._feeds[name])
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
            f"<title>The {name} Courier</title><link>{self.base}/</link>"
            f"<description>News of {name}</description>{rows}</channel></rss>"
        )

    async def _page(self, request: web.Request) -> web.Response:
        story = self._stories.get(request.match_info["key"])
        if story is None or self.down:
            return web.Response(status=404 if story is None else 503)
        paragraphs = "".join(f"<p>{escape(each)}</p>" for each in story.text.split("\n\n"))
        return web.Response(
            text=f"<html lang='en'><head><title>{escape(story.title)}</title></head><body>"
            f"<article><h1>{escape(story.title)}</h1>{paragraphs}</article></body></html>",
            content_type="text/html",
        )


def now() -> str:
    """Give the time for a log line."""
    return datetime.now(UTC).isoformat()
