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


def test_edits_take_a_turn_of_their_workspace_and_keep_a_limit_of_their_own() -> None:
    paces = Paces({"slack": Limits(channel=1.0, chat=0.2, burst=20, edit=1.2, edits=2)})
    assert paces.take_edit(("slack", "T1/C1"), NOW)
    assert not paces.take_edit(("slack", "T1/C1"), NOW)  # the channel's turn is taken
    assert paces.wait(("slack", "T1/C1"), NOW) == pytest.approx(1.0)
    assert paces.take_edit(("slack", "T1/C2"), NOW)
    assert not paces.take_edit(("slack", "T1/C3"), NOW)
    assert paces.book(("slack", "T1/C3"), NOW) == 0  # messages go on
    assert paces.take_edit(("slack", "T2/C1"), NOW)


def test_pause_of_edits_holds_messages_only_where_a_chat_counts_them_together() -> None:
    paces = Paces({"slack": Limits(1.0, 0.2, 20, edit=1.2), "matrix": Limits(1.0, 0.2, 10)})
    later = NOW + timedelta(seconds=30)
    for chat, waits in (("slack", 0.0), ("matrix", 30.0)):
        paces.widen_edits((chat, "C1"), later)
        assert not paces.take_edit((chat, "C2"), NOW)
        assert paces.wait((chat, "C2"), NOW) == pytest.approx(waits)


def test_turns_are_booked_ahead_one_by_one_and_can_be_given_back() -> None:
    paces = Paces({"slack": Limits(channel=1.0, chat=0.5, burst=1)})
    waits = [paces.book(("slack", f"C{at}"), NOW) for at in range(6)]
    assert waits == [0.0, 0.5, 1.0, 1.5, 2.0, None]
    assert paces.is_crowded(("slack", "C0"), NOW)
    paces.give_back(("slack", "C4"))
    assert paces.book(("slack", "C9"), NOW) == pytest.approx(2.0)


def test_what_was_held_up_on_its_way_leaves_at_the_pace_still() -> None:
    paces = Paces({"slack": Limits(channel=1.0, chat=0.2, burst=20)})
    target = ("slack", "C1")
    assert paces.leave(target, NOW) == 0
    assert paces.leave(target, NOW) == pytest.approx(1.0)
    assert paces.leave(target, NOW + timedelta(seconds=1)) == 0
