"""SQL that SQLite and PostgreSQL both have, but that SQLAlchemy makes for each in its own way."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Dialect, Table, Update
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


class _Ready(NamedTuple):
    """A statement as a driver takes it.

    Attributes:
        text: in the driver's own words.
        named: whether the driver wants names with the values.
        parameters: in order: name, what makes a value fit for the driver, and the value where rows
            give none.
    """

    text: str
    named: bool
    parameters: tuple[tuple[str, Callable[[Any], Any] | None, Any], ...]

    def values(self, row: dict[str, Any]) -> Any:  # noqa: ANN401 -- as the driver wants it
        """Give the values of a row."""
        values = [
            fit(row.get(name, usual)) if fit else row.get(name, usual)
            for name, fit, usual in self.parameters
        ]
        if not self.named:
            return tuple(values)
        return {name: value for (name, _, _), value in zip(self.parameters, values, strict=True)}


async def execute_rows(
    connection: AsyncConnection, statement: Insert | Update, rows: Sequence[dict[str, Any]]
) -> None:
    """Execute a statement for each row.

    What `AsyncConnection.execute` does, for statements that are executed for many rows all the
    time: how parameters become values of the driver is found out once and not for each row.

    Args:
        connection: in a transaction.
        statement: one that is kept, not made for this call.
        rows: values by the names of parameters or columns, all with the same names.

    Raises:
        SQLAlchemyError: the database refuses, or a value does not fit its column.
    """
    if not rows:
        return
    ready = _ready(statement, connection.dialect, tuple(rows[0]))
    try:
        values = [ready.values(row) for row in rows]
    except (AttributeError, TypeError, ValueError) as error:
        raise StatementError(str(error), ready.text, None, error) from error
    await connection.exec_driver_sql(ready.text, values)


@lru_cache(maxsize=64)
def _ready(statement: Insert | Update, dialect: Dialect, names: tuple[str, ...]) -> _Ready:
    keys = list(names) if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=keys, for_executemany=True)
    usual = compiled.params
    parameters = [
        (
            name,
            compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect),
            None if name in names else usual[name],
        )
        for name in compiled.positiontup or usual
    ]
    return _Ready(str(compiled), not compiled.positional, tuple(parameters))
