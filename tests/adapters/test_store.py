"""The store on a real SQLite file."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, inspect, select
from sqlalchemy.engine import Engine

from bot.adapters.store import Store
from bot.adapters.store import engine as engine_module
from bot.adapters.store.schema import metadata
from bot.core.model import (
    AuditEntry,
    DeliveryState,
    Feed,
    Highlight,
    Match,
    Place,
    Placement,
    PollRecord,
    Quote,
    Rule,
    StoredArticle,
    Validators,
)
from bot.errors import SettingsError, StoreError, StoreReadOnlyError
from tests.postgres import empty_database
from tests.samples import FEED, NOW, make_article, make_delivery

if TYPE_CHECKING:
    from bot.core.model import Article, Delivery

LEASE = timedelta(minutes=10)
SOON = NOW + timedelta(minutes=5)


def record(*articles: Article, deliveries: tuple[Delivery, ...] = ()) -> PollRecord:
    return PollRecord(
        feed_id=FEED.id,
        now=NOW,
        validators=Validators(etag="e"),
        next_poll=SOON,
        seen=articles,
        articles=tuple(StoredArticle(article, outcome="no rule matched") for article in articles),
        deliveries=deliveries,
    )


@pytest.fixture
def store(each_store: Store) -> Store:
    return each_store


async def test_a_feed_is_claimed_once_and_again_after_its_lease(store: Store) -> None:
    await store.add_feeds([FEED])
    first = await store.claim_due(NOW, 10, LEASE)
    assert [state.feed for state in first] == [FEED]
    assert not first[0].primed
    assert await store.claim_due(NOW, 10, LEASE) == []
    assert len(await store.claim_due(NOW + LEASE, 10, LEASE)) == 1


async def test_a_released_claim_is_due_at_once(store: Store) -> None:
    await store.add_feeds([FEED])
    await store.claim_due(NOW, 10, LEASE)
    await store.release_claims([FEED.id])
    assert len(await store.claim_due(NOW, 10, LEASE)) == 1


async def test_a_failed_feed_keeps_its_reason_until_it_works(store: Store) -> None:
    await store.add_feeds([FEED])
    await store.feed_failed(FEED.id, "HTTP 404 Not Found", SOON)
    [state] = await store.feed_states()
    assert (state.failures, state.error, state.next_poll) == (1, "HTTP 404 Not Found", SOON)
    await store.feed_unchanged(FEED.id, Validators(etag='"x"'), NOW, SOON)
    [state] = await store.feed_states()
    assert (state.failures, state.error, state.validators.etag) == (0, None, '"x"')


async def test_feeds_that_leave_the_configuration_are_not_polled_but_remembered(
    store: Store,
) -> None:
    other = Feed("http://other.example/feed", origin="feeds.opml")
    added = Feed("http://added.example/feed", origin="chat:console")
    await store.list_feeds([FEED, other])
    await store.add_feeds([added])
    await store.record(record(make_article()))
    await store.list_feeds([other])
    assert {state.feed.url for state in await store.feed_states()} == {other.url, added.url}
    await store.list_feeds([FEED, other])
    known = {state.feed.url: state for state in await store.feed_states()}
    assert known[FEED.url].primed


async def test_a_feed_with_another_pace_is_due_at_once(store: Store) -> None:
    await store.add_feeds([FEED])
    await store.feed_unchanged(FEED.id, Validators(), NOW, SOON)
    await store.add_feeds([FEED])
    assert await store.claim_due(NOW, 10, LEASE) == []
    await store.add_feeds([replace(FEED, every=1.0)])
    assert len(await store.claim_due(NOW, 10, LEASE)) == 1


async def test_unseen_knows_entries_by_feed_key_and_content(store: Store) -> None:
    await store.add_feeds([FEED])
    one, two = make_article("1"), make_article("2")
    assert await store.unseen(FEED.id, [one, two, one]) == [one, two]
    await store.record(record(one))
    assert await store.unseen(FEED.id, [one, two]) == [two]
    edited = replace(one, title="Ferry 1 sails after all")
    assert await store.unseen(FEED.id, [edited]) == [edited]
    assert await store.unseen("another", [one]) == [one]


async def test_an_entry_that_changes_by_itself_is_let_go_at_last(store: Store) -> None:
    await store.add_feeds([FEED])
    for minute in range(60):
        [changed] = [make_article("1", text=f"Updated {minute} minutes ago.")]
        if not await store.unseen(FEED.id, [changed]):
            break
        await store.record(record(changed))
    assert minute == 50


async def test_unseen_takes_a_feed_of_thousands(store: Store) -> None:
    await store.add_feeds([FEED])
    many = [make_article(str(at)) for at in range(2_000)]
    await store.record(record(*many[:1_500]))
    assert await store.unseen(FEED.id, many) == many[1_500:]


async def test_a_record_stands_or_falls_as_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When its last step fails, neither entries nor validators nor deliveries are stored."""
    await store.add_feeds([FEED])
    article = make_article()
    broken = replace(record(article, deliveries=(make_delivery(),)), next_poll="never")  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        await store.record(broken)
    assert await store.unseen(FEED.id, [article]) == [article]
    [state] = await store.feed_states()
    assert state.validators.etag is None
    assert await store.waiting_channels(["console"]) == []
    assert await store.article(article.id) is None


async def test_an_article_comes_back_as_it_was_stored(store: Store) -> None:
    await store.add_feeds([FEED])
    stored = StoredArticle(
        article=make_article(full=True, lang="he", title="שלום\u2028 “𝔘” é"),
        quotes=(
            Quote(18, 31, ((18, 31),), "Ida Holm", "holm", "mayor", "said", "direct", 0.9, "Lee"),
        ),
        matches=(Match("ferries", ("ferry",), (Highlight("title", 0, 5, "ferry"),), (0,)),),
        placement=Placement("s1", Place.FOLLOW_UP),
        outcome="alerted",
        analyzed=True,
    )
    await store.record(replace(record(stored.article), articles=(stored,)))
    found = await store.article(stored.article.id)
    assert found is not None
    assert replace(found, seq=0) == stored
    assert [s.article.id for s in await store.articles_at(stored.article.url)] == [
        stored.article.id
    ]
    assert [s.seq async for s in store.articles_since(NOW, only_stories=True)] == [found.seq]


async def test_a_changed_article_replaces_the_old_text(store: Store) -> None:
    await store.add_feeds([FEED])
    await store.record(record(make_article()))
    await store.record(record(make_article(text="Changed.")))
    stored = [s async for s in store.articles_since(NOW)]
    assert [s.article.text for s in stored] == ["Changed."]


async def test_the_outbox_keeps_order_and_knows_a_delivery_only_once(store: Store) -> None:
    await store.add_feeds([FEED])
    first, second = make_delivery("a1"), make_delivery("a2")
    await store.record(record(deliveries=(first, second)))
    await store.record(record(deliveries=(second, first)))
    found = await store.next_delivery("console", "")
    assert found == (first, None)
    sending = await store.start_sending(first, NOW)
    assert (sending.state, sending.attempt, sending.since) == (DeliveryState.SENDING, 1, NOW)
    assert await store.next_delivery("console", "") == (sending, None)
    await store.delivered(first.id, "ref", NOW)
    assert await store.next_delivery("console", "") == (second, None)
    await store.postpone(second.id, SOON, "busy")
    assert await store.next_delivery("console", "") == (second, SOON)
    await store.block(second.id, "archived", NOW)
    assert await store.next_delivery("console", "") is None
    assert await store.count_deliveries() == {"delivered": 1, "blocked": 1}
    assert await store.alerted("s1") == {("ferries", "console", "")}


async def test_what_a_channel_refused_waits_until_it_is_mended(store: Store) -> None:
    await store.add_feeds([FEED])
    delivery = make_delivery("a1", "matrix", "!r")
    await store.record(record(deliveries=(delivery,)))
    await store.block(delivery.id, "M_FORBIDDEN", NOW)
    assert await store.next_delivery("matrix", "!r") is None
    await store.unblock("matrix", "!other")
    assert await store.next_delivery("matrix", "!r") is None
    await store.unblock("matrix", "!r")
    assert await store.next_delivery("matrix", "!r") == (delivery, None)


async def test_rules_of_chats_survive_with_their_audit_lines(store: Store) -> None:
    rule = Rule("console/x", "x", "Rafah", ("console",), "ida", paused=True)
    await store.put_rule(rule, AuditEntry(NOW, "ida", "add x", "", "Rafah"))
    assert await store.stored_rules() == [rule]
    assert await store.rules_version() == 1
    await store.drop_rule(rule.id, AuditEntry(NOW, "ida", "remove x", "Rafah", ""))
    assert await store.stored_rules() == []
    assert await store.rules_version() == 2
    assert [entry.what for entry in await store.audit_log()] == ["remove x", "add x"]


async def test_writers_take_turns(store: Store) -> None:
    await store.add_feeds([FEED])
    await asyncio.gather(
        *(store.record(record(make_article(str(at)))) for at in range(20)),
        *(store.unseen(FEED.id, [make_article(str(at))]) for at in range(20)),
    )
    assert len([s async for s in store.articles_since(NOW)]) == 20


async def test_a_second_opening_finds_everything(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/deep/down/w.db"
    for expected in (0, 1):
        store = Store(url)
        await store.open()
        assert len(await store.feed_states()) == expected
        await store.add_feeds([FEED])
        await store.close()


async def test_a_read_only_database_is_said_at_once(tmp_path: Path) -> None:
    """SQLite's own immutable mode stands for permissions, which root would pass."""
    path = tmp_path / "w.db"
    store = Store(f"sqlite:///{path}")
    await store.open()
    await store.close()
    locked = Store(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(StoreReadOnlyError, match="readonly"):
        await locked.open()
    await locked.close()


async def test_a_file_that_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    path.write_text("This is not a database, it is a letter to the editor. " * 100)
    store = Store(f"sqlite:///{path}")
    with pytest.raises(StoreError, match="not a database"):
        await store.open()
    await store.close()
    assert path.read_text().startswith("This is not")


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://x/y"])
def test_a_database_url_that_cannot_be_used_names_the_setting(url: str) -> None:
    with pytest.raises(SettingsError, match="WIREWATCH_DATABASE_URL"):
        Store(url)


def test_the_newest_migration_is_the_one_the_program_knows() -> None:
    config = Config()
    folder = Path(engine_module.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_heads() == [engine_module.HEAD]


async def test_migrations_make_the_tables_of_the_schema(store: Store) -> None:
    url = store.place.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url if "://" in url else f"sqlite:///{url}")
    inspector = inspect(engine)
    for table in metadata.sorted_tables:
        columns = {c["name"]: c["nullable"] for c in inspector.get_columns(table.name)}
        assert columns == {c.name: c.nullable for c in table.columns}, table.name
        indexes = {index["name"] for index in inspector.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= indexes
    engine.dispose()


def test_quotes_stored_before_tellers_have_none(tmp_path: Path) -> None:
    """A database of the version before, beside whose programs the new column is left empty."""
    engine = create_engine(f"sqlite:///{tmp_path / 'w.db'}")
    config = Config()
    folder = Path(engine_module.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        columns = ("article_id", "position", "start", "end", "parts", "speaker", "entity", "office",
                   "cue", "kind", "confidence")  # fmt: skip
        quoted = ", ".join(f'"{column}"' for column in columns)
        insert = f"INSERT INTO quotes ({quoted}) VALUES"
        row = "0, 1, 3, '[[1, 3]]', 'Ida', '', '', 'said', 'direct', 0.9)"
        connection.exec_driver_sql(f"{insert} ('before', {row}")
        command.upgrade(config, "head")
        connection.exec_driver_sql(f"{insert} ('after', {row}")
        found = connection.execute(select(metadata.tables["quotes"])).all()
        assert {(q.article_id, q.speaker, q.via) for q in found} == {
            ("before", "Ida", None),
            ("after", "Ida", None),
        }
    engine.dispose()


async def test_two_programs_never_claim_the_same_feed(store: Store) -> None:
    await store.add_feeds([Feed(f"http://{n}.example/feed") for n in range(60)])
    claims = await asyncio.gather(*(store.claim_due(NOW, 10, LEASE) for _ in range(6)))
    claimed = [state.feed.url for states in claims for state in states]
    assert len(claimed) == len(set(claimed)) == 60


async def test_changes_of_rules_at_once_are_each_noticed(store: Store) -> None:
    before = await store.rules_version()
    entry = AuditEntry(NOW, "ida", "added a rule")
    rules = [Rule(f"r{n}", f"r{n}", "ferry", ("console",)) for n in range(8)]
    await asyncio.gather(*(store.put_rule(rule, entry) for rule in rules))
    assert await store.rules_version() == before + 8


async def test_programs_that_start_at_once_migrate_once() -> None:
    async with empty_database() as url:
        stores = [Store(url) for _ in range(4)]
        await asyncio.gather(*(store.open() for store in stores))
        await stores[0].add_feeds([FEED])
        assert [len(await store.feed_states()) for store in stores] == [1, 1, 1, 1]
        for store in stores:
            await store.close()


async def test_a_migration_that_was_cut_off_is_begun_anew(
    tmp_path: Path,
) -> None:
    """A program killed while it makes its tables must not leave half of them behind."""
    made: list[str] = []

    def cut_off(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        made.append(statement)
        if sum("CREATE TABLE" in one for one in made) == 5:
            raise OSError("power cut")

    event.listen(Engine, "before_cursor_execute", cut_off)
    url = f"sqlite:///{tmp_path / 'w.db'}"
    try:
        with pytest.raises(StoreError, match="power cut"):
            await Store(url).open()
    finally:
        event.remove(Engine, "before_cursor_execute", cut_off)
    store = Store(url)
    await store.open()
    assert await store.feed_states() == []
    await store.close()


async def test_a_database_of_the_next_version_is_used_as_it_is(store: Store) -> None:
    """While a cluster is upgraded, programs of this version start on what the next one migrated."""
    async with store._db.write() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        await connection.exec_driver_sql("ALTER TABLE feeds ADD COLUMN mood VARCHAR(9) DEFAULT ''")
    url = store.place if "://" in store.place else f"sqlite:///{store.place}"
    again = Store(url)
    await again.open()
    await again.add_feeds([FEED])
    assert len(await store.feed_states()) == 1
    await again.close()


async def test_the_file_is_in_wal_mode_and_synced(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'w.db'}")
    await store.open()
    await store.close()
    connection = sqlite3.connect(store.place)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
