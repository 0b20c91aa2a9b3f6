"""Keys of PostgreSQL's advisory locks; those with numbers are known to other versions too."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

RUNNING: Final = "running"
"""One bot has it alone, or many programs have it together."""

MIGRATING: Final = 0x77697265
PLACING: Final = 0x776C6365
"""One program migrates, or places articles, at a time."""

_KEYS = {RUNNING: 0x77617463}


def key_of(name: str) -> int:
    """Give the 64-bit key of a lock's name."""
    if name in _KEYS:
        return _KEYS[name]
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
