"""The log of accepted posts: what reached people, whatever the bot was told."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LINK = re.compile(r"https?://[^\s\"'<>|)\\]+/story/[0-9-]+")
_REPEAT = re.compile(r"\bpossible repeat\b", re.IGNORECASE)


class ChatLog:
    """Appends one JSON object for each accepted post."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self.posts: list[dict[str, object]] = []

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def accepted(self, chat: str, channel: str, content: object, *, thread: bool) -> None:
        """Write a post down: where it went, in a thread or not, what it links, if it is marked."""
        text = json.dumps(content, ensure_ascii=False)
        line: dict[str, object] = {
            "at": time.time(),
            "chat": chat,
            "channel": channel,
            "thread": thread,
            "links": list(dict.fromkeys(_LINK.findall(text))),
            "repeat": bool(_REPEAT.search(text)),
            "text": text,
        }
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        self.posts.append(line)
