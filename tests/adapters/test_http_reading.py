"""From a served feed to articles: what is read, what is no feed, what is known already."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.adapters.feeds import HttpFeeds
from bot.adapters.http import HttpClient
from bot.adapters.parsing import ParserPool
from bot.core.model import Validators
from bot.errors import FeedError, FetchError
from bot.ports import Fetched
from tests.adapters.site import NONE, NOW, RSS, Site, fetched, served


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
    assert files, "the sample wire has no feeds"
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


async def test_a_list_with_faults_comes_through_the_worker(feeds: HttpFeeds, site: Site) -> None:
    """Lines that cannot be used are told with their line; the rest of the list is used."""
    site.answer = served(
        b'<opml><body>\n<outline xmlUrl="https://harbour.example/a"/>\n'
        b'<outline xmlUrl="ftp://x/y"/>\n</body></opml>'
    )
    found = await feeds.read_list(site.feed().url)
    assert [feed.url for feed in found.feeds] == ["https://harbour.example/a"]
    (fault,) = found.faults
    assert (fault.line, fault.reason) == (3, "'ftp://x/y' is no http(s) address")


async def test_a_list_that_breaks_off_names_the_line(feeds: HttpFeeds, site: Site) -> None:
    site.answer = served(b"<opml><body>\n<outline")
    with pytest.raises(FeedError, match="line 2: not well-formed"):
        await feeds.read_list(site.feed().url)
