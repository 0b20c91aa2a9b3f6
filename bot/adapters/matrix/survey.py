"""What `wirewatch check` tells of Matrix: the login, the rooms, and what the bot may do there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.adapters.matrix.account import Account
from bot.adapters.matrix.entry import connect
from bot.adapters.matrix.errors import MatrixError, NoAnswerError
from bot.adapters.matrix.html import clean
from bot.adapters.matrix.parts import shortened
from bot.adapters.matrix.rooms import may_send, power_of

if TYPE_CHECKING:
    from pathlib import Path

    from bot.adapters.matrix.account import Login

_MOST = 50
_LONGEST_NAME = 80


async def survey(login: Login, folder: Path) -> list[str]:
    """Log in and list the rooms, one line each.

    Args:
        login: as for `MatrixChat`.
        folder: the same folder as the chat's: the check uses, or makes, its device.

    Raises:
        SettingsError: the homeserver refuses the credentials.
        MatrixError: it refused for now.
        NoAnswerError: it did not answer.
    """
    account = Account(login, folder)
    try:
        await connect(account)
        session = account.session
        lines = [f"{session.user_id} on {session.homeserver}, device {session.device_id}"]
        if account.client.olm is not None:
            key = account.client.olm.account.identity_keys["ed25519"]
            lines.append(
                f"session key {' '.join(key[at : at + 4] for at in range(0, len(key), 4))}"
            )
        rooms = (await account.request("GET", "/_matrix/client/v3/joined_rooms"))["joined_rooms"]
        lines += [await _line(account, room) for room in sorted(rooms)[:_MOST]]
        if len(rooms) > _MOST:
            lines.append(f"and {len(rooms) - _MOST} more rooms")
        if not rooms:
            lines.append("in no room yet: invite it")
        return lines
    finally:
        await account.close()


async def _line(account: Account, room: str) -> str:
    try:
        state = await _state(account, room)
    except (MatrixError, NoAnswerError) as error:
        return f"{room}: {error}"
    create, levels = state["m.room.create"], state.get("m.room.power_levels", {})
    content = levels.get("content", {})
    power = power_of(
        account.user_id,
        creator=create.get("sender", ""),
        create=create.get("content", {}),
        levels=content,
    )
    name = state.get("m.room.name", {}).get("content", {}).get("name") or "without a name"
    parts = [
        shortened(" ".join(clean(str(name)).split()), _LONGEST_NAME),
        "encrypted" if "m.room.encryption" in state else "not encrypted",
        "creator" if power is None else f"power {power}",
        "may write" if may_send(power, content) else "MAY NOT WRITE",
    ]
    if "m.room.tombstone" in state:
        parts.append("upgraded")
    return f"{room}: {', '.join(parts)}"


async def _state(account: Account, room: str) -> dict[str, dict[str, Any]]:
    """Give the state events without a state key, by type."""
    path = ("state", "m.room.create")
    create = await account.room_request("GET", room, *path, query="?format=event")
    found = {"m.room.create": create}
    for kind in ("m.room.power_levels", "m.room.name", "m.room.encryption", "m.room.tombstone"):
        try:
            found[kind] = {"content": await account.room_request("GET", room, "state", kind)}
        except MatrixError as error:
            if error.code != "M_NOT_FOUND":
                raise
    return found
