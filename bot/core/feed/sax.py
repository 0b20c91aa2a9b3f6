"""Three shortcuts for feedparser, which change its pace and not what it reads.

Python's own SAX driver reports escaped HTML in fragments, three for each `&lt;`, and feedparser
spends half of its time on joining them: `BufferedParser` hands over each text in one piece. Half
of what is left goes into `str.translate`, which looks up every letter of a text for the control
characters that stand for windows-1252's: `Text` looks whether there are any. And each text's
parameters, some strings in a dictionary, are copied by `copy.deepcopy`: `flat_copy` is enough.
"""

from __future__ import annotations

import re
from typing import Any
from xml.sax import expatreader

BUFFER = 1 << 15


class BufferedParser(expatreader.ExpatParser):
    """The standard driver with expat's text buffer switched on."""

    def reset(self) -> None:
        """Make a new parser; the standard driver calls it before each document."""
        super().reset()
        parser: Any = vars(self)["_parser"]
        parser.buffer_size = BUFFER
        parser.buffer_text = True


class Text(str):
    """A text whose `translate` does nothing where no character of it would change."""

    __slots__ = ()

    def translate(self, table: Any) -> str:  # noqa: ANN401 -- as in `str`
        """Replace C1 controls as feedparser's table says, which names no other characters."""
        changes = not self.isascii() and _C1.search(self)
        return super().translate(table) if changes else str(self)


def flat_copy(parameters: dict[str, Any], _memo: object) -> dict[str, Any]:
    """Copy a dictionary of strings (to be a class's `__deepcopy__`)."""
    return type(parameters)(parameters)


_C1 = re.compile("[\x80-\x9f]")


def create_parser() -> BufferedParser:
    """Make a driver (the name that `xml.sax.make_parser` looks for)."""
    return BufferedParser()
