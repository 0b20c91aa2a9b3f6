"""The console as a chat, with a file of JSON lines as its memory."""

from __future__ import annotations

import errno
import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.adapters.console.render import print_message
from bot.core.model import Digest, Notice
from bot.errors import SettingsError
from bot.ports import Delivered, Later, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from bot.core.model import Alert, Delivery, DigestLine, KeyQuote

_VARIABLE = "WIREWATCH_CONSOLE_JSON"


class ConsoleChat:
    """Prints alerts; appends each as one JSON line where a file is configured.

    The file is written and synced before anything is printed, so that after a crash it tells
    which deliveries arrived: a line appears exactly once.

    Args:
        console: where to print.
        json_path: the file, or None.
    """

    name = "console"
    doubt = timedelta(0)

    def __init__(self, console: Console, json_path: Path | None = None) -> None:
        self._console = console
        self._path = json_path
        self._known: set[str] = set()

    def open(self) -> None:
        """Read what the file holds; a torn last line, left by a crash, is cut off.

        Raises:
            SettingsError: the file cannot be read or written.
        """
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+b") as file:
                file.seek(0)
                whole = 0
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    whole += len(line)
                    self._remember(line)
                file.truncate(whole)
        except OSError as error:
            raise SettingsError(_VARIABLE, f"{self._path}: {error.strerror}") from None

    def _remember(self, line: bytes) -> None:
        try:
            self._known.add(str(json.loads(line)["id"]))
        except (ValueError, KeyError, TypeError):
            return  # a line that something else wrote

    async def post(self, delivery: Delivery) -> Outcome:
        """Append the line, then print."""
        if self._path is not None:
            line = json.dumps(as_record(delivery), ensure_ascii=False) + "\n"
            try:
                self._append(line.encode("utf-8", "replace"))
            except OSError as error:
                return Later(f"{self._path}: {error.strerror}")
            self._known.add(delivery.id)
        print_message(self._console, delivery.message)
        return Delivered(delivery.id)

    async def revise(self, delivery: Delivery, ref: str) -> Outcome:
        """Leave it as it is: what a terminal printed stays printed."""
        del delivery
        return Delivered(ref)

    def _append(self, line: bytes) -> None:
        """Append a whole line or nothing.

        Raises:
            OSError: nothing of it is in the file.
        """
        assert self._path is not None  # noqa: S101
        with self._path.open("ab", buffering=0) as file:
            before = file.tell()
            try:
                written = file.write(line)
                os.fsync(file.fileno())
            except OSError:
                file.truncate(before)
                raise
            if written != len(line):
                file.truncate(before)
                raise OSError(errno.ENOSPC, "disk full")

    async def find(self, delivery: Delivery) -> str | None:
        """Look a delivery up in the file; without a file nobody knows, so it is printed again."""
        return delivery.id if delivery.id in self._known else None


def as_record(delivery: Delivery) -> dict[str, Any]:
    """Give a message as integrations read it, one JSON object a line."""
    target = f"{delivery.chat}:{delivery.channel}" if delivery.channel else delivery.chat
    message = delivery.message
    head = {"id": delivery.id, "kind": message.kind, "channel": target}
    if isinstance(message, Notice):
        return {**head, "text": message.text}
    if isinstance(message, Digest):
        lines = [_line(line) for line in message.lines]
        return {**head, "title": message.title, "alerts": message.alerts, "lines": lines}
    return {**head, **_alert(message)}


def _line(line: DigestLine) -> dict[str, Any]:
    return {
        "rule": line.rule,
        "url": line.url,
        "title": line.title,
        "source": line.source,
        "published": line.published.isoformat(),
        "quotes": [_quote(line.quote)] if line.quote else [],
        "links": [{"source": source, "url": url} for source, url in line.links],
        "more_links": line.more_links,
    }


def _quote(quote: KeyQuote) -> dict[str, Any]:
    shown = {"text": quote.text, "speaker": quote.speaker, "office": quote.office}
    return shown | ({"via": quote.via} if quote.via else {})


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "rule": alert.rule,
        "url": alert.url,
        "title": alert.title.text,
        "source": alert.source,
        "published": alert.published.isoformat(),
        "why": list(alert.why),
        "summary": [sentence.text for sentence in alert.summary],
        "quotes": [_quote(quote) for quote in alert.quotes],
        "story": alert.story,
    }
