"""One outlet's feed file and article pages, as they stood at a moment of the day."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.adapters.wire.formats import Entry, JsonFeed, XmlFeed, read_feed
from bot.errors import FileError

if TYPE_CHECKING:
    from pathlib import Path

DAY = datetime(2024, 4, 30, tzinfo=UTC)
DAWN = DAY + timedelta(minutes=30)
"""Where the time lapse begins: what is older is what a feed's first sight finds."""
MIDNIGHT = DAY + timedelta(days=1)

_HTML_CHARSET = re.compile(rb"<meta charset=[\"']?([\w-]+)")
_PAGE_NAME = re.compile(r"(?P<name>.+?)(?:\.until-(?P<hour>\d\d)(?P<minute>\d\d))?\.html")


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent for a path.

    Attributes:
        content: as on the wire.
        content_type: header, with the charset where the format has one.
        modified: when the newest part of it was published, within the day.
    """

    content: bytes
    content_type: str
    modified: datetime

    @property
    def etag(self) -> str:
        """Opaque tag of a strong validator (RFC 9110, section 8.8.3), without its quotes."""
        return hashlib.sha256(self.content).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class _Page:
    until: datetime
    path: Path


@dataclass(frozen=True)
class Edition:
    """An outlet: its feed and pages.

    Attributes:
        host: the invented domain, which is its folder's name.
        title: the outlet's name, from its feed.
        feed_path: of the feed on the host, such as `/feed.xml`.
    """

    host: str
    title: str
    feed_path: str
    _format: XmlFeed | JsonFeed
    _pages: dict[str, list[_Page]]
    _cache: dict[int, Body] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Edition:
        """Read an outlet's folder; pages are only listed.

        Raises:
            FileError: no feed file, or one that cannot be cut into dated entries.
        """
        path = next((p for p in (folder / "feed.xml", folder / "feed.json") if p.is_file()), None)
        if path is None:
            raise FileError(folder, "an outlet's folder holds feed.xml or feed.json")
        reading = read_feed(path)
        return cls(folder.name, reading.title, f"/{path.name}", reading, _list_pages(folder))

    def feed(self, now: datetime) -> Body:
        """Give the feed as it stands: of each entry the newest version that is due."""
        due = [entry for entry in self._format.entries if entry.due <= now]
        if len(due) not in self._cache:
            newest: dict[str, Entry] = {}
            for entry in sorted(due, key=lambda entry: entry.due):
                newest[entry.id] = entry
            shown = [entry for entry in due if newest[entry.id] is entry]
            modified = max((entry.due for entry in due), default=DAY)
            content = self._format.render(shown, modified)
            self._cache[len(due)] = Body(content, self._format.content_type, modified)
        return self._cache[len(due)]

    def page(self, path: str, now: datetime) -> Body | None:
        """Give an article page as it stands, or None while its entry is not published."""
        name = path.strip("/").removesuffix(".html")
        versions = self._pages.get(name, ())
        dates = sorted(entry.due for entry in self._format.entries if _name(entry.link) == name)
        current = next((page for page in versions if now < page.until), None)
        if current is None or not dates or dates[0] > now:
            return None
        content = current.path.read_bytes()
        charset = _HTML_CHARSET.search(content[:1000])
        modified = max(date for date in dates if date <= now)
        kind = f"text/html; charset={charset[1].decode() if charset else 'utf-8'}"
        return Body(content, kind, modified)


def _name(link: str) -> str:
    """Name a page by its link's path, without scheme, host, query and `.html`."""
    path = link.partition("://")[2].partition("?")[0].partition("/")[2]
    return path.removesuffix(".html")


def _list_pages(folder: Path) -> dict[str, list[_Page]]:
    pages: dict[str, list[_Page]] = {}
    for path in folder.rglob("*.html"):
        found = _PAGE_NAME.fullmatch(path.relative_to(folder).as_posix())
        if found is None:
            continue
        until = datetime.max.replace(tzinfo=UTC)
        if found["hour"]:
            until = datetime.combine(DAY, time(int(found["hour"]), int(found["minute"])), UTC)
        pages.setdefault(found["name"], []).append(_Page(until, path))
    for versions in pages.values():
        versions.sort(key=lambda page: page.until)
    return pages
