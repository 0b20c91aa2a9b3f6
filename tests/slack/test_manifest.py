"""The manifest asks for what is listened to, no less and no more, within Slack's limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.adapters.slack.app import COMMAND, EVENTS, SHORTCUT
from bot.adapters.slack.scopes import SCOPES

PATH = Path(__file__).resolve().parents[2] / "slack-manifest.yaml"


@pytest.fixture
def manifest() -> dict[str, Any]:
    return YAML(typ="safe").load(PATH)


def test_everything_listened_to_is_subscribed(manifest: dict[str, Any]) -> None:
    commands = manifest["features"]["slash_commands"]
    assert [command["command"] for command in commands] == [COMMAND]
    assert commands[0]["should_escape"] is True
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == set(EVENTS)
    assert manifest["settings"]["interactivity"]["is_enabled"] is True
    assert manifest["features"]["app_home"]["home_tab_enabled"] is True


def test_shortcut_is_the_one_listened_to(manifest: dict[str, Any]) -> None:
    [shortcut] = manifest["features"]["shortcuts"]
    assert (shortcut["callback_id"], shortcut["type"]) == (SHORTCUT, "message")
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150


def test_scopes_are_those_that_are_checked(manifest: dict[str, Any]) -> None:
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == SCOPES


def test_limits(manifest: dict[str, Any]) -> None:
    """Source: https://docs.slack.dev/reference/app-manifest."""
    assert len(manifest["display_information"]["name"]) <= 35
    assert len(manifest["display_information"]["description"]) <= 140
    [command] = manifest["features"]["slash_commands"]
    assert len(command["command"]) <= 32
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000
    assert len(manifest["features"]["bot_user"]["display_name"]) <= 80
