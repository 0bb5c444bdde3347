"""components know their platform."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("component", sa.Column("platform", sa.String(), nullable=True))
    # What is listed now was listed by the page's present platform; of what was removed before, that
    # is not known.
    op.execute(
        "UPDATE component SET platform = (SELECT page.platform FROM page WHERE page.id ="
        " component.page_id) WHERE removed_at IS NULL"
    )


def downgrade() -> None:
    with op.batch_alter_table("component", schema=None) as batch_op:
        batch_op.drop_column("platform")
