"""What people decided about groups of errors."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "error_states",
        sa.Column("project_id", sa.String(80), nullable=False),
        sa.Column("error_group", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("project_id", "error_group", name="pk_error_states"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_error_states_project_id_projects"),
    )
