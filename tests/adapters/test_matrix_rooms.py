"""Who may what, and where rooms went."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.matrix.rooms import (
    channel_of_room,
    current_room,
    is_welcome,
    may_change,
    power_of,
    rooms_of,
)

V12 = {"room_version": "12", "additional_creators": ["@second:x.example"]}


@pytest.mark.parametrize(
    ("user", "create", "levels", "expected"),
    [
        ("@a:x.example", {}, {"users": {"@a:x.example": 50}}, True),
        ("@a:x.example", {}, {"users": {"@a:x.example": 49}}, False),
        ("@a:x.example", {}, {"users": {"@a:x.example": "50"}}, True),
        ("@a:x.example", {}, {"users": {"@a:x.example": " 50 "}}, True),
        ("@a:x.example", {}, {"users": {"@a:x.example": "much"}}, False),
        ("@a:x.example", {}, {"users": {"@a:x.example": True}}, False),
        ("@a:x.example", {}, {"users": {"@a:x.example": None}, "users_default": 50}, True),
        ("@a:x.example", {}, {"users": [], "users_default": 50}, True),
        ("@a:x.example", {}, {"users_default": 50}, True),
        ("@a:x.example", {}, {"users_default": 10}, False),
        ("@a:x.example", {}, {}, False),
        ("@creator:x.example", {}, {}, True),
        ("@creator:x.example", {"room_version": "11"}, {"users": {}}, False),
        ("@creator:x.example", V12, {"users": {}}, True),
        ("@creator:x.example", {"room_version": "13"}, {"users": {}}, True),
        ("@second:x.example", V12, {"users": {}}, True),
        ("@second:x.example", {**V12, "room_version": "11"}, {"users": {}}, False),
        ("@second:x.example", {**V12, "additional_creators": "@second:x.example"}, {"users": {}},
         False),
        ("@a:x.example", V12, {"users": {}}, False),
        ("@a:x.example", {}, {"users_default": 50, "events": {"org.wirewatch.change": 51}}, False),
        ("@a:x.example", {}, {"users_default": 0, "events": {"org.wirewatch.change": 0}}, True),
        ("@a:x.example", {}, {"users_default": 60, "events": "odd"}, True),
    ],
)  # fmt: skip
def test_levels(
    user: str, create: dict[str, Any], levels: dict[str, Any], *, expected: bool
) -> None:
    """Levels count as the room has them, odd ones count as none; creators since version 12."""
    power = power_of(user, creator="@creator:x.example", create=create, levels=levels)
    allowed = may_change(power, levels, needed=50)
    assert allowed is expected


@pytest.mark.parametrize(
    ("inviter", "allow", "expected"),
    [
        ("@a:x.example", (), True),
        ("@a:y.example", (), False),
        ("@a:y.example", ("y.example",), True),
        ("@a:x.example", ("y.example",), False),
        ("@a:y.example", ("@a:y.example",), True),
        ("@b:y.example", ("@a:y.example",), False),
        ("@a:y.example", ("*",), True),
        ("@a:sub.y.example", ("y.example",), False),
        ("@a:x.example:8448", (), False),
        ("odd", (), False),
    ],
)
def test_invitations(inviter: str, allow: tuple[str, ...], *, expected: bool) -> None:
    """People and whole homeservers can be let in; without a list, the own homeserver."""
    assert is_welcome(inviter, own="@bot:x.example", allow=allow) is expected


def test_upgrades_chain() -> None:
    """A channel keeps its first name through any number of upgrades; circles end."""
    moves = {"!a": "!b", "!b": "!c"}
    assert current_room("!a", moves) == "!c"
    assert channel_of_room("!c", moves) == "!a"
    assert rooms_of("!a", moves) == ["!c", "!b", "!a"]
    assert current_room("!x", moves) == channel_of_room("!x", moves) == "!x"
    circle = {"!a": "!b", "!b": "!a"}
    assert current_room("!a", circle) == "!b"
    assert rooms_of("!a", circle) == ["!b", "!a"]
