"""Reactions that did something: kept, so that each acts once and its removal can undo it.

A removed reaction comes as the id of an event that says nothing any more; what it was must be
remembered here, over restarts too.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import structlog

from bot.adapters.matrix import disk

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)

_MOST = 2_000
"""The oldest are forgotten first: a snooze of theirs has long ended."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A reaction that did something.

    Attributes:
        event: id of the reaction.
        room: where.
        target: id of the alert.
        key: the emoji.
        who: the person's Matrix id.
        undo: the command that takes it back, "" for none.
    """

    event: str
    room: str
    target: str
    key: str
    who: str
    undo: str = ""


class Marks:
    """The reactions that did something, the newest ones.

    Args:
        path: the JSON file they are kept in.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._by_event = {mark.event: mark for mark in self._load()}

    def of(self, event: str) -> Mark | None:
        """Give what a reaction was, None where it did nothing."""
        return self._by_event.get(event)

    def stands(self, target: str, key: str, who: str = "") -> bool:
        """Say whether a reaction to an alert is in force, of anybody or of one person."""
        return any(
            (mark.target, mark.key) == (target, key) and who in ("", mark.who)
            for mark in self._by_event.values()
        )

    def add(self, mark: Mark) -> None:
        """Remember one."""
        self._by_event[mark.event] = mark
        while len(self._by_event) > _MOST:
            del self._by_event[next(iter(self._by_event))]
        self._save()

    def drop(self, event: str) -> None:
        """Forget one."""
        if self._by_event.pop(event, None) is not None:
            self._save()

    def _load(self) -> list[Mark]:
        try:
            return [Mark(**stored) for stored in disk.read(self._path) or []]
        except (ValueError, TypeError):
            log.warning("matrix reactions file cannot be read, removing reactions undoes nothing")
            return []

    def _save(self) -> None:
        disk.write(self._path, [asdict(mark) for mark in self._by_event.values()])
