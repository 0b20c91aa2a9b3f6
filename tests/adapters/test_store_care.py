"""The SQLite file: copies, a file removed under us, faulty versions."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.adapters.store import Store
from bot.adapters.store.care import back_up, has_wal_fault, restore
from bot.errors import StoreError
from bot.jobs.deliver import Deliver
from tests.conftest import TurnedClock
from tests.jobs.test_deliver import FakeChat
from tests.samples import FEED, NOW, make_delivery

if TYPE_CHECKING:
    from pathlib import Path


def quiet(_done: int, _all: int) -> None:
    """Show no progress."""


async def opened(path: Path) -> Store:
    store = Store(f"sqlite:///{path}")
    await store.open()
    return store


@pytest.mark.parametrize(
    ("version", "faulty"),
    [
        ((3, 40, 1), "faulty"),
        ((3, 44, 5), "faulty"),
        ((3, 44, 6), ""),
        ((3, 45, 0), "faulty"),
        ((3, 50, 6), "faulty"),
        ((3, 50, 7), ""),
        ((3, 51, 2), "faulty"),
        ((3, 51, 3), ""),
        ((3, 52, 0), ""),
    ],
)
def test_versions_with_the_wal_fault_are_known(version: tuple[int, int, int], faulty: str) -> None:
    assert has_wal_fault(version) is bool(faulty)


async def test_a_database_that_another_program_just_makes_is_waited_for(tmp_path: Path) -> None:
    """SQLite refuses WAL mode at once while another one writes, whatever its patience."""
    place = tmp_path / "w.db"
    other = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE made (x)")
    other.execute("BEGIN IMMEDIATE")
    with (
        closing(sqlite3.connect(place, timeout=30)) as impatient,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        impatient.execute("PRAGMA journal_mode=WAL")
    ending = threading.Timer(0.3, other.rollback)
    ending.start()
    store = await opened(place)
    ending.join()
    other.close()
    await store.add_feeds([FEED])
    await store.close()


async def test_a_copy_of_a_database_in_use_can_be_put_back(tmp_path: Path) -> None:
    place, copy, aside = tmp_path / "w.db", tmp_path / "copy.db", tmp_path / "aside.db"
    store = await opened(place)
    await store.enqueue([make_delivery("a1")], NOW)
    assert back_up(place, copy, quiet) == copy.stat().st_size
    await store.enqueue([make_delivery("a2")], NOW)
    await store.close()

    restore(copy, place, aside, NOW)
    again = await opened(place)
    assert await again.count_deliveries() == {"sending": 1}
    await again.close()
    before = await opened(aside)
    assert await before.count_deliveries() == {"pending": 2}
    await before.close()


async def test_what_was_sent_after_the_copy_is_not_sent_again(tmp_path: Path) -> None:
    """The chat knows more than the copy, so it is asked first."""
    place, copy = tmp_path / "w.db", tmp_path / "copy.db"
    chat, clock = FakeChat(), TurnedClock(NOW)
    store = await opened(place)
    await store.add_feeds([FEED])
    await store.enqueue([make_delivery("waits")], NOW)
    back_up(place, copy, quiet)
    await store.enqueue([make_delivery("sent")], NOW)
    assert await Deliver({"console": chat}, store, clock, lambda: 0.0).drain() == 2
    await store.close()

    clock.turn(hours=1)
    restore(copy, place, tmp_path / "aside.db", clock.now())
    again = await opened(place)
    late = make_delivery("late")
    late = replace(late, message=replace(late.alert, published=clock.now() + timedelta(hours=1)))
    await again.enqueue([make_delivery("sent"), make_delivery("missed"), late], clock.now())
    clock.turn(minutes=5)
    job = Deliver({"console": chat}, again, clock, lambda: 0.0)
    assert await job.drain() == 0, "what was left in doubt waits a window of this life"
    clock.turn(minutes=1)
    assert await job.drain() == 4
    assert sorted(chat.accepted) == ["late", "missed", "sent", "waits"]
    await again.close()


async def test_a_copy_is_put_where_nothing_is(tmp_path: Path) -> None:
    """Set aside is only what was there."""
    store = await opened(tmp_path / "w.db")
    await store.add_feeds([FEED])
    back_up(tmp_path / "w.db", tmp_path / "copy.db", quiet)
    await store.close()
    place = tmp_path / "new" / "w.db"
    restore(tmp_path / "copy.db", place, place.with_name("aside.db"), NOW)
    assert [file.name for file in place.parent.iterdir()] == ["w.db"]
    again = await opened(place)
    assert len(await again.feed_states()) == 1
    await again.close()


async def test_a_copy_never_overwrites(tmp_path: Path) -> None:
    store = await opened(tmp_path / "w.db")
    await store.close()
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(StoreError, match="exists already"):
        back_up(tmp_path / "w.db", tmp_path / "copy.db", quiet)
    assert (tmp_path / "copy.db").read_text() == "mine"


async def test_only_a_sound_database_of_ours_is_put_back(tmp_path: Path) -> None:
    place = tmp_path / "w.db"
    store = await opened(place)
    await store.add_feeds([FEED])
    await store.close()
    (tmp_path / "text.db").write_text("no database at all, but some text" * 100)
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE birds (name)")
    other.close()
    torn = tmp_path / "torn.db"
    back_up(place, torn, quiet)
    pages = bytearray(torn.read_bytes())
    pages[4096 * 3 : 4096 * 5] = b"\xff" * 4096 * 2
    torn.write_bytes(pages)
    for name in ("text.db", "other.db", "torn.db", "absent.db"):
        with pytest.raises(StoreError):
            restore(tmp_path / name, place, tmp_path / "aside.db", NOW)
    again = await opened(place)
    assert len(await again.feed_states()) == 1
    await again.close()


@pytest.mark.parametrize("gone", ["the folder", "the file"])
async def test_a_file_removed_under_us_is_written_anew(tmp_path: Path, gone: str) -> None:
    place = tmp_path / "data" / "w.db"
    store = await opened(place)
    await store.enqueue([make_delivery("a1")], NOW)
    if gone == "the folder":
        shutil.rmtree(place.parent)
    else:
        place.unlink()
    await store.enqueue([make_delivery("a2")], NOW)
    await store.enqueue([make_delivery("a3")], NOW)
    await store.close()
    again = await opened(place)
    assert await again.count_deliveries() == {"pending": 3}
    await again.close()


async def test_what_was_saved_before_a_crash_is_found(tmp_path: Path) -> None:
    """Killed between the writing and the naming: the saved file has everything."""
    place = tmp_path / "w.db"
    store = await opened(place)
    await store.enqueue([make_delivery("a1")], NOW)
    back_up(place, tmp_path / "w.db.saved", quiet)
    await store.close()
    place.unlink()
    (tmp_path / "w.db-wal").write_bytes(b"left over from the file that was removed")
    again = await opened(place)
    assert await again.count_deliveries() == {"pending": 1}
    await again.close()


async def test_another_file_in_its_place_is_not_written(tmp_path: Path) -> None:
    place = tmp_path / "w.db"
    store, stranger = await opened(place), await opened(tmp_path / "x.db")
    await stranger.close()
    (tmp_path / "x.db").replace(place)
    with pytest.raises(StoreError, match="replaced by another file"):
        await store.enqueue([make_delivery("a1")], NOW)
    await store.close()
    again = await opened(place)
    assert await again.count_deliveries() == {}
    await again.close()
