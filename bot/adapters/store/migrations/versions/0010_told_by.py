"""By whom an article has the words of another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds; quotes stored before have nobody in between."""
    op.add_column("quotes", sa.Column("via", sa.Text(), nullable=True))


def downgrade() -> None:
    """Back to the speaker alone."""
    with op.batch_alter_table("quotes") as batch_op:
        batch_op.drop_column("via")
