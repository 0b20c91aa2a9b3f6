"""OPML (http://opml.org/spec2.opml): lists of feeds, as text to feeds and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from bot.core.feed.decode import decode, document
from bot.core.feed.fields import web_link
from bot.core.model import Feed, FullText
from bot.core.text import one_line
from bot.errors import FeedError, FileError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_FEEDS = 100_000
MAX_FAULTS = 100
_MAX_DEPTH = 50
_FULL_TEXT = "fullText"
_CHOICES = get_args(FullText)


class _Reader:
    """Collects feeds while expat reads: nested outlines without an address are folders."""

    def __init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self.chosen: set[str] = set()
        self.repeats = 0
        self.faults: list[FileError] = []
        self.folders: list[str | None] = []
        self.roots = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.lower() == "opml":
            self.roots += 1
        if name.lower() != "outline":
            return
        if len(self.folders) > _MAX_DEPTH:
            raise self.fault("folders are nested too deeply")
        fields = {key.lower(): value.strip() for key, value in attributes.items()}
        title = one_line(fields.get("text") or fields.get("title") or "")
        address = fields.get("xmlurl")
        if address is None:
            self.folders.append(title or None)
            return
        self.folders.append(None)
        link = web_link(_web(address), "")
        if link:
            # A list must call a feed something (OPML 2.0), and an address is no outlet's name.
            self._add(link, "" if title in (address, link) else title, fields)
        else:
            self._note(f"{address[:100]!r} is no http(s) address")

    def end(self, name: str) -> None:
        if name.lower() == "outline":
            self.folders.pop()

    def fault(self, reason: str) -> FileError:
        return FileError("", reason, line=self.parser.CurrentLineNumber)

    def _note(self, reason: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(self.fault(reason))

    def _add(self, link: str, title: str, fields: dict[str, str]) -> None:
        tags = [folder for folder in self.folders if folder]
        # OPML 2.0's `category` names further folders: "/World/Middle East,/Courts".
        tags += [tag for one in fields.get("category", "").split(",")
                 for part in one.split("/") if (tag := one_line(part))]  # fmt: skip
        full = fields.get(_FULL_TEXT.lower(), "").lower()
        if full in _CHOICES:
            self.chosen.add(link)
        elif full:
            self._note(
                f"{_FULL_TEXT} {full[:40]!r} is none of {', '.join(_CHOICES)}; left as it is"
            )
        self.repeats += link in self.feeds
        known = self.feeds.get(link, Feed(link))
        self.feeds[link] = replace(
            known,
            title=known.title or title,
            tags=tuple(dict.fromkeys((*known.tags, *tags))),
            full_text=full if full in _CHOICES else known.full_text,  # type: ignore[arg-type]
        )
        if len(self.feeds) > MAX_FEEDS:
            raise self.fault(f"more than {MAX_FEEDS} feeds")


@dataclass(frozen=True, slots=True)
class FeedList:
    """What an OPML document lists.

    Attributes:
        feeds: in its order, each once.
        repeats: how many entries named a feed that stood there before.
        faults: what cannot be used, with its line; `path` is empty for the caller, who knows the
            file, to fill in.
        chosen: the URLs of feeds for which it says when pages are fetched (`fullText`).
    """

    feeds: tuple[Feed, ...]
    repeats: int = 0
    faults: tuple[FileError, ...] = ()
    chosen: frozenset[str] = frozenset()


def parse_opml(data: bytes | str) -> FeedList:
    """Read the feeds of an OPML document.

    Nested folders become tags, outermost first; a feed that is listed twice is one feed with the
    tags of both places. `feed:` addresses are read as http. The attribute `fullText` is our own:
    matched, always or never (OPML 2.0 lets programs add attributes).

    Raises:
        FeedError: it is not OPML, or it declares entities.
        FileError: an `InputError` with the line: not well-formed, too deep, too long.
    """
    text = data if isinstance(data, str) else decode(data)
    content, root = document(text)
    if root != "opml":
        raise FeedError("this is no OPML document")
    skipped = text[: len(text) - len(content)].count("\n")
    reader = _Reader()
    try:
        reader.parser.Parse("\n" * skipped + content, True)
    except expat.ExpatError as error:
        reason = f"not well-formed: {expat.ErrorString(error.code)}"
        raise FileError("", reason, line=error.lineno, column=error.offset + 1) from None
    return FeedList(
        tuple(reader.feeds.values()),
        reader.repeats,
        tuple(reader.faults),
        frozenset(reader.chosen),
    )


def write_opml(feeds: Iterable[Feed]) -> str:
    """Write feeds as OPML 2.0, each in a folder of its first tag; the others are its categories.

    Tags that no category can hold are folders within folders. `parse_opml` gives the same
    addresses, titles, tags and full-text choices again. A feed says its choice even where it is the
    usual one: a list that says nothing leaves what it is imported over as it is.
    """
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">', "  <head>",
             "    <title>Wirewatch feeds</title>", "  </head>", "  <body>"]  # fmt: skip
    folders: dict[tuple[str, ...], list[Feed]] = {}
    for feed in feeds:
        folders.setdefault(_folders(feed.tags), []).append(feed)
    for path, members in folders.items():
        lines += [f"{_indent(at)}<outline text={quoteattr(one)}>" for at, one in enumerate(path)]
        lines += [_indent(len(path)) + _outline(feed, feed.tags[len(path) :]) for feed in members]
        lines += [f"{_indent(at)}</outline>" for at in reversed(range(len(path)))]
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _folders(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Give the tags that are written as folders."""
    plain = not any("," in tag or "/" in tag for tag in tags[1:])
    return tags[:1] if plain else tags[:_MAX_DEPTH]


def _indent(depth: int) -> str:
    return "  " * (depth + 2)


def _outline(feed: Feed, categories: tuple[str, ...]) -> str:
    title = quoteattr(feed.title or feed.url)
    attributes = [f'type="rss" text={title} title={title} xmlUrl={quoteattr(feed.url)}']
    if categories:
        attributes.append(f"category={quoteattr(','.join(f'/{tag}' for tag in categories))}")
    attributes.append(f"{_FULL_TEXT}={quoteattr(feed.full_text)}")
    return f"<outline {' '.join(attributes)}/>"


def _web(address: str) -> str:
    """Turn `feed:https://…` and `feed://…` into web addresses."""
    rest = address.removeprefix("feed:")
    if rest == address:
        return address
    return f"http:{rest}" if rest.startswith("//") else rest
