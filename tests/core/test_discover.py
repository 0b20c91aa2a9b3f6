"""Feeds that a page announces."""

import pytest

from bot.core.discover import announced_feeds

URL = "https://harbour.example/news/"


def urls(html: str) -> list[str]:
    return [feed.url for feed in announced_feeds(html, URL)]


def test_announced_feeds_are_found_in_order_with_titles() -> None:
    """Comment feeds come last, whatever the page's order."""
    html = """<html><head>
    <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">
    <link rel="ALTERNATE nofollow" type="application/atom+xml; charset=utf-8" title=" All
     news " href="atom.xml"><link rel=alternate type=application/feed+json href=//j.example/f.json>
    <link rel="alternate" hreflang="de" href="/de"><link rel="stylesheet" href="/feed.css">
    <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
    <link rel="alternate" type="application/atom+xml" href="atom.xml"></head>"""
    assert urls(html) == [
        "https://harbour.example/news/atom.xml",
        "https://j.example/f.json",
        "https://harbour.example/comments/feed",
    ]
    assert announced_feeds(html, URL)[0].title == "All news"


def test_the_base_element_counts() -> None:
    html = '<base href="/x/"><link rel=alternate type=application/rss+xml href=f>'
    assert urls(html) == ["https://harbour.example/x/f"]


@pytest.mark.parametrize(
    ("link", "found"),
    [("/rss", True), ("feed.xml", True), ("/?feed=rss2", True), ("/world/atom/", True),
     ("/feedback", False), ("/about", False), ("/across", False), ("http://[/rss", False),
     ("mailto:rss@x.example", False)],
)  # fmt: skip
def test_links_that_look_like_feeds_are_the_second_choice(link: str, found: bool) -> None:  # noqa: FBT001
    html = f'<a href="{link}">RSS</a>'
    assert bool(urls(html)) is found
    announced = '<link rel=alternate type=application/rss+xml href="/real">'
    assert urls(announced + html) == ["https://harbour.example/real"]


@pytest.mark.parametrize("html", ["", "<", "\x00", "<link rel=alternate type=application/rss+xml>"])
def test_nothing_is_found_in_nothing(html: str) -> None:
    assert urls(html) == []
