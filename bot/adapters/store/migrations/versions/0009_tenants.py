"""Whose feeds, rules and changes are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.core.tenancy import OPERATOR, tenant_of_origin, tenant_of_target

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

_IN = " in "


def upgrade() -> None:
    """Only adds; programs of the version before go on beside it and leave the column at ""."""
    for table in ("feeds", "rules", "audit"):
        op.add_column(
            table, sa.Column("tenant", sa.Text(), server_default=OPERATOR, nullable=False)
        )
    op.create_index("ix_feeds_tenant", "feeds", ["tenant", "next_poll"])
    op.create_index("ix_rules_tenant", "rules", ["tenant"])
    op.create_index("ix_audit_tenant", "audit", ["tenant", "seq"])
    _fill("feeds", "id", "origin", tenant_of_origin)
    _fill("audit", "seq", "what", _of_change)
    _fill_rules()


def downgrade() -> None:
    """Back to what channels say."""
    for table in ("audit", "rules", "feeds"):
        op.drop_index(f"ix_{table}_tenant", table)
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("tenant")


def _of_change(what: str) -> str:
    """Read the place where a change was made: `add x in slack:T1/C2`."""
    _, separator, place = what.rpartition(_IN)
    return tenant_of_target(place) if separator else OPERATOR


def _fill(name: str, key: str, column: str, tenant: object) -> None:
    table = sa.table(name, sa.column(key), sa.column(column), sa.column("tenant"))
    connection = op.get_bind()
    rows = connection.execute(sa.select(table.c[key], table.c[column])).all()
    changed = [{"at": row[0], "whose": tenant(row[1])} for row in rows]  # type: ignore[operator]
    _write(table, key, [one for one in changed if one["whose"]])


def _fill_rules() -> None:
    table = sa.table("rules", sa.column("id"), sa.column("channels", sa.JSON), sa.column("tenant"))
    rows = op.get_bind().execute(sa.select(table.c.id, table.c.channels)).all()
    changed = [{"at": row.id, "whose": tenant_of_target(row.channels[0])} for row in rows
               if row.channels]  # fmt: skip
    _write(table, "id", [one for one in changed if one["whose"]])


def _write(table: sa.TableClause, key: str, rows: list[dict[str, object]]) -> None:
    if rows:
        op.get_bind().execute(
            sa.update(table)
            .where(table.c[key] == sa.bindparam("at"))
            .values(tenant=sa.bindparam("whose")),
            rows,
        )
