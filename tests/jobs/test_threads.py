"""Where what is new in a story goes, set for a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.officials import Officials
from bot.jobs.answer.desk import Desk
from bot.jobs.reading import Reader
from bot.jobs.rulebook import RuleBook
from tests.jobs.test_answer import NoPages, Room

if TYPE_CHECKING:
    from bot.adapters.store import Store
    from tests.conftest import TurnedClock


@pytest.fixture
def room(store: Store, clock: TurnedClock) -> Room:
    book = RuleBook(Officials(), [], store)
    reader = Reader(NoPages(), book.active, book.officials)
    return Room(Desk(store, book, reader, clock, ("console",)))


async def test_threads_are_said_and_set(room: Room, store: Store) -> None:
    assert "threads are on" in (await room.type("threads")).text
    changed = await room.type("threads OFF")
    assert changed.public
    assert "comes as a message of its own" in changed.text
    assert await store.threads("console", "") == "off"
    assert await store.threads("slack", "") == ""
    assert "threads are off" in (await room.type("threads")).text
    assert "threads in console (on -> off)" in (await room.type("audit")).text


async def test_unknown_way_and_no_right_change_nothing(room: Room, store: Store) -> None:
    assert "there are: on, both, off" in (await room.type("threads sideways")).text
    assert not (await room.type("threads off", may_change=False)).ok
    assert (await room.type("threads", may_change=False)).ok
    assert await store.threads("console", "") == ""
