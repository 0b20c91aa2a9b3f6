"""Aggregators' links that hold the publisher's."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.feed.links import publisher_link

TARGET = "https://www.harbour.example/2026/05/04/ferries?id=7&lang=en"


def google(target: str, tail: bytes = b"\xd2\x01\x00", folder: str = "rss/articles") -> str:
    """Wrap an address as Google News did until 2024: a protocol buffer in base64."""
    raw = target.encode()
    size = bytes([len(raw)]) if len(raw) < 128 else bytes([len(raw) & 127 | 128, len(raw) >> 7])
    text = base64.urlsafe_b64encode(b"\x08\x13\x22" + size + raw + tail).decode().rstrip("=")
    return f"https://news.google.com/{folder}/{text}?oc=5"


@pytest.mark.parametrize("target", [TARGET, "http://a.example/", f"https://a.example/{'x' * 300}"])
@pytest.mark.parametrize(
    "tail", [b"", b"\xd2\x01\x00", b"\xd2\x01\x1chttps://m.harbour.example/amp"]
)
@pytest.mark.parametrize("folder", ["rss/articles", "articles", "read"])
def test_a_google_news_link_gives_the_publishers(target: str, tail: bytes, folder: str) -> None:
    assert publisher_link(google(target, tail, folder)) == target


@pytest.mark.parametrize(
    "link",
    [
        "https://www.google.com/url?rct=j&sa=t&url=https://a.example/x&ct=ga",
        "https://www.google.co.uk/url?q=https%3A%2F%2Fa.example%2Fx",
        "http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fa.example%2fx&c=1",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2Fx&h=A",
    ],
)
def test_a_target_in_the_query_is_taken(link: str) -> None:
    assert publisher_link(link) == "https://a.example/x"


@pytest.mark.parametrize(
    "link",
    [
        "",
        TARGET,
        google("javascript:alert(1)"),
        google("ftp://a.example/"),
        google("AU_yqLMkkeyThatOnlyTheirScriptCanExchange"),
        "https://news.google.com/rss/articles/CBMiNonsense%%%",
        "https://news.google.com/rss/articles/" + "A" * 9_000,
        "https://news.google.com/topstories",
        "https://www.google.com/url?url=javascript:alert(1)",
        "https://www.google.com/search?q=https://a.example/",
        "https://notgoogle.example/url?q=https://a.example/",
        "https://www.google.com.evil.example/url?q=https://a.example/",
        "http://[::1",
    ],
)
def test_other_links_stay_as_they_are(link: str) -> None:
    assert publisher_link(link) == link


@given(st.binary(max_size=80))
def test_no_bytes_take_it_down(data: bytes) -> None:
    """Whatever stands in the link, an address of the web comes out."""
    text = base64.urlsafe_b64encode(b"\x08\x13\x22" + data).decode()
    found = publisher_link(f"https://news.google.com/rss/articles/{text}")
    assert found.startswith(("http://", "https://"))
