"""HTML to paragraphs; characters that nobody should meet."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text import clean, html_to_text, one_line, plain_line, plain_paragraphs


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain", "plain"),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<p>One<p>Two", "One\n\nTwo"),
        ("one<br>two<br/><br />three", "one two\n\nthree"),
        ("a<br> \n <br>b", "a\n\nb"),
        ("<b>bo</b>ld and <i>it</i>alic", "bold and italic"),
        ("<div>a<div>b</div>c</div>", "a\n\nb\n\nc"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("a &amp; b &lt;c&gt; &#8220;d&#8221; &eacute;&nbsp;f", "a & b <c> “d” é f"),
        ("&#146;quoted&#x27;", "’quoted'"),
        ("line\nend  and\ttabs<p>x", "line end and tabs\n\nx"),
        ("no tags\n\nat all\nhere", "no tags\n\nat all here"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("<script>alert('x')</script>a<style>p{}</style>b", "ab"),
        ("<nav>Home</nav><p>a</p><form><input>Search</form>", "a"),
        ("<noscript>no</noscript><iframe src=x>f</iframe><svg><text>t</text></svg>ok", "ok"),
        ('<img alt="a > b" src=x>after', "after"),
        ("<!-- <p>hidden</p> -->seen", "seen"),
        ("<blockquote>“Stop,” she said.</blockquote>He left.", "“Stop,” she said.\n\nHe left."),
        ("<p>שלום <b>עולם</b></p><p>مرحبا</p>", "שלום עולם\n\nمرحبا"),
        ("<unclosed <p>a", "a"),
        ("<![CDATA[x]]>y", "y"),
        ("<html><head><title>T</title></head><body>b</body></html>", "b"),
    ],
)
def test_html_becomes_paragraphs(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("AT&amp;T &lt;deal&gt;", "AT&T <deal>"),
        ("A <b>bold</b>\n title ", "A bold title"),
        ("5 < 6 & 7", "5 < 6 & 7"),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("Q&A; R&D", "Q&A; R&D"),
    ],
)
def test_titles_are_one_line(value: str, line: str) -> None:
    assert plain_line(value) == line


def test_spoofing_characters_are_dropped() -> None:
    """NUL, controls, bidi overrides, zero-width characters and surrogates disappear."""
    bad = "\x00\x07\x1b\x7f\x9d\u00ad\u061c\u200b\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff"
    assert clean("a".join([*bad, "\ud800", "\udfff", "\ufdd0", "\U000e0041", ""])) == "a" * 20
    assert html_to_text("<p>a&#8238;b&#0;c&#x200B;d</p>") == "ab\ufffdcd"


def test_joiners_stay_where_a_script_needs_them() -> None:
    """Persian and emoji keep their joiners; between Latin letters they only hide words."""
    assert clean("می\u200cخواهم") == "می\u200cخواهم"
    assert clean("👩\u200d⚖") == "👩\u200d⚖"
    assert clean("ce\u200dase\u200cfire\u200d") == "ceasefire"


def test_letters_are_never_normalised() -> None:
    """Composed and decomposed letters, ligatures and full-width forms stay as written."""
    odd = "é e\u0301 ﬁ Ａ ½ “ ” ‘ ’ – — … ½"
    assert one_line(odd) == plain_paragraphs(odd) == html_to_text(f"<p>{odd}</p>") == odd


@pytest.mark.parametrize(
    "html",
    ["<div>" * 100_000 + "x", "<" * 200_000, "<a " * 100_000, "<!--" * 100_000, "&" * 300_000,
     "<form>" * 100_000 + "x", " " * 500_000 + "<p>x", "<br> " * 100_000 + "x", "\n" * 300_000,
     "\u200d" * 300_000, "<b>" * 4_900 + "x", "<a href='" * 50_000],
    ids=range(12),
)  # fmt: skip
def test_no_input_takes_long(html: str) -> None:
    """Half a megabyte of anything is read in less than a second or two."""
    start = time.perf_counter()
    html_to_text(html)
    plain_line(html)
    assert time.perf_counter() - start < 3


@given(st.text("<>/pbr &;\n\t\"'=!-x\u200d\u202eé", max_size=60))
def test_paragraphs_are_clean_lines(html: str) -> None:
    """Whatever goes in, paragraphs are non-empty lines with single spaces, without markers."""
    text = html_to_text(html)
    for paragraph in text.split("\n\n") if text else []:
        assert paragraph == one_line(paragraph) != ""
    assert not set(text) & set("\ufdd0\ufdd1\u202e\x00")
