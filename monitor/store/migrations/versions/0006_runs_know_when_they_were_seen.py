"""runs know when they were seen."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of runs that ended before, only their end is known: they count as seen until then, as they
    # did.
    op.add_column("observed_run", sa.Column("last_seen_at", Instant(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("observed_run", schema=None) as batch_op:
        batch_op.drop_column("last_seen_at")
