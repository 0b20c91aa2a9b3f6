"""The egress guard: nothing inside is reached, by no spelling, name, redirect or rebinding."""

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiohttp import web

from bot.adapters.feeds import HttpFeeds
from bot.adapters.guard import EgressGuard, RefusedError, is_public
from bot.adapters.http import HttpClient
from bot.adapters.pages import HttpPages
from bot.adapters.parsing import ParserPool
from bot.core.model import Article, Feed, Validators
from bot.errors import EgressError, FetchError

TABLE = json.loads((Path(__file__).parents[1] / "cases" / "egress.json").read_text("utf-8"))
INSIDE_4, INSIDE_6, OUTSIDE = TABLE["inside4"], TABLE["inside6"], TABLE["outside"]
SPELLINGS = [*TABLE["spellings"], "http://1.1.1.1/" + "a" * 9_000]
URLS = [
    *SPELLINGS,
    *(f"http://{address}/" for address in INSIDE_4),
    *(f"http://[{address}]/" for address in INSIDE_6),
]


def test_the_table_is_large_enough() -> None:
    assert len(set(URLS)) >= 150


@pytest.mark.parametrize("address", [*INSIDE_4, *INSIDE_6, "", "x", "1.1.1", "127.1", "::1%"])
def test_addresses_inside_are_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_outside_are_known(address: str) -> None:
    assert is_public(address)
    host = f"[{address}]" if ":" in address else address
    assert EgressGuard().check(f"https://{host}:8443/feed")


class Net:
    """A resolver of our own in place of the system's; it notes who asked to connect where."""

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []

    def getaddrinfo(self, host: str, port: int, *_: object) -> list[tuple]:
        self.asked.append(host)
        answers = self.names.get(host)
        if not answers:
            try:
                # What a C library makes of `0x7f.1`: the guard must not rely on refusing it here.
                address = socket.inet_ntoa(socket.inet_aton(host))
            except OSError:
                raise socket.gaierror(socket.EAI_NONAME, "unknown") from None
            answers = [[address]]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Net:
    net = Net()

    def no_connections(*_: object) -> None:
        raise AssertionError("a socket was made")

    fields = vars(socket) | {"getaddrinfo": net.getaddrinfo, "socket": no_connections}
    monkeypatch.setattr("bot.adapters.guard.socket", SimpleNamespace(**fields))
    return net


async def feed_path(url: str) -> None:
    async with HttpClient() as client, ParserPool(1) as pool:
        await HttpFeeds(client, pool).fetch(Feed(url), Validators())


async def page_path(url: str) -> None:
    async with HttpClient() as client, ParserPool(1) as pool:
        article = Article("f", "k", url, "t", "", None, datetime(2026, 5, 4, tzinfo=UTC))
        await HttpPages(client, pool).fetch(article)


async def discovery_path(url: str) -> None:
    async with HttpClient() as client, ParserPool(1) as pool:
        await HttpFeeds(client, pool).discover(url)


async def list_path(url: str) -> None:
    async with HttpClient() as client, ParserPool(1) as pool:
        await HttpFeeds(client, pool).read_list(url)


async def moved_path(url: str) -> None:
    """Ask a feed where it has moved to."""
    async with HttpClient() as client, ParserPool(1) as pool:
        feed = Feed("http://news.example.com/feed", address=url)
        await HttpFeeds(client, pool).fetch(feed, Validators())


async def hub_path(url: str) -> None:
    async with HttpClient() as client:
        await client.post(url, {"hub.mode": "subscribe"})


# Every way out; images are none, for the bot fetches no images.
PATHS = [feed_path, page_path, discovery_path, list_path, moved_path, hub_path]


@pytest.mark.parametrize("path", PATHS)
async def test_no_spelling_gets_inside(net: Net, path: object) -> None:
    """Every row over every way out: the same error with the same words, and no socket made."""
    wrong = []
    for url in URLS:
        if not url and path in (page_path, moved_path):
            continue  # an entry without link has no page, a feed without address has not moved
        try:
            await path(url)  # type: ignore[operator]
        except EgressError as error:
            if str(error) != "address not allowed":
                wrong.append((url, str(error)))
        except Exception as error:  # noqa: BLE001 - the table shows all that differ at once
            wrong.append((url, repr(error)))
    assert wrong == []


@pytest.mark.parametrize("path", PATHS)
async def test_no_name_gets_inside(net: Net, path: object) -> None:
    """A public-looking name that resolves inside is refused like the address itself."""
    for address in (*INSIDE_4, *INSIDE_6):
        net.names["news.example.com"] = [[address]]
        with pytest.raises(EgressError):
            await path("http://news.example.com/feed")  # type: ignore[operator]


@asynccontextmanager
async def serving(location: str = "") -> AsyncIterator[tuple[int, list[str]]]:
    asked: list[str] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        asked.append(request.path)
        if location and request.path == "/feed":
            # A form goes on with 307 and 308 only.
            status = 307 if request.method == "POST" else 302
            return web.Response(status=status, headers={"Location": location})
        return web.Response(text="inside", status=200 if request.path != "/robots.txt" else 404)

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1], asked
    finally:
        await runner.cleanup()


LOCATIONS = [url for url in URLS if "://" in url and url.isascii() and url.isprintable()
             and not url.startswith(("http:///", "http://?"))]  # fmt: skip


@pytest.mark.parametrize("url", LOCATIONS[::3])
async def test_no_redirect_gets_inside(url: str) -> None:
    """Each hop is judged like the first address, for feeds and for pages."""
    async with serving(url) as (port, asked):
        hosts = {"news.example.com": f"127.0.0.1:{port}"}
        async with HttpClient(hosts=hosts) as client, ParserPool(1) as pool:
            with pytest.raises(EgressError):
                await HttpFeeds(client, pool).fetch(
                    Feed("http://news.example.com/feed"), Validators()
                )
            now = datetime(2026, 5, 4, tzinfo=UTC)
            article = Article("f", "k", "http://news.example.com/feed", "t", "", None, now)
            with pytest.raises(EgressError):
                await HttpPages(client, pool).fetch(article)
            for other in (HttpFeeds(client, pool).discover, HttpFeeds(client, pool).read_list):
                with pytest.raises(EgressError):
                    await other("http://news.example.com/feed")
            with pytest.raises(EgressError):
                await client.post("http://news.example.com/feed", {})
        assert asked == ["/feed", "/robots.txt", *["/feed"] * 4]


async def test_a_form_goes_nowhere_else_by_302() -> None:
    """A hub's redirect that would turn the form into a plain request is an error."""

    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://news.example.com/other"})

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hosts = {"news.example.com": f"127.0.0.1:{runner.addresses[0][1]}"}
    async with HttpClient(hosts=hosts) as client:
        with pytest.raises(FetchError, match="302"):
            await client.post("http://news.example.com/hub", {})
    await runner.cleanup()


async def test_rebinding_gets_nowhere(net: Net) -> None:
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
