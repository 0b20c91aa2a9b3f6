"""One bot on one SQLite file: two would both deliver."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from bot.errors import StoreError


class SingleRun:
    """An advisory lock beside the database; the system frees it when the program ends or dies.

    Args:
        database: the SQLite file.
    """

    def __init__(self, database: str) -> None:
        self._path = Path(f"{database}.lock")
        self._file: int | None = None

    def take(self) -> None:
        """Take the lock.

        Raises:
            StoreError: another bot runs on this database.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError("another wirewatch runs on this database already") from None
        except OSError as error:
            raise StoreError(f"cannot lock {self._path}: {error.strerror}") from None

    def is_taken(self) -> bool:
        """Say whether a bot runs on this database."""
        try:
            self.take()
        except StoreError:
            return True
        self.free()
        return False

    def free(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
