"""From one database to another, all of it: resumable, and compared at the end."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Table, func, select, text, tuple_

from bot.adapters.store.schema import metadata
from bot.adapters.store.search import index_everything
from bot.adapters.store.sql import insert
from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.adapters.store.engine import Database

_BATCH = 500


async def move(
    source: Database, target: Database, progress: Callable[[str, int, int], object]
) -> dict[str, int]:
    """Copy every table; rows that an earlier, broken-off run has copied are left as they are.

    Args:
        source: open, and nobody writes it.
        target: open and migrated; empty, or with what an earlier run copied.
        progress: called with the table, rows copied and rows in all.

    Returns:
        The number of rows of each table.

    Raises:
        StoreError: a database refused, or the two differ at the end; names the table.
    """
    moved = {}
    for table in metadata.sorted_tables:
        count = await _count(source, table)
        done = 0
        async for rows in _batches(source, table):
            async with target.write() as connection:
                await connection.execute(insert(connection, table).on_conflict_do_nothing(), rows)
            done += len(rows)
            progress(table.name, done, count)
        await _go_on_counting(target, table)
        moved[table.name] = count
    await index_everything(target)
    for table in metadata.sorted_tables:
        here, there = await _digest(source, table), await _digest(target, table)
        if here != there:
            raise StoreError(
                f"{table.name} differs: {here[0]} rows {here[1][:12]} in the source, "
                f"{there[0]} rows {there[1][:12]} in the target; is something writing to one?"
            )
    return moved


async def _count(database: Database, table: Table) -> int:
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def _batches(database: Database, table: Table) -> AsyncIterator[list[dict[str, Any]]]:
    """Give the rows in order of the primary key, so that memory stays bounded."""
    key = list(table.primary_key.columns)
    last: tuple[Any, ...] | None = None
    while True:
        query = select(table).order_by(*key).limit(_BATCH)
        if last is not None:
            query = query.where(tuple_(*key) > tuple_(*last))
        async with database.read() as connection:
            rows = [dict(row) for row in (await connection.execute(query)).mappings()]
        if not rows:
            return
        yield rows
        last = tuple(rows[-1][column.name] for column in key)


async def _digest(database: Database, table: Table) -> tuple[int, str]:
    """Give the number of rows and a hash that does not depend on their order.

    Databases sort texts in their own ways, so the hashes of the rows are added up.
    """
    count, total = 0, 0
    async for rows in _batches(database, table):
        for row in rows:
            line = json.dumps(row, sort_keys=True, default=str).encode()
            total += int.from_bytes(hashlib.sha256(line).digest())
        count += len(rows)
    return count, f"{total % 2**256:064x}"


async def _go_on_counting(database: Database, table: Table) -> None:
    """Let PostgreSQL's sequences go on behind the copied numbers.

    Source: https://www.postgresql.org/docs/current/functions-sequence.html.
    """
    column = table.autoincrement_column
    if column is None or not isinstance(column.type, Integer) or column.name != "seq":
        return
    async with database.write() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), "  # noqa: S608 -- names of our own
                    f"COALESCE((SELECT max({column.name}) FROM {table.name}), 0) + 1, false)"
                )
            )
