"""Rules made in chats, pauses, and the audit log of every change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Integer, Text, cast, func, select

from bot.adapters.store.schema import audit, meta, rules
from bot.adapters.store.sql import insert
from bot.core.model import AuditEntry, Rule
from bot.core.tenancy import OPERATOR, tenant_of_target

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.adapters.store.engine import Database

_VERSION = "rules_version"

_LONGEST_TOLD = 1_000
"""Characters; a payload may have 8,000 bytes."""

CHANGED: Final = "wirewatch_rules"
"""Told to other programs in the transaction of each change, so heard after its commit, with the
version that it makes and the rule (https://www.postgresql.org/docs/current/sql-notify.html)."""


class RuleRows:
    """The part of the store that knows rules."""

    _db: Database

    async def stored_rules(self, only: Collection[str] | None = None) -> list[Rule]:
        """Give the rules made in chats; one without query is a pause of a file's rule.

        Args:
            only: ids of those that are wanted, a few; None for all.
        """
        query = select(rules).order_by(rules.c.id)
        if only is not None:
            query = query.where(rules.c.id.in_(list(only)))
        async with self._db.read() as connection:
            rows = await connection.execute(query)
            return [
                Rule(row.id, row.name, row.query, tuple(row.channels), row.origin, row.paused)
                for row in rows
            ]

    async def rules_version(self) -> int:
        """Give a number that grows with every change, so that running bots notice it."""
        async with self._db.read() as connection:
            return await _version(connection)

    async def put_rule(self, rule: Rule, entry: AuditEntry) -> None:
        """Insert or replace a rule, with its line in the audit log."""
        values = {
            "name": rule.name,
            "query": rule.query,
            "channels": list(rule.channels),
            "origin": rule.origin,
            "paused": rule.paused,
            "tenant": tenant_of_target(rule.channels[0]) if rule.channels else OPERATOR,
        }
        async with self._db.write() as connection:
            await connection.execute(
                insert(connection, rules)
                .values(id=rule.id, **values)
                .on_conflict_do_update(index_elements=[rules.c.id], set_=values)
            )
            await _changed(connection, entry, rule.id)

    async def drop_rule(self, rule_id: str, entry: AuditEntry) -> None:
        """Remove a rule, with its line in the audit log."""
        async with self._db.write() as connection:
            await connection.execute(rules.delete().where(rules.c.id == rule_id))
            await _changed(connection, entry, rule_id)

    async def note(self, entry: AuditEntry) -> None:
        """Write a line of the audit log for a change that is stored elsewhere."""
        async with self._db.write() as connection:
            await write_audit(connection, entry)

    async def count_rules(self, tenant: str) -> int:
        """Count the rules that a tenant made in chats."""
        query = select(func.count()).where(rules.c.tenant == tenant, rules.c.query != "")
        async with self._db.read() as connection:
            return await connection.scalar(query) or 0

    async def audit_log(self, limit: int = 20, tenant: str | None = None) -> list[AuditEntry]:
        """Give the newest changes, newest first: all, or those of one tenant."""
        query = select(audit).order_by(audit.c.seq.desc()).limit(limit)
        if tenant is not None:
            query = query.where(audit.c.tenant == tenant)
        async with self._db.read() as connection:
            return [
                AuditEntry(row.at, row.who, row.what, row.before, row.after, row.tenant)
                for row in await connection.execute(query)
            ]


async def _version(connection: AsyncConnection) -> int:
    value = await connection.scalar(select(meta.c.value).where(meta.c.key == _VERSION))
    return int(value or 0)


async def _changed(connection: AsyncConnection, entry: AuditEntry, rule_id: str) -> None:
    await grow_version(connection, rule_id)
    await write_audit(connection, entry)


async def grow_version(connection: AsyncConnection, rule_id: str = "") -> None:
    """Let running programs notice, within a caller's transaction, that rules read otherwise.

    Args:
        connection: in a transaction.
        rule_id: the one that does; "" where it may be any.
    """
    # Added up by the database: two programs that change rules at once must not come to one number.
    grown = cast(cast(meta.c.value, Integer) + 1, Text)
    version = await connection.scalar(
        insert(connection, meta)
        .values(key=_VERSION, value="1")
        .on_conflict_do_update(index_elements=[meta.c.key], set_={"value": grown})
        .returning(meta.c.value)
    )
    if connection.dialect.name == "postgresql":
        told = f"{version} {rule_id}" if rule_id and len(rule_id) < _LONGEST_TOLD else ""
        await connection.execute(select(func.pg_notify(CHANGED, told)))


async def write_audit(connection: AsyncConnection, entry: AuditEntry) -> None:
    """Write a line of the audit log within a caller's transaction."""
    await connection.execute(insert(connection, audit).values(**entry_values(entry)))


def entry_values(entry: AuditEntry) -> dict[str, str | datetime]:
    """Give the row of a line of the audit log."""
    return {
        "at": entry.at,
        "who": entry.who,
        "what": entry.what,
        "before": entry.before,
        "after": entry.after,
        "tenant": entry.tenant,
    }
