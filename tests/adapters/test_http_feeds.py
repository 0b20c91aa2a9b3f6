"""The way of a poll over a real local server: fetch, conditions, limits, errors, parse."""

import asyncio
import gzip
import json
import os
import socket
import ssl
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.adapters.failures import mapped
from bot.adapters.feeds import HttpFeeds
from bot.adapters.guard import RefusedError
from bot.adapters.http import HttpClient, Limits
from bot.adapters.parsing import ParserPool
from bot.core.model import Feed, Validators
from bot.errors import EgressError, FeedError, FetchError
from bot.ports import Fetched, Unchanged

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
NONE = Validators()
RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Harbour Times</title><link>https://harbour.example/</link>
<language>en-gb</language>
<item><guid>a1</guid><title>Quay &amp;amp; pier reopen</title><link>/2026/quay</link>
<pubDate>Mon, 04 May 2026 09:00:00 GMT</pubDate><category>Local</category>
<description>&lt;p&gt;The quay is open.&lt;/p&gt;&lt;p&gt;So is the pier.&lt;/p&gt;
</description></item>
</channel></rss>"""


class Site:
    """A local server whose one page is a function that the test gives."""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []
        self.answer = web.Response
        self.busy = self.busiest = 0
        self.port = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            found = self.answer(request)
            return await found if asyncio.iscoroutine(found) else found
        finally:
            self.busy -= 1

    def feed(self, path: str = "/feed") -> Feed:
        return Feed(f"http://127.0.0.1:{self.port}{path}")


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


def served(body: bytes = RSS, status: int = 200, **headers: str) -> object:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: web.Response(body=body, status=status, headers=names)


async def fetched(feeds: HttpFeeds, site: Site, path: str = "/feed") -> Fetched:
    answer = await feeds.fetch(site.feed(path), NONE)
    assert isinstance(answer, Fetched)
    return answer


async def refused(feeds: HttpFeeds, site: Site) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await feeds.fetch(site.feed(), NONE)
    return caught.value


async def test_a_feed_is_fetched_and_read(feeds: HttpFeeds, site: Site) -> None:
    """The whole way: titles, links, dates and paragraphs come out of a served RSS file."""
    site.answer = served(ETag='"v1"', Last_Modified="Mon, 04 May 2026 09:00:00 GMT")
    answer = await fetched(feeds, site)
    parsed = await feeds.parse(site.feed(), answer, NOW)
    (article,) = parsed.articles
    assert (parsed.title, parsed.lang) == ("Harbour Times", "en")
    assert article.title == "Quay & pier reopen"
    assert article.text == "The quay is open.\n\nSo is the pier."
    assert article.url == "https://harbour.example/2026/quay"
    assert article.published == datetime(2026, 5, 4, 9, tzinfo=UTC)
    assert (article.source, article.section, article.lang) == ("Harbour Times", "Local", "en")
    assert answer.validators.etag == '"v1"'


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
    assert not client._hosts


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


async def test_a_body_that_is_no_feed_says_what_it_is(feeds: HttpFeeds, site: Site) -> None:
    bodies = {
        b"<!DOCTYPE html><html><body>Hi</body></html>": "this is an HTML page, not a feed",
        b"": "the body is empty",
        b"hello": "this is neither XML nor JSON",
        b'{"ok": true}': "this is JSON, but not a JSON Feed",
        b"<opml version='2.0'/>": "this is no feed: its root element is <opml>",
    }
    for body, reason in bodies.items():
        site.answer = served(body)
        answer = await fetched(feeds, site)
        with pytest.raises(FeedError) as caught:
            await feeds.parse(site.feed(), answer, NOW)
        assert caught.value.reason == reason


async def test_only_unseen_entries_are_read(feeds: HttpFeeds, site: Site) -> None:
    """A poll carries the hashes of the last one's entries; what is known is not read again."""
    site.answer = served()
    first = await fetched(feeds, site)
    read = await feeds.parse(site.feed(), first, NOW)
    validators = replace(first.validators, entries=read.entries)
    entry = b"<item><guid>a2</guid><title>New</title></item></channel>"
    site.answer = served(RSS.replace(b"</channel>", entry))
    second = await feeds.fetch(site.feed(), validators)
    assert isinstance(second, Fetched)
    again = await feeds.parse(site.feed(), second, NOW)
    assert [article.key for article in again.articles] == ["a2"]
    assert again.entries[:1] == read.entries
    assert len(again.entries) == 2


async def test_a_new_date_of_the_feed_itself_needs_no_reading(site: Site) -> None:
    """Where only the head changed no worker is asked at all."""
    site.answer = served()
    async with HttpClient(allow={f"127.0.0.1:{site.port}"}) as client, ParserPool(1) as pool:
        feeds = HttpFeeds(client, pool)
        first = await fetched(feeds, site)
        read = await feeds.parse(site.feed(), first, NOW)
        site.answer = served(RSS.replace(b"<item>", b"<lastBuildDate>x</lastBuildDate><item>"))
        second = await feeds.fetch(site.feed(), replace(first.validators, entries=read.entries))
        assert isinstance(second, Fetched)
    closed = await HttpFeeds(client, pool).parse(site.feed(), second, NOW)
    assert (closed.articles, closed.entries) == ((), read.entries)


async def test_a_pruned_feed_in_an_old_encoding_is_read_right(feeds: HttpFeeds, site: Site) -> None:
    """What is left of a document is UTF-8, whatever its header said of the whole."""
    text = '<?xml version="1.0" encoding="iso-2022-jp"?><rss version="2.0"><channel><item>'
    text += "<guid>1</guid><title>港</title></item>{}</channel></rss>"
    header = {"Content_Type": "text/xml; charset=iso-2022-jp"}
    site.answer = served(text.format("").encode("iso-2022-jp"), **header)
    first = await fetched(feeds, site)
    read = await feeds.parse(site.feed(), first, NOW)
    more = text.format("<item><guid>2</guid><title>日本</title></item>").encode("iso-2022-jp")
    body = replace(first, body=more, validators=Validators(entries=read.entries))
    again = await feeds.parse(site.feed(), body, NOW)
    assert [article.title for article in again.articles] == ["日本"]


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


async def test_feeds_of_a_page_are_discovered(feeds: HttpFeeds, site: Site) -> None:
    """A page gives the feeds that it announces, a feed itself, anything else its own error."""
    page = b'<html><link rel=alternate type="application/rss+xml" title=All href=/feed>'
    site.answer = served(page)
    (found,) = await feeds.discover(site.feed("/").url)
    assert (found.url, found.title) == (site.feed("/feed").url, "All")
    site.answer = served()
    assert [feed.title for feed in await feeds.discover(site.feed().url)] == ["Harbour Times"]
    site.answer = served(b"<html>nothing</html>")
    with pytest.raises(FeedError, match="HTML page"):
        await feeds.discover(site.feed().url)


def wild_feeds() -> list[Path]:
    """Find at least a hundred real feed files, or the sample wire's."""
    root = Path(__file__).parents[2]
    named = os.environ.get("WIREWATCH_SHARED")
    for shared in ([Path(named)] if named else []) + [root.parent / "shared"]:
        manifest = shared / "feeds" / "manifest.jsonl"
        if manifest.is_file():
            lines = manifest.read_text(encoding="utf-8").splitlines()
            return [shared / "feeds" / json.loads(line)["file"] for line in lines][::15]
    wire = root / "seeds" / "wire"
    return sorted(path for path in wire.rglob("*") if path.suffix in {".xml", ".json", ".rss"})


async def test_real_feeds_through_the_whole_way(
    feeds: HttpFeeds, site: Site, record_property: object
) -> None:
    """Whatever is served, only FetchError and FeedError come out, and most of it is read."""
    files = wild_feeds()
    if not files:
        pytest.skip("neither ../shared/feeds nor seeds/wire is there")
    wild = "seeds" not in files[0].parts
    assert len(files) >= (100 if wild else 5)

    def answer(request: web.Request) -> web.Response:
        body = files[int(request.path[1:])].read_bytes()
        return web.Response(body=body, content_type="application/xml")

    site.answer = answer
    read = articles = 0
    for number in range(len(files)):
        try:
            got = await feeds.fetch(site.feed(f"/{number}"), NONE)
            assert isinstance(got, Fetched)
            parsed = await feeds.parse(site.feed(f"/{number}"), got, NOW)
        except (FetchError, FeedError):
            continue
        read += 1
        articles += len(parsed.articles)
    assert read >= 0.9 * len(files)
    assert articles >= read // 2
