"""HTML to paragraphs of plain text, and the cleaning of characters that nobody should meet.

One paragraph is one line: white space inside it is collapsed to single spaces, and paragraphs are
separated by a blank line. Letters are never normalised or replaced, so that quotes stay verbatim.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

BREAK, LINE = "\ufdd0", "\ufdd1"
"""Mark a paragraph's edge and a `<br>`: non-characters, so that cleaned input has none."""

HIDDEN = (
    "script", "style", "nav", "noscript", "template", "iframe", "object", "embed", "svg", "math",
    "head", "title", "button", "select", "textarea", "audio", "video", "canvas", "form",
)  # fmt: skip
BLOCKS = (
    "address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "summary", "table", "td",
    "tfoot", "th", "thead", "tr", "ul",
)  # fmt: skip

MAX_TAGS = 5_000
"""Above it tags are cut out by a regex: the tree costs quadratic time in its depth."""

_TAGGED = re.compile(r"<[a-zA-Z/!?]")
_ENTITY = re.compile(r"&(?:#\d|#[xX][0-9a-fA-F]|[a-zA-Z])")
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>|<[!?/][^<>]*>")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*|[\u2029]+")
_LINE_BREAKS = re.compile(rf"{LINE}(?:\s*{LINE})+")

# Control characters except tab and line ends; soft hyphen, zero-width space, word joiner and byte
# order mark; bidi marks, embeddings, overrides and isolates; interlinear and tag characters;
# surrogates and non-characters. Legitimate text has none of them, spoofed text does (Unicode
# Technical Report 36, section 2; Technical Standard 39, section 3.1).
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
# Joiners shape Persian, Indic and emoji sequences; beside Latin letters or an edge they only hide.
_STRAY_JOINER = re.compile("(?<![\u0600-\uffff\U00010000-\U0010ffff])[\u200c\u200d]+"
                           "|[\u200c\u200d]+(?![\u0600-\uffff\U00010000-\U0010ffff])")  # fmt: skip


def clean(text: str) -> str:
    """Drop the characters that are not text: controls, bidi overrides, zero-width, surrogates."""
    if _harmless(text):
        return text
    text = _UNWANTED.sub("", text)
    if "\u200c" in text or "\u200d" in text:
        text = _STRAY_JOINER.sub("", text)
    return text


def _harmless(text: str) -> bool:
    """Say quickly that a text has none of them: all are unprintable, as line ends are too."""
    return text.replace("\n", " ").replace("\r", " ").replace("\xa0", " ").isprintable()


def one_line(text: str) -> str:
    """Clean plain text and collapse its white space to single spaces."""
    return " ".join(clean(text).split())


def plain_paragraphs(text: str) -> str:
    """Clean plain text: blank lines separate its paragraphs, other line ends are spaces."""
    return _joined(_BLANK_LINE.split(clean(text)))


def html_to_text(html: str) -> str:
    """Give the text of an HTML fragment or page, paragraphs separated by a blank line.

    Scripts, styles, forms and navigation are dropped, entities resolved, two or more `<br>` in a
    row end a paragraph. Text without any tag keeps its blank lines as paragraph breaks.
    """
    if not _TAGGED.search(html):
        return plain_paragraphs(_resolved(html) if _ENTITY.search(html) else html)
    source = html if _harmless(html) else _UNWANTED.sub("", html)
    many = source.count("<") > MAX_TAGS
    return _joined((_text_by_regex if many else _text_by_tree)(source).split(BREAK))


def plain_line(html_or_text: str) -> str:
    """Give one line of plain text, for titles and names. Tags and entities are resolved."""
    if _TAGGED.search(html_or_text) or _ENTITY.search(html_or_text):
        return html_to_text(html_or_text).replace("\n\n", " ")
    return one_line(html_or_text)


def _resolved(text: str) -> str:
    # Angle brackets are hidden from the parser: `a < b` in tagless text is a sign, not a tag.
    body = LexborHTMLParser("<pre>\n" + text.replace("<", "&lt;") + "</pre>").body
    return body.text(deep=True) if body is not None else ""


def _text_by_tree(html: str) -> str:
    # Inside a body, or a fragment that begins with what belongs to a head would be taken apart.
    tree = LexborHTMLParser(f"<!doctype html><body>{html}")
    tree.strip_tags(list(HIDDEN))
    body = tree.body
    if body is None:
        return ""
    for node in body.css("br"):
        node.replace_with(LINE)
    for node in body.css(",".join(BLOCKS)):
        node.insert_before(BREAK)
        node.insert_after(BREAK)
    return _broken(body.text(deep=True))


def _text_by_regex(html: str) -> str:
    def edge(tag: re.Match[str]) -> str:
        name = (tag[2] or "").lower()
        return BREAK if name in BLOCKS else LINE if name == "br" else ""

    hidden = re.compile(rf"<({'|'.join(HIDDEN)})\b[^<>]*>[^<]*</\1\s*>", re.IGNORECASE)
    return _broken(_resolved(_ANY_TAG.sub(edge, hidden.sub("", html))))


def _broken(text: str) -> str:
    """Turn runs of `<br>` into paragraph edges and single ones into spaces."""
    return _LINE_BREAKS.sub(BREAK, text).replace(LINE, " ")


def _joined(paragraphs: list[str]) -> str:
    lines = (one_line(paragraph) for paragraph in paragraphs)
    return "\n\n".join(line for line in lines if line)
