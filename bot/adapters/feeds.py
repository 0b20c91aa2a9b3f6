"""Polls feeds over HTTP: `bot.ports.Feeds`."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.adapters.parsing import ParserPool, ParsingError
from bot.core.discover import announced_feeds
from bot.core.feed import parse_feed, prune, speech, spoken
from bot.core.feed.decode import decode
from bot.core.feed.language import MIN_LENGTH, detected
from bot.core.feed.links import announced
from bot.core.model import Feed, ParsedFeed, Validators
from bot.core.opml import parse_opml
from bot.core.politeness import freshness
from bot.errors import FeedError, FetchError, FileError
from bot.ports import Fetched, Unchanged

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.adapters.http import Answer, HttpClient
    from bot.core.opml import FeedList

INLINE = 500_000
"""Bytes up to which entries are told apart in the event loop: some milliseconds."""

PAGE = 1_000_000
"""Bytes of an HTML page in which announced feeds are looked for."""

MAX_HASHES = 1_000
"""Hashes that are kept of a feed; entries beyond are read again each time."""

_NOT_MODIFIED = int(HTTPStatus.NOT_MODIFIED)

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)


class HttpFeeds:
    """Fetches with conditional requests, reads in the parser pool."""

    def __init__(self, client: HttpClient, pool: ParserPool) -> None:
        self._client, self._pool = client, pool

    async def fetch(self, feed: Feed, validators: Validators) -> Fetched | Unchanged:
        """Request a feed; a 304 or a body with the same hash is unchanged.

        Raises:
            FetchError: no answer, an error status, too large, refused by the guard.
        """
        answer = await self._client.get(feed.address or feed.url, _conditions(validators))
        if answer.status == _NOT_MODIFIED:
            if not (validators.etag or validators.last_modified):
                raise FetchError(
                    "HTTP 304 Not Modified, to a request without conditions",
                    status=HTTPStatus.NOT_MODIFIED,
                )
            return Unchanged(_kept(answer, validators), _fresh(answer), answer.moved)
        found = Validators(
            etag=answer.headers.get("ETag"),
            last_modified=answer.headers.get("Last-Modified"),
            body_hash=hashlib.sha256(answer.body).hexdigest(),
            entries=validators.entries,
        )
        if found.body_hash == validators.body_hash:
            return Unchanged(found, _fresh(answer), answer.moved)
        return Fetched(
            answer.body,
            answer.headers.get("Content-Type", ""),
            answer.url,
            found,
            _fresh(answer),
            answer.moved,
            ", ".join(answer.headers.getall("Link", ())),
            answer.share,
        )

    async def parse(self, feed: Feed, fetched: Fetched, now: datetime) -> ParsedFeed:
        """Read the entries of a body that are not among its validators' `entries`, in a worker.

        The caller then stores the validators with the parsed feed's `entries` in their place, in
        the transaction that stores the articles.

        Raises:
            FeedError: the body is no feed, or reading it took too long.
        """
        parsed = await self._parsed(feed, fetched, now)
        words = speech(parsed)
        if sum(map(len, words)) < MIN_LENGTH:
            return parsed
        try:
            # Apart, for what knows languages takes more memory than all else.
            return spoken(parsed, await self._pool.apart.run(detected, words))
        except ParsingError:
            return parsed

    async def _parsed(self, feed: Feed, fetched: Fetched, now: datetime) -> ParsedFeed:
        known = frozenset(fetched.validators.entries)
        if len(fetched.body) <= INLINE:
            pruned = prune(fetched.body, fetched.content_type, known)
            if pruned and not pruned.count:
                return ParsedFeed("", "", (), entries=pruned.entries[:MAX_HASHES], head=False)
            if pruned:
                rest = replace(fetched, body=pruned.body, content_type="")
                parsed = await self._read(feed, rest, now)
                if len(parsed.entries) == pruned.count:
                    parsed = replace(parsed, entries=pruned.entries[:MAX_HASHES])
                    return _announced(parsed, fetched)
        parsed = await self._read(feed, fetched, now, known)
        return _announced(replace(parsed, entries=parsed.entries[:MAX_HASHES]), fetched)

    async def discover(self, url: str) -> tuple[Feed, ...]:
        """Give the feed at an address, or those that the page there announces, likeliest first.

        Raises:
            FetchError: the address gave nothing.
            FeedError: it is neither a feed nor a page that announces one.
        """
        fetched = await self.fetch(Feed(url), Validators())
        if not isinstance(fetched, Fetched):
            raise FeedError("the server answers nothing new to a first request")
        try:
            parsed = await self.parse(Feed(url), fetched, datetime.now(UTC))
        except FeedError as error:
            html = decode(fetched.body[:PAGE], fetched.content_type)
            try:
                found = await self._pool.run(announced_feeds, html, fetched.url)
            except ParsingError:
                found = ()
            if not found:
                raise error from None
            return found
        return (Feed(fetched.moved or url, parsed.title),)

    async def read_list(self, url: str) -> FeedList:
        """Give the feeds of the OPML document at an address.

        Raises:
            FetchError: the address gave nothing.
            FeedError: it is no OPML, or cannot be read.
        """
        answer = await self._client.get(url)
        try:
            return await self._pool.run(parse_opml, answer.body)
        except FileError as error:
            raise FeedError(f"line {error.line}: {error.reason}") from None
        except ParsingError as error:
            raise FeedError(error.reason) from None

    async def _read(
        self, feed: Feed, fetched: Fetched, now: datetime, known: Collection[str] = ()
    ) -> ParsedFeed:
        try:
            return await self._pool.run(
                parse_feed,
                fetched.body,
                feed=feed,
                url=fetched.url,
                content_type=fetched.content_type,
                now=now,
                known=known,
                guess=False,
            )
        except ParsingError as error:
            raise FeedError(error.reason) from error


def _announced(parsed: ParsedFeed, fetched: Fetched) -> ParsedFeed:
    """Add what the `Link` headers announce; they go before the body's (WebSub, section 4)."""
    if not fetched.links:
        return parsed
    hub = announced(fetched.links, "hub", fetched.url) or parsed.hub
    return replace(
        parsed, hub=hub, topic=announced(fetched.links, "self", fetched.url) or parsed.topic
    )


def _conditions(validators: Validators) -> dict[str, str]:
    """Build the conditional headers (RFC 9110, section 13.1); both, for old servers know one."""
    headers = {"Accept": ACCEPT}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    return headers


def _kept(answer: Answer, validators: Validators) -> Validators:
    """Update validators by a 304, which may name new ones (RFC 9110, section 15.4.5)."""
    etag = answer.headers.get("ETag", validators.etag)
    last_modified = answer.headers.get("Last-Modified", validators.last_modified)
    if (etag, last_modified) == (validators.etag, validators.last_modified):
        return validators
    return replace(validators, etag=etag, last_modified=last_modified)


def _fresh(answer: Answer) -> float | None:
    headers = answer.headers
    control, expires = headers.get("Cache-Control"), headers.get("Expires")
    if control is None and expires is None:
        return None
    return freshness(control, expires, headers.get("Age"), datetime.now(UTC))
