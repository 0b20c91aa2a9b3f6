"""Who may what in a room, whose invitations are taken, where an upgraded room went. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

CHANGE_EVENT = "org.wirewatch.change"
"""Key under `events` of `m.room.power_levels`: the level a room asks for changes."""

_CREATORS_RULE = 12
_LEVELS_CREATOR = 100


def power_of(
    user: str, *, creator: str, create: Mapping[str, Any], levels: Mapping[str, Any]
) -> int | None:
    """Give a member's power level; None for a creator above all levels.

    Args:
        user: Matrix id.
        creator: sender of the room's `m.room.create`, "" when unknown.
        create: its content.
        levels: content of `m.room.power_levels`, {} where the room has none.

    Source: https://spec.matrix.org/latest/client-server-api/#mroompower_levels and, for creators,
    https://spec.matrix.org/latest/rooms/v12/ (they stand above all levels and in none).
    """
    if _creators_rule(create):
        more = create.get("additional_creators")
        if user == creator or (isinstance(more, list) and user in more):
            return None
    if not levels:
        return _LEVELS_CREATOR if user == creator else 0
    return _level(_table(levels.get("users")).get(user), _level(levels.get("users_default"), 0))


def may_change(power: int | None, levels: Mapping[str, Any], *, needed: int) -> bool:
    """Say whether a member of some power may change rules.

    Args:
        power: see `power_of`.
        levels: content of `m.room.power_levels`.
        needed: level asked for, unless the room itself names one under `CHANGE_EVENT`.
    """
    wanted = _level(_table(levels.get("events")).get(CHANGE_EVENT), needed)
    return power is None or power >= wanted


def may_send(power: int | None, levels: Mapping[str, Any], kind: str = "m.room.message") -> bool:
    """Say whether a member of some power may send messages."""
    wanted = _level(_table(levels.get("events")).get(kind), _level(levels.get("events_default"), 0))
    return power is None or power >= wanted


def _creators_rule(create: Mapping[str, Any]) -> bool:
    version = str(create.get("room_version", "1"))
    return version.isdecimal() and int(version) >= _CREATORS_RULE


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _level(value: object, default: int) -> int:
    """Read a level; room versions before 10 allow numbers in strings."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return default
    try:
        return int(value)
    except ValueError:
        return default


def server_of(user: str) -> str:
    """Give the homeserver part of a Matrix id."""
    return user.partition(":")[2]


def is_welcome(inviter: str, *, own: str, allow: Collection[str]) -> bool:
    """Say whether an invitation is taken.

    Args:
        inviter: Matrix id.
        own: the bot's id.
        allow: Matrix ids and homeserver names, or `*` for everybody; empty: the own homeserver.
    """
    if not allow:
        return server_of(inviter) == server_of(own)
    return "*" in allow or inviter in allow or server_of(inviter) in allow


def current_room(channel: str, moves: Mapping[str, str]) -> str:
    """Give the room that a channel's messages go to now, along its upgrades."""
    seen = {channel}
    while (after := moves.get(channel)) and after not in seen:
        seen.add(after)
        channel = after
    return channel


def channel_of_room(room: str, moves: Mapping[str, str]) -> str:
    """Give the channel a room stands for: the first room of its upgrades, which rules name."""
    before = {new: old for old, new in moves.items()}
    seen = {room}
    while (older := before.get(room)) and older not in seen:
        seen.add(older)
        room = older
    return room


def rooms_of(channel: str, moves: Mapping[str, str]) -> list[str]:
    """Give all rooms a channel ever was, newest first."""
    rooms = [channel]
    while (after := moves.get(rooms[-1])) and after not in rooms:
        rooms.append(after)
    return rooms[::-1]
