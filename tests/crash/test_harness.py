"""The harness itself: its articles are different stories, its comparison and its disk are right."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.core.model import Article, Place
from bot.core.story import Stories
from tests.crash.blocks.storing import said_once
from tests.crash.blocks.timing import judge_pace
from tests.crash.checker import Watch, compare
from tests.crash.disk import HEAD, Disk
from tests.crash.news import WATCHED, Story, follow_up, invent
from tests.crash.program import Program
from tests.crash.results import Result
from tests.crash.table import BLOCKS

LINK = "http://127.0.0.1:1/story/0-{}"
WATCHES = [
    Watch("harbour", (("slack", "C1"), ("matrix", "!a"))),
    Watch("quarry", (("slack", "C2"),)),
]


def article(number: int, word: str, feed: str = "feed0") -> dict[str, object]:
    title = f"Boats near the {word}"
    return {
        "number": number,
        "word": word,
        "title": title,
        "feed": feed,
        "link": LINK.format(number),
    }


def post(channel: str, *numbers: int, repeat: bool = False) -> dict[str, object]:
    chat = "matrix" if channel.startswith("!") else "slack"
    links = [LINK.format(number) for number in numbers]
    return {"chat": chat, "channel": channel, "links": links, "repeat": repeat}


NEWS = [article(1, "harbour"), article(2, "quarry"), article(3, "meadow"), article(4, "harbour")]
GOOD = [post("C1", 1), post("!a", 1), post("C2", 2), post("C1", 4), post("!a", 4)]


def test_invented_articles_are_different_stories() -> None:
    """Else the program rightly gathers them, and the harness would call them lost."""
    stories = Stories()
    for number in range(600):
        made = invent(number, WATCHED[number % 6])
        read = read_by_the_program(made, whole=number % 3 == 0)
        assert stories.place(read).place is Place.NEW, (number, made.title)


def test_invented_news_of_an_event_is_one_story() -> None:
    """Else the harness would show nothing of stories; copies are silent, what was said is not."""
    stories = Stories()
    for number in range(0, 900, 3):
        first = invent(number, WATCHED[number % 6])
        said = follow_up(first, number + 1)
        copy = replace(first, number=number + 2)
        for made in (first, said, copy) if number % 2 else (first, copy, said):
            whole = number % 4 < 2 if made is not copy else number % 8 < 4
            read = read_by_the_program(made, whole=whole, feed="g" if made is copy else "f")
            place = stories.place(read)
            if made is first:
                story = place.story
            assert place.story == story, (made.title, first.title)
            assert (place.place is Place.NEW) == (made is first)
            if made is said:
                assert place.place is Place.FOLLOW_UP


def read_by_the_program(made: Story, *, whole: bool, feed: str = "f") -> Article:
    return Article(
        feed_id=feed, key=str(made.number), url=LINK.format(made.number), title=made.title,
        text=made.text if whole else made.teaser, published=made.published,
        arrived=made.published, source=f"The {feed} Courier",
    )  # fmt: skip


def test_comparison_of_what_is_right() -> None:
    verdict = compare(NEWS, WATCHES, GOOD)
    assert verdict.good
    assert verdict.expected == verdict.arrived == 5


COPIED = [*NEWS, {**article(5, "harbour", "feed1"), "repeats": LINK.format(1)}]


def test_of_an_article_and_its_copy_one_is_expected() -> None:
    assert compare(COPIED, WATCHES, GOOD).good
    instead = [post("C1", 5), post("!a", 1), post("C2", 2), post("C1", 4), post("!a", 4)]
    assert compare(COPIED, WATCHES, instead).good
    assert compare(COPIED, WATCHES, [*GOOD, post("C1", 5)]).doubled
    assert compare(COPIED, WATCHES, GOOD[1:]).lost


def test_a_message_that_gathers_articles_delivers_each() -> None:
    posts = [post("C1", 1, 4), post("!a", 1, 4), post("C2", 2)]
    assert compare(NEWS, WATCHES, posts).good


@pytest.mark.parametrize(
    ("posts", "kind"),
    [
        (GOOD[1:], "lost"),
        ([*GOOD, post("C1", 1)], "doubled"),
        ([*GOOD, post("C1", 1, repeat=True)], "marked"),
        ([*GOOD, post("C2", 4)], "wrong"),
        ([*GOOD, post("C1", 3)], "wrong"),
        ([post("C1", 4), post("C1", 1), *GOOD[1:3], GOOD[4]], "disorder"),
    ],
)
def test_comparison_finds(posts: list[dict[str, object]], kind: str) -> None:
    verdict = compare(NEWS, WATCHES, posts)
    found = {name for name in ("lost", "doubled", "marked", "wrong", "disorder")
             if getattr(verdict, name)}  # fmt: skip
    assert found == {kind}


def record(
    disk: Disk, kind: str, inode: int, offset: int, first: bytes, second: bytes = b""
) -> None:
    head = (kind.encode(), inode, offset, len(first), len(second))
    with disk._ops.open("ab") as file:
        file.write(HEAD.pack(*head) + first + second)


def test_a_power_loss_keeps_what_was_synced_and_may_take_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    path = folder / "file"
    path.write_bytes(b"old old old")
    inode = path.stat().st_ino
    seen = set()
    for seed in range(60):
        path.write_bytes(b"old old old")
        inode = path.stat().st_ino
        disk = Disk(folder, tmp_path)
        disk.begin()
        record(disk, "W", inode, 0, b"new")
        record(disk, "S", inode, 0, b"")
        record(disk, "W", inode, 4, b"new")
        disk.lose_power(random.Random(seed))  # noqa: S311 -- each way it can go
        seen.add(path.read_bytes())
    assert seen == {b"new old old", b"new new old"}


def test_a_name_that_was_never_synced_may_be_gone(tmp_path: Path) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    path = str(folder / "fresh").encode()
    seen = set()
    for seed in range(60):
        disk = Disk(folder, tmp_path)
        disk.begin()
        record(disk, "C", 999_999_999, 0, path)
        record(disk, "W", 999_999_999, 0, b"words")
        disk.lose_power(random.Random(seed))  # noqa: S311 -- each way it can go
        seen |= {tuple(each.name for each in folder.iterdir())}
        for each in folder.iterdir():
            each.unlink()
    assert seen == {(), ("fresh",)}


def test_a_file_made_anew_outlives_the_removal_of_the_one_before(tmp_path: Path) -> None:
    """As SQLite does with its WAL file at each start; what was synced last stays."""
    folder = tmp_path / "watched"
    folder.mkdir()
    path = folder / "journal"
    for seed in range(60):
        path.write_bytes(b"old")
        disk = Disk(folder, tmp_path)
        disk.begin()
        record(disk, "U", 0, 0, str(path).encode())
        record(disk, "C", 999_999_999, 0, str(path).encode())
        record(disk, "W", 999_999_999, 0, b"new")
        record(disk, "S", 999_999_999, 0, b"")
        disk.lose_power(random.Random(seed))  # noqa: S311 -- each way it can go
        assert path.read_bytes() == b"new"


def test_each_block_runs_in_the_suite() -> None:
    """All but the one whose real windows take minutes; the counts are those of the table."""
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    asked = {block.name for block in BLOCKS if f'"{block.name}"' in tests.replace("chats-real", "")}
    assert asked == {block.name for block in BLOCKS if block.ci}
    assert {block.name for block in BLOCKS if not block.ci} == {"chats-real"}


PARENT = """
import subprocess, sys
held = b"x" * (20 << 20)
code = "held = b'y' * (70 << 20); print(flush=True); input()"
subprocess.run([sys.executable, "-c", code])
"""


def test_memory_is_that_of_the_children_too() -> None:
    """Parsers are processes of their own, and the machine holds them all."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", PARENT], **pipes) as parent:
        assert parent.stdout
        parent.stdout.readline()
        program = Program(cast("Any", None), Path(), {})
        program.pid = parent.pid
        assert 90 << 20 < program.measure() < 250 << 20
        parent.communicate(b"\n")
    assert program.measure() > 90 << 20, "the peak stays when it has ended"


@pytest.mark.parametrize(
    ("told", "refusals", "good"),
    [(1, 1, True), (0, 1, False), (0, 0, True), (4, 1, False), (5, 4, True), (9, 4, False)],
)
def test_a_refusing_database_is_told_of_once_each_time(
    told: int, refusals: int, *, good: bool
) -> None:
    said = "[error] the database refuses; pausing until it works reason='full'\n" * told
    world = SimpleNamespace(program=SimpleNamespace(said=lambda: said))
    result = Result("disk full", runs=refusals)
    said_once(cast("Any", world), result, least=refusals, most=refusals)
    assert (not result.broken) is good


@pytest.mark.parametrize(
    ("matches", "took", "good"),
    [(10_000, 71, True), (10_000, 73, False), (1_000, 200, True)],
)
def test_a_whole_burst_that_was_none_is_broken(matches: int, took: float, *, good: bool) -> None:
    """A small one, beside other tests, is noted."""
    result = Result("burst", runs=matches)
    judge_pace(result, took, 60)
    assert result.good is good
    assert result.notes == [f"{matches} matches published in {took:.0f} s"]


def test_the_memory_limit_is_that_of_the_promise() -> None:
    assert Result("kill", peak=600_000_000).good
    assert not Result("kill", peak=600_000_001).good
