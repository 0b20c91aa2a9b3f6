"""OPML files from disk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.opml import FeedList, parse_opml
from bot.errors import FileError, WirewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bot.core.model import Feed


def load_feeds(path: Path) -> FeedList:
    """Read an OPML file; an entry that cannot be used costs only itself.

    Raises:
        FileError: it cannot be read, or is no OPML.
    """
    try:
        found = parse_opml(path.read_bytes())
    except OSError as error:
        raise FileError(path, error.strerror or "cannot be read") from None
    except FileError as error:
        raise _placed(error, path) from None
    except WirewatchError as error:
        raise FileError(path, str(error)) from None
    return FeedList(
        tuple(replace(feed, origin=str(path)) for feed in found.feeds),
        found.repeats,
        tuple(_placed(fault, path) for fault in found.faults),
        found.chosen,
    )


def load_all_feeds(paths: Iterable[Path]) -> tuple[list[Feed], list[FileError]]:
    """Read several OPML files; one that cannot be read costs only itself."""
    feeds: list[Feed] = []
    faults: list[FileError] = []
    for path in paths:
        try:
            found = load_feeds(path)
        except FileError as error:
            faults.append(error)
        else:
            feeds += found.feeds
            faults += found.faults
    return feeds, faults


def _placed(error: FileError, path: Path) -> FileError:
    return FileError(path, error.reason, line=error.line, column=error.column)
