"""Fetching over a real local server: conditions, limits, errors."""

import asyncio
import gzip
import socket
import ssl
import zlib
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from aiohttp import web

from bot.adapters.failures import mapped
from bot.adapters.feeds import HttpFeeds
from bot.adapters.guard import RefusedError
from bot.adapters.http import HttpClient, Limits
from bot.adapters.parsing import ParserPool
from bot.core.model import Validators
from bot.errors import EgressError, FetchError
from bot.ports import Fetched, Unchanged
from tests.adapters.site import NONE, RSS, Site, fetched, refused, served


async def test_the_second_request_is_conditional(feeds: HttpFeeds, site: Site) -> None:
    """Validators go back as they came, and a 304 keeps them."""
    site.answer = served(ETag='W/"x"', Last_Modified="Mon, 04 May 2026 09:00:00 GMT")
    first = await fetched(feeds, site)
    site.answer = served(b"", 304)
    second = await feeds.fetch(site.feed(), first.validators)
    assert second == Unchanged(first.validators)
    headers = site.requests[-1].headers
    assert headers["If-None-Match"] == 'W/"x"'
    assert headers["If-Modified-Since"] == "Mon, 04 May 2026 09:00:00 GMT"


async def test_an_equal_body_is_unchanged_with_new_validators(feeds: HttpFeeds, site: Site) -> None:
    """A server that changes its ETag with every answer fools nobody."""
    site.answer = served(ETag='"v1"')
    first = await fetched(feeds, site)
    site.answer = served(ETag='"v2"')
    second = await feeds.fetch(site.feed(), first.validators)
    assert isinstance(second, Unchanged)
    assert second.validators.etag == '"v2"'


async def test_a_304_that_nobody_asked_for_is_a_failure(feeds: HttpFeeds, site: Site) -> None:
    site.answer = served(b"", 304)
    assert "304" in (await refused(feeds, site)).reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [(404, "HTTP 404 Not Found"), (410, "HTTP 410 Gone"), (500, "HTTP 500 Internal Server Error"),
     (429, "HTTP 429 Too Many Requests"), (299 + 300, "HTTP 599")],
)  # fmt: skip
async def test_an_error_status_is_named(
    feeds: HttpFeeds, site: Site, status: int, reason: str
) -> None:
    site.answer = served(b"sorry", status)
    error = await refused(feeds, site)
    assert (error.reason, error.status, error.retry_after) == (reason, status, None)


async def test_retry_after_is_read_in_both_forms(feeds: HttpFeeds, site: Site) -> None:
    site.answer = served(b"", 503, Retry_After="120")
    assert (await refused(feeds, site)).retry_after == 120
    later = format_datetime(datetime.fromtimestamp(datetime.now(UTC).timestamp() + 60, UTC))
    site.answer = served(b"", 429, Retry_After=later)
    assert (await refused(feeds, site)).retry_after == pytest.approx(60, abs=5)
    site.answer = served(b"", 429, Retry_After="soon")
    assert (await refused(feeds, site)).retry_after is None


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw-deflate", "two-gzip-members"])
async def test_compressed_bodies_are_read(feeds: HttpFeeds, site: Site, encoding: str) -> None:
    packer = zlib.compressobj(wbits=-15)
    bodies = {
        "gzip": gzip.compress(RSS),
        "deflate": zlib.compress(RSS),
        "raw-deflate": packer.compress(RSS) + packer.flush(),
        "two-gzip-members": gzip.compress(RSS[:200]) + gzip.compress(RSS[200:]),
    }
    label = "deflate" if "deflate" in encoding else "gzip"
    site.answer = served(bodies[encoding], Content_Encoding=label)
    assert (await fetched(feeds, site)).body == RSS


async def test_a_body_is_cut_at_its_limit_after_decompression(feeds: HttpFeeds, site: Site) -> None:
    """A bomb of 100 MB in 100 KB is given up at the limit, plain bodies too."""
    site.answer = served(gzip.compress(bytes(100_000_000), 1), Content_Encoding="gzip")
    assert (await refused(feeds, site)).reason == "larger than 0.1 MB"
    site.answer = served(b"x" * 100_001)
    assert (await refused(feeds, site)).reason == "larger than 0.1 MB"
    site.answer = served(gzip.compress(b"x" * 100_000), Content_Encoding="gzip")
    assert len((await fetched(feeds, site)).body) == 100_000


@pytest.mark.parametrize("label", ["gzip", "deflate"])
async def test_a_lying_or_cut_compression_is_a_failure(
    feeds: HttpFeeds, site: Site, label: str
) -> None:
    site.answer = served(RSS, Content_Encoding=label)
    assert (await refused(feeds, site)).reason == "the body is not compressed as it says"
    whole = gzip.compress(RSS) if label == "gzip" else zlib.compress(RSS)
    site.answer = served(whole[:-20], Content_Encoding=label)
    assert (await refused(feeds, site)).reason == "the answer broke off"
    site.answer = served(RSS, Content_Encoding="lzma")
    assert (await refused(feeds, site)).reason == "unknown content encoding lzma"


async def test_redirects_are_followed_and_counted(feeds: HttpFeeds, site: Site) -> None:
    """Five hops are followed, relative ones too; the base of links is the last address."""

    def answer(request: web.Request) -> web.Response:
        hop = int(request.path.removeprefix("/hop"))
        if hop == 0:
            return web.Response(body=RSS)
        return web.Response(status=302, headers={"Location": f"/hop{hop - 1}"})

    site.answer = answer
    assert (await fetched(feeds, site, "/hop5")).url.endswith("/hop0")
    with pytest.raises(FetchError, match="more than 5 redirects"):
        await feeds.fetch(site.feed("/hop6"), NONE)


async def test_a_redirect_inside_is_refused(feeds: HttpFeeds, site: Site) -> None:
    for place in ("http://127.0.0.1:1/", "http://169.254.169.254/latest/", "file:///etc/passwd"):
        site.answer = served(b"", 302, Location=place)
        assert isinstance(await refused(feeds, site), EgressError)


async def dripping(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(20):
        await response.write(b"<")
        await asyncio.sleep(0.3)
    return response


async def test_silence_and_slowness_end(feeds: HttpFeeds, site: Site) -> None:
    """A server that says nothing is left after a second, one that drips after two."""

    async def silent(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    site.answer = silent
    assert (await refused(feeds, site)).reason == "silent for 1 s"
    site.answer = dripping
    assert (await refused(feeds, site)).reason == "took over 2 s"


async def test_an_answer_that_brings_next_to_nothing_is_given_up(site: Site) -> None:
    """Long before its time is over: so many bytes a second it must bring once it has begun."""
    limits = Limits(silence=1, total=60, slowest=500)
    site.answer = dripping
    async with HttpClient(allow={f"127.0.0.1:{site.port}"}, limits=limits) as client:
        with pytest.raises(FetchError, match=r"^slower than 500 bytes a second$"):
            await client.get(site.feed().url)


async def test_slow_redirects_share_one_patience(feeds: HttpFeeds, site: Site) -> None:
    """Each hop may take its time, all of them together not more than one request may."""

    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(0.7)
        return web.Response(status=302, headers={"Location": "/again"})

    site.answer = answer
    assert (await refused(feeds, site)).reason == "took over 2 s"
    assert len(site.requests) == 3


async def test_connection_failures_are_named() -> None:
    """Nobody listening, and no such name: the reasons say so, without the address."""
    async with HttpClient(allow={"127.0.0.1:1", "nowhere.invalid:80"}) as client:
        with pytest.raises(FetchError, match=r"^connection refused$"):
            await client.get("http://127.0.0.1:1/")
        with pytest.raises(FetchError, match=r"^no such host$"):
            await client.get("http://nowhere.invalid/")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RefusedError(), "address not allowed"),
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "no such host"),
        (ssl.SSLCertVerificationError("self-signed"), "the certificate is not valid"),
        (ssl.SSLEOFError("eof"), "the TLS connection failed"),
        (ConnectionRefusedError(), "connection refused"),
        (ConnectionResetError(), "connection reset"),
        (OSError("Multiple exceptions: [Errno 111] …, [Errno 101] …"), "cannot connect"),
        (UnicodeError("label too long"), "not a valid address"),
    ],
)
def test_every_failure_to_connect_has_its_words(error: Exception, reason: str) -> None:
    """What the system raises is named for people, and without the address."""
    assert mapped(error).reason == reason
    assert isinstance(mapped(error), EgressError) == isinstance(error, RefusedError)


async def test_an_answer_that_breaks_off_is_a_failure(feeds: HttpFeeds, site: Site) -> None:
    async def short(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(RSS[:100])
        assert request.transport is not None
        request.transport.close()
        return response

    site.answer = short
    assert (await refused(feeds, site)).reason == "the answer broke off"


async def test_a_host_is_asked_by_two_at_a_time(client: HttpClient, site: Site) -> None:
    """Nine feeds of one host wait for one another, and the waiting is not counted as slowness."""

    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(0.5)
        return web.Response(body=RSS)

    site.answer = answer
    urls = [site.feed(f"/{number}").url for number in range(9)]
    answers = await asyncio.gather(*(client.get(url) for url in urls))
    assert [one.status for one in answers] == [200] * 9
    assert site.busiest == 2
    assert not client._places.hosts


async def test_a_name_can_be_served_by_an_address_of_our_own(site: Site) -> None:
    """The Host header stays the name; the address behind it is not reachable by itself."""
    site.answer = served()
    hosts = {"harbour-times.example": f"127.0.0.1:{site.port}"}
    async with HttpClient(hosts=hosts) as client:
        answer = await client.get("http://harbour-times.example/feed")
        assert answer.body == RSS
        assert site.requests[-1].headers["Host"] == "harbour-times.example"
        with pytest.raises(EgressError):
            await client.get(f"http://127.0.0.1:{site.port}/feed")


async def test_permanent_moves_and_freshness_are_told(feeds: HttpFeeds, site: Site) -> None:
    """301 and 308 name the new address, until a temporary redirect comes in between."""

    def answer(request: web.Request) -> web.Response:
        hops = {"/a": (301, "/b"), "/b": (308, "/c"), "/c": (302, "/d"), "/x": (302, "/b")}
        if request.path not in hops:
            return web.Response(body=RSS, headers={"Cache-Control": "max-age=900"})
        status, place = hops[request.path]
        return web.Response(status=status, headers={"Location": place})

    site.answer = answer
    got = await fetched(feeds, site, "/a")
    assert (got.moved.rpartition("/")[2], got.url.rpartition("/")[2]) == ("c", "d")
    assert got.fresh == 900
    assert (await fetched(feeds, site, "/x")).moved == ""
    assert (await fetched(feeds, site, "/d")).moved == ""


async def test_large_bodies_that_are_held_at_the_same_time_are_bounded(site: Site) -> None:
    """Twelve at once: some are refused in clear words, none is lost, and all come in the end."""
    size, most, count = 2_000_000, 9_000_000, 12
    pieces = gzip.compress(RSS.replace(b"<channel>", b"<channel><!--" + b"x" * size + b"-->"))
    site.answer = served(pieces, Content_Encoding="gzip")
    limits = Limits(per_host=count, large=most)
    async with HttpClient(allow={f"127.0.0.1:{site.port}"}, limits=limits) as client:
        feeds = HttpFeeds(client, ParserPool(1))
        large = client.large
        got = await asyncio.gather(
            *(feeds.fetch(site.feed(), Validators()) for _ in range(count)), return_exceptions=True
        )
        bodies = [one for one in got if isinstance(one, Fetched)]
        reasons = {str(one) for one in got if not isinstance(one, Fetched)}
        assert len(bodies) == most // size
        assert reasons == {"too many large answers at the same time; asked again later"}
        assert sum(len(one.body) for one in bodies) == large.held <= most
        small = served(RSS)
        site.answer = small
        assert isinstance(await feeds.fetch(site.feed(), Validators()), Fetched), "not the small"
        del bodies, got
        assert large.held == 0, "free when nobody holds them, on kept connections neither"
        site.answer = served(pieces, Content_Encoding="gzip")
        for _ in range(count):
            assert isinstance(await feeds.fetch(site.feed(), Validators()), Fetched)
        assert large.held == 0


async def test_a_large_body_that_fails_gives_its_share_back(site: Site) -> None:
    site.answer = served(gzip.compress(b"x" * 3_000_000)[:-20], Content_Encoding="gzip")
    async with HttpClient(allow={f"127.0.0.1:{site.port}"}) as client:
        with pytest.raises(FetchError, match="broke off"):
            await client.get(site.feed().url)
        site.answer = served(b"x" * 3_000_000)
        with pytest.raises(FetchError, match="larger"):
            await client.get(site.feed().url, limit=2_000_000)
        assert client.large.held == 0
