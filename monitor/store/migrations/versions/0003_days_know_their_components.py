"""days know their components."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = (
    ("of_component", sa.String),
    ("known_components", sa.Integer),
    ("counted_components", sa.Integer),
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("day", sa.Column(name, kind(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("day", schema=None) as batch_op:
        for name, _ in COLUMNS:
            batch_op.drop_column(name)
