"""Lists of feeds: folders, duplicates, faults with their line, and the way back."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Feed, FullText
from bot.core.opml import parse_opml, write_opml
from bot.errors import FeedError, FileError

LIST = """<?xml version="1.0"?>
<!-- our list -->
<opml version="2.0"><head><title>x</title></head><body>
  <outline text="World">
    <outline text="Middle &amp; East">
      <outline text="Harbour Times" type="rss" xmlUrl="https://harbour.example/feed"/>
    </outline>
    <outline title="Lindmouth Post" xmlurl="feed://post.example/rss" htmlUrl="https://x.example"/>
  </outline>
  <outline text="Courts">
    <outline text="Again" xmlUrl="https://harbour.example/feed" fullText="always"/>
  </outline>
</body></opml>
"""


def test_folders_become_tags_and_duplicates_one_feed() -> None:
    """Nested folders are tags, outermost first; a second listing adds its own."""
    assert parse_opml(LIST).feeds == (
        Feed("https://harbour.example/feed", "Harbour Times", ("World", "Middle & East", "Courts"),
             full_text="always"),
        Feed("http://post.example/rss", "Lindmouth Post", ("World",)),
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_encodings_are_recognised(encoding: str) -> None:
    assert len(parse_opml(LIST.encode(encoding)).feeds) == 2


def test_faults_name_their_line() -> None:
    """A broken tag and an address that is none are shown where they stand."""
    with pytest.raises(FileError) as caught:
        parse_opml(LIST.replace("<outline title=", "<outline title"))
    assert (caught.value.line, "not well-formed" in caught.value.reason) == (8, True)
    found = parse_opml(LIST.replace("feed://post.example/rss", "javascript:alert(1)"))
    (fault,) = found.faults
    assert fault.line == 8
    assert "'javascript:alert(1)' is no http(s) address" in fault.reason
    assert len(found.feeds) == 1


def test_full_text_is_one_of_three() -> None:
    """Another word is a fault with its line and changes nothing; who says nothing chose nothing."""
    found = parse_opml(LIST.replace('"always"', '"all"'))
    (fault,) = found.faults
    assert fault.line == 11
    assert fault.reason == "fullText 'all' is none of matched, always, never; left as it is"
    assert {feed.full_text for feed in found.feeds} == {"matched"}
    assert not found.chosen
    assert parse_opml(LIST).chosen == {"https://harbour.example/feed"}


@pytest.mark.parametrize(
    "text",
    ["", "no", "<rss/>", "<html><body/></html>", "{}",
     '<!DOCTYPE opml [<!ENTITY a "b">]><opml><body><outline text="&a;"/></body></opml>'],
)  # fmt: skip
def test_what_is_no_opml_is_refused(text: str) -> None:
    with pytest.raises(FeedError):
        parse_opml(text)


def test_depth_is_bounded() -> None:
    deep = "<opml><body>" + "<outline text='a'>" * 60 + "</outline>" * 60 + "</body></opml>"
    with pytest.raises(FileError, match="nested too deeply"):
        parse_opml(deep)


def test_an_address_is_no_name() -> None:
    """A list calls a feed something; what calls it by its address leaves the name to be learned."""
    feed = Feed("https://harbour.example/feed?a=1&b=2")
    assert parse_opml(write_opml([feed])).feeds == (feed,)
    spelled = LIST.replace("Lindmouth Post", "feed://post.example/rss")
    assert [feed.title for feed in parse_opml(spelled).feeds] == ["Harbour Times", ""]


def test_what_is_written_says_every_choice() -> None:
    """Also the usual one: read over another installation's, it counts there."""
    feeds = [Feed(f"https://a.example/{one}", full_text=one) for one in get_args(FullText)]
    assert parse_opml(write_opml(feeds)).chosen == {feed.url for feed in feeds}


def test_more_tags_than_folders_may_be_deep_are_read_again() -> None:
    tags = tuple(f"a/{number}" for number in range(60))
    (feed,) = parse_opml(write_opml([Feed("https://a.example/", tags=tags)])).feeds
    assert feed.tags[:50] == tags[:50]


names = st.text("abc é&<>\"'ש", max_size=8).map(lambda s: " ".join(s.split()))
tags = st.lists(
    st.text('abאé&</, "', min_size=1, max_size=5).map(lambda s: " ".join(s.split()) or "x"),
    unique=True,
    max_size=3,
).map(tuple)


@given(
    st.lists(
        st.builds(
            Feed,
            st.integers(0, 99).map(lambda n: f"https://feeds.example/{n}?a=1&b=2"),
            title=names,
            tags=tags,
            full_text=st.sampled_from(["matched", "always", "never"]),
        ),
        unique_by=lambda feed: feed.url,
        max_size=8,
    )
)
def test_what_is_written_is_read_again(feeds: list[Feed]) -> None:
    """Addresses, titles, tags and full-text choices survive the way out and back."""
    again = parse_opml(write_opml(feeds)).feeds
    assert {feed.url: feed for feed in again} == {feed.url: feed for feed in feeds}
