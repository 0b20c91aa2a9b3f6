"""Settings: where they come from and what they say when they are wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import SAMPLE_WIRE, Settings, describe_settings, load_settings

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_defaults_run_the_sample_wire_on_the_console() -> None:
    settings = load_settings()
    assert settings.sample_wire
    assert settings.active_chats == ("console",)
    assert settings.feeds[0] == SAMPLE_WIRE
    assert [path.name for path in settings.feed_files] == ["feeds.opml"]
    assert settings.rules[0].is_dir()
    assert (settings.poll_min_seconds, settings.prime) == (300, True)


def test_the_environment_outweighs_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(
        "WIREWATCH_FEEDS=a.opml, b.opml\nWIREWATCH_POLL_MIN_SECONDS=60\nSLACK_BOT_TOKEN=xoxb-1\n"
    )
    monkeypatch.setenv("WIREWATCH_POLL_MIN_SECONDS", "30")
    settings = load_settings()
    assert settings.poll_min_seconds == 30
    assert settings.feed_files == (Path("a.opml"), Path("b.opml"))
    assert not settings.sample_wire
    lines = {line.variable: line for line in describe_settings(settings)}
    assert lines["WIREWATCH_POLL_MIN_SECONDS"].origin == "environment"
    assert lines["WIREWATCH_FEEDS"].origin == ".env"
    assert lines["WIREWATCH_PRIME"].origin == "default"


def test_chats_are_those_whose_tokens_are_there() -> None:
    Path(".env").write_text("SLACK_BOT_TOKEN=xoxb-1\nMATRIX_HOMESERVER=http://localhost\n")
    assert load_settings().active_chats == ("slack", "matrix")
    Path(".env").write_text("SLACK_BOT_TOKEN=xoxb-1\nWIREWATCH_CHATS=console\n")
    assert load_settings().active_chats == ("console",)


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_CONSOLE_JSON", "")
    assert load_settings().console_json is None


def test_secrets_are_never_shown() -> None:
    Path(".env").write_text("SLACK_BOT_TOKEN=xoxb-hunter1\nMATRIX_PASSWORD=hunter2\n")
    settings = load_settings()
    shown = repr(settings) + "".join(line.value for line in describe_settings(settings))
    assert "hunter1" not in shown
    assert "hunter2" not in shown


def test_a_database_password_is_never_shown() -> None:
    Path(".env").write_text("WIREWATCH_DATABASE_URL=postgresql://ida:hunter2@db/w\n")
    assert "hunter2" not in "".join(line.value for line in describe_settings(load_settings()))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("WIREWATCH_POLL_MIN_SECONDS=-1", "greater than 0"),
        ("WIREWATCH_CHATS=consol", "did you mean console"),
        ("WIREWATCH_EGRESS_ALLOW=host", "host:port"),
        ("WIREWATCH_PRIME=7up", "7up"),
    ],
)
def test_a_bad_value_names_its_variable(line: str, words: str) -> None:
    Path(".env").write_text(line + "\n")
    with pytest.raises(SettingsError, match=words) as caught:
        load_settings()
    assert caught.value.variable == line.partition("=")[0]


def test_the_example_file_has_every_setting_with_a_comment() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^# ([A-Z_]+)=", text, flags=re.MULTILINE))
    assert named == {field.alias for field in Settings.model_fields.values()}
