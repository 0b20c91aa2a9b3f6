"""The sample wire over real HTTP: what is published when, how encoded, with which words."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import aiohttp
import feedparser
import pytest

from bot.adapters.wire import DAWN, SampleWire
from bot.errors import FileError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).parents[2]
WIRE = ROOT / "seeds" / "wire"
EXPECTED: list[dict[str, Any]] = json.loads(
    (ROOT / "tests" / "cases" / "wire_expected.json").read_text("utf-8")
)
LATEST = {(row["host"], row["guid"]): row for row in EXPECTED}


class Turned:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.time = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def turn(self, **by: float) -> None:
        self.time += timedelta(**by)


class Reader:
    """Requests by the outlets' own URLs, sent where the wire says they are served."""

    def __init__(self, wire: SampleWire, session: aiohttp.ClientSession) -> None:
        self.wire, self.session = wire, session

    async def get(self, url: str, **headers: str) -> tuple[aiohttp.ClientResponse, bytes]:
        host = url.split("/")[2]
        moved = url.replace(host, self.wire.hosts[host], 1)
        async with self.session.get(moved, headers={"Host": host, **headers}) as response:
            return response, await response.read()

    async def entries(self, feed_url: str) -> dict[str, dict[str, str]]:
        """Read a feed into `{id: {title, text, url}}`."""
        response, content = await self.get(feed_url)
        assert response.status == 200
        return read(content, response.headers["Content-Type"])


def read(content: bytes, content_type: str = "") -> dict[str, dict[str, str]]:
    if content.startswith(b"{"):
        return {
            entry["id"]: {
                "title": entry["title"],
                "text": entry.get("content_text") or plain(entry["content_html"]),
                "url": entry["url"],
            }
            for entry in json.loads(content)["items"]
        }
    parsed = feedparser.parse(
        io.BytesIO(content), response_headers={"content-type": content_type} if content_type else {}
    )
    assert not parsed.bozo, parsed.get("bozo_exception")
    return {
        entry.get("id", entry.link): {
            "title": plain(entry.title),
            "text": plain(entry.content[0].value if "content" in entry else entry.summary),
            "url": entry.link,
        }
        for entry in parsed.entries
    }


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def plain(markup: str) -> str:
    text = _Text()
    text.feed(markup)
    text.close()
    return " ".join("".join(text.pieces).split())


@asynccontextmanager
async def served(**options: Any) -> AsyncIterator[Reader]:
    wire = SampleWire(options.pop("folder", WIRE), **options)
    await wire.start()
    try:
        async with aiohttp.ClientSession() as session:
            yield Reader(wire, session)
    finally:
        await wire.stop()


def url_of(reader: Reader, host: str) -> str:
    return next(feed.url for feed in reader.wire.feeds if f"//{host}/" in feed.url)


def article(slug: str) -> dict[str, Any]:
    return next(row for row in EXPECTED if slug in row["url"])


# ---------------------------------------------------------------- the day


async def test_the_day_is_published_as_time_passes() -> None:
    """An entry is there when its time has come and not before, at the speed that was asked."""
    clock = Turned()
    async with served(clock=clock, speed=60) as reader:
        url = url_of(reader, "harbour-times.example")
        assert len(await reader.entries(url)) == 1
        clock.turn(minutes=9, seconds=44)  # 10:14 of the day
        before = await reader.entries(url)
        clock.turn(seconds=1)
        after = await reader.entries(url)
        wire_copy = article("netanyahu-rafah-with-or-without-a-deal")
        assert set(after) - set(before) == {wire_copy["guid"]}
        clock.turn(hours=1)
        assert len(await reader.entries(url)) == 8


async def test_every_feed_begins_with_the_small_hours() -> None:
    """A feed that is first asked late in the day still shows what stood there at 00:30."""
    clock = Turned()
    async with served(clock=clock) as reader:
        first = [len(await reader.entries(feed.url)) for feed in reader.wire.feeds[:7]]
        clock.turn(seconds=30)
        first.append(len(await reader.entries(reader.wire.feeds[7].url)))
        assert sum(first) == sum(row["primed"] for row in EXPECTED) == 4
        assert len(await reader.entries(reader.wire.feeds[7].url)) > first[7]


async def test_the_day_waits_for_its_first_reader_and_ends() -> None:
    """Time stands still until a feed is asked for; `finished` comes at midnight."""
    clock = Turned()
    async with served(clock=clock) as reader:
        clock.turn(hours=5)
        assert reader.wire.now == DAWN
        await reader.get(reader.wire.feeds[0].url)
        assert not reader.wire.finished.is_set()
        clock.turn(seconds=59)
        await reader.wire.finished.wait()


async def test_a_fast_day_runs_by_itself() -> None:
    """With the real clock, everything is published when `finished` is set."""
    async with served(speed=500_000) as reader:
        for feed in reader.wire.feeds:
            await reader.get(feed.url)
        await reader.wire.finished.wait()
        counts = [len(await reader.entries(feed.url)) for feed in reader.wire.feeds]
        assert counts == [8] * 8


async def test_a_whole_day_is_there_at_once() -> None:
    """`whole_day` serves the final state from the first answer on and asks for backfill."""
    async with served(whole_day=True) as reader:
        await reader.wire.finished.wait()
        assert all(feed.backfill for feed in reader.wire.feeds)
        total = [await reader.entries(feed.url) for feed in reader.wire.feeds]
        assert sum(map(len, total)) == 64


# ---------------------------------------------------------------- versions


@pytest.mark.parametrize("slug", ["biden-netanyahu-call-rafah", "truce-offer-what-is-on-the-table"])
async def test_an_entry_changes_under_the_same_id(slug: str) -> None:
    """A headline edit and a correction replace the earlier version, in the feed and on the page."""
    old, new = (row for row in EXPECTED if slug in row["url"])
    clock = Turned()
    async with served(clock=clock, speed=3600) as reader:
        feed_url = url_of(reader, old["host"])
        await reader.get(feed_url)
        edited = datetime.fromisoformat(new["updated"])
        clock.turn(seconds=(edited - DAWN - timedelta(minutes=1)).total_seconds() / 3600)
        first = (await reader.entries(feed_url))[old["guid"]]
        _, first_page = await reader.get(old["url"])
        assert b" updated <time" not in first_page
        clock.turn(seconds=60 / 3600)
        second = (await reader.entries(feed_url))[old["guid"]]
        _, second_page = await reader.get(old["url"])
        assert (first["title"], second["title"]) == (old["title"], new["title"])
        assert first != second
        assert b" updated <time" in second_page
        changed = first["title"] != second["title"]
        assert changed is (new["change"] == "headline")
        assert ("Correction:" in second["text"]) is (new["change"] == "correction")


async def test_a_page_is_not_there_before_its_entry() -> None:
    """The page of an unpublished article is a 404."""
    clock = Turned()
    async with served(clock=clock) as reader:
        late = article("night-desk-figures")
        assert (await reader.get(late["url"]))[0].status == 404
        await reader.get(url_of(reader, late["host"]))
        clock.turn(minutes=1)
        assert (await reader.get(late["url"]))[0].status == 200


# ---------------------------------------------------------------- HTTP


async def test_unchanged_feeds_answer_304() -> None:
    """ETag and Last-Modified are honoured, the tag first; a new entry ends the 304s."""
    clock = Turned()
    async with served(clock=clock) as reader:
        url = url_of(reader, "fathom.example")
        await reader.get(url)
        clock.turn(seconds=15)
        response, _ = await reader.get(url)
        tag, modified = response.headers["ETag"], response.headers["Last-Modified"]
        assert not tag.startswith("W/")
        for condition in (
            {"If-None-Match": tag},
            {"If-None-Match": f'"other", W/{tag}'},
            {"If-None-Match": "*"},
            {"If-Modified-Since": modified},
            {"If-None-Match": tag, "If-Modified-Since": "Tue, 30 Apr 2024 00:00:00 GMT"},
        ):
            response, body = await reader.get(url, **condition)
            assert (response.status, body) == (304, b""), condition
            assert response.headers["ETag"] == tag
        for condition in (
            {"If-None-Match": '"other"', "If-Modified-Since": modified},
            {"If-Modified-Since": "Tue, 30 Apr 2024 00:00:00 GMT"},
        ):
            assert (await reader.get(url, **condition))[0].status == 200, condition
        clock.turn(seconds=10)
        assert (await reader.get(url, **{"If-None-Match": tag}))[0].status == 200
        assert (await reader.get(url, **{"If-Modified-Since": modified}))[0].status == 200


async def test_pages_answer_304() -> None:
    """Article pages have validators too."""
    async with served(whole_day=True) as reader:
        url = article("why-rafah-matters")["url"]
        response, _ = await reader.get(url)
        response, _ = await reader.get(url, **{"If-None-Match": response.headers["ETag"]})
        assert response.status == 304


async def test_other_hosts_and_paths_are_refused() -> None:
    """The server speaks for its outlets only, and never for files beside the pages."""
    async with served(whole_day=True) as reader:
        for path, host, status in (
            ("/feed.xml", reader.wire.origin, 421),
            ("/feed.xml", "fathom.invalid", 421),
            ("/nothing", "fathom.example", 404),
            ("/%2e%2e/harbour-times.example/feed.xml", "fathom.example", 404),
            ("/", "fathom.example", 404),
        ):
            url = f"http://{reader.wire.origin}{path}"
            async with reader.session.get(url, headers={"Host": host}) as response:
                assert response.status == status, (path, host)


async def test_addresses_outlive_a_restart() -> None:
    """Feed URLs hold no port; every host is mapped to the one address the guard must allow."""
    seen = []
    for _ in range(2):
        async with served() as reader:
            assert set(reader.wire.hosts.values()) == {reader.wire.origin}
            assert re.fullmatch(r"127\.0\.0\.1:\d+", reader.wire.origin)
            seen.append(tuple(feed.id for feed in reader.wire.feeds))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(("speed", "every"), [(1, 300), (60, 30), (1440, 1.25), (1_000_000, 0.5)])
async def test_the_pace_of_polls_suits_the_speed(speed: float, every: float) -> None:
    async with served(speed=speed) as reader:
        assert {feed.every for feed in reader.wire.feeds} == {every}


def test_a_day_needs_a_speed() -> None:
    with pytest.raises(ValueError, match="speed"):
        SampleWire(WIRE, speed=0)


# ---------------------------------------------------------------- formats and encodings


async def test_each_feed_says_what_it_is() -> None:
    """Media type and charset fit the file, and the body begins as that charset does."""
    async with served(whole_day=True) as reader:
        types = {}
        for feed in reader.wire.feeds:
            response, body = await reader.get(feed.url)
            types[feed.url.split("/")[2]] = (response.headers["Content-Type"], body[:2])
        assert types["levant-chronicle.example"] == (
            "application/rss+xml; charset=utf-16",
            b"\xff\xfe",
        )
        assert types["northmoor-gazette.example"][0] == "application/rss+xml; charset=windows-1252"
        assert types["pitch-and-wicket.example"][0] == "application/rdf+xml; charset=utf-8"
        assert types["capital-dispatch.example"][0] == "application/atom+xml; charset=utf-8"
        assert types["the-lantern.example"][0] == "application/feed+json"
        assert Counter(kind.split(";")[0] for kind, _ in types.values()) == {
            "application/rss+xml": 4,
            "application/atom+xml": 2,
            "application/rdf+xml": 1,
            "application/feed+json": 1,
        }


@pytest.mark.parametrize("path", sorted(WIRE.glob("*/feed.xml")), ids=lambda p: p.parent.name)
def test_feed_files_are_feeds_as_they_lie_there(path: Path) -> None:
    """Each file parses without its header's help."""
    assert len(read(path.read_bytes())) == 8


def test_the_json_feed_is_valid() -> None:
    """JSON Feed 1.1: version, title, and for each entry an id, a URL, a date and one content."""
    document = json.loads((WIRE / "the-lantern.example" / "feed.json").read_bytes())
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["title"]
    for entry in document["items"]:
        assert isinstance(entry["id"], str)
        assert entry["url"].startswith("http://the-lantern.example/")
        assert datetime.fromisoformat(entry["date_published"]).tzinfo
        assert ("content_html" in entry) is not ("content_text" in entry)


async def test_rss_1_lists_what_it_shows() -> None:
    """The channel's sequence names the entries that follow, while the day goes on."""
    clock = Turned()
    async with served(clock=clock) as reader:
        url = url_of(reader, "pitch-and-wicket.example")
        await reader.get(url)
        clock.turn(seconds=25)
        _, body = await reader.get(url)
        listed = re.findall(rb'rdf:li rdf:resource="([^"]+)"', body)
        assert listed == re.findall(rb'<item rdf:about="([^"]+)"', body)
        assert 0 < len(listed) < 8


# ---------------------------------------------------------------- what cannot be served


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (None, "", "no outlets"),
        ("other.txt", "", "feed.xml or feed.json"),
        ("feed.xml", "<html><title>x</title></html>", "not a feed"),
        ("feed.xml", "<rss><title>x</title><item><link>y</link></item></rss>", "id and a link"),
        (
            "feed.xml",
            "<rss><title>x</title><item><guid>1</guid><link>y</link></item></rss>",
            "no date",
        ),
        ("feed.xml", '<?xml version="1.0" encoding="utf-99"?><rss>', "cannot be decoded"),
        ("feed.json", "{", "not a JSON Feed"),
        ("feed.json", '{"title": "x", "items": [{"date_published": "2024-04-30"}]}', "not a JSON"),
        ("feed.json", '{"title": "x", "items": [{"id": "1", "url": "y"}]}', "no date"),
        (
            "feed.xml",
            "<rss><title>x</title><item><guid>1</guid><link>y</link><pubDate>May</pubDate></item></rss>",
            "no date",
        ),
    ],
)
async def test_a_broken_outlet_is_named(
    tmp_path: Path, name: str | None, content: str, reason: str
) -> None:
    """A folder that cannot be served is one line that says where and why."""
    if name:
        (tmp_path / "broken.example").mkdir()
        (tmp_path / "broken.example" / name).write_text(content)
    wire = SampleWire(tmp_path)
    with pytest.raises(FileError, match=reason) as caught:
        await wire.start()
    await wire.stop()
    assert str(tmp_path) in str(caught.value)


# ---------------------------------------------------------------- the expected table


def test_the_table_is_the_day() -> None:
    """64 articles of 8 outlets, in 66 versions, within the day, with links on their own host."""
    assert len(EXPECTED) == 66
    assert len(LATEST) == 64
    assert len({row["outlet"] for row in EXPECTED}) == 8
    for row in EXPECTED:
        assert row["published"].startswith("2024-04-30T")
        assert row["url"].startswith(f"http://{row['host']}/")
        assert row["reprint_of"] in {None, *(guid for _, guid in LATEST)}


async def test_feeds_hold_what_the_table_says() -> None:
    """Title, link and every piece of every quote of the final state, verbatim, in the feed."""
    async with served(whole_day=True) as reader:
        for feed in reader.wire.feeds:
            host = feed.url.split("/")[2]
            entries = await reader.entries(feed.url)
            rows = {guid: row for (place, guid), row in LATEST.items() if place == host}
            assert set(entries) == set(rows)
            assert {row["outlet"] for row in rows.values()} == {feed.title}
            for guid, row in rows.items():
                assert entries[guid]["title"] == row["title"]
                assert entries[guid]["url"] == row["url"]
                if not row["teaser_only"]:
                    check_text(row, entries[guid]["text"])


async def test_pages_hold_what_the_table_says() -> None:
    """The same words stand on the article pages; those of the teaser outlet only there."""
    async with served(whole_day=True) as reader:
        for row in LATEST.values():
            response, body = await reader.get(row["url"])
            assert response.status == 200, row["url"]
            page = body.decode(response.charset or "")
            heading = re.search(r"<h1>(.*?)</h1>(.*)<aside", page, re.DOTALL)
            assert heading, row["url"]
            assert plain(heading[1]) == row["title"]
            check_text(row, plain(heading[2]))


def check_text(row: dict[str, Any], text: str) -> None:
    for quote in row["quotes"]:
        for part in quote["parts"]:
            assert " ".join(part.split()) in text, (row["title"], part)
    both = f"{row['title']} {text}"
    assert row["rafah_word"] is bool(re.search(r"\bRafah\b", both)), row["title"]
    assert row["icc_word_exact"] is bool(re.search(r"\bICC\b", both)), row["title"]
    if row["rafah_city"]:
        assert row["rafah_word"] or "رفح" in both
    if row["icc_court"]:
        assert re.search(r"International Criminal Court|\bicc\b", both)
    if row["icc_cricket"]:
        assert re.search(r"cricket|wicket", both)
    quoted = any(quote["speaker"] == "Benjamin Netanyahu" for quote in row["quotes"])
    assert row["netanyahu_quoted"] is quoted


async def test_every_quotation_mark_is_in_the_table() -> None:
    """No double-quoted words stand in a text that the table leaves out."""
    async with served(whole_day=True) as reader:
        for feed in reader.wire.feeds:
            if "northmoor" in feed.url:  # its single marks double as apostrophes
                continue
            for guid, entry in (await reader.entries(feed.url)).items():
                row = LATEST[feed.url.split("/")[2], guid]
                parts = {part for quote in row["quotes"] for part in quote["parts"]}
                for found in re.findall(r"“([^“”]+)”|\"([^\"]+)\"", entry["text"]):
                    words = found[0] or found[1]
                    assert any(part.endswith(words) for part in parts) or any(
                        part in words for part in parts
                    ), (row["title"], words)


def test_the_day_has_what_it_is_for() -> None:
    """Reprints, a follow-up, both kinds of change, both ICCs, both Rafahs, and silence."""
    latest = list(LATEST.values())
    reprints = Counter(row["reprint_of"] for row in latest if row["reprint_of"])
    assert sorted(reprints.values()) == [2, 2]  # each with its original: three outlets
    assert {row["change"] for row in EXPECTED} == {None, "headline", "correction"}
    assert sum(row["icc_cricket"] for row in latest) >= 3
    assert not any(row["icc_cricket"] and row["icc_court"] for row in latest)
    assert sum(row["rafah_man"] for row in latest) >= 3
    assert not any(row["rafah_man"] and row["rafah_city"] for row in latest)
    assert any(row["icc_court"] and not row["icc_word_exact"] for row in latest)
    assert any(not row["quotes"] and row["rafah_city"] for row in latest)
    assert any(row["lang"] == "ar" for row in latest)
    follow_up = next(row for row in latest if row["follow_up_of"])
    first = LATEST[follow_up["host"], follow_up["follow_up_of"]]
    known = [quote["parts"] for quote in first["quotes"]]
    new = [quote["speaker"] for quote in follow_up["quotes"] if quote["parts"] not in known]
    assert new == ["Itamar Ben Gvir"]


def test_real_people_say_only_what_is_on_record() -> None:
    """Every quote of a real person stands in the documentation's table of what is on record."""
    lines = (ROOT / "docs" / "sample-wire.md").read_text("utf-8").splitlines()
    record = [line.split("|")[1:3] for line in lines if line.startswith("| ")]
    real = [quote for row in EXPECTED for quote in row["quotes"] if quote["on_record"]]
    assert len({quote["speaker"] for quote in real}) == 9
    for quote in real:
        for part in quote["parts"]:
            words = part.replace("’", "'").rstrip(",.")
            assert any(who.strip() == quote["speaker"] and words in said for who, said in record), (
                part
            )


def test_the_wire_stays_small() -> None:
    size = sum(path.stat().st_size for path in WIRE.rglob("*") if path.is_file())
    assert size < 1_000_000


def test_the_starter_feeds_are_a_list_of_public_feeds() -> None:
    """OPML 2.0 with folders: at least forty feeds, each once, none of them the sample's."""
    root = ET.parse(ROOT / "seeds" / "feeds.opml").getroot()  # noqa: S314 - our own file
    folders = root.findall("body/outline")
    feeds = root.findall("body/outline/outline")
    assert root.get("version") == "2.0"
    assert all(folder.get("text") and folder.get("xmlUrl") is None for folder in folders)
    urls = [feed.attrib["xmlUrl"] for feed in feeds]
    assert len(set(urls)) == len(urls) >= 40
    for feed in feeds:
        assert feed.attrib["type"] == "rss"
        assert feed.attrib["text"]
        for name in ("xmlUrl", "htmlUrl"):
            assert re.fullmatch(r"https?://[\w.-]+(/.*)?", feed.attrib[name])
        assert ".example" not in feed.attrib["xmlUrl"]
