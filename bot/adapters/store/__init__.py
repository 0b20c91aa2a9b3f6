"""The store: SQLAlchemy Core on SQLite. `schema` shows the tables, `engine` opens them."""

from __future__ import annotations

from bot.adapters.store.articles import ArticleRows
from bot.adapters.store.engine import Database, parse_url
from bot.adapters.store.feedback import FeedbackRows
from bot.adapters.store.feeds import FeedRows
from bot.adapters.store.outbox import OutboxRows
from bot.adapters.store.overview import OverviewRows
from bot.adapters.store.rules import RuleRows
from bot.adapters.store.slack import SlackRows
from bot.adapters.store.threads import ThreadRows

__all__ = ["Store", "parse_url"]


class Store(
    FeedRows, ArticleRows, OutboxRows, RuleRows, FeedbackRows, OverviewRows, SlackRows, ThreadRows
):
    """Everything that must survive; implements the protocols of `bot.ports`.

    Args:
        database_url: the setting `WIREWATCH_DATABASE_URL`.

    Raises:
        SettingsError: the URL cannot be used.
    """

    def __init__(self, database_url: str) -> None:
        self._db = Database(parse_url(database_url))

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

    async def close(self) -> None:
        """Close all connections."""
        await self._db.close()
