"""Reactions that did something, kept over restarts."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from bot.adapters.matrix.marks import Mark, Marks
from bot.adapters.matrix.reactions import (
    ALL_QUOTES,
    NOT_RELEVANT,
    SNOOZE,
    WHY,
    About,
    reaction_table,
)
from bot.core.command import parse_command

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.model import StoredArticle


def test_marks_survive(tmp_path: Path) -> None:
    """What a reaction did is known after a restart, to its owner only, until it is undone."""
    path = tmp_path / "reactions.json"
    marks = Marks(path)
    assert not marks.stands("$alert", "🔕")
    marks.add(Mark("$one", "!r", "$alert", "🔕", "@a:x", "unsnooze h"))
    again = Marks(path)
    assert again.of("$one") == Mark("$one", "!r", "$alert", "🔕", "@a:x", "unsnooze h")
    assert again.of("$other") is None
    assert again.stands("$alert", "🔕")
    assert again.stands("$alert", "🔕", "@a:x")
    assert not again.stands("$alert", "🔕", "@b:x")
    assert not again.stands("$alert", "🗑")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again.drop("$one")
    again.drop("$one")
    assert Marks(path).of("$one") is None


def test_the_oldest_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file does not grow for ever."""
    monkeypatch.setattr("bot.adapters.matrix.marks._MOST", 3)
    marks = Marks(tmp_path / "reactions.json")
    for number in range(5):
        marks.add(Mark(f"${number}", "!r", "$alert", "🔕", "@a:x"))
    assert [marks.of(f"${number}") is not None for number in range(5)] == [False] * 2 + [True] * 3


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"event": 1}]', '{"a": 1}'])
def test_a_broken_file_costs_only_itself(tmp_path: Path, text: str) -> None:
    """Half a file, or one with odd contents, does not keep the bot from starting."""
    path = tmp_path / "reactions.json"
    path.write_text(text)
    marks = Marks(path)
    assert not marks.stands("$alert", "🔕")
    marks.add(Mark("$one", "!r", "$alert", "🔕", "@a:x"))
    assert Marks(path).of("$one") is not None


async def nothing(_article: str) -> StoredArticle | None:
    return None


def test_what_reactions_run() -> None:
    """Each runs commands that the grammar knows; what changes something can be undone."""
    about = About("https://x.example/1", "article1", "harbour")
    table = reaction_table(nothing)
    assert list(table) == [SNOOZE, NOT_RELEVANT, WHY, ALL_QUOTES]
    assert list(reaction_table(None)) == [SNOOZE, NOT_RELEVANT, WHY]
    snooze, feedback, why = (table[key] for key in (SNOOZE, NOT_RELEVANT, WHY))
    assert snooze.undo
    assert feedback.undo
    done = [parse_command(deed.command(about)) for deed in (snooze, feedback, why)]
    assert [(c.verb, c.subject, c.name, c.value) for c in done] == [
        ("snooze", "harbour", "", "24h"),
        ("feedback", "article1", "harbour", "unspecified"),
        ("explain", "https://x.example/1", "", ""),
    ]
    undone = [parse_command(undo(about)) for undo in (snooze.undo, feedback.undo)]
    assert [(c.verb, c.subject, c.name, c.value) for c in undone] == [
        ("unsnooze", "harbour", "", ""),
        ("feedback", "article1", "harbour", "undo"),
    ]
    assert why.undo is None
    assert snooze.command(About("", "a", "two words")) == 'snooze "two words" 24h'
