"""The harness itself: its articles are different stories, its comparison and its disk are right."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.core.model import Article, Place
from bot.core.story import Stories
from tests.crash.checker import Watch, compare
from tests.crash.disk import HEAD, Disk
from tests.crash.news import WATCHED, Story, follow_up, invent

if TYPE_CHECKING:
    from pathlib import Path

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
