"""What must survive a restart: device, token, place in the sync stream, moved rooms."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING

import structlog

from bot.adapters.matrix import disk

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Session:
    """One login, persisted.

    Attributes:
        homeserver: base address it belongs to.
        account: the user as configured; another one starts a new session.
        user_id: full Matrix id once known, else "".
        device_id: chosen by us before the first login and kept: transaction ids (and thereby
            exactly-once delivery) and encryption keys hang on it.
        access_token: "" until logged in.
        since: sync token up to which everything was handled, "" for none.
        moves: room id -> room id that replaced it (upgraded rooms).
        moving: the same for upgrades where the bot is not in the new room yet.
    """

    homeserver: str
    account: str
    device_id: str
    user_id: str = ""
    access_token: str = field(default="", repr=False)
    since: str = ""
    moves: dict[str, str] = field(default_factory=dict)
    moving: dict[str, str] = field(default_factory=dict)


class SessionFile:
    """A session on disk, readable by its owner only, replaced atomically.

    Args:
        path: the JSON file; its folder is made if it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, homeserver: str, account: str) -> Session:
        """Read the session of an account, or begin a new one (new device) and store it.

        Under another address the device stays, but the token is never shown to another server.
        """
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        stored = self._read()
        if stored is None or stored.account != account:
            session = Session(homeserver, account, f"WIREWATCH{secrets.token_hex(4).upper()}")
        elif stored.homeserver != homeserver:
            session = replace(stored, homeserver=homeserver, access_token="")
        else:
            return stored
        self.save(session)
        return session

    def save(self, session: Session) -> None:
        """Write it, all or nothing."""
        disk.write(self._path, asdict(session), indent=1)

    def _read(self) -> Session | None:
        try:
            stored = disk.read(self._path)
            if stored is None:
                return None
            names = {each.name for each in fields(Session)}
            return Session(**{key: value for key, value in stored.items() if key in names})
        except (ValueError, TypeError, AttributeError):
            log.warning("matrix session file cannot be read, a new device begins")
            return None
