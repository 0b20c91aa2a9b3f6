"""What digests and notices look like in a room."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.matrix.parts import LARGEST, size
from bot.adapters.matrix.render import contents_of
from bot.core.alert import notice_for
from bot.core.model import Delivery, Digest, DigestLine, Excerpt, KeyQuote
from tests.matrix.samples import ALERT, delivery

LINE = DigestLine(
    rule="harbour",
    title="Harbour of Dunmore to close, minister says",
    url="https://www.harbour-times.example/close?a=1&b=2",
    source="The Harbour Times",
    domain="harbour-times.example",
    published=ALERT.published,
    quote=KeyQuote((Excerpt("We will close the harbour", ((18, 25),)),), "Ada Venn", "minister"),
    links=(("Coast Daily", "https://coast.example/1"), ("", "https://bay.example/2")),
    more_links=3,
)
OTHER = DigestLine(
    "fishing", "Fishers protest", "https://bay.example/3", "", "bay.example", ALERT.published
)

BODY = """\
While it was quiet: 7 alerts
harbour
- Harbour of Dunmore to close, minister says
  The Harbour Times · harbour-times.example · 2026-11-20 09:30 UTC
  https://www.harbour-times.example/close?a=1&b=2
  also Coast Daily: https://coast.example/1
  https://bay.example/2
  and 3 more
  > “We will close the harbour”
  > — Ada Venn, minister
fishing
- Fishers protest
  bay.example · 2026-11-20 09:30 UTC
  https://bay.example/3"""

HTML = (
    "<p><b>While it was quiet: 7 alerts</b></p>"
    "<p><i>harbour</i></p>"
    '<ul><li><a href="https://www.harbour-times.example/close?a=1&amp;b=2">'
    "<b>Harbour of Dunmore to close, minister says</b></a><br>"
    "The Harbour Times · harbour-times.example · 2026-11-20 09:30 UTC<br>"
    'also <a href="https://coast.example/1">Coast Daily</a> (coast.example), '
    '<a href="https://bay.example/2">bay.example</a>, 3 more'
    "<blockquote>“We will close the <b>harbour</b>”<br>— <b>Ada Venn</b>, minister</blockquote>"
    "</li></ul>"
    "<p><i>fishing</i></p>"
    '<ul><li><a href="https://bay.example/3"><b>Fishers protest</b></a><br>'
    "bay.example · 2026-11-20 09:30 UTC</li></ul>"
)


def digest(*lines: DigestLine, title: str = "While it was quiet: 7 alerts") -> Delivery:
    return replace(delivery("!r"), message=Digest("digest", title, lines, 7))


def links_in(content: dict[str, str]) -> set[str]:
    return {unescape(found) for found in re.findall(r'href="([^"]*)"', content["formatted_body"])}


def test_a_digest() -> None:
    """Rule by rule: headlines as links, where they stood, who said what, who else has them."""
    (content,) = contents_of(digest(LINE, OTHER))
    assert content["body"] == BODY
    assert content["formatted_body"] == HTML
    assert content["msgtype"] == "m.notice"
    assert content["m.mentions"] == {}
    assert content["org.wirewatch.delivery"] == delivery("!r").id
    assert "org.wirewatch.alert" not in content


def test_every_link_is_there() -> None:
    """What one event cannot hold goes on in the next; no line, link or quote is left out."""
    lines = tuple(
        replace(
            LINE,
            title=f"Story {at} " + "界" * 90,
            url=f"https://x.example/{at}",
            links=tuple((f"Outlet {n}", f"https://y.example/{at}/{n}") for n in range(at)),
            quote=KeyQuote((Excerpt(f"quote {at} " + "é" * 200),), "Ada Venn"),
        )
        for at in range(50)
    )
    contents = contents_of(digest(*lines))
    assert len(contents) > 1
    assert all(size(content) <= LARGEST for content in contents)
    wanted = {line.url for line in lines} | {url for line in lines for _, url in line.links}
    assert set().union(*map(links_in, contents)) == wanted
    plain = "\n".join(content["body"] for content in contents)
    assert wanted <= set(re.findall(r"https://\S+", plain))
    assert [plain.count(f"quote {at} é") for at in range(50)] == [1] * 50
    assert plain.count("and 3 more") == 50
    keyed = ["org.wirewatch.delivery" in content for content in contents]
    assert keyed == [False] * (len(contents) - 1) + [True]
    titles = [content["body"].split("\n")[0] for content in contents]
    assert titles[0] == f"While it was quiet: 7 alerts (1 of {len(contents)})"


def test_a_story_with_very_many_links() -> None:
    """The links of one story alone may go on in further events, under its headline."""
    links = tuple((f"Outlet {n}", f"https://y.example/{'a' * 90}/{n}") for n in range(400))
    contents = contents_of(digest(replace(LINE, links=links)))
    assert all(size(content) <= LARGEST for content in contents)
    assert set().union(*map(links_in, contents)) == {LINE.url, *(url for _, url in links)}
    assert "(more of) Harbour of Dunmore" in contents[-1]["body"]


def test_a_long_quote_is_left_to_the_article() -> None:
    """Quotes are shown as a whole or not at all."""
    long = replace(LINE, quote=KeyQuote((Excerpt("word " * 400),), "Ada Venn"))
    (content,) = contents_of(digest(long))
    assert "word" not in content["body"]


def test_odd_links_are_words() -> None:
    """What is no plain web link can be read, but not be clicked."""
    odd = replace(LINE, url="javascript:alert(1)", links=(("Bad", "https://a@evil.example/"),))
    (content,) = contents_of(digest(odd, replace(LINE, url="", title="", links=())))
    assert "javascript:alert(1)" in content["body"]
    assert "<code>javascript:alert(1)</code>" in content["formatted_body"]
    assert "Bad <code>https://a@evil.example/</code>" in content["formatted_body"]
    assert links_in(content) == set()
    assert "(no title)" in content["body"]


@given(st.lists(st.tuples(st.text(max_size=30), st.integers(0, 3)), max_size=8))
def test_any_digest(found: list[tuple[str, int]]) -> None:
    """Whatever it holds, each link is there once as a link, and once as words."""
    lines = [
        replace(LINE, rule=text, title=text, url=f"https://x.example/{at}/",
                links=tuple((text, f"https://x.example/{at}/{n}") for n in range(many)))
        for at, (text, many) in enumerate(found)
    ]  # fmt: skip
    (content,) = contents_of(digest(*lines))
    wanted = sorted(url for line in lines for url in (line.url, *(url for _, url in line.links)))
    assert sorted(re.findall(r'href="([^"]*)"', content["formatted_body"])) == wanted
    for url in wanted:
        assert re.search(re.escape(url) + r"(\n|$)", content["body"])


def test_a_notice() -> None:
    """A sentence of the bot's own is a notice with its delivery's key, and opens nothing."""
    made = notice_for("matrix", "!r", "Feed <b>x</b> fails\nsince noon", key="k")
    (content,) = contents_of(made)
    assert content["body"] == "Feed <b>x</b> fails\nsince noon"
    assert content["formatted_body"] == "Feed &lt;b&gt;x&lt;/b&gt; fails<br>since noon"
    assert content["org.wirewatch.delivery"] == made.id
    assert "org.wirewatch.alert" not in content
