"""What survives a restart."""

from __future__ import annotations

import stat
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.adapters.matrix.session import SessionFile

if TYPE_CHECKING:
    from pathlib import Path

HOME = "https://matrix.example.org"


def test_the_device_stays(tmp_path: Path) -> None:
    """A session is made once and read ever after, by its owner only."""
    file = SessionFile(tmp_path / "matrix" / "session.json")
    made = file.load(HOME, "@bot:example.org")
    file.save(replace(made, since="s1", access_token="syt_x", moves={"!a": "!b"}))
    again = file.load(HOME, "@bot:example.org")
    assert again.device_id == made.device_id
    assert (again.since, again.access_token, again.moves) == ("s1", "syt_x", {"!a": "!b"})
    assert stat.S_IMODE((tmp_path / "matrix" / "session.json").stat().st_mode) == 0o600
    assert "syt_x" not in repr(again)


def test_a_token_is_never_shown_to_another_server(tmp_path: Path) -> None:
    """Under another address the device stays and the token goes; another account starts anew."""
    file = SessionFile(tmp_path / "session.json")
    made = file.load(HOME, "@bot:example.org")
    file.save(replace(made, access_token="syt_x"))
    moved = file.load("https://elsewhere.example", "@bot:example.org")
    assert (moved.device_id, moved.access_token) == (made.device_id, "")
    assert file.load(HOME, "@other:example.org").device_id != made.device_id


def test_a_broken_file_starts_anew(tmp_path: Path) -> None:
    """Half a file, or one with odd contents, costs the session but not the start."""
    path = tmp_path / "session.json"
    for text in ("", "{", "[]", '{"homeserver": 1}', "\x00"):
        path.write_text(text)
        assert SessionFile(path).load(HOME, "bot").device_id.startswith("WIREWATCH")
    path.write_text(path.read_text().replace("{", '{"later": 1,', 1))
    kept = SessionFile(path).load(HOME, "bot")
    assert SessionFile(path).load(HOME, "bot") == kept
