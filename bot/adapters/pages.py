"""Fetches article pages and reads their text: `bot.ports.Pages`."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from bot.adapters.parsing import ParserPool, ParsingError
from bot.adapters.reading import read_page
from bot.core.feed.decode import decode
from bot.core.robots import MAX_SIZE, NOTHING, Robots, parse_robots
from bot.core.story.links import canonical_link
from bot.errors import EgressError, FetchError
from bot.ports import Page

K = TypeVar("K")
V = TypeVar("V")

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from yarl import URL

    from bot.adapters.http import HttpClient
    from bot.core.model import Article

_Key = tuple[str, str]

AGENT = "wirewatch"
"""Our product token in robots.txt."""

MAX_PAGE = 2_000_000
"""Bytes of a page that are read; the reader's time grows with it."""

SHORTER = 0.8
"""A page with less than this part of the feed's own text is a stub: the feed's text is better."""

_ACCEPT = {"Accept": "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"}
_ROBOTS_KEPT, _ROBOTS_FAILED = 86_400.0, 600.0
_PAGE_KEPT = 900.0
_MAX_SITES, _MAX_PAGES = 2_000, 200
_SERVER_ERROR = 500


class HttpPages:
    """Fetches pages where robots.txt lets it, reads them in the parser pool.

    Args:
        client: the guarded client.
        pool: where pages are read.
        robots: False for an installation that may ignore robots.txt (its own sites).
        clock: seconds that only grow, for the age of what is remembered of robots.txt.
    """

    def __init__(
        self,
        client: HttpClient,
        pool: ParserPool,
        *,
        robots: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._pool, self._clock = client, pool, clock
        self._respect = robots
        self._sites: OrderedDict[str, tuple[float, Robots]] = OrderedDict()
        # Sections of one outlet list the same article: its page is read once for all of them.
        self._read: OrderedDict[_Key, tuple[float, Page]] = OrderedDict()
        self._wanted: dict[_Key, tuple[asyncio.Lock, int]] = {}

    async def fetch(self, article: Article) -> Page:
        """Fetch and read an article's page.

        Raises:
            FetchError: no link, no answer, an error status, too large, refused by the guard or by
                robots.txt, no page, no article text (a consent or subscription wall has none),
                less text than the feed itself.
        """
        if not article.url:
            raise FetchError("the entry has no link")
        url = self._client.guard.check(article.url)
        key = _key(str(url), article.title)
        async with self._alone(key):
            if (kept := self._read.get(key)) and kept[0] > self._clock():
                return kept[1]
            page = await self._fetched(article, url)
            for one in (key, _key(page.url, article.title)):
                _remember(self._read, one, (self._clock() + _PAGE_KEPT, page), _MAX_PAGES)
            return page

    @asynccontextmanager
    async def _alone(self, key: _Key) -> AsyncIterator[None]:
        """Let those who want one page at the same time wait for the first of them."""
        lock, waiting = self._wanted.get(key, (asyncio.Lock(), 0))
        self._wanted[key] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._wanted.pop(key)
            if waiting > 1:
                self._wanted[key] = (lock, waiting - 1)

    async def _fetched(self, article: Article, url: URL) -> Page:
        if self._respect and not (await self._robots(url)).allows(str(url)):
            raise FetchError("robots.txt does not allow it")
        answer = await self._client.get(str(url), _ACCEPT, limit=MAX_PAGE)
        content_type = answer.headers.get("Content-Type", "")
        if content_type and not any(kind in content_type.lower() for kind in ("html", "xml")):
            raise FetchError("this is no HTML page")
        try:
            text, address = await self._pool.run(read_page, answer.body, content_type, answer.url)
        except ParsingError as error:
            raise FetchError(error.reason) from error
        if not text:
            raise FetchError("no article text found on the page")
        if len(text) < SHORTER * len(article.text):
            raise FetchError("the page has less text than the feed")
        return Page(text, address)

    async def _robots(self, url: URL) -> Robots:
        site = str(url.origin())
        now = self._clock()
        expires, robots = self._sites.get(site, (now, NOTHING))
        if expires <= now:
            robots, kept = await self._ask_robots(site)
            _remember(self._sites, site, (now + kept, robots), _MAX_SITES)
        return robots

    async def _ask_robots(self, site: str) -> tuple[Robots, float]:
        """Read a site's robots.txt: none (4xx) allows all, an unreachable one nothing for now."""
        try:
            answer = await self._client.get(f"{site}/robots.txt")
        except EgressError:
            raise
        except FetchError as error:
            status = error.status or _SERVER_ERROR
            refused = status == HTTPStatus.TOO_MANY_REQUESTS or status >= _SERVER_ERROR
            return (NOTHING, _ROBOTS_FAILED) if refused else (Robots(), _ROBOTS_KEPT)
        content_type = answer.headers.get("Content-Type", "")
        # Of a longer one the first part holds, without the line that is cut off.
        body = answer.body
        part = body if len(body) <= MAX_SIZE else body[:MAX_SIZE].rpartition(b"\n")[0]
        return parse_robots(decode(part, content_type), AGENT), _ROBOTS_KEPT


def _key(url: str, title: str) -> _Key:
    """Name a page by its canonical link, and by its headline, for an edited one is read anew."""
    return canonical_link(url) or url, title


def _remember(kept: OrderedDict[K, V], key: K, value: V, limit: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > limit:
        kept.popitem(last=False)
