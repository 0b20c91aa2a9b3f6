"""The store: SQLAlchemy Core on SQLite or PostgreSQL; `schema` shows the tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.store.account import AccountRows
from bot.adapters.store.drains import DrainRows
from bot.adapters.store.engine import VARIABLE, Database, Lock, conninfo, parse_url
from bot.adapters.store.fair import Rota
from bot.adapters.store.feed_states import UNCHANGED
from bot.adapters.store.feedback import FeedbackRows
from bot.adapters.store.feeds import FeedRows
from bot.adapters.store.heads import AT_ONCE as LINES
from bot.adapters.store.heads import DELIVERED, deliveries_by_id, heads_of, mark_sending
from bot.adapters.store.health import HealthRows
from bot.adapters.store.holds import HoldRows
from bot.adapters.store.hubs import HubRows
from bot.adapters.store.keys import MIGRATING
from bot.adapters.store.leases import LeaseRows
from bot.adapters.store.ledger import LedgerRows
from bot.adapters.store.line import LineRows
from bot.adapters.store.move import move
from bot.adapters.store.notes import NoteRows
from bot.adapters.store.outbox import OutboxRows
from bot.adapters.store.overview import OverviewRows
from bot.adapters.store.paces import PaceRows
from bot.adapters.store.placed import PlacedRows
from bot.adapters.store.recording import AT_ONCE, LINGER, record_all, unseen_of, weight
from bot.adapters.store.report import ReportRows
from bot.adapters.store.retention import RetentionRows
from bot.adapters.store.rules import RuleRows
from bot.adapters.store.silences import SilenceRows
from bot.adapters.store.slack import SlackRows
from bot.adapters.store.sqlite import SqliteDatabase
from bot.adapters.store.threads import ThreadRows
from bot.adapters.store.together import Together, rows
from bot.adapters.store.vitals import VitalRows
from bot.adapters.store.waits import WaitRows
from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy.engine import URL

    from bot.adapters.store.locks import Locks

__all__ = ["Store", "parse_url"]


class Store(
    FeedRows,
    HealthRows,
    HubRows,
    LedgerRows,
    OutboxRows,
    WaitRows,
    LineRows,
    HoldRows,
    ReportRows,
    RuleRows,
    SilenceRows,
    RetentionRows,
    AccountRows,
    FeedbackRows,
    OverviewRows,
    SlackRows,
    ThreadRows,
    LeaseRows,
    DrainRows,
    PlacedRows,
    PaceRows,
    NoteRows,
    VitalRows,
):
    """Everything that must survive; implements the protocols of `bot.ports`.

    Args:
        database_url: the setting `WIREWATCH_DATABASE_URL`.
        shared: this program is one of many on a PostgreSQL.

    Raises:
        SettingsError: the URL cannot be used.
    """

    def __init__(self, database_url: str, *, shared: bool = False) -> None:
        self._db = _database(parse_url(database_url), shared=shared)
        self._rota = Rota()
        self._unchanged = Together(self._db, rows(UNCHANGED, "feed"), linger=LINGER)
        self._unseen = Together(self._db, unseen_of, most=AT_ONCE, linger=LINGER / 3, reads=True)
        self._records = Together(
            self._db, record_all, most=AT_ONCE, weigh=weight, linger=LINGER, apart=True
        )
        self._heads = Together(self._db, heads_of, most=LINES, reads=True)
        self._by_id = Together(self._db, deliveries_by_id, reads=True)
        self._marks = Together(self._db, mark_sending)
        self._arrived = Together(self._db, rows(DELIVERED, "delivery"))

    @property
    def place(self) -> str:
        """The database as people know it."""
        return self._db.place

    async def open(self) -> None:
        """Open and migrate.

        Raises:
            StoreError: it cannot be opened.
        """
        await self._db.open()

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None on a server."""
        return Path(self.place) if isinstance(self._db, SqliteDatabase) else None

    def single_run(self) -> Lock:
        """Give the lock that keeps a second bot out."""
        return self._db.single_run()

    @property
    def conninfo(self) -> str:
        """The PostgreSQL as libpq reads it, with its password."""
        return conninfo(self._db.url)

    def migrating(self) -> AbstractAsyncContextManager[None]:
        """Be the one program that makes tables.

        Raises:
            StoreError: the database refused.
        """
        return self._db.alone(MIGRATING)

    def locks(self) -> Locks:
        """Give the locks of this program, where many share a PostgreSQL."""
        from bot.adapters.store.locks import Locks  # noqa: PLC0415 -- needs an extra

        return Locks(self._db.url)

    async def listen(self, heard: Callable[[str], object]) -> None:
        """Call `heard` at each change of rules; never ends by itself."""
        from bot.adapters.store.listen import listen  # noqa: PLC0415 -- needs an extra

        await listen(self._db.url, heard)

    @property
    def may_be_torn(self) -> bool:
        """Whether this SQLite can corrupt a database that several programs write at once."""
        return self._db.may_be_torn

    async def move_to(
        self, target: Store, progress: Callable[[str, int, int], object]
    ) -> dict[str, int]:
        """Copy everything into another store, see `bot.adapters.store.move`.

        Raises:
            StoreError: a database refused, or the two differ at the end.
        """
        return await move(self._db, target._db, progress)

    async def close(self) -> None:
        """Close all connections."""
        await self._db.close()


def _database(url: URL, *, shared: bool) -> Database:
    if url.get_backend_name() == "postgresql":
        from bot.adapters.store.postgres import PostgresDatabase  # noqa: PLC0415 -- needs an extra

        return PostgresDatabase(url, shared=shared)
    if shared:
        raise SettingsError(VARIABLE, "many programs share a PostgreSQL only, see docs/scale.md")
    return SqliteDatabase(url)
