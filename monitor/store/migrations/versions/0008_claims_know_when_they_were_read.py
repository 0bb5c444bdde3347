"""claims know when they were read."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of claims that were superseded before, nothing says when the page was polled last while they
    # were known.
    op.add_column("impact", sa.Column("last_read_at", Instant(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("impact", schema=None) as batch_op:
        batch_op.drop_column("last_read_at")
