"""Small JSON files that only their owner may read, replaced as a whole."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, content: object, *, indent: int | None = None) -> None:
    """Write it, all or nothing, and see that it is on the disk."""
    new = path.with_suffix(".new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=indent)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def read(path: Path) -> Any:  # noqa: ANN401 -- JSON
    """Read one; None where there is none.

    Raises:
        ValueError: it holds no JSON.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
