"""incidents as they were told."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CURRENT = sa.text("superseded_at IS NULL")
CURRENT_STATES = sa.text("superseded_at IS NULL AND states IS NOT NULL")


def upgrade() -> None:
    op.add_column("incident", sa.Column("unlisted_at", Instant(), nullable=True))

    op.create_table(
        "listed_incident",
        sa.Column("page_id", ID, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["page_id"], ["page.id"], name=op.f("fk_listed_incident_page_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "page_id", "source", "incident_id", name=op.f("pk_listed_incident")
        ),
    )
    op.create_table(
        "incident_update",
        sa.Column("id", ID, nullable=False),
        sa.Column("page_id", ID, nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("states", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("superseded_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["page_id"], ["page.id"], name=op.f("fk_incident_update_page_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_update")),
    )
    with op.batch_alter_table("incident_update", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_update_page_id"), ["page_id"], unique=False)
        batch_op.create_index(
            "ix_incident_update_states",
            ["page_id", "at"],
            unique=False,
            sqlite_where=CURRENT_STATES,
            postgresql_where=CURRENT_STATES,
        )
        batch_op.create_index(
            "uq_incident_update_current",
            ["page_id", "incident_id", "key"],
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        )


def downgrade() -> None:
    op.drop_table("incident_update")
    op.drop_table("listed_incident")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_column("unlisted_at")
