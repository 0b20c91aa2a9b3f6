"""`parse_feed`: every format, every odd field, and nothing but FeedError."""

import json
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core.feed import MAX_ENTRIES, parse_feed, prune
from bot.core.model import Article, Feed, ParsedFeed
from bot.errors import FeedError

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FEED = Feed("https://www.harbour.example/feeds/rss.xml")


def parse(body: bytes | str, **named: object) -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    options: dict = {"feed": FEED, "url": FEED.url, "now": NOW} | named
    return parse_feed(data, **options)


def rss(items: str, head: str = "<title>Harbour Times</title>", attributes: str = "") -> str:
    return f'<rss version="2.0" {attributes}><channel>{head}{items}</channel></rss>'


def item(**fields: str) -> str:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f"<item>{inner}</item>"


def one(body: bytes | str, **named: object) -> Article:
    (article,) = parse(body, **named).articles
    return article


ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"
 xml:base="https://post.example/news/"><title type="html">Lindmouth &amp;amp; Post</title>
<entry><id>tag:post.example,2026:1</id><title type="text">Less &lt; more</title>
<link rel="enclosure" href="a.mp3"/><link rel="alternate" href="one.html"/>
<published>2026-05-03T22:00:00+02:00</published><updated>2026-05-04T08:00:00Z</updated>
<author><name>Ada Quill</name></author><category term="Courts"/><category term="World"/>
<summary>Short.</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>First <b>part</b>.</p><p>Second.</p></div></content></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://old.example/"><title>Old Gazette</title>
<link>https://old.example/</link><dc:language>en</dc:language></channel>
<item rdf:about="https://old.example/1"><title>One</title><link>https://old.example/1</link>
<description>Text.</description><dc:date>2026-05-01T00:00:00Z</dc:date>
<dc:creator>Bo Lark</dc:creator><dc:subject>Sea</dc:subject></item></rdf:RDF>"""

JSON = {
    "version": "https://jsonfeed.org/version/1.1", "title": "Wire", "language": "fr-FR",
    "home_page_url": "https://wire.example/",
    "items": [
        {"id": 7, "url": "/seven", "title": "Sept", "content_html": "<p>Un.</p><p>Deux.</p>",
         "date_published": "2026-05-04T10:00:00+02:00", "authors": [{"name": "A"}, {"name": "B"}],
         "tags": ["x", "y"]},
        {"id": "8", "external_url": "https://else.example/8", "content_text": "a < b\n\nc"},
    ],
}  # fmt: skip


def test_atom_is_read() -> None:
    article = one(ATOM)
    assert article.key == "tag:post.example,2026:1"
    assert article.url == "https://post.example/news/one.html"
    assert (article.title, article.text) == ("Less < more", "First part.\n\nSecond.")
    assert article.published == datetime(2026, 5, 3, 20, tzinfo=UTC)
    assert (article.author, article.section) == ("Ada Quill", "Courts, World")
    assert (article.source, article.lang) == ("Lindmouth & Post", "de")


def test_rss_one_is_read() -> None:
    article = one(RDF)
    assert (article.url, article.title, article.text) == ("https://old.example/1", "One", "Text.")
    assert (article.author, article.section, article.lang) == ("Bo Lark", "Sea", "en")
    assert article.published == datetime(2026, 5, 1, tzinfo=UTC)


def test_json_feed_is_read() -> None:
    parsed = parse(json.dumps(JSON))
    first, second = parsed.articles
    assert (parsed.title, parsed.lang) == ("Wire", "fr")
    assert (first.key, first.url) == ("7", "https://wire.example/seven")
    assert (first.text, first.author, first.section) == ("Un.\n\nDeux.", "A, B", "x, y")
    assert first.published == datetime(2026, 5, 4, 8, tzinfo=UTC)
    assert (second.url, second.text) == ("https://else.example/8", "a < b\n\nc")


@pytest.mark.parametrize("version", ["0.90", "0.91", "0.92", "0.93", "2.0", ""])
def test_all_versions_of_rss_are_read(version: str) -> None:
    body = f'<rss version="{version}"><channel><title>T</title>{item(title="x", link="/a")}'
    assert one(body + "</channel></rss>").url == "https://www.harbour.example/a"


@pytest.mark.parametrize(
    ("encoding", "label", "header"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8-sig", "iso-8859-1", ""),
        ("utf-8", "iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "utf-16", ""),
        ("utf-16-be", "whatever", ""),
        ("utf-32", "utf-32", ""),
        ("cp1252", "windows-1252", ""),
        ("cp1252", "iso-8859-1", ""),
        ("cp1252", "us-ascii", "text/xml"),
        ("cp1252", "no-such-charset", ""),
        ("cp1252", "", "application/rss+xml; charset=windows-1252"),
    ],
)
def test_encodings_are_recognised(encoding: str, label: str, header: str) -> None:
    """Marks, valid UTF-8, headers and declarations count in that order."""
    declaration = f'<?xml version="1.0" encoding="{label}"?>' if label else '<?xml version="1.0"?>'
    body = declaration + rss(item(title="“Café” – naïve", guid="1"))
    assert one(body.encode(encoding), content_type=header).title == "“Café” – naïve"


@pytest.mark.parametrize(
    "label",
    ["utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "rot13",
     "zlib", "base64", "mbcs", "..%2f..%2fetc", "a" * 5_000, "", " ", "utf-8\x00"],
)  # fmt: skip
def test_odd_charset_names_harm_nothing(label: str) -> None:
    """Codecs that are no character sets are not used, and UTF-7 cannot smuggle markup."""
    body = f'<?xml version="1.0" encoding="{label}"?>' + rss(item(title="+ADw-b+AD4- x", guid="1"))
    assert one(body, content_type=f"text/xml; charset={label}").title == "+ADw-b+AD4- x"


def test_old_asian_encodings_are_followed() -> None:
    body = '<?xml version="1.0" encoding="{}"?>' + rss(item(title="日本語の見出し", guid="1"))
    for name in ("shift_jis", "euc-jp", "iso-2022-jp"):
        assert one(body.format(name).encode(name)).title == "日本語の見出し"


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"guid": " abc ", "link": "/a", "title": "t"}, "abc"),
        ({"guid": "  ", "link": "/a", "title": "t"}, "https://www.harbour.example/a"),
        ({"link": "/a", "title": "t"}, "https://www.harbour.example/a"),
    ],
)
def test_the_key_is_the_id_else_the_link(fields: dict[str, str], key: str) -> None:
    assert one(rss(item(**fields))).key == key


def test_without_id_and_link_the_words_are_the_key() -> None:
    """The same words give the same key, others another."""
    keys = [one(rss(item(title=words))).key for words in ("a", "a", "b")]
    assert keys[0] == keys[1] != keys[2]


def test_an_id_that_everybody_has_identifies_nobody() -> None:
    """A feed that numbers all entries alike loses none of them."""
    same = "".join(item(guid="1", link=f"/{n}", title=f"t{n}") for n in range(3))
    assert len({article.key for article in parse(rss(same)).articles}) == 3
    live = "".join(item(link="/live", title=f"t{n}") for n in range(3))
    assert len({article.key for article in parse(rss(live)).articles}) == 3


def test_of_two_entries_with_one_key_the_first_counts() -> None:
    """Feeds list the newest first; the repeat is a problem that is named."""
    twice = item(guid="1", link="/a", title="new") + item(guid="1", link="/a", title="old")
    parsed = parse(rss(twice))
    assert [article.title for article in parsed.articles] == ["new"]
    assert parsed.problems == ("1 of 2 entries repeat others of the same body",)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 04 May 2026 09:00:00 GMT", datetime(2026, 5, 4, 9, tzinfo=UTC)),
        ("Mon, 04 May 2026 09:00:00 +0300", datetime(2026, 5, 4, 6, tzinfo=UTC)),
        ("Mon, 04 May 2026 09:00:00 EST", datetime(2026, 5, 4, 14, tzinfo=UTC)),
        ("2026-05-04T09:00:00Z", datetime(2026, 5, 4, 9, tzinfo=UTC)),
        ("Tue, 05 May 2026 11:00:00 GMT", datetime(2026, 5, 5, 11, tzinfo=UTC)),
        ("Wed, 06 May 2026 12:00:00 GMT", NOW),
        ("Fri, 31 Dec 9999 23:59:59 GMT", NOW),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("0000-00-00T00:00:00Z", None),
        ("-0001-11-30T00:00:00Z", None),
        ("10000-01-01T00:00:00Z", None),
        ("Sun, 99 Foo 2026 99:99:99 GMT", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_utc_and_sane(date: str, expected: datetime | None) -> None:
    assert one(rss(item(guid="1", pubDate=date))).published == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("HTTP://a.example/x", "http://a.example/x"),
        ("/x?a=1&amp;b=2", "https://www.harbour.example/x?a=1&b=2"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("\n https://a.example/x \n", "https://a.example/x"),
        ("https://user:secret@a.example/x", "https://a.example/x"),
        ("https://a.example:8443/x", "https://a.example:8443/x"),
        ("https://[2606:4700::1]/x", "https://[2606:4700::1]/x"),
        ("https://[broken/x", ""),
        ("https://a.example:99999/x", ""),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("data:text/html,x", ""),
        ("mailto:a@b.example", ""),
        ("https://a.example/\u202egpj.exe", "https://a.example/gpj.exe"),
        ("x" * 5_000, ""),
    ],
)
def test_links_are_absolute_and_http(link: str, expected: str) -> None:
    """Relative ones resolve against the feed's address; the article's domain is always readable."""
    article = one(rss(item(guid="1", link=link)))
    assert article.url == expected
    assert article.domain == article.domain.strip()


def test_relative_links_of_rss_mean_the_site() -> None:
    head = "<title>T</title><link>https://site.example/home/</link>"
    body = rss(item(guid="1", link="news/1"), head)
    assert one(body, url="https://feeds.example/f").url == "https://site.example/home/news/1"


def test_the_outlet_is_named_by_reader_feed_or_domain() -> None:
    body = rss(item(guid="1"))
    assert one(body, feed=Feed(FEED.url, "My name")).source == "My name"
    assert one(body).source == "Harbour Times"
    assert one(rss(item(guid="1"), "")).source == "harbour.example"


def test_content_goes_before_summary() -> None:
    fields = "<description>Teaser</description><content:encoded>&lt;p&gt;All.</content:encoded>"
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    assert one(rss(f"<item><guid>1</guid>{fields}</item>", attributes=space)).text == "All."
    empty = "<description>Teaser</description><content:encoded> </content:encoded>"
    assert one(rss(f"<item><guid>1</guid>{empty}</item>", attributes=space)).text == "Teaser"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("AT&amp;amp;T", "AT&T"),
        ("AT&amp;T", "AT&T"),
        ("<![CDATA[A <b>bold</b> one]]>", "A bold one"),
        ("5 &lt; 6", "5 < 6"),
        ("a\n  b", "a b"),
        ("a\u202eb\u200bc", "abc"),
        ("&#8216;Yes&#8217;", "‘Yes’"),
    ],
)
def test_titles_are_plain_lines(written: str, title: str) -> None:
    assert one(rss(item(guid="1", title=written))).title == title


def test_languages_are_declared_or_guessed() -> None:
    """`xml:lang` and `<language>` count; else a text that is long enough is recognised."""
    text = "The harbour was reopened on Monday after two years of work, and many people came. " * 2
    hebrew = "הנמל נפתח מחדש ביום שני לאחר שנתיים של עבודה, ורבים הגיעו אל הרציף הישן. " * 2
    assert one(rss(item(guid="1"), "<language>en-US</language>")).lang == "en"
    assert one(rss(item(guid="1"), "<language>iw</language>")).lang == "he"
    assert one(rss(item(guid="1"), "<language>eng</language>")).lang == "en"
    assert one(rss(item(guid="1", description=text))).lang == "en"
    assert one(rss(item(guid="1", description=hebrew))).lang == "he"
    assert one(rss(item(guid="1", description="Short."))).lang == ""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body is empty"),
        (b" \n ", "the body is empty"),
        (b"\xff\xfe", "the body is empty"),
        (b"Not found", "this is neither XML nor JSON"),
        (b"/etc/passwd", "this is neither XML nor JSON"),
        (b"file:///dev/zero", "this is neither XML nor JSON"),
        (b"<!doctype html><p>Hi", "this is no feed: its root element is <p>"),
        (b"<html><head/></html>", "this is an HTML page, not a feed"),
        (b"<!-- x --><!DOCTYPE HTML PUBLIC 'a' 'b'>\n<HTML>", "this is an HTML page, not a feed"),
        (b"<opml/>", "this is no feed: its root element is <opml>"),
        (b"{}", "this is JSON, but not a JSON Feed"),
        (b"{", "not readable as JSON"),
        (b'{"items": ' + b"[" * 100_000, "not readable as JSON"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "not readable as JSON"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, reason: str) -> None:
    with pytest.raises(FeedError) as caught:
        parse(body)
    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32", "cp037"])
@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [<!ENTITY a "b">]>',
        '<!doctype rss [\n<!entity % a SYSTEM "file:///etc/passwd"> %a; ]>',
        '<!-- <rss> --><!DOCTYPE rss SYSTEM "x.dtd" [ <!ELEMENT rss ANY> <!ENTITY a "b"> ]>',
        '<?a <b> ?><!DOCTYPE rss [ <!-- ]> --> <!ENTITY a "b"> ]>',
        '<!DOCTYPE rss [ <!ATTLIST rss a CDATA "]>"> <!ENTITY a "b"> ]>',
    ],
)
def test_documents_that_declare_entities_are_refused(doctype: str, encoding: str) -> None:
    body = f'<?xml version="1.0"?>{doctype}' + rss(item(guid="1", title="&a;"))
    with pytest.raises(FeedError, match="declares entities"):
        parse(body.encode(encoding))


def test_a_document_type_without_entities_is_harmless() -> None:
    doctype = (
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" '
        '"http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    )
    quoting = "<![CDATA[How to write <!ENTITY in a DOCTYPE]]>"
    assert one(doctype + rss(item(guid="1", title=quoting))).key == "1"


def test_broken_documents_give_what_they_have() -> None:
    """A feed that stops in the middle is read as far as it goes, and says so."""
    parsed = parse(rss(item(guid="1", title="a") + item(guid="2", title="b"))[:-40])
    assert [article.title for article in parsed.articles][:1] == ["a"]
    assert "not well-formed" in parsed.problems[0]


def test_control_characters_break_nothing() -> None:
    parsed = parse(rss(item(guid="1", title="a\x00b\x08c\x1bd")))
    assert [article.title for article in parsed.articles] == ["abcd"]
    assert parsed.problems == ()


def test_lone_surrogates_are_dropped() -> None:
    body = json.dumps(
        {"items": [{"id": "\ud800x", "title": "a\udfffb", "content_text": "c\ud800"}]}
    )
    article = one(body)
    assert (article.key, article.title, article.text) == ("x", "ab", "c")
    article.content_hash.encode()


def test_an_empty_feed_has_no_articles() -> None:
    parsed = parse(rss(""))
    assert (parsed.title, parsed.articles, parsed.problems) == ("Harbour Times", (), ())


def test_huge_fields_are_cut() -> None:
    """Ten megabytes of title become a thousand characters."""
    article = one(rss(item(guid="g" * 9_000, title="word " * 2_000_000)))
    assert len(article.title) <= 1_000
    assert article.title.endswith("word")
    assert len(article.key) == 32


def test_very_long_feeds_are_read_to_a_limit() -> None:
    many = "".join(item(guid=str(number)) for number in range(MAX_ENTRIES + 10))
    parsed = parse(rss(many))
    assert len(parsed.articles) == MAX_ENTRIES
    assert parsed.articles[0].key == "0"
    assert parsed.problems == (
        f"only the first {MAX_ENTRIES} of {MAX_ENTRIES + 10} entries are read",
    )


def test_what_a_feed_asks_for_is_read() -> None:
    head = "<title>T</title><ttl>90</ttl><skipHours><hour>1</hour><hour> 23 </hour></skipHours>"
    parsed = parse(rss(item(guid="1"), head))
    assert (parsed.every, parsed.skip_hours) == (5_400, (1, 23))
    head = "<skipDays><day>Sunday</day><day> saturday </day><day>Caturday</day></skipDays>"
    assert parse(rss(item(guid="1"), head)).skip_days == (5, 6)
    space = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    head = "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
    assert parse(rss(item(guid="1"), head, space)).every == 21_600
    assert parse(rss(item(guid="1"), "<ttl>soon</ttl>")).every is None


def test_known_entries_are_not_read_again() -> None:
    """Only the entry that changed comes back, equal to what a full reading gives."""
    before = [item(guid=str(n), title=f"t{n}", link=f"/{n}", description="x" * n) for n in range(9)]
    first = parse(rss("".join(before)))
    after = [*before[:4], before[4].replace("t4", "corrected"), *before[5:]]
    again = parse(rss("".join(after)), known=first.entries)
    assert again.articles == tuple(a for a in parse(rss("".join(after))).articles if a.key == "4")
    assert [a.title for a in again.articles] == ["corrected"]
    assert len(again.entries) == 9
    assert parse(rss("".join(after)), known=again.entries).articles == ()


def test_a_permalink_as_id_does_not_stop_pruning() -> None:
    """Most feeds give the link as the id too; that is no repeat."""
    link = "https://harbour.example/{}"
    entries = [item(guid=link.format(n), link=link.format(n), title=link.format(n)) for n in "abc"]
    known = parse(rss("".join(entries[1:]))).entries
    pruned = prune(rss("".join(entries)).encode(), "", known)
    assert pruned is not None
    assert pruned.count == 1
    again = parse(rss("".join(entries)), known=known)
    assert [article.key for article in again.articles] == [link.format("a")]


def test_entries_are_judged_with_their_neighbours() -> None:
    """A new entry that shares its id with a known one needs both to be told apart."""
    first = item(guid="1", link="/a", title="a")
    known = parse(rss(first)).entries
    second = parse(rss(item(guid="1", link="/b", title="b") + first), known=known)
    assert [a.key for a in second.articles] == [
        "https://www.harbour.example/b", "https://www.harbour.example/a",
    ]  # fmt: skip


def test_json_entries_are_told_apart_too() -> None:
    first = parse(json.dumps(JSON))
    assert parse(json.dumps(JSON), known=first.entries).articles == ()
    assert [a.key for a in parse(json.dumps(JSON), known=first.entries[:1]).articles] == ["8"]


markup = st.text("<>/&;=\"' \nabé\x00\ud800[]!-?", max_size=40)


@given(markup, markup, markup)
def test_nothing_but_feed_errors_comes_out(title: str, link: str, tail: str) -> None:
    """Markup in every place: articles or a FeedError, and every text is clean."""
    body = rss(f"<item><title>{title}</title><link>{link}</link></item>") + tail
    try:
        parsed = parse(body.encode("utf-8", "surrogatepass"))
    except FeedError:
        return
    for article in parsed.articles:
        assert "\x00" not in article.title + article.text
        assert article.domain is not None


def encoded_twice(text: str) -> bool:
    try:
        return text.encode("latin-1").decode() != text
    except UnicodeError:
        return False


@given(st.text(max_size=30), st.text(max_size=80))
def test_plain_words_survive_the_way(title: str, text: str) -> None:
    """What is escaped as it should be comes out as the same words.

    Except that feedparser mends texts that were encoded in UTF-8 twice (`Ã©` for `é`).
    """
    words = " ".join(one_word for one_word in title.split() if one_word.isalnum())
    more = " ".join(one_word for one_word in text.split() if one_word.isalnum())
    assume(not any(encoded_twice(one_text) for one_text in (words, more)))
    article = one(rss(item(guid="1", title=escape(words), description=escape(more))))
    assert (article.title, article.text) == (words, more)
