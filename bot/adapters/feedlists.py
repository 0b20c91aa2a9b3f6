"""OPML files from disk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.opml import parse_opml
from bot.errors import FileError, WirewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bot.core.model import Feed


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """Read an OPML file.

    Raises:
        FileError: it cannot be read, or is no OPML.
    """
    try:
        feeds = parse_opml(path.read_bytes())
    except OSError as error:
        raise FileError(path, error.strerror or "cannot be read") from None
    except FileError:
        raise
    except WirewatchError as error:
        raise FileError(path, str(error)) from None
    return tuple(replace(feed, origin=str(path)) for feed in feeds)


def load_all_feeds(paths: Iterable[Path]) -> tuple[list[Feed], list[FileError]]:
    """Read several OPML files; one that cannot be read costs only itself."""
    feeds: list[Feed] = []
    faults: list[FileError] = []
    for path in paths:
        try:
            feeds += load_feeds(path)
        except FileError as error:
            faults.append(error)
    return feeds, faults
