"""One HTTP/1.1 connection: a request, its answer read piece by piece, patience that ends.

A poll that brings nothing is a request and some two hundred bytes of headers, and a bot makes
thousands of them; so an exchange is one future, and a timer serves many. llhttp reads the answers.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from multidict import CIMultiDict, CIMultiDictProxy

from bot.adapters.encodings import Decompressor, TooLargeError
from bot.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.adapters.large import LargeBodies, Share

MAX_HEAD = 65_536
"""Bytes of an answer's status line and headers."""

MAX_INTERIM = 10
"""Answers that only announce another (1xx)."""

# Plain numbers: members of an enumeration are looked up and compared several times as slowly.
_OK, _MULTIPLE_CHOICES = int(HTTPStatus.OK), int(HTTPStatus.MULTIPLE_CHOICES)
_NOT_MODIFIED = int(HTTPStatus.NOT_MODIFIED)
_NO_HEADERS: CIMultiDictProxy[str] = CIMultiDictProxy(CIMultiDict())
_INVALID = "not a valid HTTP answer"
_BROKE_OFF = "the answer broke off"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server may cost.

    Attributes:
        connections: requests under way at once, in all.
        per_host: requests under way at once to one host.
        connect: seconds until a connection must stand.
        silence: seconds without a single byte after which an answer is given up.
        slowest: bytes a second, over `silence` seconds, that an answer which has begun must bring.
        total: seconds for a request with its redirects, waiting for a place excluded.
        body: bytes of a body after decompression.
        large: bytes of all bodies above a megabyte that are held at the same time.
        redirects: hops that are followed.
    """

    connections: int = 64
    per_host: int = 2
    connect: float = 10.0
    silence: float = 15.0
    slowest: float = 50.0
    total: float = 30.0
    body: int = 10_000_000
    large: int = 200_000_000
    redirects: int = 5


class Reply(NamedTuple):
    """An answer: its status, its headers (names in any case), and its body if it succeeded.

    With a large body comes its share of what such ones may take, see `LargeBodies`.
    """

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    share: Share | None = None


class StaleError(FetchError):
    """A kept connection turned out to be closed before a byte of the answer came."""


class Connection(asyncio.Protocol):
    """Asks one thing after the other.

    Attributes:
        idle_since: when it was last given back, on the loop's clock.
    """

    def __init__(self, limits: Limits, large: LargeBodies | None = None) -> None:
        self.idle_since = 0.0
        self._large = large
        self._status, self._headers = 0, _NO_HEADERS
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._asked = 0

    # --- asking -----------------------------------------------------------------------------

    async def ask(self, request: bytes, limit: int, until: float) -> Reply:
        """Send a request and read its answer.

        Args:
            request: head and body.
            limit: bytes of the answer's body after decompression.
            until: on the loop's clock.

        Raises:
            StaleError: this kept connection was closed, nothing was answered.
            FetchError: no answer, no valid one, too large, too slow.
        """
        now = self._loop.time()
        self._asked += 1
        self._lines: list[tuple[bytes, bytes]] = []
        self._limit, self._until = limit, until
        self._heard, self._since, self._count, self._size = now, math.inf, 0, 0
        self._interim, self._reading, self._whole, self._keep = 0, False, False, False
        self._body: Decompressor | None = None
        self._parser = HttpResponseParser(self)
        # As lenient as browsers: bare line feeds, odd header values (llhttp's own names).
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        if self._transport is None or self._transport.is_closing():
            raise self._closed(None)
        self._answer = self._loop.create_future()
        due = min(until, now + self._limits.silence)
        # The last exchange's timer is left running: it looks when this one's time is over.
        if self._timer is None or self._timer.when() > due:
            self._stop_timer()
            self._timer = self._loop.call_at(due, self._check)
        self._transport.write(request)
        try:
            await self._answer
            body = cast("Decompressor | None", self._body)
            if body is None:
                return Reply(self._status, self._headers, b"")
            return Reply(self._status, self._headers, body.close(), body.share)
        except BaseException:
            self.close()
            raise
        finally:
            self._answer = self._body = None  # a kept connection keeps no body

    @property
    def reusable(self) -> bool:
        """Whether another request may be sent: the answer was read to its end, and both agree."""
        whole = self._whole or self._status == _NOT_MODIFIED  # which has no body, whatever it says
        return self._keep and whole and not self.closed

    @property
    def closed(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._transport is None or self._transport.is_closing()

    def close(self) -> None:
        """End the connection without waiting for the other side."""
        self._keep = False
        self._stop_timer()
        if self._transport is not None:
            self._transport.abort()

    # --- patience ---------------------------------------------------------------------------

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        """End an exchange whose time is over, that is silent, or that only drips."""
        self._timer = None
        if self._answer is None:  # none is under way
            return
        now, limits = self._loop.time(), self._limits
        if now >= self._until:
            self._fail(FetchError(f"took over {limits.total:g} s"))
        elif now >= self._heard + limits.silence:
            self._fail(FetchError(f"silent for {limits.silence:g} s"))
        elif now >= self._since + limits.silence and self._count < limits.slowest * limits.silence:
            self._fail(FetchError(f"slower than {limits.slowest:g} bytes a second"))
        else:
            if now >= self._since + limits.silence:
                self._since, self._count = now, 0
            due = min(self._until, min(self._heard, self._since) + limits.silence)
            self._timer = self._loop.call_at(due, self._check)

    def _fail(self, error: FetchError) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
        self.close()

    def _settle(self) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)

    # --- asyncio's calls --------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note where to write."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read a piece; what comes when nobody waits for it ends the connection."""
        if self._answer is None or self._answer.done():
            self.close()
            return
        self._heard = self._loop.time()
        if self._since == math.inf:
            self._since = self._heard
        self._count += len(data)
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._keep = False
            if not self._whole:
                self._fail(FetchError(_BROKE_OFF if self._reading else _INVALID))
        if not self._reading and self._size > MAX_HEAD:
            self._fail(FetchError(_INVALID))

    def connection_lost(self, exc: Exception | None) -> None:
        """End the exchange: an answer without a length ends with its connection."""
        self._keep = False
        self._stop_timer()
        if self._answer is None or self._answer.done():
            return
        if not self._reading:
            self._answer.set_exception(self._closed(exc))
        elif self._ends_with_connection() and exc is None:
            self._settle()
        else:
            self._answer.set_exception(FetchError(_BROKE_OFF))

    def _closed(self, exc: Exception | None) -> FetchError:
        stale = self._asked > 1 and not self._size
        words = "connection reset" if exc else "connection closed without an answer"
        return StaleError(words) if stale else FetchError(words)

    def _ends_with_connection(self) -> bool:
        chunked = "chunked" in self._headers.get("Transfer-Encoding", "").lower()
        return not chunked and "Content-Length" not in self._headers

    # --- llhttp's calls ---------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header; trailers are nothing to us."""
        if not self._reading:
            self._lines.append((name, value))

    def on_headers_complete(self) -> None:
        """Decide by the head whether the body is of interest."""
        if self._whole:
            return
        status = self._parser.get_status_code()
        if status < _OK:
            self._lines.clear()
            self._interim += 1
            if self._interim > MAX_INTERIM:
                self._fail(FetchError(_INVALID))
            return
        self._status, self._reading = status, True
        self._keep = self._parser.should_keep_alive()
        self._headers = _headers(self._lines)
        if not _OK <= status < _MULTIPLE_CHOICES:
            self._settle()
            return
        try:
            encoding = self._headers.get("Content-Encoding", "")
            self._body = Decompressor(encoding, self._limit, self._large)
        except FetchError as error:
            self._fail(error)
        length = self._headers.get("Content-Length", "")
        if length.isdecimal() and int(length) > self._limit:
            self._fail(too_large(self._limit))

    def on_body(self, piece: bytes) -> None:
        """Take a piece of the body."""
        if self._status == _NOT_MODIFIED:
            self._keep = False  # it has none: whatever this is, it is not for us
        if self._body is None or self._answer is None or self._answer.done():
            return
        try:
            self._body.feed(piece)
        except TooLargeError:
            self._fail(too_large(self._limit))
        except FetchError as error:
            self._fail(error)

    def on_message_complete(self) -> None:
        """Note the end."""
        if self._reading:
            self._whole = True
            self._settle()


def too_large(limit: int) -> FetchError:
    """Say that a body is larger than a number of bytes."""
    return FetchError(f"larger than {limit / 1e6:g} MB")


def _headers(lines: Sequence[tuple[bytes, bytes]]) -> CIMultiDictProxy[str]:
    try:
        pairs = [(name.decode(), value.decode()) for name, value in lines]
    except UnicodeDecodeError:
        pairs = [(_text(name), _text(value)) for name, value in lines]
    return CIMultiDictProxy(CIMultiDict(pairs))


def _text(value: bytes) -> str:
    """Read a header: UTF-8 where it is that, else as browsers do (RFC 9110, section 5.5)."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
