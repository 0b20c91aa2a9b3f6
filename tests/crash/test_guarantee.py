"""Nothing lost, nothing doubled, nothing astray: the counts of the suite; `make torture` has more.

Each test inflicts faults on the real program, and asks an independent comparison of what was
published with what the chats accepted.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.crash.blocks import chatting, killing, storing, timing, wishing
from tests.crash.checker import read_log
from tests.crash.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crash.disk import Disk
    from tests.crash.program import Zygote
    from tests.crash.results import Result

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.timeout(900)]


def kept(result: Result, runs: int) -> None:
    assert result.good, result.story()
    assert result.runs >= runs
    assert result.found["expected"] > 0


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_moments(zygote: Zygote, tmp_path: Path, seed: int) -> None:
    """20 kills, half of them while it recovers from the one before."""
    kept(killing.kill_at_random(zygote, tmp_path, count=20, seed=seed), 20)


def test_killed_while_stories_gather_copies_and_news(zygote: Zygote, tmp_path: Path) -> None:
    """Of an article and its copies one arrives, each new statement does, in its story's thread."""
    kept(killing.kill_at_random(zygote, tmp_path, count=8, seed=22, retold=0.6), 8)
    published = read_log(tmp_path / "published.jsonl")
    copies = {each["link"] for each in published if each.get("repeats")}
    later = {each["link"]: each["follows"] for each in published if each.get("follows")}
    assert len(copies) >= 4
    assert len(later) >= 4
    posts = [post for post in read_log(tmp_path / "posts.jsonl") if len(post["links"]) == 1]
    alone = {(post["channel"], post["links"][0]) for post in posts}
    news = [post for post in posts if (link := post["links"][0]) in later
            and (post["channel"], later[link]) in alone]  # fmt: skip
    assert news
    assert all(post["thread"] for post in news)


def test_killed_at_each_step(zygote: Zygote, tmp_path: Path) -> None:
    """At every step boundary that a run with faults and a burst passes, twice."""
    points = killing.find_points(zygote, tmp_path / "trace")
    assert len(points) > 70
    result = killing.kill_at_points(
        zygote, tmp_path / "kill", points=points, times=2, seed=1, beside=6
    )
    kept(result, 2 * len(points))
    assert set(result.faults.values()) == {2}


def test_each_fault_of_each_chat(zygote: Zygote, tmp_path: Path) -> None:
    """Refusals, resets, silence, late commits, garbage: three times each in each chat."""
    result = chatting.chat_faults(zygote, tmp_path, times=3, scale=0.04, channels=12, seed=3)
    kept(result, 2 * 3 * 13)


def test_a_commit_after_the_doubt_window_is_the_only_repeat(zygote: Zygote, tmp_path: Path) -> None:
    """In Slack nobody can know; it is marked. In Matrix the transaction id prevents it."""
    result = chatting.late_beyond_the_window(zygote, tmp_path, times=3, seed=4)
    kept(result, 6)
    assert 0 < result.found["marked repeats"] <= 3


def test_refusals_that_last_until_somebody_mends_them(zygote: Zygote, tmp_path: Path) -> None:
    """Revoked tokens, an archived channel, a room without the right to speak."""
    kept(wishing.refusals(zygote, tmp_path, times=2, seed=12), 8)


def test_one_digest_a_day_over_both_changes_of_summer_time(zygote: Zygote, tmp_path: Path) -> None:
    kept(wishing.daily_digests(zygote, tmp_path, seed=13), 6)


def test_locked_database(zygote: Zygote, tmp_path: Path) -> None:
    """For shorter and for longer than a write is patient."""
    result = storing.locked(zygote, tmp_path, times=4, seconds=(5, 9), busy=7, beside=4, seed=5)
    kept(result, 4)
    assert len(result.faults) == 2  # some longer than the patience, some not


def test_full_disk(zygote: Zygote, tmp_path: Path) -> None:
    """A small disk filled to the last byte."""
    result = storing.really_full(zygote, tmp_path, times=2, seconds=2, seed=6)
    if not result.runs:
        pytest.skip("no small disk can be mounted here: the simulated one is tested")
    kept(result, 2)


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_disk_that_takes_no_writes(bad_disk: tuple[Zygote, Disk], tmp_path: Path, how: str) -> None:
    """Said in few words, and mended by itself."""
    zygote, disk = bad_disk
    kept(storing.refused(zygote, tmp_path, disk, how=how, times=2, seconds=2, seed=7), 2)


def test_database_file_removed_under_the_program(zygote: Zygote, tmp_path: Path) -> None:
    kept(storing.removed(zygote, tmp_path, times=2, seconds=60, seed=8), 2)


def test_power_loss(bad_disk: tuple[Zygote, Disk], tmp_path: Path) -> None:
    """What was not synced is gone, or torn."""
    zygote, disk = bad_disk
    kept(storing.power_lost(zygote, tmp_path, disk, times=5, seed=9), 5)


def test_a_power_loss_finds_a_program_that_does_not_sync(
    bad_disk: tuple[Zygote, Disk], tmp_path: Path
) -> None:
    """Else the test above would show nothing."""
    zygote, disk = bad_disk
    result = storing.power_lost(zygote, tmp_path, disk, times=5, seed=9, mutation="never_sync")
    assert result.found["doubled"] + result.found["lost"] or result.broken, result.story()


def test_clock_jumps(zygote: Zygote, tmp_path: Path) -> None:
    """An hour back, an hour on, a day on, and both changes of summer time."""
    kept(timing.clock_jumps(zygote, tmp_path, times=1, seed=10), 5)


def test_burst(zygote: Zygote, tmp_path: Path) -> None:
    """A thousand matches at once."""
    result = timing.burst(zygote, tmp_path, matches=1_000, seconds=10, channels=24, seed=11)
    kept(result, 1_000)


def test_console_slack_and_matrix_in_one_program(zygote: Zygote, tmp_path: Path) -> None:
    """Each gets what is for it, once, and none waits for another."""
    log = tmp_path / "console.jsonl"
    settings = {"WIREWATCH_CHATS": "console,slack,matrix", "WIREWATCH_CONSOLE_JSON": str(log)}
    with World(zygote, tmp_path, channels=2, seed=21, **settings) as world:
        rules = tmp_path / "rules.yaml"
        rules.write_text(rules.read_text("utf-8").replace("channels: [", "channels: [console, "))
        world.publish(12)
        world.start()
        world.drained()
        verdict = world.settled()
        assert verdict.good
        assert world.program.stop() == 0
        told = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
        alerts = [(alert["rule"], alert["url"]) for alert in told if alert["kind"] == "alert"]
        links = {link for post in world.log.posts for link in post["links"]}
        assert len(alerts) == len(set(alerts))
        assert {url for _, url in alerts} == links
