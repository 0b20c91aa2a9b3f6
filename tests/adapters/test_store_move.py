"""From SQLite to PostgreSQL and back: all of it, resumed where it broke off, compared."""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot import cli
from bot.adapters.store import Store
from bot.core.model import AuditEntry, PollRecord, Quote, Rule, StoredArticle, Validators
from bot.errors import StoreError
from tests.postgres import empty_database
from tests.samples import FEED, NOW, make_article, make_delivery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

COUNT = 1_200


@pytest.fixture
async def full(tmp_path: Path) -> AsyncIterator[Store]:
    """Some of everything, and more than one batch of articles."""
    store = Store(f"sqlite:///{tmp_path / 'w.db'}")
    await store.open()
    await store.add_feeds([FEED])
    articles = [make_article(str(n), text="“No,” said Ida Holm. ß ﬁ 🌍 שלום") for n in range(COUNT)]
    quote = Quote(1, 3, ((1, 3),), "Ida Holm", cue="said", via="Ann Lee")
    await store.record(
        PollRecord(
            FEED.id, NOW, Validators("e"), NOW,
            seen=tuple(articles),
            articles=tuple(StoredArticle(a, (quote,), analyzed=True) for a in articles),
            deliveries=tuple(make_delivery(a.id) for a in articles[:7]),
            tally={"new": COUNT},
        )
    )  # fmt: skip
    await store.put_rule(Rule("r", "r", "ferry", ("console",)), AuditEntry(NOW, "ida", "added"))
    yield store
    await store.close()


def silent(_table: str, _done: int, _all: int) -> None:
    """Show no progress."""


async def test_everything_is_moved_and_goes_on(full: Store, tmp_path: Path) -> None:
    async with empty_database() as url:
        there = Store(url)
        await there.open()
        moved = await full.move_to(there, silent)
        assert (moved["articles"], moved["quotes"], moved["deliveries"]) == (COUNT, COUNT, 7)
        # What is added there comes behind what was moved.
        await there.enqueue([make_delivery("later")], NOW)
        order = []
        while found := await there.next_delivery("console", ""):
            order.append(found[0].article)
            await there.delivered(found[0].id, "ref", NOW)
        assert order[-1] == "later"
        assert len(order) == 8
        back = Store(f"sqlite:///{tmp_path / 'back.db'}")
        await back.open()
        await there.move_to(back, silent)
        assert await back.article(make_article("5").id) == await full.article(make_article("5").id)
        for store in (there, back):
            await store.close()


async def test_a_move_that_broke_off_is_resumed(full: Store, tmp_path: Path) -> None:
    there = Store(f"sqlite:///{tmp_path / 'there.db'}")
    await there.open()
    reached: list[str] = []

    def breaks(table: str, done: int, _all: int) -> None:
        reached.append(table)
        if (table, done) == ("articles", 1_000):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await full.move_to(there, breaks)
    assert reached
    moved = await full.move_to(there, silent)
    assert moved["articles"] == COUNT
    await there.close()


async def test_a_target_that_differs_is_told_of(full: Store, tmp_path: Path) -> None:
    there = Store(f"sqlite:///{tmp_path / 'there.db'}")
    await there.open()
    await there.add_feeds([replace(FEED, title="Another name")])
    with pytest.raises(StoreError, match="feeds differs: 1 rows"):
        await full.move_to(there, silent)
    await there.close()


def moved(*urls: str) -> int:
    """Run the command; give its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["wirewatch", "migrate-store", *urls])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    return int(ended.value.code or 0)


async def test_the_command_moves_resumes_and_compares(
    full: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a file to a server; run again it goes on, and what differs is said in one line."""
    source = f"sqlite:///{tmp_path / 'w.db'}"
    await full.close()
    async with empty_database() as target:
        for _ in range(2):
            assert await asyncio.to_thread(moved, source, target) == 0
            said = capsys.readouterr().out
            rows = re.search(r"(\d+) rows of \d+ tables moved and compared", said)
            assert rows, said
            assert int(rows[1]) >= 3 * COUNT, "articles, quotes and entries seen"
        there = Store(target)
        await there.open()
        await there.put_rule(Rule("s", "s", "quay", ("console",)), AuditEntry(NOW, "ida", "more"))
        await there.close()
        assert await asyncio.to_thread(moved, source, target) == 2
        said = capsys.readouterr().err
        assert said.startswith("wirewatch: ")
        assert "differs" in said
        assert said.count("\n") == 1
    nowhere = tmp_path / "typo" / "w.db"
    assert await asyncio.to_thread(moved, f"sqlite:///{nowhere}", source) == 2
    assert "there is no database" in capsys.readouterr().err
    assert not nowhere.parent.exists(), "it made an empty one"
