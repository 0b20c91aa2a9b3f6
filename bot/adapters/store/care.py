"""Care of the SQLite file: copies to restore, a file that was removed, faulty versions."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncEngine

RESTORED = "restored"
"""Key in `meta`: the time of a copy's last poll and the time it was put back. Alerts of entries
from before the latter may have been sent already; they begin as being sent: the chat is asked."""

_COMPANIONS = ("-wal", "-shm", "-journal")
_PAGES = 500
"""Pages copied at a time; other writers get their turn in between."""


def has_wal_fault(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Say whether a version of SQLite can corrupt a WAL file that several connections write.

    Mended in 3.51.3, and in 3.50.7 and 3.44.6 for those lines.
    Source: https://www.sqlite.org/wal.html, "The WAL-Reset Bug".
    """
    if version[:2] == (3, 44):
        return version < (3, 44, 6)
    if version[:2] == (3, 50):
        return version < (3, 50, 7)
    return version < (3, 51, 3)


def back_up(database: Path, target: Path, progress: Callable[[int, int], object]) -> int:
    """Copy a database that may be in use; give the size of the copy in bytes.

    The copy appears whole or not at all, and is checked before it gets its name.
    Source: https://www.sqlite.org/backup.html.

    Args:
        database: the SQLite file.
        target: the copy; must not exist.
        progress: called with pages copied and pages in all.

    Raises:
        StoreError: there is no database, the target exists or cannot be written, the copy is bad.
    """
    if not database.is_file():
        raise StoreError(f"there is no database at {database}")
    if target.exists():
        raise StoreError(f"{target} exists already; name another file")
    growing = target.with_name(f"{target.name}.part")
    try:
        growing.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(f"file:{quoted(database)}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(growing)) as copy,
        ):
            source.backup(
                copy,
                pages=_PAGES,
                progress=lambda _status, left, pages: progress(pages - left, pages),
            )
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without companions
        _check(growing)
        _settle(growing, target)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{target}: {_words(error)}") from None
    finally:
        growing.unlink(missing_ok=True)
    return target.stat().st_size


def restore(copy: Path, database: Path, aside: Path, now: datetime) -> None:
    """Put a copy in the database's place; what was there is kept aside.

    No program may use the database meanwhile. What the chats were told since the copy was made,
    the copy does not know; so they are asked before an alert of that time is sent, see `RESTORED`.

    Args:
        copy: made by `back_up`; stays where it is.
        database: the SQLite file.
        aside: where the present database goes, if there is one.
        now: the time.

    Raises:
        StoreError: the copy is none of ours or damaged, or the disk refuses; nothing changed.
    """
    arriving = database.with_name(f"{database.name}.part")
    try:
        _check(copy)
        database.parent.mkdir(parents=True, exist_ok=True)
        arriving.write_bytes(copy.read_bytes())
        _note_restored(arriving, now)
        if database.exists():  # opening it would make an empty one
            with closing(sqlite3.connect(database)) as present:  # takes its WAL file in
                present.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if aside.exists():
                raise StoreError(f"{aside} exists already; move it away first")
            database.rename(aside)
        _forget_companions(database)
        _settle(arriving, database)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{copy}: {_words(error)}") from None
    finally:
        arriving.unlink(missing_ok=True)


def _note_restored(database: Path, now: datetime) -> None:
    """Note from when to when others know more than this copy; doubt what it holds as pending."""
    with closing(sqlite3.connect(database)) as opened, opened:
        found = opened.execute("SELECT max(last_success) FROM feeds").fetchone()[0]
        # As SQLAlchemy stores it: UTC, without a zone.
        last = datetime.fromisoformat(found or "1970-01-01").replace(tzinfo=UTC)
        value = f"{last.isoformat()} {now.isoformat()}"
        opened.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (RESTORED, value))
        since = last.replace(tzinfo=None).isoformat(" ", "microseconds")
        opened.execute(
            "UPDATE deliveries SET state = 'sending', since = ?, next_try = NULL, "
            "attempt = attempt + 1 WHERE state = 'pending'",
            (since,),
        )


class File:
    """Watches over the database's file: one that is removed while in use is written anew.

    An open file goes on working without a name, and everything in it would be lost with the
    program. So the name is looked at before every write.

    Args:
        place: the path.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._saved = place.with_name(f"{place.name}.saved")
        self._identity: tuple[int, int] | None = None

    def settle(self) -> None:
        """Take in what was saved when the file had been removed, before the first connection."""
        if self._saved.exists():
            _forget_companions(self._place)
            _settle(self._saved, self._place)

    def note(self) -> None:
        """Remember which file is open."""
        self._identity = self._present()

    def is_there(self) -> bool:
        """Say whether the open file still has its name.

        Raises:
            StoreError: another file has the name now.
        """
        present = self._present()
        if present and self._identity and present != self._identity:
            raise StoreError(f"{self._place} was replaced by another file; start wirewatch anew")
        return present is not None

    async def save(self, engine: AsyncEngine) -> None:
        """Write the open database, which lost its name, to where `settle` finds it.

        Raises:
            OSError: the disk refuses.
            sqlite3.Error: the database refuses.
        """
        growing = self._place.with_name(f"{self._place.name}.part")
        await asyncio.to_thread(self._make_room, growing)
        async with engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None  # noqa: S101 -- an open connection has one
            with closing(sqlite3.connect(growing, check_same_thread=False)) as copy:
                await raw.backup(copy)
        await asyncio.to_thread(_settle, growing, self._saved)

    def _make_room(self, growing: Path) -> None:
        self._place.parent.mkdir(parents=True, exist_ok=True)
        growing.unlink(missing_ok=True)

    def _present(self) -> tuple[int, int] | None:
        try:
            found = self._place.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def _check(file: Path) -> None:
    """Look whether a file is a sound database of ours.

    Raises:
        StoreError: it is not.
        sqlite3.Error: it is no database at all.
    """
    if not file.is_file():
        raise StoreError(f"there is no file {file}")
    with closing(sqlite3.connect(f"file:{quoted(file)}?mode=ro&immutable=1", uri=True)) as found:
        tables = {name for (name,) in found.execute("SELECT name FROM sqlite_master")}
        if not {"alembic_version", "deliveries"} <= tables:
            raise StoreError(f"{file} is no database of wirewatch")
        verdict = found.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise StoreError(f"{file} is damaged: {verdict}")


def _settle(growing: Path, target: Path) -> None:
    """Give a written file its name, on the disk and not in the cache alone."""
    with growing.open("rb") as file:
        os.fsync(file.fileno())
    growing.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _forget_companions(database: Path) -> None:
    """Remove the files beside a database: with another database they would be taken for its own."""
    for ending in _COMPANIONS:
        database.with_name(f"{database.name}{ending}").unlink(missing_ok=True)


def quoted(file: Path) -> str:
    """Give a path as it stands in a `file:` address."""
    return str(file.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else str(error)) or str(error)
