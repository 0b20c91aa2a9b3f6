"""Bytes of a document to clean characters; what its prolog declares.

Python knows codecs that are no character sets (`idna`, `unicode_escape`, `undefined`) or that
smuggle markup past a reader (`utf-7`): labels are looked up in a list of real ones.
"""

from __future__ import annotations

import codecs
import re

from bot.errors import FeedError

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BARE = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"),
         (b"\0<", "utf-16-be"), (b"{\0", "utf-16-le"), (b"\0{", "utf-16-be"),
         (b"\x4c\x6f\xa7\x94", "cp037"))  # fmt: skip

_LABEL = re.compile(r"[A-Za-z0-9._:-]{1,40}")
_REAL = re.compile(
    r"utf-(8|16|32).*|ascii|iso8859-\d+|cp\d+|koi8-\w|kz1048|tis-620|mac-\w+|viscii|ptcp154"
    r"|gb\d+|gbk|hz|big5\w*|euc_\w+|johab|shift_jis\w*|iso2022_\w+"
)
_SEVEN_BIT = re.compile(r"iso2022|hz")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\"';,\s]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]{1,40})[\"']")
# XML 1.0, production 2, leaves these out; one of them makes a strict parser give up.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))
_PROLOG = re.compile(r"\s+|<\?(?s:.*?)(?:\?>|\Z)|<!--(?s:.*?)(?:-->|\Z)")
_DOCTYPE = re.compile(r"<!doctype\b", re.IGNORECASE)
_ENTITY = re.compile(r"<!entity\b", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")


def decode(body: bytes, content_type: str = "") -> str:
    """Give a document's characters, without those that XML forbids. Never fails.

    A byte order mark wins (RFC 7303, section 3). What is valid UTF-8 is UTF-8 whatever its labels
    say, for no other encoding's text is so by accident; else the label of the header counts before
    that of the XML declaration or HTML's `<meta>`, else it is windows-1252, as in browsers.
    """
    return decoded(body, content_type)[0]


def decoded(body: bytes, content_type: str = "") -> tuple[str, bytes | None]:
    """Give a document's characters as `decode`, and the same in UTF-8 where the body is just that.

    Most bodies are; writing their characters in UTF-8 again costs more than reading them.
    """
    text, name = _decoded(body, content_type)
    text = text.removeprefix("\ufeff")
    # The sweep over characters costs more than all the rest; almost no document needs it.
    if _dirty(body) or "\ufffe" in text or "\uffff" in text:
        return _NOT_XML.sub("", text), None
    return text, body if name == "utf-8" else None


def _dirty(body: bytes) -> bool:
    """Say whether control bytes are in there (and zeros, where a character has several bytes)."""
    return len(body.translate(None, _CONTROLS)) != len(body)


def _decoded(body: bytes, content_type: str) -> tuple[str, str]:
    """Give the characters and the encoding that gave them, "" where some were replaced."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), ""
    start = body.lstrip(b" \t\r\n")[:4] if body[:1].isspace() else body[:4]
    for bare, name in _BARE:
        if start.startswith(bare):
            return body.decode(name, "replace"), ""
    labels = [label for label in (_header(content_type), _declaration(body)) if label]
    seven_bit = [label for label in labels if _SEVEN_BIT.match(label)]
    for label in (*seven_bit, "utf-8", *labels):
        try:
            return body.decode(label), label
        except (UnicodeError, ValueError):
            continue
    return body.decode(labels[0] if labels else "cp1252", "replace"), ""


def _header(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    return charset(found[1]) if found else ""


def _declaration(body: bytes) -> str:
    found = _DECLARED.search(body[:1024]) or _META.search(body[:4096])
    return charset(found[1].decode("ascii", "replace")) if found else ""


def charset(label: str) -> str:
    """Give Python's name of a character set, or "" for what is none.

    Latin-1, ASCII and GB 2312 become the supersets that their labels mean in practice (WHATWG
    Encoding Standard, section 4.2).
    """
    if not _LABEL.fullmatch(label):
        return ""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    name = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}.get(
        name, name
    )
    return name if _REAL.fullmatch(name) else ""


def document(text: str) -> tuple[str, str]:
    """Give a document from its root element on, and the root's name in lower case ("" for none).

    The prolog is left out: declarations of encodings are out of date once the text is decoded, and
    a document type is only of use to define entities.

    Raises:
        FeedError: the document declares entities, which may expand without end or name files.
    """
    at = root_at(text)
    root = _ROOT.match(text, at)
    return text[at:], root[1].lower() if root else ""


def root_at(text: str) -> int:
    """Give the place where a document's prolog ends.

    Raises:
        FeedError: the document declares entities.
    """
    at = 0
    while True:
        if found := _PROLOG.match(text, at):
            at = found.end()
        elif _DOCTYPE.match(text, at):
            at = _after_doctype(text, at)
        else:
            return at


def _after_doctype(text: str, at: int) -> int:
    """Find the end of a document type declaration: the `>` outside brackets and quotes."""
    end = text.find(">", at)
    subset = text.find("[", at)
    if subset != -1 and (end == -1 or subset < end):
        close = text.find("]", subset)
        if _ENTITY.search(text, subset, _root_start(text, subset)):
            raise FeedError("the document declares entities, which is not allowed")
        end = text.find(">", close) if close != -1 else -1
    return len(text) if end == -1 else end + 1


def _root_start(text: str, at: int) -> int:
    found = _ROOT.search(text, at)
    return found.start() if found else len(text)
