"""Nothing that a feed, a page or a person writes becomes markup, a mention or a false link."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.matrix.html import clean, safe_url, true_domain
from bot.adapters.matrix.render import alert_content, contents_of
from bot.adapters.matrix.replies import picture_content, reply_content
from bot.core.model import Alert, Digest, DigestLine, Excerpt, KeyQuote, Notice
from tests.matrix.samples import ALERT, delivery

ALLOWED = {"p", "a", "b", "i", "del", "blockquote", "ul", "li", "br", "code"}

TEXTS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src='mxc://evil.example/pixel'>",
    "<a href='https://evil.example'>click</a>",
    '<a href="javascript:alert(1)">x</a>',
    "</p></blockquote><h1>big</h1>",
    "</b></i></li></ul>out",
    "<b>bold",
    "<!-- comment",
    "<![CDATA[x]]>",
    "<mx-reply><blockquote>faked</blockquote></mx-reply>",
    "<details><summary>hidden</summary></details>",
    "<font color=red data-mx-color='#ff0000'>red</font>",
    "<span data-mx-spoiler>spoiler</span>",
    "<span data-mx-maths='\\\\evil'>x</span>",
    "<br/><hr/><table><tr><td>x</table>",
    "<style>*{display:none}</style>",
    "<svg/onload=alert(1)>",
    "<p onclick=x>y</p>",
    "&lt;b&gt;already escaped&lt;/b&gt;",
    "&#60;b&#62;numeric&#60;/b&#62;",
    "&amp;lt;b&amp;gt;",
    '"><b>attribute',
    "'><b>attribute",
    "@room everybody look",
    "<a href='https://matrix.to/#/@alice:localhost'>Alice</a>",
    "https://matrix.to/#/@alice:localhost",
    "a\u202egnp.exe",
    "\u2066isolate\u2069 \u200b\u200e\u200fmarks\ufeff",
    "nul\x00bell\x07escape\x1b[31mred",
    "line\nbreak\r\nand\u2028separator\x85next",
    "tag \U000e0041\U000e0042 characters",
    "lone \ud800 surrogate",
    "**markdown** [link](https://evil.example) `code`",
    "> quoted\n> twice",
    "<" * 200,
    "<b>" * 150,
]  # fmt: skip

URLS = [
    ("https://harbour-times.example/a", "harbour-times.example"),
    ("http://www.harbour-times.example:8080/a?b=<c>&d=\"e\"'f'", "harbour-times.example"),
    ("https://xn--e1afmkfd.example/", "xn--e1afmkfd.example"),
    ("https://пример.example/ä b", "xn--e1afmkfd.example"),
    ("https://HARBOUR-Times.example/", "harbour-times.example"),
    ("javascript:alert(1)", ""),
    ("JaVaScRiPt:alert(1)", ""),
    ("java\nscript:alert(1)", ""),
    ("data:text/html,<script>alert(1)</script>", ""),
    ("vbscript:x", ""),
    ("file:///etc/passwd", ""),
    ("ftp://harbour-times.example/a", ""),
    ("mailto:a@example.org", ""),
    ("mxc://localhost/media", ""),
    ("matrix:u/alice:localhost", ""),
    ("//harbour-times.example/a", ""),
    ("/relative", ""),
    ("https://matrix.to/#/@alice:localhost", ""),
    ("https://harbour-times.example@evil.example/", ""),
    ("https://user:secret@harbour-times.example/", ""),
    ("https://evil.example\\@harbour-times.example/", ""),
    ("https://evil.example\u202e/elpmaxe", "evil.example"),
    ("https://[::1]/x", "::1"),
    ("https://[broken/", ""),
    ("https://a:99999/", ""),
    ("https://evil.example %20.harbour-times.example/", ""),
    ("https://a<b>.example/", ""),
    ("https:///nohost", ""),
    ("https://x.example/" + "a" * 3000, ""),
    ("", ""),
]  # fmt: skip


class Reader(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.depth = 0
        self.attributes: list[tuple[str, str, str | None]] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag != "br":
            self.open.append(tag)
            self.depth = max(self.depth, len(self.open))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"declaration {decl!r}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"declaration {data!r}")


def checked(content: dict[str, Any]) -> Reader:
    """Check what must hold for every message; give what a browser sees."""
    reader = Reader(content["formatted_body"])
    assert set(reader.tags) <= ALLOWED
    assert reader.depth < 10
    for tag, name, value in reader.attributes:
        assert (tag, name) == ("a", "href")
        assert value is not None
        assert value.startswith(("https://", "http://"))
        assert not value.startswith("https://matrix.to")
    assert content["m.mentions"] == {}
    assert content["msgtype"] == "m.notice"
    for hidden in "\u202e\u2066\u2069\u200b\u200e\u200f\ufeff\x00\x07\x1b\U000e0041\ud800":
        assert hidden not in content["body"] + content["formatted_body"]
    return reader


def everywhere(text: str) -> Alert:
    """Put a text wherever an alert has room for one, with highlights in the middle of it."""
    half = len(text) // 2
    piece = Excerpt(text, ((0, half),) if half else ())
    return replace(
        ALERT, title=piece, summary=(piece, piece), source=text, rule=text, why=(text,),
        quotes=(KeyQuote((piece, piece), text, text),), url=text, story=text, domain=text,
        changes=((text, text), ("", text), (text, "")), origins=(text,),
    )  # fmt: skip


def digest_of(text: str) -> Digest:
    """Put a text wherever a digest has room for one."""
    line = DigestLine(
        rule=text, title=text, url=text, source=text, domain=text, published=ALERT.published,
        quote=KeyQuote((Excerpt(text),), text, text), links=((text, text), ("", text), (text, "")),
        more_links=2,
    )  # fmt: skip
    return Digest("digest", text, (line, replace(line, quote=None, links=())), 7)


@pytest.mark.parametrize("text", TEXTS)
def test_text_from_outside_stays_text(text: str) -> None:
    """In every place of an alert, and in replies, hostile text is shown as it is."""
    content = alert_content(replace(delivery("!r"), message=everywhere(text)))
    words = checked(content).words
    shown = " ".join(clean(text).split())
    assert words.count(shown) >= 3
    assert content["body"].count(shown) >= 3
    reply = checked(reply_content(text))
    assert "".join(clean(text).split()) == "".join(reply.words.split())
    for message in (digest_of(text), Notice("notice", text)):
        (content,) = contents_of(replace(delivery("!r"), message=message))
        for seen in (checked(content).words, content["body"]):
            assert "".join(shown.split()) in "".join(seen.split())


@pytest.mark.parametrize(("url", "domain"), URLS)
def test_links_lead_where_they_say(url: str, domain: str) -> None:
    """Only plain web links become links, and the true host stands beside them."""
    content = alert_content(
        replace(delivery("!r"), message=replace(ALERT, url=url, domain="x.example"))
    )
    reader = checked(content)
    assert true_domain(url) == domain
    assert bool(safe_url(url)) is bool(domain)
    assert len(reader.attributes) == bool(domain)
    line = content["body"].split("\n")[1]
    assert (f" · {domain} · " in line) is bool(domain)
    assert "x.example" not in line


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """Whatever the text, the markup is ours."""
    for message in (everywhere(text), digest_of(text), Notice("notice", text)):
        for content in contents_of(replace(delivery("!r"), message=message)):
            checked(content)
    checked(reply_content(text))
    picture = picture_content({"url": "mxc://x/y"}, text, width=1, height=1, size=1)
    assert "formatted_body" not in picture
    assert picture["m.mentions"] == {}


def test_what_languages_need_stays() -> None:
    """Joiners inside Persian, Hindi and emoji stay; inside Latin words they go."""
    for text in ("می‌خواهم", "क्‍ष", "👩‍🚒"):
        assert clean(text) == text
    assert clean("zero\u200cwidth \u200djoiners\u200d") == "zerowidth joiners"
