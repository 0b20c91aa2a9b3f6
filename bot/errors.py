"""Every exception that Wirewatch raises on purpose.

    WirewatchError
    ├── InputError                what a person gave is wrong: one line, exit code 2
    │   ├── SettingsError         variable
    │   ├── FileError             path, line, column
    │   ├── QueryError            query, position -> line, column, caret
    │   └── CommandError          a chat command that cannot be understood or carried out
    ├── FetchError                a URL that gave nothing: reason, status, retry_after
    │   └── EgressError           refused by the guard; always reads the same, names no address
    ├── FeedError                 a body that is no feed
    └── StoreError                the database said no: reason
        └── StoreReadOnlyError    it cannot be written (permissions, full disk)

Errors carry attributes; nobody parses messages.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class WirewatchError(Exception):
    """The root. `str(error)` is one or more lines fit for a person."""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the attributes, not the arguments: workers give errors back to the program.

        By default `__init__` would be called with the finished message alone.
        """
        return _again, (type(self), self.args, self.__dict__)


def _again(
    kind: type[WirewatchError], args: tuple[object, ...], fields: dict[str, object]
) -> WirewatchError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(fields)
    return error


class InputError(WirewatchError):
    """What a person gave is wrong; the message says what, where and how to mend it."""


class SettingsError(InputError):
    """A setting cannot be used.

    Attributes:
        variable: the name of the environment variable, such as `WIREWATCH_FEEDS`.
    """

    def __init__(self, variable: str, message: str) -> None:
        self.variable = variable
        super().__init__(f"{variable}: {message}")


class FileError(InputError):
    """A file that a person wrote cannot be used.

    Attributes:
        path: the file.
        line: 1-based line, or 0 where the file as a whole is meant.
        column: 1-based column, or 0.
        reason: the message without the place.
    """

    def __init__(self, path: Path | str, reason: str, *, line: int = 0, column: int = 0) -> None:
        self.path, self.line, self.column, self.reason = path, line, column, reason
        place = ":".join(str(part) for part in (path, line, column) if part)
        super().__init__(f"{place}: {reason}")


_NEAR = 72
"""Characters of a line that are shown: of a longer one the caret would stand below nothing."""


class QueryError(InputError):
    """A query that does not parse, or that names something unknown.

    Attributes:
        query: the whole query as typed.
        position: 0-based code-point offset of the fault in `query`.
        reason: the message without place and caret.
        suggestion: what was probably meant, or None.
        line: 1-based line of the fault.
        column: 1-based column of the fault.
    """

    def __init__(
        self, query: str, position: int, reason: str, *, suggestion: str | None = None
    ) -> None:
        self.query, self.reason, self.suggestion = query, reason, suggestion
        self.position = min(max(position, 0), len(query))
        before = query[: self.position]
        self.line = before.count("\n") + 1
        self.column = self.position - (before.rfind("\n") + 1) + 1
        super().__init__(f"line {self.line}, column {self.column}: {self.message}\n{self.caret}")

    @property
    def message(self) -> str:
        """The reason with its suggestion, without the place."""
        hint = f": did you mean {self.suggestion}?" if self.suggestion else ""
        return f"{self.reason}{hint}"

    @property
    def caret(self) -> str:
        """Two lines: the line at fault, or the part of a long one, and a caret below the place."""
        line, at = self.query.split("\n")[self.line - 1], self.column - 1
        start = max(0, min(at - _NEAR // 2, len(line) - _NEAR))
        end = min(start + _NEAR, len(line))
        cut, rest = "…" * (start > 0), "…" * (end < len(line))
        before = "".join(map(_blank, cut + line[start:at]))
        return f"  {cut}{line[start:end]}{rest}\n  {before}^"


def _blank(char: str) -> str:
    """Give what takes as much room as a character in a terminal (Unicode Annex 11)."""
    if char == "\t":
        return char
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return ""
    return "  " if unicodedata.east_asian_width(char) in "WF" else " "


class CommandError(InputError):
    """A chat command that cannot be understood or carried out."""


class FetchError(WirewatchError):
    """A URL gave nothing usable.

    Attributes:
        reason: what the server said or what happened, short, without the URL.
        status: the HTTP status, or None when there was no answer.
        retry_after: seconds the server asked us to wait, or None.
    """

    def __init__(
        self, reason: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        self.reason, self.status, self.retry_after = reason, status, retry_after
        super().__init__(reason)


class EgressError(FetchError):
    """The guard refused an address. The words never tell which, or why (design, section 7)."""

    def __init__(self) -> None:
        super().__init__("address not allowed")


class FeedError(WirewatchError):
    """A body that cannot be read as a feed; `reason` says what it seems to be instead.

    Attributes:
        reason: short, for the feed's health line.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class StoreError(WirewatchError):
    """The database refused.

    Attributes:
        reason: the database's own words, shortened.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class StoreReadOnlyError(StoreError):
    """The database cannot be written: permissions, a read-only disk, a full disk."""
