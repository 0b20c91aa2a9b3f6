"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.core.feed.fields import MAX_ENTRIES, Document, RawEntry, web_link
from bot.core.feed.language import declared
from bot.core.feed.links import publisher_link
from bot.core.model import digest
from bot.core.text import html_to_text, one_line, plain_paragraphs
from bot.errors import FeedError

if TYPE_CHECKING:
    from collections.abc import Collection


def read_json(text: str, url: str, known: Collection[str] = ()) -> Document:
    """Read a JSON Feed, without the entries whose hashes are known.

    Raises:
        FeedError: it is no JSON, or JSON that is no feed.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise FeedError(f"not readable as JSON: {str(error)[:60]}") from None
    except RecursionError:
        raise FeedError("not readable as JSON: nested too deeply") from None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise FeedError("this is JSON, but not a JSON Feed")
    base = web_link(document.get("home_page_url"), url) or url
    items = [one for one in document["items"] if isinstance(one, dict)]
    problems: tuple[str, ...] = ()
    if len(items) > MAX_ENTRIES:
        problems = (f"only the first {MAX_ENTRIES} of {len(items)} entries are read",)
        items = items[:MAX_ENTRIES]
    hashes = tuple(digest("json", json.dumps(one, sort_keys=True)) for one in items)
    return Document(
        title=_line(document.get("title")),
        lang=declared(document.get("language")),
        entries=tuple(
            _entry(one, base) for one, mark in zip(items, hashes, strict=True) if mark not in known
        ),
        version="json",
        hashes=hashes,
        problems=problems,
        hub=_hub(document.get("hubs"), url),
        topic=web_link(document.get("feed_url"), url),
    )


def _entry(one: dict[str, Any], base: str) -> RawEntry:
    html, plain = one.get("content_html"), one.get("content_text")
    text = html_to_text(html) if isinstance(html, str) else ""
    text = text or _paragraphs(plain) or _paragraphs(one.get("summary"))
    tags = one.get("tags")
    return RawEntry(
        id=_line(one.get("id")),
        link=publisher_link(
            web_link(one.get("url"), base) or web_link(one.get("external_url"), base)
        ),
        title=_line(one.get("title")),
        text=text,
        date=_date(one.get("date_published")) or _date(one.get("date_modified")),
        author=_authors(one),
        section=", ".join(filter(None, map(_line, tags))) if isinstance(tags, list) else "",
        lang=declared(one.get("language")),
    )


def _hub(hubs: object, url: str) -> str:
    """Give the first WebSub hub of `hubs` (JSON Feed 1.1, "hubs")."""
    found = (one for one in hubs if isinstance(one, dict)) if isinstance(hubs, list) else ()
    named = (one.get("url") for one in found if str(one.get("type")).lower() == "websub")
    return next(filter(None, (web_link(address, url) for address in named)), "")


def _line(value: object) -> str:
    # Ids must be strings but numbers are common, and the specification asks to coerce them.
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return one_line(value) if isinstance(value, str) else ""


def _paragraphs(value: object) -> str:
    return plain_paragraphs(value) if isinstance(value, str) else ""


def _authors(one: dict[str, Any]) -> str:
    authors = one.get("authors")
    if not isinstance(authors, list):
        authors = [one.get("author")]
    names = (_line(author.get("name")) for author in authors if isinstance(author, dict))
    return ", ".join(filter(None, names))


def _date(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        date = datetime.fromisoformat(value.strip())
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
