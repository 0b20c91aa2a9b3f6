"""Makes connections to judged addresses, and keeps them a while for the next request."""

from __future__ import annotations

import asyncio
import ssl
from functools import partial
from typing import TYPE_CHECKING

import aiohappyeyeballs

from bot.adapters.connection import Connection, Limits
from bot.adapters.failures import mapped
from bot.adapters.guard import GuardedResolver
from bot.adapters.large import LargeBodies
from bot.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yarl import URL

    from bot.adapters.guard import EgressGuard, Place

Origin = tuple[str, str, int]
"""Scheme, host, port."""

KEPT = 15.0
"""Seconds for which a connection that nobody uses is kept."""

MAX_KEPT = 256
"""Connections that are kept though nobody uses them, in all."""

EYEBALLS = 0.25
"""Seconds after which the next address of a name is tried too (RFC 8305)."""


class Target:
    """Where a request goes: a URL that the guard has judged, taken apart once.

    Attributes:
        url: as judged.
        origin: what connections are shared by.
        request: what follows a request's method: path, version and the `Host` header.
    """

    __slots__ = ("origin", "request", "url")

    def __init__(self, url: URL) -> None:
        self.url = url
        self.origin: Origin = (url.scheme, url.raw_host or "", url.port or 0)
        self.request = f" {url.raw_path_qs} HTTP/1.1\r\nHost: {url.host_port_subcomponent}\r\n"


class Connections:
    """The only place where connections are made. `close` it at the end.

    Args:
        guard: judges each address that is connected to.
        limits: see `Limits`.

    Attributes:
        large: what is held of large bodies.
    """

    def __init__(self, guard: EgressGuard, limits: Limits) -> None:
        self._guard, self._limits = guard, limits
        self.large = LargeBodies(limits.large)
        self._resolver = GuardedResolver(guard)
        self._loop = asyncio.get_running_loop()
        self._idle: dict[Origin, list[Connection]] = {}
        self._oldest: dict[Connection, Origin] = {}  # in the order in which they were given back
        self._sweeper: asyncio.TimerHandle | None = None
        self._tls = ssl.create_default_context()
        self._tls.set_alpn_protocols(["http/1.1"])

    def kept(self, target: Target) -> Connection | None:
        """Give a connection to this origin that was kept, or None."""
        idle = self._idle.get(target.origin)
        while idle:
            connection = idle.pop()
            del self._oldest[connection]
            if not idle:
                del self._idle[target.origin]
            if not connection.closed:
                return connection
        return None

    async def dial(self, target: Target, until: float) -> Connection:
        """Make a connection.

        Args:
            target: where to.
            until: on the loop's clock.

        Raises:
            EgressError: the guard refused its addresses.
            FetchError: no such host, nobody there, no TLS, or too late.
        """
        _, host, port = target.origin
        connect = self._limits.connect
        try:
            async with asyncio.timeout_at(until):
                places = await self._resolver.resolve(host, port)
            async with asyncio.timeout_at(min(until, self._loop.time() + connect)):
                return await self._connect(target.url, places)
        except TimeoutError:
            self._resolver.forget(host, port)
            if self._loop.time() >= until:
                raise FetchError(f"took over {self._limits.total:g} s") from None
            raise FetchError(f"no connection within {connect:g} s") from None
        except (OSError, ValueError) as error:
            self._resolver.forget(host, port)
            raise mapped(error) from None

    async def _connect(self, url: URL, places: Sequence[Place]) -> Connection:
        connected = await aiohappyeyeballs.start_connection(
            places, happy_eyeballs_delay=EYEBALLS, socket_factory=self._guard.socket
        )
        secure = url.scheme == "https"
        try:
            _, connection = await self._loop.create_connection(
                partial(Connection, self._limits, self.large),
                sock=connected,
                ssl=self._tls if secure else None,
                server_hostname=(url.raw_host or "").rstrip(".") if secure else None,
            )
        except BaseException:
            connected.close()
            raise
        return connection

    def keep(self, target: Target, connection: Connection) -> None:
        """Keep a connection for the next request, or end it where it is of no use."""
        if not connection.reusable:
            connection.close()
            return
        connection.idle_since = self._loop.time()
        self._idle.setdefault(target.origin, []).append(connection)
        self._oldest[connection] = target.origin
        if len(self._oldest) > MAX_KEPT:
            self._end(next(iter(self._oldest)))
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(KEPT, self._sweep)

    def _take(self, connection: Connection) -> None:
        place = self._oldest.pop(connection)
        idle = self._idle[place]
        idle.remove(connection)
        if not idle:
            del self._idle[place]

    def _end(self, connection: Connection) -> None:
        self._take(connection)
        connection.close()

    def _sweep(self) -> None:
        """End what was not used for long; come again while anything is kept."""
        before = self._loop.time() - KEPT
        for connection in list(self._oldest):
            if connection.idle_since > before:
                break
            self._end(connection)
        self._sweeper = self._loop.call_later(KEPT / 3, self._sweep) if self._oldest else None

    async def close(self) -> None:
        """End all kept connections."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        for connection in list(self._oldest):
            self._end(connection)
        await asyncio.sleep(0)  # the loop closes their sockets now
