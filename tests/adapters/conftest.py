"""Feeds that are fetched from a local server, and a network without sockets."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.adapters.feeds import HttpFeeds
from bot.adapters.http import HttpClient, Limits
from bot.adapters.parsing import ParserPool
from tests.adapters.egress import Net
from tests.adapters.site import Site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    runner = web.ServerRunner(web.Server(site.serve), shutdown_timeout=0.1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    site.port = runner.addresses[0][1]
    yield site
    await runner.cleanup()


@pytest.fixture
async def client(site: Site) -> AsyncIterator[HttpClient]:
    limits = Limits(connect=1, silence=1, total=2, body=100_000)
    async with HttpClient(allow={f"127.0.0.1:{site.port}"}, limits=limits) as client:
        yield client


@pytest.fixture
async def pool() -> AsyncIterator[ParserPool]:
    async with ParserPool(1) as pool:
        yield pool


@pytest.fixture
def feeds(client: HttpClient, pool: ParserPool) -> HttpFeeds:
    return HttpFeeds(client, pool)


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Net:
    """Pretend names, and no sockets at all."""
    net = Net()

    def no_sockets(*_: object) -> None:
        raise AssertionError("a socket was made")

    fields = vars(socket) | {"getaddrinfo": net.getaddrinfo, "socket": no_sockets}
    monkeypatch.setattr("bot.adapters.guard.socket", SimpleNamespace(**fields))
    return net
