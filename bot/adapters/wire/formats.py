"""Cuts feed files into dated entries, and puts a selection of them together again.

XML is cut by pattern and never parsed and written anew: what is served has the quirks (encoding,
CDATA, entities) that the file has.
"""

from __future__ import annotations

import codecs
import html
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from bot.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_BLOCK = re.compile(r"<(item|entry)\b[^>]*>.*?</\1>\s*", re.DOTALL)
_ID = re.compile(r"<(?:guid|id)\b[^>]*>\s*([^<]+?)\s*</|<item\s+rdf:about=\"([^\"]+)\"")
_DATE = re.compile(r"<(?:pubDate|published|updated|atom:updated|dc:date)>\s*([^<]+?)\s*</")
_TITLE = re.compile(r"<title\b[^>]*>\s*([^<]+?)\s*</title>")
_HEAD_DATE = re.compile(r"(?<=<updated>)[^<]*(?=</updated>)")
_BUILD_DATE = re.compile(r"(?<=<lastBuildDate>)[^<]*(?=</lastBuildDate>)")
_SEQUENCE = re.compile(r"[ \t]*<rdf:li (?:rdf:)?resource=\"([^\"]+)\"\s*/>\n?")
_XML_CHARSET = re.compile(rb"<\?xml[^>]*encoding=[\"']([\w-]+)")
_ROOTS = {
    "<rss": "application/rss+xml",
    "<rdf:RDF": "application/rdf+xml",
    "<feed": "application/atom+xml",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of an entry.

    Attributes:
        id: as in the file; versions of one entry share it.
        link: as in the file.
        due: its newest date, which is when this version appears.
        content: what is copied into the feed: a piece of XML, or a JSON object.
    """

    id: str
    link: str
    due: datetime
    content: Any


def read_feed(path: Path) -> XmlFeed | JsonFeed:
    """Read a feed file by its ending.

    Raises:
        FileError: it cannot be cut into dated entries.
    """
    return _json_feed(path) if path.suffix == ".json" else _xml_feed(path)


# ---------------------------------------------------------------- XML


@dataclass(frozen=True, slots=True)
class XmlFeed:
    """RSS 2.0, RSS 1.0 or Atom."""

    title: str
    entries: tuple[Entry, ...]
    content_type: str
    codec: str
    head: str
    tail: str

    def render(self, shown: list[Entry], modified: datetime) -> bytes:
        """Put entries together in the file's encoding; `modified` becomes the feed's date."""
        ids = {entry.id for entry in shown}
        head = _SEQUENCE.sub(lambda line: line[0] if line[1] in ids else "", self.head)
        head = _HEAD_DATE.sub(modified.strftime("%Y-%m-%dT%H:%M:%SZ"), head)
        head = _BUILD_DATE.sub(modified.strftime("%a, %d %b %Y %H:%M:%S +0000"), head)
        text = head + "".join(entry.content for entry in shown) + self.tail
        return text.encode(self.codec)


def _xml_feed(path: Path) -> XmlFeed:
    content = path.read_bytes()
    declared = _XML_CHARSET.search(content[:200])
    charset = declared[1].decode() if declared else "utf-8"
    codec = charset
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if content.startswith(mark):
            charset, codec = "utf-16", name  # keeps the mark as the text's first character
    try:
        text = content.decode(codec)
    except (LookupError, UnicodeDecodeError) as error:
        raise FileError(path, f"cannot be decoded: {error}") from None
    blocks = list(_BLOCK.finditer(text))
    root = next((kind for tag, kind in _ROOTS.items() if tag in text), None)
    title = _TITLE.search(text)
    if root is None or title is None or not blocks:
        raise FileError(path, "not a feed with a title and entries")
    return XmlFeed(
        title=html.unescape(title[1]),
        entries=tuple(_xml_entry(path, text, block) for block in blocks),
        content_type=f"{root}; charset={charset.lower()}",
        codec=codec,
        head=text[: blocks[0].start()],
        tail=text[blocks[-1].end() :],
    )


def _xml_entry(path: Path, text: str, block: re.Match[str]) -> Entry:
    identity = _ID.search(block[0])
    link = re.search(r"<link>\s*([^<]+?)\s*</link>|<link\b[^>]*href=\"([^\"]+)\"", block[0])
    if identity is None or link is None:
        line = text.count("\n", 0, block.start()) + 1
        raise FileError(path, "an entry needs an id and a link", line=line)
    return Entry(
        id=identity[1] or identity[2],
        link=link[1] or link[2],
        due=_latest(path, _DATE.findall(block[0]), _any_date),
        content=block[0],
    )


# ---------------------------------------------------------------- JSON Feed 1.1


@dataclass(frozen=True, slots=True)
class JsonFeed:
    """JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

    title: str
    entries: tuple[Entry, ...]
    content_type: str
    head: dict[str, Any]

    def render(self, shown: list[Entry], modified: datetime) -> bytes:
        """Put entries together as UTF-8."""
        del modified  # the format has no date of its own
        document = {**self.head, "items": [entry.content for entry in shown]}
        return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _json_feed(path: Path) -> JsonFeed:
    try:
        document = json.loads(path.read_bytes())
        entries = tuple(_json_entry(path, entry) for entry in document["items"])
        return JsonFeed(document["title"], entries, "application/feed+json", document)
    except (KeyError, TypeError, ValueError):
        raise FileError(path, "not a JSON Feed with a title, and ids and URLs of entries") from None


def _json_entry(path: Path, entry: dict[str, str]) -> Entry:
    dates = [entry[key] for key in ("date_published", "date_modified") if key in entry]
    due = _latest(path, dates, datetime.fromisoformat)
    return Entry(id=entry["id"], link=entry["url"], due=due, content=entry)


def _any_date(text: str) -> datetime:
    return datetime.fromisoformat(text) if text[:1].isdigit() else parsedate_to_datetime(text)


def _latest(path: Path, dates: Iterable[str], read: Callable[[str], datetime]) -> datetime:
    try:
        return max(read(date).astimezone(UTC) for date in dates)
    except ValueError:
        raise FileError(path, "an entry has no date, or one that cannot be read") from None
