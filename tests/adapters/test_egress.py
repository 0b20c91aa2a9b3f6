"""The ways out of the bot: nothing inside is reached by any of them, and all say so alike."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from itertools import cycle
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from bot.errors import EgressError, FetchError
from tests.adapters.egress import (
    INSIDE_4,
    INSIDE_6,
    NAME,
    REFUSAL,
    URLS,
    Net,
    WaysOut,
    others,
    table,
    ways_out,
    words,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    Address = tuple[str, int]

PUBLIC = "93.184.216.34"
# As a `Location` these are places on the server itself, or a host that is public.
RELATIVE = {"", " ", "1.1.1.1", "/etc/passwd", "http://", "http://?", "http:///x",
            "http:/1.1.1.1/", "//1.1.1.1/", "http://1.1.1.1\r\nHost: x/"}  # fmt: skip
LOCATIONS = [url for url in URLS if url not in RELATIVE]


async def test_no_spelling_gets_inside(net: Net) -> None:
    """Every row of the table in every way: the same words, and no socket is made."""
    assert len(URLS) >= 150
    async with ways_out() as ways:
        found = await table(ways, URLS)
    assert others(found) == {}
    assert sum(map(len, found.values())) >= len(URLS) * len(WaysOut.NAMES) - 3


async def test_no_name_gets_inside(net: Net) -> None:
    """A public-looking name that resolves inside is refused in the words of the address itself."""
    wrong = {}
    async with ways_out() as ways:
        for address in (*INSIDE_4, *INSIDE_6):
            net.names["news.example.com"] = [[address]]
            found = await table(ways, [NAME])
            wrong |= {(address, url): row for url, row in others(found).items()}
    assert wrong == {}


class Hop:
    """A server that answers each request of one path with a redirect; it speaks raw bytes."""

    def __init__(self) -> None:
        self.location = ""
        self.path = "/feed"
        self.asked: list[str] = []
        self.any = cycle((301, 302, 303, 307, 308))
        self.keeping = cycle((307, 308))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, path = head.decode().split()[:2]
        self.asked.append(path)
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        await reader.readexactly(length)
        if path == self.path and self.location:
            status = f"{next(self.keeping if method == 'POST' else self.any)} Moved"
            answer = f"HTTP/1.1 {status}\r\nLocation: {self.location}\r\n"
        else:
            status = "404 None" if path == "/robots.txt" else "200 OK"
            answer = f"HTTP/1.1 {status}\r\nContent-Type: image/png\r\n"
        writer.write(f"{answer}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def hop() -> AsyncIterator[tuple[Hop, str]]:
    """Serve redirects; give the server and its `address:port`."""
    server = Hop()
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    try:
        yield server, f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()
        await listener.wait_closed()


async def test_no_redirect_gets_inside() -> None:
    """Each hop is judged like the first address: every row in every way, by all five statuses."""
    assert len(LOCATIONS) >= 150
    wrong = {}
    async with hop() as (server, place), ways_out({"news.example.com": place}) as ways:
        for server.location in LOCATIONS:
            found = await table(ways, [NAME])
            wrong |= {(server.location, url): row for url, row in others(found).items()}
        assert wrong == {}
        assert server.asked.count("/feed") == len(LOCATIONS) * len(WaysOut.NAMES)


async def test_a_rules_file_that_moves_inside_is_refused_alike() -> None:
    """Where robots.txt is redirected inside the page is not asked for."""
    async with hop() as (server, place), ways_out({"news.example.com": place}) as ways:
        server.path = "/robots.txt"
        for server.location in LOCATIONS[::5]:
            assert await words(ways, "page", NAME) == REFUSAL, server.location
        assert set(server.asked) == {"/robots.txt"}


async def test_a_form_goes_nowhere_else_by_302() -> None:
    """A hub's redirect that would turn the form into a plain request is an error."""
    async with hop() as (server, place), ways_out({"news.example.com": place}) as ways:
        server.location = "http://news.example.com/other"
        server.keeping = cycle((302,))
        with pytest.raises(FetchError, match="302"):
            await ways.take("hub", NAME)
        assert server.asked == ["/feed"]


class Wire:
    """Stands between the client and the addresses that it connects to.

    Attributes:
        net: what names mean.
        server: who answers, whatever was connected to.
        connected: where the client wanted to connect to.
        dead: addresses at which nobody is.
    """

    def __init__(self, net: Net, server: Hop, place: str) -> None:
        self.net, self.server = net, server
        self.connected: list[Address] = []
        self.dead: set[str] = set()
        host, _, port = place.rpartition(":")
        self._there = (host, int(port))
        self._connect = asyncio.get_running_loop().sock_connect

    async def sock_connect(self, sock: socket.socket, address: Address) -> None:
        self.connected.append(address[:2])
        if address[0] in self.dead:
            raise ConnectionRefusedError
        await self._connect(sock, self._there)


@pytest.fixture
async def wire(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Wire]:
    """Pretend names, and real sockets whose every connection is noted.

    Names are looked up anew each time, as they are after five minutes.
    """
    async with hop() as (server, place):
        wire = Wire(Net(), server, place)
        monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", wire.sock_connect)
        fields = vars(socket) | {"getaddrinfo": wire.net.getaddrinfo}
        monkeypatch.setattr("bot.adapters.guard.socket", SimpleNamespace(**fields))
        monkeypatch.setattr("bot.adapters.guard.KEPT", 0.0)
        yield wire


async def test_rebinding_gets_nowhere(wire: Wire) -> None:
    """A name that is public at first and inside when it is asked again, in every way.

    The connection goes to the address that was judged, never to what the name means meanwhile; and
    the next answer is judged again.
    """
    for inside in ("127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"):
        for name in WaysOut.NAMES:
            wire.net.names["news.example.com"] = [[PUBLIC], [inside]]
            wire.net.asked.clear()
            wire.connected.clear()
            async with ways_out() as ways:
                # The page's own robots.txt is what it asks first, and so what the public address
                # is asked for.
                first = await words(ways, name, NAME)
                assert (first == REFUSAL) == (name == "page"), (name, first)
                assert await words(ways, name, NAME) == REFUSAL
            assert wire.connected == [(PUBLIC, 80)], name
            assert len(wire.net.asked) == (3 if name == "page" else 2)


async def test_rebinding_between_hops_gets_nowhere(wire: Wire) -> None:
    """A redirect to the same name is a new look-up once the first answer is old."""
    for name in WaysOut.NAMES:
        wire.net.names["news.example.com"] = [[PUBLIC], [PUBLIC], [PUBLIC], ["127.0.0.1"]]
        wire.server.location = "http://news.example.com:8080/feed"
        wire.connected.clear()
        async with ways_out() as ways:
            assert await words(ways, name, NAME) == REFUSAL
        assert {address for address, _ in wire.connected} == {PUBLIC}


async def test_of_a_mixed_answer_only_the_public_part_is_connected(wire: Wire) -> None:
    """Not even when nobody is at the public address, nor when several are tried in turn."""
    answers = ["127.0.0.1", PUBLIC, "10.0.0.1", "93.184.216.35"]
    wire.net.names["news.example.com"] = [answers]
    wire.dead = {PUBLIC, "93.184.216.35"}
    for name in WaysOut.NAMES:
        wire.connected.clear()
        async with ways_out() as ways:
            with pytest.raises(FetchError) as caught:
                await ways.take(name, NAME)
        assert not isinstance(caught.value, EgressError)
        assert {address for address, _ in wire.connected} == wire.dead
