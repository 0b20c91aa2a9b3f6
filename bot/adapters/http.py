"""The one guarded HTTP client: every request to an address that somebody gave goes through it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Self

import aiohttp
from yarl import URL

from bot import __version__
from bot.adapters.encodings import ACCEPTED, Decompressor, TooLargeError
from bot.adapters.failures import mapped, phrase
from bot.adapters.guard import EgressGuard, GuardedResolver
from bot.core.politeness import retry_after
from bot.errors import EgressError, FetchError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from types import TracebackType

    from multidict import CIMultiDictProxy

USER_AGENT = f"wirewatch/{__version__} (news alerts; feed reader)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_KEEPING = frozenset({307, 308})
_NOT_MODIFIED = int(HTTPStatus.NOT_MODIFIED)
_SMALL = 100_000
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server may cost.

    Attributes:
        connections: requests under way at once, in all.
        per_host: requests under way at once to one host.
        connect: seconds until a connection must stand.
        silence: seconds without a single byte after which an answer is given up.
        total: seconds for a request with its redirects, waiting for a place excluded.
        body: bytes of a body after decompression.
        redirects: hops that are followed.
    """

    connections: int = 64
    per_host: int = 2
    connect: float = 10.0
    silence: float = 15.0
    total: float = 30.0
    body: int = 10_000_000
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer (2xx) or 304.

    Attributes:
        status: the HTTP status.
        headers: of the last hop, names in any case.
        body: decompressed; empty for 304.
        url: where it came from after redirects.
        moved: where permanent redirects (301, 308) led before the first other one, or "".
    """

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    url: str
    moved: str = ""


class HttpClient:
    """Asks servers, politely and behind the egress guard. An async context manager.

    Args:
        allow: `host:port` pairs exempt from the guard.
        hosts: host names that are served from an `address:port` of our own; the `Host` header
            stays the name.
        user_agent: sent with each request.
        limits: see `Limits`.
    """

    def __init__(
        self,
        *,
        allow: Collection[str] = (),
        hosts: Mapping[str, str] | None = None,
        user_agent: str = USER_AGENT,
        limits: Limits = Limits(),
    ) -> None:
        self.guard = EgressGuard(allow, hosts)
        self.limits = limits
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": ACCEPTED}
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(limits.connections)
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._waiting: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        limits = self.limits
        connector = aiohttp.TCPConnector(
            limit=0,  # our own slots count, outside the time limits
            resolver=GuardedResolver(self.guard),
            socket_factory=self.guard.socket,
            ttl_dns_cache=300,
            keepalive_timeout=15,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=limits.connect, sock_read=limits.silence
            ),
            headers=self._headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # `Decompressor` stops at the limit, whatever the ratio
            trust_env=False,
            max_line_size=16_384,
            max_field_size=16_384,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, *, limit: int | None = None
    ) -> Answer:
        """Request a URL and its redirects, and read the body up to `limit` bytes.

        Raises:
            FetchError: no answer, an error status, too large; the reason is short and clear.
            EgressError: the guard refused the address or one it was redirected to.
        """
        return await self._follow("GET", url, headers or {}, limit or self.limits.body)

    async def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """Send a form; only redirects that keep the method (307, 308) are followed.

        Raises:
            FetchError: no answer, an error status.
            EgressError: the guard refused the address or one it was redirected to.
        """
        return await self._follow("POST", url, {}, _SMALL, form)

    async def _follow(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        limit: int,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        target = self.guard.check(url)
        permanent, moved, spent = True, "", 0.0
        for _ in range(self.limits.redirects + 1):
            host = target.raw_host or ""
            # A place at the host, then one of all; hosts that nobody waits for are forgotten.
            own = self._hosts.setdefault(host, asyncio.Semaphore(self.limits.per_host))
            self._waiting[host] += 1
            try:
                async with own, self._slots:
                    start = time.monotonic()
                    left = self.limits.total - spent
                    answer = await self._patient(left, method, target, headers, limit, form)
                    spent += time.monotonic() - start
            finally:
                self._waiting[host] -= 1
                if not self._waiting[host]:
                    del self._waiting[host], self._hosts[host]
            if isinstance(answer, Answer):
                return answer if not moved else replace(answer, moved=moved)
            status, target = answer
            permanent = permanent and status in _PERMANENT
            moved = str(target) if permanent else moved
        raise FetchError(f"more than {self.limits.redirects} redirects")

    async def _patient(
        self,
        seconds: float,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        limit: int,
        form: Mapping[str, str] | None,
    ) -> Answer | tuple[int, URL]:
        """Make one request; say which patience ended: with the connection, silence, all of it."""
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                return await self._ask(method, url, headers, limit, form)
        except aiohttp.ConnectionTimeoutError:
            raise FetchError(f"no connection within {self.limits.connect:g} s") from None
        except aiohttp.SocketTimeoutError:
            raise FetchError(f"silent for {self.limits.silence:g} s") from None
        except TimeoutError:
            raise FetchError(f"took over {self.limits.total:g} s") from None

    async def _ask(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        limit: int,
        form: Mapping[str, str] | None,
    ) -> Answer | tuple[int, URL]:
        """Make one request; give its answer, or the status and target of a redirect."""
        if self._session is None:
            raise RuntimeError("HttpClient is not open")
        try:
            async with self._session.request(
                method, url, headers=headers, data=form, allow_redirects=False
            ) as response:
                followed = _REDIRECTS if form is None else _KEEPING
                if response.status in followed and "Location" in response.headers:
                    return response.status, self._next(response)
                return await _answer(response, limit, url)
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise mapped(error) from None

    def _next(self, response: aiohttp.ClientResponse) -> URL:
        try:
            location = response.url.join(URL(response.headers["Location"].strip()))
        except ValueError:
            raise EgressError from None
        return self.guard.check(location)


async def _answer(response: aiohttp.ClientResponse, limit: int, url: URL) -> Answer:
    status = response.status
    if status == _NOT_MODIFIED:
        return Answer(status, response.headers, b"", str(url))
    if not 200 <= status < 300:  # noqa: PLR2004 - the class of success
        wait = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        response.close()
        raise FetchError(phrase(status), status=status, retry_after=wait)
    if (response.content_length or 0) > limit:
        raise FetchError(f"larger than {limit / 1e6:g} MB")
    body = Decompressor(response.headers.get("Content-Encoding", ""), limit)
    try:
        async for chunk in response.content.iter_chunked(_CHUNK):
            body.feed(chunk)
        return Answer(status, response.headers, body.close(), str(url))
    except TooLargeError:
        response.close()
        raise FetchError(f"larger than {limit / 1e6:g} MB") from None
