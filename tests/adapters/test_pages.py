"""Article pages: the text and nothing but the text, where robots.txt lets us."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot.adapters.http import HttpClient
from bot.adapters.pages import HttpPages
from bot.adapters.parsing import ParserPool
from bot.adapters.reading import is_wall, read_page
from bot.core.model import Article
from bot.errors import EgressError, FetchError

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Harbour opens</title>
<link rel="canonical" href="/2026/harbour"><script>var x = "<p>no</p>";</script></head><body>
<nav><a href="/">Home</a><a href="/world">World</a></nav>
<article><h1>Harbour opens</h1>
<p>The harbour of Lindmouth opened on Monday after two years of work, the council said at a
ceremony that drew hundreds of people to the quay and the old fish market.</p>
<blockquote><p>“We waited long for this, and today the water is ours again,” said Mayor Ada
Quill.</p></blockquote>
<p>“Yes.”</p>
<p>Ships from the islands will call twice a day &amp; on Sundays, according to the port office,
which published its timetable last week after a long argument about fares.</p></article>
<div class="related"><h2>Related</h2><ul><li><a href="/1">Another story entirely</a></li></ul></div>
<footer>Copyright. Subscribe to our newsletter.</footer></body></html>"""
PARAGRAPHS = [
    (
        "The harbour of Lindmouth opened on Monday after two years of work, the council said at a "
        "ceremony that drew hundreds of people to the quay and the old fish market."
    ),
    "“We waited long for this, and today the water is ours again,” said Mayor Ada Quill.",
    "“Yes.”",
    (
        "Ships from the islands will call twice a day & on Sundays, according to the port office, "
        "which published its timetable last week after a long argument about fares."
    ),
]


def article(url: str) -> Article:
    now = datetime(2026, 5, 4, tzinfo=UTC)
    return Article("f", "k", url, "Harbour opens", "", None, now)


class Site:
    """Paths and what they answer; what is not there is a 404."""

    def __init__(self) -> None:
        self.paths: dict[str, Callable[[], web.Response]] = {}
        self.asked: list[str] = []
        self.port = 0

    async def serve(self, request: web.BaseRequest) -> web.Response:
        self.asked.append(request.path)
        return self.paths.get(request.path, lambda: web.Response(status=404))()

    def page(self, path: str, html: str, kind: str = "text/html") -> None:
        self.paths[path] = lambda: web.Response(text=html, content_type=kind)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    runner = web.ServerRunner(web.Server(site.serve), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.port = runner.addresses[0][1]
    yield site
    await runner.cleanup()


@pytest.fixture
async def pages(site: Site) -> AsyncIterator[HttpPages]:
    hosts = {"harbour.example": f"127.0.0.1:{site.port}"}
    async with HttpClient(hosts=hosts) as client, ParserPool(1) as pool:
        yield HttpPages(client, pool)


async def test_a_page_becomes_its_paragraphs(pages: HttpPages, site: Site) -> None:
    """Navigation, headline, related stories and footers are left out; quotes stay."""
    site.page("/a", PAGE)
    page = await pages.fetch(article("http://harbour.example/a"))
    assert page.text.split("\n\n") == PARAGRAPHS
    assert page.url == "http://harbour.example/2026/harbour"


async def test_robots_are_respected_and_remembered(pages: HttpPages, site: Site) -> None:
    """A disallowed path is not fetched, and robots.txt is asked for once."""
    site.page("/robots.txt", "User-agent: *\nDisallow: /private", "text/plain")
    site.page("/a", PAGE)
    site.page("/private/a", PAGE)
    with pytest.raises(FetchError, match="robots"):
        await pages.fetch(article("http://harbour.example/private/a"))
    await pages.fetch(article("http://harbour.example/a"))
    assert site.asked == ["/robots.txt", "/a"]


async def test_unreachable_robots_stop_pages_for_a_while(pages: HttpPages, site: Site) -> None:
    """A server in trouble is left alone, and asked again after ten minutes (RFC 9309)."""
    site.page("/a", PAGE)
    site.paths["/robots.txt"] = lambda: web.Response(status=503)
    with pytest.raises(FetchError, match="robots"):
        await pages.fetch(article("http://harbour.example/a"))
    del site.paths["/robots.txt"]
    with pytest.raises(FetchError, match="robots"):
        await pages.fetch(article("http://harbour.example/a"))
    seconds = pages._clock()
    pages._clock = lambda: seconds + 601
    assert (await pages.fetch(article("http://harbour.example/a"))).text


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "the entry has no link"),
        ("http://harbour.example/none", "HTTP 404 Not Found"),
        ("http://harbour.example/pdf", "this is no HTML page"),
        ("http://harbour.example/empty", "no article text found on the page"),
        ("http://harbour.example/big", "larger than 2 MB"),
    ],
)
async def test_a_page_without_text_says_why(
    pages: HttpPages, site: Site, url: str, reason: str
) -> None:
    site.page("/pdf", "%PDF", "application/pdf")
    site.page("/empty", "<html><body></body></html>")
    site.page("/big", "x" * 2_000_001)
    with pytest.raises(FetchError) as caught:
        await pages.fetch(article(url))
    assert caught.value.reason == reason


@pytest.mark.parametrize("url", ["http://127.0.0.1/a", "http://[::1]/a", "file:///etc/passwd"])
async def test_pages_are_guarded(pages: HttpPages, url: str) -> None:
    with pytest.raises(EgressError):
        await pages.fetch(article(url))


async def test_a_stub_is_not_taken_for_the_article(pages: HttpPages, site: Site) -> None:
    """Where the feed has more than the page, its own text is kept."""
    site.page("/a", PAGE)
    long = replace(article("http://harbour.example/a"), text="The feed's own words. " * 60)
    with pytest.raises(FetchError, match="less text than the feed"):
        await pages.fetch(long)


async def test_a_page_is_fetched_once(pages: HttpPages, site: Site) -> None:
    """Two feeds with one article: one request; an edited headline asks again."""
    site.page("/a", PAGE)
    first = await pages.fetch(article("http://harbour.example/a"))
    assert await pages.fetch(article("http://harbour.example/a")) == first
    assert site.asked == ["/robots.txt", "/a"]
    await pages.fetch(replace(article("http://harbour.example/a"), title="Harbour opens again"))
    assert site.asked == ["/robots.txt", "/a", "/a"]


async def test_a_page_is_fetched_once_under_all_its_addresses(pages: HttpPages, site: Site) -> None:
    """Feeds add what they track; the page itself says what it is called; all may come at once."""
    site.page("/a", PAGE.replace("/2026/harbour", "/story/7"))
    urls = ("a?utm_source=rss", "a?utm_source=app#top", "a/?fbclid=9")
    found = await asyncio.gather(
        *(pages.fetch(article(f"http://harbour.example/{url}")) for url in urls)
    )
    found.append(await pages.fetch(article("http://harbour.example/story/7")))
    assert {page.url for page in found} == {"http://harbour.example/story/7"}
    assert len(site.asked) == 2
    assert not pages._wanted


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("We and our partners use cookies. Manage your consent or read our privacy policy.", True),
        ("Subscribe to read on. Already a subscriber? Sign in. Start your free trial.", True),
        (("Um weiterzulesen, müssen Sie einwilligen oder ein Abonnement haben. Jetzt abonnieren "
         "oder anmelden."), True),
        ("Please enable JavaScript and cookies to verify you are a person.", True),
        ("The privacy commissioner said on Monday that cookies need consent. " + "She told the "
         "council that the new rules would take effect in May and that shops had time. " * 6,
         False),
        ("The harbour opened on Monday.", False),
        ("", False),
    ],
)  # fmt: skip
def test_walls_are_told_from_articles(text: str, wall: bool) -> None:  # noqa: FBT001
    """Short texts full of cookies and subscriptions are walls; articles about them are not."""
    assert is_wall(text) is wall


def test_a_canonical_link_stays_on_its_site() -> None:
    """A page cannot say that it is somebody else's."""
    page = PAGE.replace('href="/2026/harbour"', 'href="https://bank.example/"')
    assert (
        read_page(page.encode(), "", "https://harbour.example/a")[1] == "https://harbour.example/a"
    )


def test_labels_of_the_encoding_are_followed() -> None:
    page = PAGE.replace("utf-8", "windows-1252").encode("cp1252")
    assert read_page(page, "text/html", "https://x.example/")[0].split("\n\n") == PARAGRAPHS


def test_short_pages_fall_back_to_their_paragraphs() -> None:
    """Where careful reading gives next to nothing the page's own paragraphs are taken."""
    html = "<html><body><div><p>The council met on Monday and agreed on the new fares.</p></div>"
    text, _ = read_page(html.encode(), "text/html", "https://x.example/")
    assert text == "The council met on Monday and agreed on the new fares."
