"""Nothing lost, nothing doubled, nothing astray: the counts of the suite; `make torture` has more.

Each test inflicts faults on the real program, and asks an independent comparison of what was
published with what the chats accepted.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.crash.blocks import chatting, killing, storing, timing, wishing
from tests.crash.checker import read_log
from tests.crash.table import CI
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
    """Half of the kills while it recovers from the one before."""
    count = CI["kill"] // 2
    kept(killing.kill_at_random(zygote, tmp_path, count=count, seed=seed), count)


def test_killed_while_stories_gather_copies_and_news(zygote: Zygote, tmp_path: Path) -> None:
    """Of an article and its copies one arrives, each new statement does, in its story's thread."""
    count = CI["stories"]
    kept(killing.kill_at_random(zygote, tmp_path, count=count, seed=22, retold=0.6), count)
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
    """At every step boundary that a run with faults and a burst passes."""
    times = CI["points"]
    points = killing.find_points(zygote, tmp_path / "trace")
    assert len(points) > 70
    result = killing.kill_at_points(
        zygote, tmp_path / "kill", points=points, times=times, seed=1, beside=6
    )
    kept(result, times * len(points))
    assert set(result.faults.values()) == {times}


def test_each_fault_of_each_chat(zygote: Zygote, tmp_path: Path) -> None:
    """Refusals, resets, silence, late commits, garbage, in each chat."""
    times = CI["chats"]
    result = chatting.chat_faults(zygote, tmp_path, times=times, scale=0.04, channels=12, seed=3)
    kept(result, 2 * times * 13)


@pytest.mark.parametrize("seed", range(CI["late-real"]))
def test_late_commits_with_the_window_that_people_have(
    zygote: Zygote, tmp_path: Path, seed: int
) -> None:
    """0.5, 10 and 50 s late, against the 60 s of doubt in Slack."""
    result = chatting.late_in_real_time(zygote, tmp_path, seed=seed)
    kept(result, 6)
    assert not result.found["marked repeats"]


def test_a_commit_after_the_doubt_window_is_the_only_repeat(zygote: Zygote, tmp_path: Path) -> None:
    """In Slack nobody can know; it is marked. In Matrix the transaction id prevents it."""
    times = CI["late"]
    result = chatting.late_beyond_the_window(zygote, tmp_path, times=times, seed=4)
    kept(result, 2 * times)
    assert 0 < result.found["marked repeats"] <= times


def test_refusals_that_last_until_somebody_mends_them(zygote: Zygote, tmp_path: Path) -> None:
    """Revoked tokens, an archived channel, a room without the right to speak."""
    times = CI["refusals"]
    result = wishing.refusals(zygote, tmp_path, times=times, seed=12)
    kept(result, 4 * times)
    assert set(result.faults.values()) == {times}


@pytest.mark.parametrize("seed", range(13, 13 + CI["digests"]))
def test_one_digest_a_day_over_both_changes_of_summer_time(
    zygote: Zygote, tmp_path: Path, seed: int
) -> None:
    kept(wishing.daily_digests(zygote, tmp_path, seed=seed), 6)


def test_locked_database(zygote: Zygote, tmp_path: Path) -> None:
    """For shorter and for longer than a write is patient; once for a minute, which is waiting."""
    times = CI["locked"] - 1
    short, minute = tmp_path / "short", tmp_path / "minute"
    with ThreadPoolExecutor(1) as beside:
        longest = beside.submit(
            storing.locked, zygote, minute, times=1, seconds=(60, 60), busy=30, seed=15
        )
        result = storing.locked(
            zygote, short, times=times, seconds=(5, 9), busy=7, beside=times, seed=5
        )
    kept(longest.result(), 1)
    kept(result, times)
    assert len(result.faults) == 2  # some longer than the patience, some not


def test_full_disk(zygote: Zygote, tmp_path: Path) -> None:
    """A small disk filled to the last byte."""
    result = storing.really_full(zygote, tmp_path, times=CI["full"], seconds=2, seed=6)
    if not result.runs:
        pytest.skip("no small disk can be mounted here: the simulated one is tested")
    kept(result, CI["full"])


@pytest.mark.parametrize("block", ["full-simulated", "read-only", "broken"])
def test_disk_that_takes_no_writes(
    bad_disk: tuple[Zygote, Disk], tmp_path: Path, block: str
) -> None:
    """Said once, and mended by itself."""
    zygote, disk = bad_disk
    times, how = CI[block], block.removesuffix("-simulated")
    kept(storing.refused(zygote, tmp_path, disk, how=how, times=times, seconds=2, seed=7), times)


def test_database_file_removed_under_the_program(zygote: Zygote, tmp_path: Path) -> None:
    times = CI["removed"]
    kept(storing.removed(zygote, tmp_path, times=times, seconds=60, seed=8), times)


def test_power_loss(bad_disk: tuple[Zygote, Disk], tmp_path: Path) -> None:
    """What was not synced is gone, or torn."""
    zygote, disk = bad_disk
    times = CI["power"]
    kept(storing.power_lost(zygote, tmp_path, disk, times=times, seed=9), times)


def test_a_power_loss_finds_a_program_that_does_not_sync(
    bad_disk: tuple[Zygote, Disk], tmp_path: Path
) -> None:
    """Else the test above would show nothing."""
    zygote, disk = bad_disk
    result = storing.power_lost(
        zygote, tmp_path, disk, times=CI["power"], seed=9, mutation="never_sync"
    )
    assert result.found["doubled"] + result.found["lost"] or result.broken, result.story()


def test_clock_jumps(zygote: Zygote, tmp_path: Path) -> None:
    """An hour back, an hour on, a day on, and both changes of summer time."""
    times = CI["clock"]
    kept(timing.clock_jumps(zygote, tmp_path, times=times, seed=10), 5 * times)


def test_a_turned_clock_finds_windows_that_go_by_it(zygote: Zygote, tmp_path: Path) -> None:
    """Else the test above would show nothing."""
    mutation = "windows_by_the_clock"
    result = timing.clock_jumps(
        zygote, tmp_path, times=2, seed=10, names=("+1 d",), mutation=mutation
    )
    assert result.found["doubled"] + result.found["marked repeats"], result.story()


def test_burst(zygote: Zygote, tmp_path: Path) -> None:
    """A thousand matches at once."""
    matches = CI["burst"]
    result = timing.burst(zygote, tmp_path, matches=matches, seconds=10, channels=24, seed=11)
    kept(result, matches)


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
