"""procrastinate's tables, made where they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from bot.errors import StoreError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager


async def make_tables(conninfo: str, alone: AbstractAsyncContextManager[object]) -> None:
    """Make the engine's tables, once.

    Args:
        conninfo: the database, as libpq reads it.
        alone: entered while it is looked and made, so that one program does it.

    Raises:
        StoreError: the database refused.
    """
    connector = PsycopgConnector(conninfo=conninfo, min_size=1, max_size=1)
    app = App(connector=connector)
    try:
        async with app.open_async(), alone:
            if not await app.check_connection_async():
                await app.schema_manager.apply_schema_async()
    except (ConnectorException, PoolTimeout) as error:
        cause = error.__cause__ or error
        raise StoreError(str(cause).strip().partition("\n")[0]) from error
