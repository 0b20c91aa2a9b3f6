"""The egress guard by itself; `test_egress.py` has all the ways that lead through it."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from aiohttp import web

from bot.adapters.guard import EgressGuard, RefusedError, is_public
from bot.adapters.http import HttpClient
from bot.errors import EgressError
from tests.adapters.egress import INSIDE_4, INSIDE_6, OUTSIDE, Net


@pytest.mark.parametrize("address", [*INSIDE_4, *INSIDE_6, "", "x", "1.1.1", "127.1", "::1%"])
def test_addresses_inside_are_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_outside_are_known(address: str) -> None:
    assert is_public(address)
    host = f"[{address}]" if ":" in address else address
    assert EgressGuard().check(f"https://{host}:8443/feed")


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[int, list[str]]]:
    asked: list[str] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        asked.append(request.path)
        return web.Response(text="inside")

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1], asked
    finally:
        await runner.cleanup()


async def test_the_socket_itself_is_judged(net: Net) -> None:
    """A name that is public when judged and inside when connected: the socket itself is judged."""
    guard = EgressGuard()
    net.names["evil.example.com"] = [["93.184.216.34"], ["127.0.0.1"]]
    assert guard.admits("evil.example.com", 80, "93.184.216.34")
    family, kind, port = socket.AF_INET, socket.SOCK_STREAM, 80
    with pytest.raises(RefusedError):
        guard.socket((family, kind, 6, "", ("127.0.0.1", port)))
    with pytest.raises(AssertionError, match="a socket was made"):
        guard.socket((family, kind, 6, "", ("93.184.216.34", port)))


async def test_of_a_mixed_answer_only_the_public_part_is_used(net: Net) -> None:
    """A name with one address inside and one outside is never connected inside."""
    guard = EgressGuard()
    admitted = [one for one in ("10.0.0.1", "1.1.1.1") if guard.admits("a.example", 80, one)]
    assert admitted == ["1.1.1.1"]


async def test_an_exempt_pair_is_exactly_that_pair() -> None:
    """`allow` opens one port of one host as it is written, and nothing that resolves to it."""
    async with serving() as (port, asked), HttpClient(allow={f"127.0.0.1:{port}"}) as client:
        assert (await client.get(f"http://127.0.0.1:{port}/x")).body == b"inside"
        for url in (f"http://127.0.0.1:{port + 1}/", f"http://127.0.0.2:{port}/",
                    f"http://localhost:{port}/", f"http://user@127.0.0.1:{port}/"):  # fmt: skip
            with pytest.raises(EgressError):
                await client.get(url)
        assert asked == ["/x"]


async def test_an_exempt_name_may_resolve_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """An intranet host is reached by its name and port; another name for its address is not."""
    net = Net()
    net.names = {"wiki.example.com": [["127.0.0.1"]], "evil.example.com": [["127.0.0.1"]]}
    fields = vars(socket) | {"getaddrinfo": net.getaddrinfo}
    monkeypatch.setattr("bot.adapters.guard.socket", SimpleNamespace(**fields))
    async with serving() as (port, _), HttpClient(allow={f"wiki.example.com:{port}"}) as client:
        assert (await client.get(f"http://wiki.example.com:{port}/x")).status == 200
        with pytest.raises(EgressError):
            await client.get(f"http://evil.example.com:{port}/x")


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """`http_proxy` would carry every request past the guard."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with serving() as (port, _), HttpClient(allow={f"127.0.0.1:{port}"}) as client:
        assert (await client.get(f"http://127.0.0.1:{port}/x")).status == 200


@pytest.mark.parametrize("pair", ["127.0.0.1", "", ":80", "host:", "host:x"])
def test_a_broken_exemption_is_an_error(pair: str) -> None:
    with pytest.raises(ValueError, match="is not host:port"):
        EgressGuard({pair})
