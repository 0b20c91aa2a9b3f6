"""Tokens of workspaces, encrypted before they reach the database.

Fernet (https://github.com/fernet/spec): AES-128 in CBC mode with HMAC-SHA256. Several keys may be
given: the first encrypts, all decrypt, so that a key can be changed without asking every workspace
to install again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Installation:
    """What a workspace gave us.

    Attributes:
        team: its id.
        name: as people know it.
        token: the bot token.
        bot_user: id of the bot's user there.
        scopes: what the token may, comma-separated.
        refresh: what the next token is asked with; "" where tokens do not expire.
        expires: seconds since 1970 at which the token expires; 0 for never.
        installed: seconds since 1970 at which it was given to us; 0 where that was not noted.
    """

    team: str
    name: str
    token: str
    bot_user: str = ""
    scopes: str = ""
    refresh: str = ""
    expires: float = 0.0
    installed: float = 0.0


class Vault:
    """Seals and opens.

    Args:
        keys: Fernet keys, 32 bytes each as URL-safe base64.

    Raises:
        ValueError: a key is none.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, installation: Installation) -> str:
        """Encrypt what a workspace gave us."""
        packed = json.dumps(asdict(installation), ensure_ascii=False)
        return self._fernet.encrypt(packed.encode()).decode("ascii")

    def unseal(self, sealed: str) -> Installation | None:
        """Decrypt it; None where it was sealed with another key."""
        try:
            return Installation(**json.loads(self._fernet.decrypt(sealed.encode())))
        except (InvalidToken, ValueError, TypeError):
            return None

    def stamp(self, nonce: str, now: datetime) -> str:
        """Make a `state` that only we can make, and that tells its age."""
        return self._fernet.encrypt_at_time(nonce.encode(), int(now.timestamp())).decode("ascii")

    def stamped(self, state: str, now: datetime, seconds: int) -> str | None:
        """Give the nonce of a state of ours that is not older than that; else None."""
        try:
            opened = self._fernet.decrypt_at_time(state.encode(), seconds, int(now.timestamp()))
            return opened.decode()
        except (InvalidToken, ValueError):
            return None
