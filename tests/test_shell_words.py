"""The shell's commands say the same as the chat's."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

import bot.cli


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["test", "Rafah aid"], "test Rafah aid 7d"),
        (["test", "Rafah", "aid", "--since", "4w"], "test Rafah aid 4w"),
        (["test", "Rafah aid", "14d"], "test Rafah aid 14d"),
        (["test", "Rafah aid 14d"], "test Rafah aid 14d"),
        (["test", "14d"], "test 14d"),
        (["said", "netanyahu"], "quotes @netanyahu 30d"),
        (["said", "@netanyahu", "truce", "12h"], "quotes @netanyahu truce 12h"),
        (["said", "@netanyahu", "truce", "--since", "4w"], "quotes @netanyahu truce 4w"),
        (
            ["explain", "https://harbour.example/1", "rafah"],
            "explain https://harbour.example/1 rafah",
        ),
    ],
)
def test_a_time_may_stand_behind_the_words(
    typed: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`test Rafah 14d` is no search for the word 14d, which a chat does not search for either."""
    asked: list[str] = []
    monkeypatch.setattr(bot.cli, "_shell", asked.append)
    assert CliRunner().invoke(bot.cli.app, typed, catch_exceptions=False).exit_code == 0
    assert asked == [said]


@pytest.mark.parametrize("since", ["4000d", "30", "last 7d", "0d"])
def test_what_is_no_time_is_refused_and_not_searched_for(
    since: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(bot.cli, "_shell", asked.append)
    for typed in (["test", "Rafah"], ["said", "@netanyahu"]):
        done = CliRunner().invoke(bot.cli.app, [*typed, "--since", since])
        assert done.exit_code == 2, typed
        assert "12h, 7d or 4w" in done.output
    assert asked == []
