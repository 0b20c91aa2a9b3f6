"""Many programs on one database: in which order articles were placed, the pace of chats."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only add: programs of the version before go on beside this one."""
    op.add_column("articles", sa.Column("placed", sa.BigInteger))
    op.create_index("ix_articles_placed", "articles", ["placed"])
    op.create_table(
        "paces",
        sa.Column("house", sa.Text, primary_key=True),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("paces")
    op.drop_index("ix_articles_placed", "articles")
    op.drop_column("articles", "placed")
