"""The pieces of an entry, whatever format it came in: link, date, key, length."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit, urlunsplit

from bot.core.model import digest
from bot.core.text import one_line

if TYPE_CHECKING:
    import time
    from collections.abc import Iterable, Sequence

MAX_ENTRIES = 5_000
"""Of a longer feed the first ones are read; it says so in its problems."""

MAX_TITLE = 1_000
MAX_TEXT = 400_000
MAX_LINK = 4_000
MAX_KEY = 500
OLDEST_YEAR = 1990
SLACK = timedelta(days=1)
"""How far ahead a clock may be before its date is taken for now."""

_CONTROL = re.compile(r"[\s\x00-\x20\x7f]+")


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An entry's fields, read from its format but neither judged nor joined with the feed's.

    Attributes:
        id: `guid`, `id`, or "".
        link: absolute http(s) link, or "".
        title: one line of plain text.
        text: paragraphs of plain text.
        date: as given, aware, unclamped; None when it has none or an unreadable one.
        author: one line, may be empty.
        section: categories, comma-separated.
        lang: as declared for the entry, or "".
    """

    id: str
    link: str
    title: str
    text: str
    date: datetime | None
    author: str = ""
    section: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A body as its format reads it.

    Attributes:
        title: the feed's own title, one line.
        lang: its declared language, ISO 639-1, or "".
        entries: those that were read, in order.
        version: the format, "" when none was recognised.
        hashes: of all entries of the body, or empty.
        problems: what was odd, one line each.
        every: seconds between polls that it asks for, or None.
        skip_hours: hours of the day (UTC) in which it asks not to be polled.
        skip_days: days of the week (UTC, 0 for Monday) on which it asks not to be polled.
        hub: WebSub hub that it announces, or "".
        topic: its own address as it gives it, or "".
    """

    title: str
    lang: str
    entries: tuple[RawEntry, ...]
    version: str
    hashes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    every: float | None = None
    skip_hours: tuple[int, ...] = ()
    hub: str = ""
    topic: str = ""
    skip_days: tuple[int, ...] = ()


def web_link(link: object, base: str) -> str:
    """Resolve a link and give it if it is http or https with a host, without credentials.

    Anything else (`javascript:`, `tag:`, `mailto:`, unreadable) gives "".
    """
    if not isinstance(link, str) or not link.strip() or len(link) > MAX_LINK:
        return ""
    try:
        parts = urlsplit(urljoin(base, _CONTROL.sub(" ", one_line(link)).strip()))
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    place = f"[{host}]" if ":" in host else host
    netloc = f"{place}:{port}" if port else place
    return urlunsplit(parts._replace(netloc=netloc)).replace(" ", "%20")


def moment(parsed: time.struct_time | None) -> datetime | None:
    """Read feedparser's UTC time tuple; None for what no calendar has."""
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def sane(date: datetime | None, now: datetime) -> datetime | None:
    """Clamp a date: none before 1990, and `now` for what lies more than a day ahead."""
    if date is None or date.year < OLDEST_YEAR:
        return None
    return now if date > now + SLACK else date


def entry_keys(entries: Sequence[RawEntry]) -> list[str]:
    """Give each entry's identity within its feed: id, else link, else a digest of its words.

    An id that entries of one body share although their links differ identifies none of them, nor
    does a link that stands for entries with different titles (a live page, a home page).
    """
    shared_ids = _shared((entry.id, entry.link) for entry in entries if entry.link)
    shared_links = _shared((entry.link, entry.title) for entry in entries)
    keys = []
    for entry in entries:
        key = "" if entry.id in shared_ids else entry.id
        key = key or ("" if entry.link in shared_links else entry.link)
        keys.append(_bounded(key) or digest("entry", entry.link, entry.title, entry.text))
    return keys


def _shared(pairs: Iterable[tuple[str, str]]) -> set[str]:
    counts = Counter(first for first, _ in set(pairs))
    return {first for first, count in counts.items() if count > 1}


def _bounded(key: str) -> str:
    return key if len(key) <= MAX_KEY else digest("key", key, size=32)


def shortened(text: str, limit: int) -> str:
    """Cut a text that no outlet would print at a word's end."""
    if len(text) <= limit:
        return text
    cut = text.rfind(" ", limit - 100, limit)
    return text[: cut if cut > 0 else limit].rstrip()
