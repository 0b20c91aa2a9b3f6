"""The one guarded HTTP client: every request to an address that somebody gave goes through it."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, Self
from urllib.parse import urlencode

from yarl import URL

from bot import __version__
from bot.adapters.connection import Limits, StaleError
from bot.adapters.dialling import Connections, Target
from bot.adapters.encodings import ACCEPTED
from bot.adapters.failures import phrase
from bot.adapters.guard import MAX_JUDGED, EgressGuard
from bot.adapters.places import Places
from bot.core.politeness import retry_after
from bot.errors import EgressError, FetchError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from types import TracebackType

    from multidict import CIMultiDictProxy

    from bot.adapters.connection import Reply
    from bot.adapters.large import LargeBodies, Share

__all__ = ["Answer", "HttpClient", "Limits"]

USER_AGENT = f"wirewatch/{__version__} (news alerts; feed reader)"
USUAL = Limits()
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_KEEPING = frozenset({307, 308})
_NOT_MODIFIED = int(HTTPStatus.NOT_MODIFIED)
_SMALL = 100_000
_BREAKS = re.compile(r"[\r\n\0]")


class Answer(NamedTuple):
    """A successful answer (2xx) or 304.

    Attributes:
        status: the HTTP status.
        headers: of the last hop, names in any case.
        body: decompressed; empty for 304.
        place: where it came from after redirects.
        moved: where permanent redirects (301, 308) led before the first other one, or "".
        share: to be held as long as a large body is, see `LargeBodies`.
    """

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    place: URL
    moved: str = ""
    share: Share | None = None

    @property
    def url(self) -> str:
        """Where it came from, as text."""
        return str(self.place)


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
        limits: Limits = USUAL,
    ) -> None:
        self.guard = EgressGuard(allow, hosts)
        self.limits = limits
        self._always = _lines({"User-Agent": user_agent, "Accept-Encoding": ACCEPTED})
        self._connections: Connections | None = None
        self._places = Places(limits.connections, limits.per_host)
        # What is written is judged the same each time; feeds are asked again and again.
        self._targets: dict[str, Target] = {}

    @property
    def large(self) -> LargeBodies:
        """What is held of large bodies; only of a client that is open."""
        if self._connections is None:
            raise RuntimeError("HttpClient is not open")
        return self._connections.large

    async def __aenter__(self) -> Self:
        self._connections = Connections(self.guard, self.limits)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connections is not None:
            await self._connections.close()
            self._connections = None

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, *, limit: int | None = None
    ) -> Answer:
        """Request a URL and its redirects, and read the body up to `limit` bytes.

        Raises:
            FetchError: no answer, an error status, too large; the reason is short and clear.
            EgressError: the guard refused the address or one it was redirected to.
        """
        head = self._always + _lines(headers or {})
        return await self._follow("GET", url, head, b"", limit or self.limits.body)

    async def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """Send a form; only redirects that keep the method (307, 308) are followed.

        Raises:
            FetchError: no answer, an error status.
            EgressError: the guard refused the address or one it was redirected to.
        """
        body = urlencode(form).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        head = self._always + _lines(kind | {"Content-Length": str(len(body))})
        return await self._follow("POST", url, head, body, _SMALL)

    async def _follow(self, method: str, url: str, head: str, body: bytes, limit: int) -> Answer:
        target = self._targets.get(url) or self._judged(url)
        permanent, moved, left = True, "", self.limits.total
        for _ in range(self.limits.redirects + 1):
            host = target.origin[1]
            await self._places.enter(host)
            try:
                start = time.monotonic()
                reply = await self._ask(method, target, head, body, limit, left)
                left -= time.monotonic() - start
            finally:
                self._places.leave(host)
            followed = _REDIRECTS if method == "GET" else _KEEPING
            if reply.status not in followed or "Location" not in reply.headers:
                return _answer(reply, target.url, moved)
            target = self._next(target.url, reply.headers["Location"])
            permanent = permanent and reply.status in _PERMANENT
            moved = str(target.url) if permanent else moved
        raise FetchError(f"more than {self.limits.redirects} redirects")

    def _judged(self, url: str) -> Target:
        target = Target(self.guard.check(url))
        if len(self._targets) >= MAX_JUDGED:
            self._targets.clear()
        self._targets[url] = target
        return target

    async def _ask(
        self, method: str, target: Target, head: str, body: bytes, limit: int, seconds: float
    ) -> Reply:
        """Make one request, over a kept connection where there is one."""
        connections = self._connections
        if connections is None:
            raise RuntimeError("HttpClient is not open")
        until = asyncio.get_running_loop().time() + max(seconds, 0.0)
        request = f"{method}{target.request}{head}\r\n".encode() + body
        connection = connections.kept(target)
        if connection is not None:
            try:
                reply = await connection.ask(request, limit, until)
            except StaleError:  # closed by the server when we came: nothing was asked of it
                if method != "GET":
                    raise
            else:
                connections.keep(target, connection)
                return reply
        connection = await connections.dial(target, until)
        reply = await connection.ask(request, limit, until)
        connections.keep(target, connection)
        return reply

    def _next(self, url: URL, location: str) -> Target:
        try:
            there = url.join(URL(location.strip()))
        except ValueError:
            raise EgressError from None
        return Target(self.guard.check(there))


def _answer(reply: Reply, url: URL, moved: str) -> Answer:
    status, headers = reply.status, reply.headers
    if not 200 <= status < 300 and status != _NOT_MODIFIED:  # noqa: PLR2004 - success
        wait = retry_after(headers.get("Retry-After"), datetime.now(UTC))
        raise FetchError(phrase(status), status=status, retry_after=wait)
    return Answer(status, headers, reply.body, url, moved, reply.share)


def _lines(headers: Mapping[str, str]) -> str:
    """Write headers; no value can bring further ones along (RFC 9110, section 5.5)."""
    lines = "".join([f"{name}: {text}\r\n" for name, text in headers.items()])
    if lines.count("\r") == lines.count("\n") == len(headers) and "\0" not in lines:
        return lines
    return _lines({name: _BREAKS.sub(" ", text) for name, text in headers.items()})
