"""A local server of one page, for what is fetched."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.core.model import Feed, Validators
from bot.errors import FetchError
from bot.ports import Fetched

if TYPE_CHECKING:
    from bot.adapters.feeds import HttpFeeds

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
NONE = Validators()
RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Harbour Times</title><link>https://harbour.example/</link>
<language>en-gb</language>
<item><guid>a1</guid><title>Quay &amp;amp; pier reopen</title><link>/2026/quay</link>
<pubDate>Mon, 04 May 2026 09:00:00 GMT</pubDate><category>Local</category>
<description>&lt;p&gt;The quay is open.&lt;/p&gt;&lt;p&gt;So is the pier.&lt;/p&gt;
</description></item>
</channel></rss>"""


class Site:
    """A local server whose one page is a function that the test gives."""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []
        self.answer = web.Response
        self.busy = self.busiest = 0
        self.port = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            found = self.answer(request)
            return await found if asyncio.iscoroutine(found) else found
        finally:
            self.busy -= 1

    def feed(self, path: str = "/feed") -> Feed:
        return Feed(f"http://127.0.0.1:{self.port}{path}")


def served(body: bytes = RSS, status: int = 200, **headers: str) -> object:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: web.Response(body=body, status=status, headers=names)


async def fetched(feeds: HttpFeeds, site: Site, path: str = "/feed") -> Fetched:
    answer = await feeds.fetch(site.feed(path), NONE)
    assert isinstance(answer, Fetched)
    return answer


async def refused(feeds: HttpFeeds, site: Site) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await feeds.fetch(site.feed(), NONE)
    return caught.value
