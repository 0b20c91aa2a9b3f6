"""SQL that SQLite and PostgreSQL both have, but that SQLAlchemy makes for each in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection


def insert(connection: AsyncConnection, table: Table) -> sqlite.Insert:
    """Make an INSERT that knows ON CONFLICT.

    Both dialects' statements have the same methods; SQLite's stands for both in types.

    Args:
        connection: the statement can be executed there alone.
        table: where the rows go.
    """
    return insert_into(connection.dialect.name, table)


def insert_into(dialect: str, table: Table) -> sqlite.Insert:
    """Make such an INSERT for the database of a name, to be kept beyond one connection."""
    if dialect == "postgresql":
        return postgresql.insert(table)  # type: ignore[return-value]
    return sqlite.insert(table)
