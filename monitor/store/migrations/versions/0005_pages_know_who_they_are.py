"""pages know who they are."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("page", sa.Column("id_platform", sa.String(), nullable=True))
    op.add_column("page", sa.Column("hosts", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("page", sa.Column("refused", sa.JSON(none_as_null=True), nullable=True))
    op.execute(
        "UPDATE page SET id_platform = platform WHERE external_id IS NOT NULL OR page_name IS NOT"
        " NULL"
    )
    # Files that were taken for zones; the page's next answer names its zone again, or says that
    # nobody knows it.
    op.execute(
        "UPDATE page SET page_zone = NULL WHERE page_zone IN ('localtime', 'posixrules', 'Factory')"
        " OR page_zone LIKE 'posix/%' OR page_zone LIKE 'right/%'"
    )


def downgrade() -> None:
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.drop_column("refused")
        batch_op.drop_column("hosts")
        batch_op.drop_column("id_platform")
