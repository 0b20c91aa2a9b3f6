"""Who says what on the sample day: every on-record quote gets its right speaker.

The articles come the whole way: embedded server, guarded client, parser pool, full text.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.feeds import HttpFeeds
from bot.adapters.files import load_rules
from bot.adapters.http import HttpClient
from bot.adapters.pages import HttpPages
from bot.adapters.parsing import ParserPool
from bot.adapters.wire import SampleWire
from bot.core.model import Validators
from bot.core.officials import Officials, name_key
from bot.core.quotes import find_quotes
from bot.ports import Fetched

if TYPE_CHECKING:
    from bot.core.model import Article

ROOT = Path(__file__).parents[2]
TABLE: list[dict[str, Any]] = json.loads(
    (ROOT / "tests" / "cases" / "wire_expected.json").read_text(encoding="utf-8")
)
NEWEST = {row["url"]: row for row in TABLE}
NOW = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    """The day's articles with their full texts, by link."""
    return asyncio.run(read_the_day())


async def read_the_day() -> dict[str, Article]:
    wire = SampleWire(ROOT / "seeds" / "wire", whole_day=True)
    await wire.start()
    found: dict[str, Article] = {}
    try:
        async with HttpClient(hosts=wire.hosts) as client, ParserPool() as pool:
            feeds, pages = HttpFeeds(client, pool), HttpPages(client, pool)
            for feed in wire.feeds:
                fetched = await feeds.fetch(feed, Validators())
                assert isinstance(fetched, Fetched)
                for article in (await feeds.parse(feed, fetched, NOW)).articles:
                    page = await pages.fetch(article)
                    found[article.url] = replace(article, text=page.text, full=True)
    finally:
        await wire.stop()
    return found


@pytest.fixture(scope="module")
def officials() -> Officials:
    return Officials(load_rules([ROOT / "rules"]).entities)


def speakers(article: Article, officials: Officials) -> dict[str, str | None]:
    quotes = find_quotes(
        article.text,
        title=article.title,
        officials=officials,
        when=article.when.date(),
        lang=article.lang or "en",
    )
    return {
        article.text[start:end].strip(" ,."): quote.speaker
        for quote in quotes
        if quote.kind == "direct"
        for start, end in quote.parts
    }


@pytest.mark.parametrize("url", NEWEST, ids=lambda url: url.rsplit("/", 1)[-1])
def test_on_record_quotes_have_their_speaker(
    articles: dict[str, Article], officials: Officials, url: str
) -> None:
    row, found = NEWEST[url], speakers(articles[url], officials)
    for quote in row["quotes"]:
        for part in quote["parts"]:
            if not quote["on_record"]:
                continue
            assert part.strip(" ,.") in found, "not found as a quote"
            speaker = found[part.strip(" ,.")]
            wanted = quote["speaker"]
            assert (speaker and name_key(speaker)) == (wanted and name_key(wanted)), part


def test_nobody_on_record_is_given_invented_words(
    articles: dict[str, Article], officials: Officials
) -> None:
    quoted = [quote for row in TABLE for quote in row["quotes"] if quote["on_record"]]
    real = {name_key(quote["speaker"]) for quote in quoted if quote["speaker"]}
    record = {part.strip(" ,.") for quote in quoted for part in quote["parts"]}
    for url in NEWEST:
        for words, speaker in speakers(articles[url], officials).items():
            if speaker and name_key(speaker) in real:
                assert words in record, (url, speaker, words)


def test_most_invented_people_are_named_too(
    articles: dict[str, Article], officials: Officials
) -> None:
    """A floor under the share of right speakers among all quotes of the table."""
    right = total = 0
    for url, row in NEWEST.items():
        found = speakers(articles[url], officials)
        for quote in row["quotes"]:
            for part in quote["parts"]:
                total += 1
                speaker = found.get(part.strip(" ,."), "?")
                right += (speaker and name_key(speaker)) == (
                    quote["speaker"] and name_key(quote["speaker"])
                )
    assert right / total >= 0.85, f"{right} of {total}"
