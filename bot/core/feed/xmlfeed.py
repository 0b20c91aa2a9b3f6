"""RSS, RDF and Atom through feedparser: the one file that imports it.

feedparser only ever gets `io.BytesIO`: bytes and strings can be taken for a path or an address.
"""

from __future__ import annotations

import io
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.core.feed import sax
from bot.core.feed.fields import Document, RawEntry, moment, web_link
from bot.core.feed.language import declared
from bot.core.feed.links import publisher_link
from bot.core.text import html_to_text, one_line, plain_line, plain_paragraphs
from bot.errors import FeedError

if TYPE_CHECKING:
    from datetime import datetime
    from types import ModuleType

_PLAIN = "text/plain"
_DATES = ("published", "updated", "created")
# feedparser finds some date in these; no calendar does.
_NO_YEAR = re.compile(r"\s*(?:[-+]|\d{5,}-)")
_TEXTUAL = re.compile(r"text/|application/xhtml|^x?html$|^text$|^$")
_SKIP_HOURS = re.compile(rb"<skipHours>(.{0,2000}?)</skipHours>", re.DOTALL)
_SKIP_DAYS = re.compile(rb"<skipDays>(.{0,2000}?)</skipDays>", re.DOTALL)
_DAY = re.compile(rb"<day>\s*(\w{6,9})\s*</day>")
_DAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>")
# https://web.resource.org/rss/1.0/modules/syndication/
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800,
            "monthly": 2_592_000, "yearly": 31_536_000}  # fmt: skip


def read_xml(body: bytes, url: str) -> Document:
    """Read a UTF-8 document without prolog.

    Raises:
        FeedError: feedparser fails on it.
    """
    try:
        parsed = _feedparser().parse(
            io.BytesIO(b"<?xml version='1.0' encoding='utf-8'?>\n" + body),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # noqa: BLE001 - its loose parser raises what it likes
        raise FeedError(f"not readable as a feed ({type(error).__name__})") from None
    about = parsed["feed"]
    version = str(parsed["version"] or "")
    # Atom resolves against xml:base or the document (RFC 4287, section 2); what writes relative
    # links into RSS means the site.
    base = url if version.startswith("atom") else web_link(_get(about, "link"), url) or url
    title = _get(about, "title_detail") or {}
    return Document(
        title=_line(about, "title"),
        lang=declared(_get(about, "language"), _get(title, "language")),
        entries=tuple(_entry(entry, base) for entry in parsed["entries"]),
        version=version,
        problems=_problems(parsed),
        every=_every(about),
        skip_hours=_skip_hours(body),
        skip_days=_skip_days(body),
        hub=_related(about, "hub", url),
        topic=_related(about, "self", url),
    )


@cache
def _feedparser() -> ModuleType:
    import feedparser  # noqa: PLC0415 - 0.1 s and 20 MB that only workers need

    feedparser.api.PREFERRED_XML_PARSERS[:] = [sax.__name__]
    # Every text passes here on its way to `translate`; the strict parser leaves it as it is.
    feedparser.mixin._FeedParserMixin.decode_entities = staticmethod(  # noqa: SLF001
        lambda _element, text: sax.Text(text)
    )
    # It copies nothing else than the parameters of texts.
    feedparser.util.FeedParserDict.__deepcopy__ = sax.flat_copy
    module: ModuleType = feedparser
    return module


def _entry(entry: dict[str, Any], base: str) -> RawEntry:
    text, lang = _text(entry)
    title = _get(entry, "title_detail") or {}
    # FeedBurner wraps links and gives the publisher's own beside it.
    links = (_get(entry, "feedburner_origlink"), _get(entry, "link"))
    return RawEntry(
        id=one_line(str(_get(entry, "id") or "")),
        link=publisher_link(next(filter(None, (web_link(link, base) for link in links)), "")),
        title=_line(entry, "title"),
        text=text,
        date=next(filter(None, (_date(entry, name) for name in _DATES)), None),
        author=plain_line(str(_get(entry, "author") or "")),
        section=_section(entry),
        lang=declared(_get(entry, "language"), lang, _get(title, "language")),
    )


def _get(fields: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - as untyped as feedparser
    """Read a field as it is: FeedParserDict's own look-up falls back to other fields, and warns."""
    return dict.get(fields, name)


def _line(fields: dict[str, Any], name: str) -> str:
    value = _get(fields, name)
    if not isinstance(value, str):
        return ""
    detail = _get(fields, f"{name}_detail") or {}
    return one_line(value) if _get(detail, "type") == _PLAIN else plain_line(value)


def _text(entry: dict[str, Any]) -> tuple[str, str]:
    """Give an entry's text, content before summary, and the language declared for it."""
    details = [*(_get(entry, "content") or ()), _get(entry, "summary_detail") or {}]
    for detail in details:
        kind = str(_get(detail, "type") or "")
        value = _get(detail, "value")
        if not isinstance(value, str) or not _TEXTUAL.search(kind):
            continue
        text = plain_paragraphs(value) if kind == _PLAIN else html_to_text(value)
        if text:
            return text, str(_get(detail, "language") or "")
    value = _get(entry, "summary")
    return (html_to_text(value), "") if isinstance(value, str) else ("", "")


def _date(entry: dict[str, Any], name: str) -> datetime | None:
    if _NO_YEAR.match(str(_get(entry, name) or "")):
        return None
    return moment(_get(entry, f"{name}_parsed"))


def _section(entry: dict[str, Any]) -> str:
    terms = (plain_line(str(_get(tag, "term") or "")) for tag in _get(entry, "tags") or ())
    return ", ".join(dict.fromkeys(filter(None, terms)))


def _problems(parsed: dict[str, Any]) -> tuple[str, ...]:
    if not parsed["bozo"]:
        return ()
    found = parsed["bozo_exception"]
    line = getattr(found, "getLineNumber", lambda: None)()
    reason = one_line(str(getattr(found, "getMessage", lambda: found)()))[:100]
    return (f"not well-formed: {reason}" + (f", line {line}" if line else ""),)


def _every(about: dict[str, Any]) -> float | None:
    """Read `ttl` (minutes, RSS 2.0) or the syndication module's period and frequency."""
    ttl = str(_get(about, "ttl") or "").strip()
    if ttl.isdecimal() and ttl.isascii():
        return float(ttl[:6]) * 60 or None
    period = _PERIODS.get(str(_get(about, "sy_updateperiod") or "").strip().lower())
    times = str(_get(about, "sy_updatefrequency") or "1").strip()
    often = int(times) if times.isascii() and times.isdecimal() and len(times) < 5 else 1  # noqa: PLR2004
    return period / max(often, 1) if period else None


def _related(about: dict[str, Any], relation: str, url: str) -> str:
    """Give the target of the feed's own `<link rel="…">`, or ""."""
    links = (link for link in _get(about, "links") or () if _get(link, "rel") == relation)
    return next(filter(None, (web_link(_get(link, "href"), url) for link in links)), "")


def _skip_hours(body: bytes) -> tuple[int, ...]:
    found = _SKIP_HOURS.search(body)
    hours = {int(hour) % 24 for hour in _HOUR.findall(found[1])} if found else set()
    return tuple(sorted(hours)) if len(hours) < 24 else ()  # noqa: PLR2004 - a day's


def _skip_days(body: bytes) -> tuple[int, ...]:
    found = _SKIP_DAYS.search(body)
    named = {day.lower() for day in _DAY.findall(found[1])} if found else set()
    days = tuple(number for number, day in enumerate(_DAYS) if day in named)
    return days if len(days) < len(_DAYS) else ()
