"""Whose limit a channel shares: its chat's, or its workspace's where there are several."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.pacing import Limits
from bot.jobs.deliver.paces import Paces, house_of

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("target", "house"),
    [
        (("slack", "C1"), "slack"),
        (("slack", "#desk"), "slack"),
        (("slack", "T1/C1"), "slack/T1"),
        (("slack", "T1/#desk"), "slack/T1"),
        (("matrix", "!a/b:example.org"), "matrix"),
        (("console", ""), "console"),
    ],
)
def test_house(target: tuple[str, str], house: str) -> None:
    assert house_of(target) == house


def test_workspaces_do_not_share_a_limit_but_their_channels_do() -> None:
    paces = Paces({"slack": Limits(channel=1.0, chat=5.0, burst=1)})
    assert paces.book(("slack", "T1/C1"), NOW) == 0
    assert paces.book(("slack", "T1/C2"), NOW) is None
    assert paces.book(("slack", "T2/C1"), NOW) == 0
    assert paces.wait(("slack", "T1/C2"), NOW) == pytest.approx(5.0)


def test_pause_that_slack_asks_of_a_workspace_is_its_own() -> None:
    paces = Paces({"slack": Limits(channel=1.0, chat=0.1, burst=9)})
    paces.widen(("slack", "T1/C1"), NOW + timedelta(seconds=30))
    assert paces.wait(("slack", "T1/C2"), NOW) == pytest.approx(30.0)
    assert paces.wait(("slack", "T2/C1"), NOW) == 0.0
