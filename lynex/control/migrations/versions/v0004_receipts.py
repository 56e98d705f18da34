"""What came to the door, by hour, project, key and outcome."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("project_id", sa.String(80), nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("key_id", sa.String(80), nullable=False),
        sa.Column("outcome", sa.String(110), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("project_id", "hour", "key_id", "outcome", name="pk_receipts"),
    )
    op.create_index("ix_receipts_hour", "receipts", ["hour"])
